package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"matinee/client"
)

const (
	uploadBytes        = 512 << 20
	uploadsAtOnce      = 8
	minUploadSpeed     = 0.8 // of writing the file
	maxUploadMegabytes = 2   // of memory, each
)

// upload compares a PUT with writing the same bytes to a file of the same disk and syncing it, and watches how much the server's
// memory grows. The bytes are no video, so nothing is encoded meanwhile.
func (b *bench) upload(ctx context.Context) error {
	source := b.in("source.bin")
	if err := fill(source, uploadBytes); err != nil {
		return err
	}
	if err := b.touchDisk(int64(2*b.repeat+1) * uploadBytes); err != nil {
		return err
	}
	data := b.in("upload")
	if err := b.addAccount(ctx, data); err != nil {
		return err
	}
	return b.serving(ctx, data, func(s *server) error {
		api, err := s.signIn(ctx)
		if err != nil {
			return err
		}
		if err := b.uploadAlone(ctx, s, api, source); err != nil {
			return err
		}
		return b.uploadTogether(ctx, s, api, source)
	})
}

// uploadAlone measures one upload at a time.
func (b *bench) uploadAlone(ctx context.Context, s *server, api *client.Client, source string) error {
	var plain, sent, grown []float64
	for i := range b.repeat {
		err := inTurns(i,
			// A new file each time, as an upload is one.
			func() error {
				return timed(&plain, func() error { return copyFile(source, b.in(fmt.Sprintf("copy-%d.bin", i))) })
			},
			func() error {
				return s.growth(ctx, &grown, func() error {
					return timed(&sent, func() error { return send(ctx, api, source, uploadBytes) })
				})
			})
		if err != nil {
			return err
		}
	}
	b.report.atLeast("speed of an upload / writing the file", "x", minUploadSpeed,
		"PUT of 512 MiB over loopback / copy with fsync", ratios(plain, sent))
	b.report.atLeast("speed of an upload", "MB/s", 0, "", speeds(sent))
	b.report.atLeast("speed of writing the file", "MB/s", 0, "", speeds(plain))
	b.report.atMost("memory that the upload takes", "MB", maxUploadMegabytes, "VmHWM less VmRSS before", grown)
	return nil
}

// uploadTogether measures uploads that run at the same time, of a part of the source each.
func (b *bench) uploadTogether(ctx context.Context, s *server, api *client.Client, source string) error {
	var grown []float64
	for range b.repeat {
		err := s.growth(ctx, &grown, func() error {
			group, ctx := errgroup.WithContext(ctx)
			for range uploadsAtOnce {
				group.Go(func() error { return send(ctx, api, source, uploadBytes/uploadsAtOnce) })
			}
			return group.Wait()
		})
		if err != nil {
			return err
		}
		grown[len(grown)-1] /= uploadsAtOnce
	}
	b.report.atMost(fmt.Sprintf("the same, each of %d at once", uploadsAtOnce), "MB", maxUploadMegabytes, "64 MiB each", grown)
	return nil
}

// speeds turns seconds for the whole source into megabytes a second.
func speeds(seconds []float64) []float64 {
	out := make([]float64, len(seconds))
	for i, s := range seconds {
		out[i] = uploadBytes / 1e6 / s
	}
	return out
}

// growth appends by how many megabytes the server's memory peaked over what it had before the work.
func (s *server) growth(ctx context.Context, samples *[]float64, work func() error) error {
	if err := errors.Join(settled(ctx, s.pid()), resetPeak(s.pid())); err != nil {
		return err
	}
	before, err := megabytes(s.pid(), "VmRSS")
	if err := errors.Join(err, work()); err != nil {
		return err
	}
	peak, err := megabytes(s.pid(), "VmHWM")
	*samples = append(*samples, max(0, peak-before))
	return err
}

// timed appends how many seconds the work takes.
func timed(samples *[]float64, work func() error) error {
	begun := time.Now()
	err := work()
	*samples = append(*samples, time.Since(begun).Seconds())
	return err
}

// touchDisk fills a file and removes it, so that both sides find blocks that were written before: on a virtual disk others can
// be several times slower, and chance would give them to one side.
func (b *bench) touchDisk(size int64) error {
	path := b.in("touch.bin")
	return errors.Join(fill(path, size), os.Remove(path))
}

func fill(path string, size int64) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.CopyN(file, rand.Reader, size)
	return errors.Join(err, file.Sync(), file.Close())
}

// copyFile writes a new file through this process, as a server must: not inside the kernel.
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
	_, err = io.CopyBuffer(struct{ io.Writer }{out}, struct{ io.Reader }{in}, make([]byte, 256<<10))
	return errors.Join(err, out.Sync(), out.Close())
}

// send uploads the first bytes of a file to a new video.
func send(ctx context.Context, api *client.Client, path string, size int64) error {
	v, err := api.CreateVideo(ctx, "Upload", "private")
	if err != nil {
		return err
	}
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	_, err = api.PutSource(ctx, v.Upload.PutURL, io.LimitReader(in, size), size)
	return err
}
