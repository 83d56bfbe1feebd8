package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"path/filepath"
	"strings"
	"time"
)

const (
	minOriginSpeed = 0.95 // bytes served a second, of nginx's
	loadTime       = 4 * time.Second
	overNginx      = "bytes a second of the origin / nginx"
)

// origin compares how fast the server and nginx, which uses sendfile, serve the same segment files over plain HTTP.
func (b *bench) origin(ctx context.Context) error {
	if missing := b.webTools(ctx); missing != "" {
		b.report.atLeast(overNginx, "x", minOriginSpeed, missing+" is not installed", nil)
		return nil
	}
	b.report.Machine.Nginx = strings.TrimPrefix(says(ctx, "nginx", "-v"), "nginx version: ")
	stocked, err := b.stocked(ctx)
	if err != nil {
		return err
	}
	files, err := segmentFiles(stocked)
	if err != nil {
		return err
	}
	folder := filepath.Join(stocked.data, "media")
	return b.serving(ctx, stocked.data, func(s *server) error {
		n, err := b.startNginx(ctx, folder)
		if err != nil {
			return err
		}
		bare := httptest.NewServer(http.FileServer(http.Dir(folder)))
		defer bare.Close()
		return errors.Join(b.compareOrigins(ctx, s, n, bare.URL, files), stop(n.Cmd))
	})
}

// compareOrigins loads all three with the same requests, in turns, after a short round that fills their caches. The third is
// what Go's own file server reaches: it asks nobody for rights.
func (b *bench) compareOrigins(ctx context.Context, s *server, n *nginx, bareURL string, files []string) error {
	of := func(pid int) func() (time.Duration, error) {
		return func() (time.Duration, error) { return cpuUsed(pid) }
	}
	ours, err1 := b.newLoad(s.url, "ours.lua", addresses(files), of(s.pid()))
	theirs, err2 := b.newLoad(n.url, "nginx.lua", files, of(n.Process.Pid))
	bare, err3 := b.newLoad(bareURL, "bare.lua", files, func() (time.Duration, error) { return ownCPU(), nil })
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	for _, l := range []*load{ours, theirs, bare} {
		if err := l.run(ctx, time.Second); err != nil {
			return err
		}
		l.bytes, l.cpu = nil, nil
	}
	for i := range b.repeat {
		err := inTurns(i,
			func() error { return ours.run(ctx, loadTime) },
			func() error { return errors.Join(theirs.run(ctx, loadTime), bare.run(ctx, loadTime)) })
		if err != nil {
			return err
		}
	}
	note := fmt.Sprintf("%d segments in turn, %d connections, client on the same CPUs", len(files), connections)
	b.report.atLeast(overNginx, "x", minOriginSpeed, note, ratios(ours.bytes, theirs.bytes))
	b.report.atLeast("the same of Go's bare file server / nginx", "x", 0, "", ratios(bare.bytes, theirs.bytes))
	b.report.atMost("CPU a byte of the origin / nginx", "x", 0, "", ratios(ours.cpu, theirs.cpu))
	b.report.atMost("the same of Go's bare file server / nginx", "x", 0, "", ratios(bare.cpu, theirs.cpu))
	b.report.atLeast("bytes a second of the origin", "MB/s", 0, "", ours.bytes)
	b.report.atLeast("bytes a second of nginx", "MB/s", 0, b.report.Machine.Nginx, theirs.bytes)
	return nil
}

// segmentFiles are the paths below the media folder of all media segments of the video that is ready.
func segmentFiles(s stock) ([]string, error) {
	media := filepath.Join(s.data, "media")
	found, err := filepath.Glob(filepath.Join(media, "v", s.video, "*", "tracks", "*", "*.m4s"))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errors.New("the video that is ready has no segment files")
	}
	var files []string
	for _, f := range found {
		files = append(files, strings.TrimPrefix(f, media))
	}
	return files, nil
}

// addresses are the same files as the server names them: /v/VIDEO/VERSION/tracks/TRACK/N.m4s is /media/VIDEO/VERSION/TRACK/N.m4s.
func addresses(files []string) []string {
	var out []string
	for _, f := range files {
		out = append(out, path.Clean("/media/"+strings.Replace(strings.TrimPrefix(f, "/v/"), "/tracks/", "/", 1)))
	}
	return out
}
