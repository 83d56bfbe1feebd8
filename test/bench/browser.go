package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const mostFirstFrame = 500 // milliseconds from pressing play, local

// browserTools names what a measurement in Chromium lacks; tools/setup installs it.
func (b *bench) browserTools(ctx context.Context) (chromium, missing string) {
	if b.install {
		cmd := exec.CommandContext(ctx, "tools/setup", "web", "chromium")
		cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
		if err := cmd.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "Chromium could not be set up:", err)
		}
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, ""
		}
	}
	return "", "Chromium"
}

// firstFrame measures in Chromium from pressing play to the first picture, and from opening the page to it, beside a bare page with
// hls.js on the same stream, local and over a slow line that the browser imitates.
func (b *bench) firstFrame(ctx context.Context) error {
	chromium, missing := b.browserTools(ctx)
	if missing != "" {
		b.report.atMost("press play to first picture, local", "ms", mostFirstFrame, missing+" is not installed", nil)
		return nil
	}
	b.report.Machine.Chromium = says(ctx, chromium, "--version")
	stocked, err := b.stocked(ctx)
	if err != nil {
		return err
	}
	return b.serving(ctx, stocked.data, func(s *server) error {
		api, err := s.signIn(ctx)
		if err != nil {
			return err
		}
		playback, err := api.Playback(ctx, stocked.video)
		if err != nil {
			return err
		}
		said, err := output(ctx, nil, "node", "test/bench/first-frame.mjs", s.url+"/w/"+stocked.video, playback.HLS, fmt.Sprint(b.repeat), chromium)
		if err != nil {
			return err
		}
		samples := map[string][]float64{}
		if err := json.Unmarshal(said, &samples); err != nil {
			return fmt.Errorf("read what the browser measured: %w: %s", err, said)
		}
		for _, line := range []string{"local", "10 Mbit/s, 40 ms"} {
			target := 0.0
			if line == "local" {
				target = mostFirstFrame
			}
			b.report.atMost("press play to first picture, "+line, "ms", target, "the page was open for 3 s", samples["press ours "+line])
			b.report.atMost("the same of a bare hls.js page, "+line, "ms", 0, "", samples["press hls.js "+line])
			b.report.atMost("opening the page to first picture, "+line, "ms", 0, "play pressed as soon as it can be", samples["open ours "+line])
			b.report.atMost("the same of a bare hls.js page, "+line, "ms", 0, "", samples["open hls.js "+line])
		}
		return nil
	})
}

// farSeek measures in Chromium what seek measures over HTTP: from the press to a picture from there, with sound.
func (b *bench) farSeek(ctx context.Context) error {
	_, missing := b.browserTools(ctx)
	if missing != "" {
		b.report.atMost("far seek in Chromium, p50", "s", mostSeekP50, missing+" is not installed", nil)
		return nil
	}
	f, err := filmNamed(encodedFilm)
	if err != nil {
		return err
	}
	path, err := b.make(ctx, f)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(path) }()
	binary, err := filepath.Abs(b.binary)
	if err != nil {
		return err
	}
	said, err := output(ctx, []string{
		fmt.Sprintf("MATINEE_E2E_SEEKS=%d", seeks), "MATINEE_E2E_SOURCE=" + path, "MATINEE_BINARY=" + binary,
	}, "npx", "--prefix", "web", "playwright", "test", "--config", "web/playwright.config.ts", "--project", "desktop", "at-once-far-seek")
	if err != nil {
		return err
	}
	var result struct {
		P50, P95 float64
		Failed   int
		Jumps    []struct{ Milliseconds *float64 }
	}
	line, err := jsonLine(said)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(line, &result); err != nil {
		return fmt.Errorf("read what the browser measured: %w: %s", err, line)
	}
	var all []float64
	for _, j := range result.Jumps {
		if j.Milliseconds != nil {
			all = append(all, *j.Milliseconds/1000)
		}
	}
	note := fmt.Sprintf("%d presses, %d without a picture; load %s", seeks, result.Failed, firstLine("/proc/loadavg"))
	b.report.atMost("far seek in Chromium, p50: "+encodedFilm, "s", mostSeekP50, note, []float64{result.P50 / 1000})
	b.report.atMost("far seek in Chromium, p95: "+encodedFilm, "s", mostSeekP95, "", []float64{result.P95 / 1000})
	b.report.atMost("far seek in Chromium, all", "s", 0, "", all)
	return nil
}

// jsonLine is the line of an output that is an object.
func jsonLine(said []byte) ([]byte, error) {
	for line := range bytes.Lines(said) {
		if line = bytes.TrimSpace(line); bytes.HasPrefix(line, []byte("{")) {
			return line, nil
		}
	}
	return nil, fmt.Errorf("the browser measured nothing: %s", said)
}

// output runs a program of Node.js, the one that the web interface is built with, from the root of the checkout.
func output(ctx context.Context, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "tools/with-node", args...)
	cmd.Env = append(os.Environ(), env...)
	var faults strings.Builder
	cmd.Stderr = &faults
	said, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("run %s: %w: %s%s", args[0], err, said, faults.String())
	}
	return said, nil
}
