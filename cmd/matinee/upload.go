package main

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"matinee/client"
)

// pollEvery is how often the server is asked how far a video is.
const pollEvery = time.Second

type uploadCommand struct {
	folderFlag

	Files      []string `arg:"" name:"file" help:"Video files. A file whose upload broke off goes on where it stopped."`
	Title      string   `help:"Title of the video, for one file. Default: the file's name."`
	Visibility string   `default:"private" enum:"private,unlisted,public" help:"Who may watch: private, unlisted or public."`
	Wait       string   `default:"no" enum:"no,playable,ready" placeholder:"STATE" help:"Return when the videos are playable, or ready: every quality made and verified."`
	Server     string   `placeholder:"URL" help:"Send to this server over the network, as the account of --token-file. Default: the server of --data, as its administrator."`
	TokenFile  string   `placeholder:"FILE" help:"File with an access token (POST /api/v1/auth/token), for --server."`
}

// Run uploads each file and prints where it can be watched.
func (c *uploadCommand) Run(p process) error {
	files, err := openFiles(c.Files)
	if err != nil {
		return err
	}
	defer closeFiles(files)
	if c.Title != "" && len(files) > 1 {
		return errors.New("--title names one video: upload one file at a time, or leave it out")
	}
	server, err := c.dial(p)
	if err != nil {
		return err
	}
	return errors.Join(c.uploadAll(p, server, files), server.close())
}

// dial connects to the server that the flags name.
func (c *uploadCommand) dial(p process) (connection, error) {
	if c.Server == "" {
		server, err := c.connect(p)
		if err == nil && c.Wait != "no" && !server.running {
			err = errors.Join(fmt.Errorf("--wait %s: no server works on %s; start it with matinee serve, or leave out --wait", c.Wait, c.Data), server.close())
		}
		return server, err
	}
	if c.TokenFile == "" {
		return connection{}, errors.New("--server needs --token-file: a file with an access token, which POST /api/v1/auth/token gives")
	}
	text, err := os.ReadFile(c.TokenFile)
	if err != nil {
		return connection{}, fmt.Errorf("read the token: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" || strings.ContainsAny(token, " \n\r\t") {
		return connection{}, fmt.Errorf("%s holds no token: it must be one line", c.TokenFile)
	}
	address := strings.TrimSuffix(c.Server, "/")
	return connection{api: client.New(address, token), name: address, running: true, close: func() error { return nil }}, nil
}

// uploadAll goes on after a file that failed, except when it was told to stop.
func (c *uploadCommand) uploadAll(p process, server connection, files []localFile) error {
	failed := 0
	for _, file := range files {
		err := c.uploadOne(p, server, file)
		if p.ctx.Err() != nil {
			return fmt.Errorf("%s: interrupted; the same command goes on where this one stopped", file.name)
		}
		if err != nil {
			failed++
			fmt.Fprintf(p.errors, "matinee: %s: %v\n", file.name, err)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d files failed", failed, len(files))
	}
	return nil
}

// uploadOne sends a file, or what is left of it, and follows the video for as long as was asked for.
func (c *uploadCommand) uploadOne(p process, server connection, file localFile) error {
	memo, err := remember(p, server.name, file)
	if err != nil {
		return err
	}
	defer memo.close()
	if err := c.begin(p.ctx, server.api, file, memo); err != nil {
		return advise(err)
	}
	shown := newProgress(p.errors, file.name, file.size)
	err = server.api.ResumeUpload(p.ctx, memo.UploadURL, file, file.size, client.ResumeOptions{
		Progress: shown.sent, Interrupted: shown.interrupted,
	})
	shown.end(err == nil)
	if isGone(err) {
		return errors.Join(errors.New("the server has given this upload up; run the command again to begin anew"), memo.forget())
	}
	if err != nil {
		return advise(err)
	}
	if err := memo.forget(); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%s: uploaded %s. It will play at %s\n", file.name, humanBytes(file.size), memo.WatchURL)
	if !server.running {
		fmt.Fprintf(p.errors, "%s: it is made playable once the server runs (matinee serve)\n", file.name)
	}
	if c.Wait == "no" {
		return nil
	}
	return c.follow(p, server.api, memo.VideoID, file.name)
}

// begin makes the video and its upload, or finds those of an earlier run.
func (c *uploadCommand) begin(ctx context.Context, api *client.Client, file localFile, memo *memo) error {
	if memo.UploadURL != "" {
		_, err := api.UploadOffset(ctx, memo.UploadURL)
		if !isGone(err) {
			return err
		}
	}
	title := c.Title
	if title == "" {
		title = strings.TrimSuffix(file.name, filepath.Ext(file.name))
	}
	video, err := api.CreateVideo(ctx, title, c.Visibility)
	if err != nil {
		return err
	}
	uploadURL, err := api.BeginUpload(ctx, video.Upload.TusURL, client.File{
		SizeBytes: file.size, Name: file.name, Type: mime.TypeByExtension(filepath.Ext(file.name)),
	})
	if err != nil {
		return errors.Join(err, api.PurgeVideo(context.WithoutCancel(ctx), video.ID)) // nobody will ever fill it
	}
	return memo.keep(uploadURL, video)
}

// follow returns when the video is as far as was asked for, or will never be.
func (c *uploadCommand) follow(p process, api *client.Client, id, name string) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for said := ""; ; {
		video, err := api.Video(p.ctx, id)
		if err != nil {
			return fmt.Errorf("it is uploaded, and whether it is %s could not be learnt: %w", c.Wait, advise(err))
		}
		switch {
		case video.State == "failed" && video.Error != nil:
			return fmt.Errorf("%s %s (%s)", video.Error.Message, video.Error.Next, video.Error.Code)
		case video.State == "ready", video.State == c.Wait:
			fmt.Fprintf(p.out, "%s: %s at %s\n", name, video.State, video.WatchURL)
			return nil
		case video.State != said:
			said = video.State
			fmt.Fprintf(p.errors, "%s: %s\n", name, said)
		}
		select {
		case <-p.ctx.Done():
			return p.ctx.Err()
		case <-tick.C:
		}
	}
}

// isGone reports whether the server no longer knows the upload.
func isGone(err error) bool {
	problem, ok := errors.AsType[*client.Problem](err)
	return ok && (problem.Status == http.StatusNotFound || problem.Status == http.StatusGone)
}

// advise says what to do about an error of the server.
func advise(err error) error {
	problem, ok := errors.AsType[*client.Problem](err)
	if !ok {
		return fmt.Errorf("%w; the same command goes on where this one stopped", err)
	}
	switch problem.Status {
	case http.StatusUnauthorized:
		return fmt.Errorf("%w The token of --token-file is wrong or has ended: get another one from POST /api/v1/auth/token", err)
	case http.StatusForbidden:
		return fmt.Errorf("%w The account of the token may not upload: an administrator can make it an uploader", err)
	case http.StatusInsufficientStorage:
		return fmt.Errorf("%w Make room on the server; the same command goes on then", err)
	}
	return err
}
