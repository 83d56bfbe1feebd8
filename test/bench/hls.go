package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// stream is what a player reads of a video before it plays: the smallest rung and the sound that goes with it.
type stream struct{ picture, sound []part }

// part is a segment of a media playlist.
type part struct {
	url     string
	seconds float64
}

var (
	bandwidth = regexp.MustCompile(`[:,]BANDWIDTH=(\d+)`)
	uri       = regexp.MustCompile(`URI="([^"]+)"`)
)

// readStream reads the master and both media playlists.
func readStream(ctx context.Context, master string) (s stream, err error) {
	text, err := fetchText(ctx, master)
	if err != nil {
		return s, err
	}
	smallest, sound, least := "", "", 0
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "#EXT-X-STREAM-INF:") && i+1 < len(lines):
			rate, _ := strconv.Atoi(submatch(bandwidth, line))
			if smallest == "" || rate < least {
				smallest, least = lines[i+1], rate
			}
		case strings.HasPrefix(line, "#EXT-X-MEDIA:TYPE=AUDIO") && sound == "":
			sound = submatch(uri, line)
		}
	}
	if smallest == "" || sound == "" {
		return s, errors.New("the master names no pictures or no sound")
	}
	picture, err1 := readParts(ctx, master, smallest)
	heard, err2 := readParts(ctx, master, sound)
	return stream{picture, heard}, errors.Join(err1, err2)
}

func submatch(pattern *regexp.Regexp, line string) string {
	if m := pattern.FindStringSubmatch(line); m != nil {
		return m[1]
	}
	return ""
}

// readParts reads a media playlist.
func readParts(ctx context.Context, base, reference string) (parts []part, err error) {
	address, err := resolve(base, reference)
	if err != nil {
		return nil, err
	}
	text, err := fetchText(ctx, address)
	if err != nil {
		return nil, err
	}
	seconds := 0.0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "#EXTINF:"); ok {
			number, _, _ := strings.Cut(rest, ",")
			if seconds, err = strconv.ParseFloat(number, 64); err != nil {
				return nil, err
			}
			continue
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		segment, err := resolve(address, line)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{segment, seconds})
	}
	return parts, nil
}

func resolve(base, reference string) (string, error) {
	b, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	r, err := b.Parse(strings.TrimSpace(reference))
	if err != nil {
		return "", err
	}
	return r.String(), nil
}

// at returns the number of the part that is shown at an instant.
func at(parts []part, seconds float64) int {
	for i, p := range parts {
		if seconds -= p.seconds; seconds < 0 {
			return i
		}
	}
	return len(parts) - 1
}

// whole is how long the parts last.
func whole(parts []part) (seconds float64) {
	for _, p := range parts {
		seconds += p.seconds
	}
	return seconds
}

func fetchText(ctx context.Context, address string) (string, error) {
	answer, err := get(ctx, address, "bench")
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answers %s", address, answer.Status)
	}
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

// fetch gets a segment as a player does: when told to come again later it waits as long as it is told. It returns how often that was.
func fetch(ctx context.Context, address, viewer string) (refused int, err error) {
	for {
		answer, err := get(ctx, address, viewer)
		if err != nil {
			return refused, err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		if err := errors.Join(err, answer.Body.Close()); err != nil {
			return refused, err
		}
		switch answer.StatusCode {
		case http.StatusOK:
			return refused, nil
		case http.StatusServiceUnavailable:
			refused++
		default:
			return refused, fmt.Errorf("%s answers %s", address, answer.Status)
		}
		seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		if err != nil {
			return refused, fmt.Errorf("read Retry-After: %w", err)
		}
		select {
		case <-ctx.Done():
			return refused, ctx.Err()
		case <-time.After(time.Duration(seconds) * time.Second):
		}
	}
}

// get sends a request that the server takes for one viewer's.
func get(ctx context.Context, address, viewer string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", viewer)
	return http.DefaultClient.Do(r)
}
