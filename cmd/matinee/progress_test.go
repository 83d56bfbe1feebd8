package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"matinee/client"
)

// These tests are inside the package: a command has no other door for what only another run or a terminal sees.

func TestProgressIsALineEveryTenth(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := newProgress(&out, "film.mp4", 2000)
	for n := int64(0); n <= 2000; n += 10 {
		p.sent(n)
	}
	p.interrupted(errors.New("cut"))
	p.sent(1500) // again, and no news
	p.end(true)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 12 || lines[0] != "film.mp4: 0 %, 0 bytes of 2.0 kB" || lines[10] != "film.mp4: 100 %, 2.0 kB of 2.0 kB" || lines[11] != "film.mp4: interrupted, going on: cut" {
		t.Errorf("%d lines\n%s", len(lines), out.String())
	}
	out.Reset()
	newProgress(&out, "film.mp4", 2000).sent(1000)
	if out.String() != "film.mp4: going on at 50 %, 1.0 kB of 2.0 kB\n" {
		t.Errorf("an upload that goes on begins with %q", out.String())
	}
}

func TestABarEndsWhateverHappens(t *testing.T) {
	t.Parallel()
	for _, whole := range []bool{true, false} {
		b := newBar(&bytes.Buffer{}, "film.mp4", 100)
		for _, n := range []int64{0, 50, 100, 20} { // the server may want bytes again
			b.sent(n)
		}
		b.interrupted(errors.New("cut"))
		b.end(whole)
		if b.bar.Completed() != whole || b.bar.Aborted() == whole {
			t.Errorf("whole %v: completed %v, aborted %v", whole, b.bar.Completed(), b.bar.Aborted())
		}
	}
}

func TestAnUploadIsRemembered(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	p := process{errors: &bytes.Buffer{}, lookup: func(name string) (string, bool) { return home, name == "HOME" }}
	film := filepath.Join(home, "film.mp4")
	if err := os.WriteFile(film, []byte("film"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := openFile(film)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	open := func(server string, f localFile) *memo {
		t.Helper()
		m, err := remember(p, server, f)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	first := open("a", file)
	if err := first.keep("URL", client.Video{ID: "ID", WatchURL: "WATCH"}); err != nil {
		t.Fatal(err)
	}
	if _, err := remember(p, "a", file); err == nil {
		t.Error("two runs send one file at once")
	}
	name := first.file.Name()
	if facts, err := os.Stat(name); err != nil || facts.Mode().Perm() != 0o600 {
		t.Errorf("the right to fill the video is readable by others: %v, %v", facts.Mode(), err)
	}
	first.close()
	second := open("a", file)
	if second.UploadURL != "URL" || second.VideoID != "ID" || second.WatchURL != "WATCH" {
		t.Errorf("remembered: %+v", second)
	}
	second.close()
	changed := file
	changed.size++
	for server, f := range map[string]localFile{"b": file, "a": changed} {
		m := open(server, f)
		if m.UploadURL != "" {
			t.Errorf("another file or server is taken for the same: %+v", m)
		}
		m.close()
	}
	if err := os.WriteFile(name, []byte(`{"upload_url": "UR`), 0o600); err != nil {
		t.Fatal(err)
	}
	torn := open("a", file)
	if torn.UploadURL != "" {
		t.Errorf("torn by a crash: %+v", torn)
	}
	torn.close()
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(name), "*")); err != nil || len(left) > 0 {
		t.Errorf("empty notes are left: %v, %v", left, err)
	}
	p.lookup = func(string) (string, bool) { return "", false }
	if m := open("a", file); m.file != nil {
		t.Error("something is kept without a folder for it")
	}
}
