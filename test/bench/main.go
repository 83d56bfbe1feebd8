package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// options are what the command line says.
type options struct {
	repeat  int
	install bool
	ready   string // of which films the row playable waits until they are ready
	film    string // part of the names of the films to upload
	binary  string
	clip    string
	only    []string // names of measurements; all when empty
	out     string
}

// bench is one run.
type bench struct {
	options
	folder string // for everything that is written; gone at the end
	report report
	stock  stock
}

// measurement is a row or a few that are taken together.
type measurement struct {
	name string
	take func(*bench, context.Context) error
}

func measurements() []measurement {
	return []measurement{
		{"ladder", (*bench).ladder},
		{"bits", (*bench).bits},
		{"start", (*bench).start},
		{"memory", (*bench).memory},
		{"upload", (*bench).upload},
		{"origin", (*bench).origin},
		{"playable", (*bench).playable},
		{"seek", (*bench).seek},
		{"far-seek", (*bench).farSeek},
		{"first-frame", (*bench).firstFrame},
		{"viewers", (*bench).viewers},
	}
}

func main() {
	// Children that must not outlive this process follow the thread that started them: all are started from this one.
	runtime.LockOSThread()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	o, err := parse(os.Args[1:])
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "matinee-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	b := &bench{options: o, folder: folder}
	b.report.begin(ctx, b.binary)
	var failed error
	for _, m := range measurements() {
		if len(o.only) > 0 && !slices.Contains(o.only, m.name) {
			continue
		}
		fmt.Fprintln(os.Stderr, "measuring", m.name)
		if err := m.take(b, ctx); err != nil {
			failed = errors.Join(failed, fmt.Errorf("measure %s: %w", m.name, err)) // what was measured is kept
		}
	}
	b.report.LoadAtEnd = firstLine("/proc/loadavg")
	if err := errors.Join(b.report.write(o.out), b.report.print(os.Stdout)); err != nil {
		return err
	}
	fmt.Printf("\nall samples: %s\n", o.out)
	return failed
}

func parse(args []string) (options, error) {
	var o options
	var names []string
	for _, m := range measurements() {
		names = append(names, m.name)
	}
	f := flag.NewFlagSet("bench", flag.ExitOnError)
	f.IntVar(&o.repeat, "repeat", 3, "how often each side is measured")
	f.BoolVar(&o.install, "install", true, "as root, install nginx and wrk with apt-get where they are missing")
	f.StringVar(&o.ready, "ready", "short", "films that the row playable waits for until they are ready: none, short or all, which takes hours")
	f.StringVar(&o.film, "film", "", "films that the row playable takes: those with this in their name")
	f.StringVar(&o.binary, "binary", "bin/matinee", "the server to measure")
	f.StringVar(&o.clip, "clip", "internal/testkit/clips/footage/big-buck-bunny-480p-30s.mp4", "the MP4 to encode and to serve")
	f.StringVar(&o.out, "out", filepath.Join(os.TempDir(), "bench.json"), "where the JSON goes")
	only := f.String("only", "", "measurements to take, separated by commas: "+strings.Join(names, ","))
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	for _, name := range o.only {
		if !slices.Contains(names, name) {
			return o, fmt.Errorf("there is no measurement %q; there are %s", name, strings.Join(names, ", "))
		}
	}
	if !slices.Contains([]string{"none", "short", "all"}, o.ready) {
		return o, fmt.Errorf("-ready is %q and must be none, short or all", o.ready)
	}
	if o.repeat < 1 {
		return o, fmt.Errorf("-repeat is %d and must be at least 1", o.repeat)
	}
	return o, nil
}

// in names a file of the run's folder.
func (b *bench) in(name string) string { return filepath.Join(b.folder, name) }

// inTurns runs both functions, the second one first every other time, so that neither is always the one that finds the caches
// warm and a slow drift of the machine cancels: A B, B A, A B.
func inTurns(round int, a, b func() error) error {
	if round%2 == 1 {
		a, b = b, a
	}
	if err := a(); err != nil {
		return err
	}
	return b()
}
