package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"matinee/client"
)

const (
	watchEvery   = 20 * time.Millisecond // how often a video's state is asked for: as exact as the figure can be
	playableMost = 5 * time.Minute
	readyMost    = 30 * time.Minute
)

// playable measures from the last byte of an upload to the moment when the video can be played, and for short ones until it is
// ready. Each upload is removed for good before the next.
func (b *bench) playable(ctx context.Context) error {
	data := b.in("playable")
	if err := b.addAccount(ctx, data); err != nil {
		return err
	}
	return b.serving(ctx, data, func(s *server) error {
		var failed error
		for _, f := range films() {
			if !strings.Contains(f.name, b.film) {
				continue
			}
			if err := b.playableOf(ctx, s, f); err != nil {
				failed = errors.Join(failed, fmt.Errorf("%s: %w", f.name, err))
			}
		}
		return failed
	})
}

func (b *bench) playableOf(ctx context.Context, s *server, f film) error {
	path, err := b.make(ctx, f)
	if err != nil {
		return err
	}
	if f.clips > 1 {
		defer func() { _ = os.Remove(path) }()
	}
	var playable, ready []float64
	for i := range b.repeat {
		up, err := begin(ctx, s, path)
		if err != nil {
			return err
		}
		after, err := up.until(ctx, playableMost, "playable")
		if err != nil {
			return err
		}
		playable = append(playable, after.Seconds())
		if i == 0 && f.ready && b.ready == "short" || b.ready == "all" {
			if after, err = up.until(ctx, readyMost, "ready"); err != nil {
				return err
			}
			ready = append(ready, after.Seconds())
		}
		if err := up.remove(ctx); err != nil {
			return err
		}
	}
	b.report.atMost("last byte to playable: "+f.name, "s", f.most, megabytesOf(path), playable)
	if len(ready) > 0 {
		b.report.atMost("last byte to ready: "+f.name, "s", 0, "", ready)
	}
	return nil
}

func megabytesOf(path string) string {
	facts, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%.0f MB", float64(facts.Size())/1e6)
}

// uploaded is a public video whose last byte has been sent.
type uploaded struct {
	id   string
	on   *server
	last time.Time
}

// begin uploads a public video. The state is not asked for before all bytes were sent, and from then on: the answer to the upload
// may come later than the video can be played.
func begin(ctx context.Context, s *server, path string) (*uploaded, error) {
	api, err := s.signIn(ctx)
	if err != nil {
		return nil, err
	}
	v, err := api.CreateVideo(ctx, "Film", "public")
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	facts, err := file.Stat()
	if err != nil {
		return nil, err
	}
	sent := &lastByte{Reader: file, left: facts.Size()}
	if _, err := api.PutSource(ctx, v.Upload.PutURL, sent, facts.Size()); err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	return &uploaded{v.ID, s, sent.at}, nil
}

// until waits for a state, or a later one, and returns how long after the last byte it was reached. It asks as a stranger does,
// for a sign-in would run out.
func (u *uploaded) until(ctx context.Context, most time.Duration, state string) (after time.Duration, err error) {
	stranger := client.New(u.on.url, "")
	err = pollEach(ctx, watchEvery, most, func() (bool, error) {
		v, err := stranger.Video(ctx, u.id)
		if err == nil && v.State == "failed" {
			err = errors.New("the video failed")
		}
		after = time.Since(u.last)
		return v.State == state || v.State == "ready", err
	})
	return after, err
}

// stream reads what a player would of the video.
func (u *uploaded) stream(ctx context.Context) (s stream, err error) {
	playback, err := client.New(u.on.url, "").Playback(ctx, u.id)
	if err != nil {
		return s, err
	}
	return readStream(ctx, playback.HLS)
}

// remove removes the video for good.
func (u *uploaded) remove(ctx context.Context) error {
	api, err := u.on.signIn(ctx)
	if err != nil {
		return err
	}
	return api.PurgeVideo(ctx, u.id)
}

// lastByte notes when the last byte was read.
type lastByte struct {
	io.Reader

	left int64
	at   time.Time
}

// Read implements io.Reader.
func (l *lastByte) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if l.left -= int64(n); l.left <= 0 && l.at.IsZero() {
		l.at = time.Now()
	}
	return n, err
}

// uploadFilm makes a film, uploads it and waits until it can be played.
func (b *bench) uploadFilm(ctx context.Context, s *server, name string) (*uploaded, error) {
	f, err := filmNamed(name)
	if err != nil {
		return nil, err
	}
	path, err := b.make(ctx, f)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(path) }()
	up, err := begin(ctx, s, path)
	if err != nil {
		return nil, err
	}
	_, err = up.until(ctx, playableMost, "playable")
	return up, err
}

// together runs both functions at the same time.
func together(ctx context.Context, a, b func(context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a(ctx) })
	group.Go(func() error { return b(ctx) })
	return group.Wait()
}
