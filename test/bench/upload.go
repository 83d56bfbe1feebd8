package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"matinee/client"
)

const (
	uploadBytes   = 512 << 20
	uploadAccount = "bench@example.org"
	uploadSecret  = "a password for a bench"
)

// uploads compares a PUT of 512 MiB with writing the same bytes to a file of the same disk and syncing it, and watches how much
// the server's memory grows.
func uploads(ctx context.Context, o options, r *report) error {
	source := filepath.Join(o.folder, "source.bin")
	if err := fill(source); err != nil {
		return err
	}
	data := filepath.Join(o.folder, "upload")
	create := exec.CommandContext(ctx, o.binary, "user", "create", "--data", data, "--email", uploadAccount, "--role", "admin", "--password-stdin")
	create.Stdin = strings.NewReader(uploadSecret)
	if out, err := create.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w", out, err)
	}
	s, err := launch(ctx, o, data)
	if err != nil {
		return err
	}
	defer func() { _ = s.stop() }()
	api, err := client.New(s.url, "").SignIn(ctx, uploadAccount, uploadSecret)
	if err != nil {
		return err
	}
	before, err := s.status("VmRSS")
	if err != nil {
		return err
	}
	var speed []float64
	for range o.repeat {
		plain, err := timed(func() error { return copyFile(source, filepath.Join(o.folder, "copy.bin")) })
		if err != nil {
			return err
		}
		sent, err := timed(func() error { return send(ctx, api, source) })
		if err != nil {
			return err
		}
		speed = append(speed, plain.Seconds()/sent.Seconds())
	}
	peak, err := s.status("VmHWM")
	if err != nil {
		return err
	}
	faster := measured("speed of an upload / writing the file", "x", 0.8, "PUT of 512 MiB over loopback against a copy with fsync", speed)
	faster.AtLeast = true
	r.Rows = append(r.Rows, faster, measured("memory that an upload takes", "MB", 0, "peak less idle, the whole process", []float64{max(0, peak-before)}))
	return nil
}

func fill(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.CopyN(file, rand.Reader, uploadBytes)
	return errors.Join(err, file.Sync(), file.Close())
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{out}, struct{ io.Reader }{in}, make([]byte, 256<<10)) // no copy inside the kernel
	return errors.Join(err, out.Sync(), out.Close())
}

func send(ctx context.Context, api *client.Client, path string) error {
	v, err := api.CreateVideo(ctx, "bench", "private")
	if err != nil {
		return err
	}
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	_, err = api.PutSource(ctx, v.Upload.PutURL, in, uploadBytes)
	return err
}

func timed(work func() error) (time.Duration, error) {
	begun := time.Now()
	err := work()
	return time.Since(begun), err
}
