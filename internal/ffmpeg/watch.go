package ffmpeg

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// ErrHung is returned when a process was killed because it used CPU, or time, without any progress.
var ErrHung = errors.New("the process made no progress and was killed")

// ErrStopped is returned when a process was killed because somebody had stopped it (SIGSTOP) and nobody let it go on.
var ErrStopped = errors.New("the process was stopped from outside and was killed")

const clockTicks = 100 // a second, of /proc (USER_HZ is 100 on every Linux)

// Observer is told how far a process is. Calls come from one goroutine, about twice a second. It must not block.
type Observer func(Progress)

// Progress is how far a process is.
type Progress struct {
	Frames int64         // pictures that the first rung has taken so far
	Time   time.Duration // of the output, counted on its own timeline
}

// watch is what a process under the watchdog reports, and to whom.
type watch struct {
	observe    Observer // may be nil
	inputBytes int64    // of the source: reading it for the first time is progress too
}

// arguments ask ffmpeg for progress on the descriptor.
func (w *watch) arguments(descriptor int) []string {
	return []string{"-nostats", "-stats_period", "0.5", "-progress", "pipe:" + strconv.Itoa(descriptor)}
}

// follow reads ffmpeg's key=value reports until it ends.
func (w *watch) follow(r io.Reader, moved *atomic.Int64) {
	var now, before Progress
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		number, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
		switch {
		case key == "frame" && err == nil:
			now.Frames = number
		case key == "out_time_us" && err == nil:
			now.Time = time.Duration(number) * time.Microsecond
		case key == "progress" && now != before:
			before = now
			moved.Add(1)
			if w.observe != nil {
				w.observe(now)
			}
		}
	}
	_, _ = io.Copy(io.Discard, r) // a line too long must not block the process
}

// startWatch kills the process when it is hung: CPU time counts, not wall time, because a busy machine is no fault. The
// function it returns ends the watch.
func (t *Tool) startWatch(ctx context.Context, r *running, kill context.CancelCauseFunc) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		t.guard(ctx, r, kill)
	}()
	return func() { cancel(); <-ended }
}

func (t *Tool) guard(ctx context.Context, r *running, kill context.CancelCauseFunc) {
	tick := time.NewTicker(min(time.Second, max(10*time.Millisecond, min(t.hungCPU, t.hungWall, t.stopped)/10)))
	defer tick.Stop()
	patience := t.hungWall
	if r.watch == nil {
		patience = max(patience, minuteOfSilence)
	}
	var (
		moved int64 = -1
		since       = time.Now()
		awake       = time.Now() // when it was last seen not to be stopped
		base  time.Duration
	)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		usage, err := usageOf(r.pid.Load())
		if err != nil {
			continue // not started, or just ended
		}
		if !usage.stopped {
			awake = time.Now()
		} else if time.Since(awake) > t.stopped { // a busy machine leaves a process runnable, never stopped
			kill(fmt.Errorf("%s: %w", r.program, ErrStopped))
			return
		}
		cpu := usage.cpu
		if m := r.signsOfLife(usage); m != moved {
			moved, since, base = m, time.Now(), cpu
			continue
		}
		used, waited := cpu-base, time.Since(since)
		if used > t.hungCPU || waited > patience && used < time.Second {
			kill(fmt.Errorf("%s used %v of CPU in %v: %w", r.program, used, waited.Round(time.Millisecond), ErrHung))
			return
		}
	}
}

// minuteOfSilence is the least that a process may take which reports no progress: it is short by itself, the machine may be busy.
const minuteOfSilence = time.Minute

// signsOfLife changes with every progress. Of a process that reports none, using CPU is all that can be asked.
func (r *running) signsOfLife(u processUsage) int64 {
	if r.watch == nil {
		return r.moved.Load() + int64(u.cpu)
	}
	return r.moved.Load() + min(u.read, 2*r.watch.inputBytes)
}

// processUsage is what a process has used so far.
type processUsage struct {
	cpu     time.Duration
	read    int64 // bytes
	stopped bool  // by a signal, until SIGCONT
}

// usageOf returns what a process has used so far (proc(5)).
func usageOf(pid int64) (u processUsage, err error) {
	if pid == 0 {
		return u, os.ErrProcessDone
	}
	dir := "/proc/" + strconv.FormatInt(pid, 10)
	stat, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return u, err
	}
	// The second field is the program's name in brackets and may hold anything; the state is field 3, utime and stime are
	// fields 14 and 15.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 13 {
		return u, fmt.Errorf("read %s/stat: %d fields", dir, len(fields))
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	if err := errors.Join(err1, err2); err != nil {
		return u, err
	}
	return processUsage{
		cpu: time.Duration(user+system) * time.Second / clockTicks, read: bytesRead(dir), stopped: fields[0] == "T",
	}, nil
}

func bytesRead(dir string) int64 {
	io, err := os.ReadFile(dir + "/io")
	if err != nil {
		return 0 // not readable everywhere; then only results count as progress
	}
	first, _, _ := strings.Cut(string(io), "\n")
	n, _ := strconv.ParseInt(strings.TrimPrefix(first, "rchar: "), 10, 64)
	return n
}
