package pipeline_test

import (
	"context"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"matinee/internal/blob"
	"matinee/internal/blob/fileblob"
	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
	"matinee/internal/testkit"
)

// This file holds the parts that the tests of faults break.

// disk is the media folder, which can be full or fail.
type disk struct {
	*fileblob.Store

	noRoom     atomic.Bool // every put finds no room
	full       atomic.Bool // nothing is free
	unreadable atomic.Bool // sources cannot be read

	mu     sync.Mutex
	won    map[string]int    // how often a put won, by key
	before map[string]func() // what is waited for before a put, by the end of its key
}

// pause has the next put of a segment wait until the returned function is called; reached is closed when it waits.
func (d *disk) pause(end string) (reached <-chan struct{}, release func()) {
	at, gate := make(chan struct{}), make(chan struct{})
	d.mu.Lock()
	defer d.mu.Unlock()
	d.before[end] = sync.OnceFunc(func() {
		close(at)
		<-gate
	})
	return at, sync.OnceFunc(func() { close(gate) })
}

func (d *disk) waitBefore(key string) {
	var waits []func()
	d.mu.Lock()
	for end, wait := range d.before {
		if strings.HasSuffix(key, end) {
			waits = append(waits, wait)
		}
	}
	d.mu.Unlock()
	for _, wait := range waits {
		wait()
	}
}

// wins returns how often each segment was put.
func (d *disk) wins() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.won)
}

func (d *disk) Free(ctx context.Context) (int64, error) {
	if d.full.Load() {
		return 4096, nil
	}
	return d.Store.Free(ctx)
}

func (d *disk) PutIfAbsent(ctx context.Context, key string, data []byte) (bool, error) {
	if d.noRoom.Load() {
		return false, errs.New(errs.NoSpace, "no_space", "The disk that keeps the media is full.")
	}
	d.waitBefore(key)
	won, err := d.Store.PutIfAbsent(ctx, key, data)
	if won && strings.HasSuffix(key, ".m4s") {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.won[key]++
	}
	return won, err
}

func (d *disk) Put(ctx context.Context, key string, r io.Reader) (int64, error) {
	if d.noRoom.Load() {
		return 0, &os.PathError{Op: "write", Path: key, Err: syscall.ENOSPC}
	}
	return d.Store.Put(ctx, key, r)
}

func (d *disk) Open(ctx context.Context, key string) (blob.Object, error) {
	if d.unreadable.Load() && strings.HasSuffix(key, "/source") {
		return blob.Object{}, &os.PathError{Op: "read", Path: key, Err: syscall.EIO}
	}
	return d.Store.Open(ctx, key)
}

// rows is the database, which can be away.
type rows struct {
	*database.Pipeline

	away   atomic.Bool
	missed atomic.Int64 // calls that found it away
	later  atomic.Bool  // the ladder, the sounds and what comes after them wait
	asked  atomic.Int64 // asks that were noted
}

func (r *rows) Ask(ctx context.Context, a pipeline.Ask, now time.Time) error {
	defer r.asked.Add(1)
	return r.Pipeline.Ask(ctx, a, now)
}

func (r *rows) there() error {
	if !r.away.Load() {
		return nil
	}
	r.missed.Add(1)
	return errs.New(errs.Busy, "database_unavailable", "The database does not answer just now.")
}

func (r *rows) ClaimTask(ctx context.Context, w pipeline.Worker, now time.Time, ttl time.Duration) (pipeline.Lease, error) {
	if err := r.there(); err != nil {
		return pipeline.Lease{}, err
	}
	if r.later.Load() {
		w.Kinds = []pipeline.Kind{pipeline.Probe, pipeline.Prepare}
	}
	return r.Pipeline.ClaimTask(ctx, w, now, ttl)
}

func (r *rows) RenewLease(ctx context.Context, l pipeline.Lease, done int64, until time.Time) error {
	if err := r.there(); err != nil {
		return err
	}
	return r.Pipeline.RenewLease(ctx, l, done, until)
}

func (r *rows) FinishTrackWork(ctx context.Context, l pipeline.Lease, f pipeline.Facts, now time.Time) (pipeline.Step, error) {
	if err := r.there(); err != nil {
		return pipeline.Step{}, err
	}
	return r.Pipeline.FinishTrackWork(ctx, l, f, now)
}

func (r *rows) Requeue(ctx context.Context, l pipeline.Lease, retry pipeline.Retry) error {
	if err := r.there(); err != nil {
		return err
	}
	return r.Pipeline.Requeue(ctx, l, retry)
}

// program is a stand-in for ffmpeg that answers questions as it does; what it does when it encodes a chunk can be changed.
type program struct {
	t         *testing.T
	path      string
	installed string
}

func newProgram(t *testing.T, chunk string) *program {
	t.Helper()
	installed, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, path: filepath.Join(t.TempDir(), "ffmpeg"), installed: installed}
	p.become(chunk)
	return p
}

// become changes what the program does from its next start on. FFMPEG stands for the real one.
func (p *program) become(chunk string) {
	p.t.Helper()
	text := "#!/bin/sh\ncase \"$*\" in *sources*libx264*|*mkv*libx264*) " + chunk + ";; esac\nexec FFMPEG \"$@\"\n"
	next := p.path + ".next"
	if err := os.WriteFile(next, []byte(strings.ReplaceAll(text, "FFMPEG", p.installed)), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.Rename(next, p.path); err != nil {
		p.t.Fatal(err)
	}
}

func (p *program) heal() { p.become(":") }

// later moves the clock.
func (b *bench) later(d time.Duration) { b.offset.Add(int64(d)) }

// fails waits until the video failed, without the pauses between attempts.
func (b *bench) fails(t *testing.T, id ids.VideoID) *library.Failure {
	t.Helper()
	testkit.Eventually(t, patience, func() bool {
		b.later(10 * time.Second)
		return b.video(t, id).State == library.Failed
	})
	return b.video(t, id).Version.Failure
}

// waits waits until the owner is told that the work waits, and holds the tasks to count nothing against the source.
func (b *bench) waits(t *testing.T, id ids.VideoID, code pipeline.Wait) {
	t.Helper()
	testkit.Eventually(t, patience, func() bool {
		v := b.video(t, id).Version
		return v != nil && v.Trouble != nil && v.Trouble.Code == string(code)
	})
	v := b.video(t, id)
	if v.State != library.Processing && v.State != library.Playable || v.Version.Trouble.Message == "" || v.Version.Trouble.Next == "" {
		t.Errorf("the video is %s with the trouble %+v", v.State, v.Version.Trouble)
	}
	for _, task := range b.encoding(t, id).Tasks {
		if task.Faults > 0 || task.State == pipeline.GivenUp {
			t.Errorf("waiting counts against %s %d: %+v", task.Kind, task.Chunk, task)
		}
	}
}

// goesOn waits until the video is ready by itself, without the pauses between attempts, and nothing is in its way.
func (b *bench) goesOn(t *testing.T, id ids.VideoID) library.Video {
	t.Helper()
	testkit.Eventually(t, patience, func() bool {
		b.later(10 * time.Second)
		return b.video(t, id).State == library.Ready
	})
	v := b.video(t, id)
	if v.Version.Trouble != nil {
		t.Errorf("a ready video is in trouble: %+v", v.Version.Trouble)
	}
	return v
}
