package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	saidLimit  = 16 << 10
	lowestNice = 19
	afterKill  = 10 * time.Second // how long the pipes of a dead process are waited for
	firstPipe  = 3                // descriptor of the first output in the child
)

// process is one run of a program.
type process struct {
	program string
	args    []string
	limits  limits
	nice    bool
	stdout  io.Writer
	outputs []output   // descriptor firstPipe+i of the child each
	witness *witness   // reads standard error while the process decodes
	watch   *watch     // the process reports progress on the pipe after the outputs
	trial   chan<- int // asks for proof of the fences and is sent the process's id; has room for it
}

type output struct {
	track   string
	consume Consumer
}

// ExitError is a process that ended by itself with a fault.
type ExitError struct {
	Program string
	State   string // as os.ProcessState prints it
	Said    string // the start of what it wrote to standard error: for the log, never for a user
	Signal  syscall.Signal
}

// Error names the program, its end and its first words.
func (e *ExitError) Error() string {
	first, _, _ := strings.Cut(strings.TrimSpace(e.Said), "\n")
	return fmt.Sprintf("%s: %s: %s", e.Program, e.State, first)
}

// Killed reports whether a process was ended by a signal that somebody else sent: not a fault of what it worked on.
func Killed(err error) bool {
	e, ok := errors.AsType[*ExitError](err)
	return ok && (e.Signal == syscall.SIGKILL || e.Signal == syscall.SIGTERM)
}

// running is a process under way.
type running struct {
	process

	fences  fences
	readers []*os.File // ours: one per output, then the progress pipe
	writers []*os.File // the child's
	said    boundedBuffer
	moved   atomic.Int64 // grows with every sign of progress
	pid     atomic.Int64
	cpu     time.Duration
}

// run starts a process, feeds its outputs to their consumers, and returns when it and all of them have ended. The process
// is killed by ctx, by a consumer's error, by the watchdog and by the death of the server; the first three are returned.
func (t *Tool) run(ctx context.Context, p process) (Usage, error) {
	return t.runBehind(ctx, t.fences, p)
}

func (t *Tool) runBehind(ctx context.Context, f fences, p process) (Usage, error) {
	started := time.Now()
	ctx, kill := context.WithCancelCause(ctx)
	defer kill(nil)
	r := &running{process: p, fences: f, said: boundedBuffer{limit: saidLimit}}
	if err := r.openPipes(); err != nil {
		return Usage{}, fmt.Errorf("open pipes for %s: %w", p.program, err)
	}
	stopWatch := t.startWatch(ctx, r, kill)
	faults := r.startConsumers(kill)
	err := r.live(ctx)
	stopWatch()
	err = errors.Join(err, faults())
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if r.said.Len() > 0 {
		t.log.DebugContext(ctx, "a process wrote to standard error",
			slog.String("program", p.program), slog.String("said", r.said.String()))
	}
	return Usage{CPU: r.cpu, Wall: time.Since(started)}, err
}

func (r *running) openPipes() error {
	n := len(r.outputs)
	if r.watch != nil {
		n++
	}
	for range n {
		reader, writer, err := os.Pipe()
		if err != nil {
			closeAll(r.readers)
			closeAll(r.writers)
			return err
		}
		r.readers, r.writers = append(r.readers, reader), append(r.writers, writer)
	}
	return nil
}

// startConsumers hands every output to its consumer. The function it returns waits for them all, closes the pipes, and
// returns what went wrong.
func (r *running) startConsumers(kill context.CancelCauseFunc) (faults func() error) {
	var (
		all  sync.WaitGroup
		errs = make([]error, len(r.outputs))
	)
	for i, o := range r.outputs {
		all.Go(func() {
			from := &countingReader{r: r.readers[i], sum: &r.moved}
			// A consumer that misses the rest after the end is not why the process ended: its exit tells more.
			if errs[i] = o.consume(o.track, from); errs[i] != nil && !from.ended {
				kill(errs[i])
			}
			// A consumer that has enough lets the process end as it would.
			_, _ = io.Copy(io.Discard, from)
		})
	}
	if r.watch != nil {
		all.Go(func() { r.watch.follow(r.readers[len(r.outputs)], &r.moved) })
	}
	return func() error {
		all.Wait()
		closeAll(r.readers)
		return errors.Join(errs...)
	}
}

// live runs the process on a thread of its own. PR_SET_PDEATHSIG follows the thread that forked, not the server, so the
// thread must live as long as the child; and niceness and fences belong to a thread, so they are never given back: it ends
// here.
func (r *running) live(ctx context.Context) error {
	done := make(chan error, 1)
	go onEndingThread(func() { done <- r.startAndWait(ctx) })
	return <-done
}

// onEndingThread runs work on a thread that ends with the goroutine. The main thread never does, and /proc shows it as the
// server itself, so it is held meanwhile.
func onEndingThread(work func()) {
	runtime.LockOSThread()
	if unix.Gettid() != unix.Getpid() {
		work()
		return
	}
	defer runtime.UnlockOSThread()
	var other sync.WaitGroup
	other.Go(func() { onEndingThread(work) })
	other.Wait()
}

func (r *running) startAndWait(ctx context.Context) (err error) {
	files := filesOf(r.args, r.limits.fileBytes > 0)
	back, err := r.fences.lend(files.written)
	if err != nil {
		closeAll(r.writers)
		return err
	}
	defer func() { err = errors.Join(err, back()) }()
	cmd := r.command(ctx)
	if err := r.enclose(files); err != nil {
		closeAll(r.writers)
		return fmt.Errorf("sandbox %s: %w", r.program, err)
	}
	err = cmd.Start()
	closeAll(r.writers)
	if err != nil {
		return fmt.Errorf("start %s: %w", r.program, err)
	}
	if err := r.limit(cmd.Process.Pid); err != nil {
		return errors.Join(err, cmd.Cancel(), cmd.Wait())
	}
	r.pid.Store(int64(cmd.Process.Pid))
	if r.trial != nil {
		r.trial <- cmd.Process.Pid
	}
	err = cmd.Wait()
	r.pid.Store(0)
	r.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return r.exit(cmd.ProcessState, err)
}

// limit bounds the process in the first moment of its life, most likely while its libraries are being loaded. Other than the
// fences, limits belong to a process as a whole and cannot be inherited from a thread alone.
func (r *running) limit(pid int) error {
	if err := r.fences.resemble(); err != nil {
		return err
	}
	return r.limits.apply(pid, r.fences.processes())
}

func (r *running) command(ctx context.Context) *exec.Cmd {
	cmd := exec.CommandContext(ctx, r.program, r.args...) //nolint:gosec // running a configured program is what the package is for; no shell reads the arguments
	cmd.Env = []string{}
	cmd.Dir = "/" // a folder that every user may enter; nothing is named relative to it
	cmd.Stdout = r.stdout
	cmd.Stderr = r.stderr()
	cmd.ExtraFiles = r.writers
	cmd.SysProcAttr = r.fences.attributes()
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = afterKill
	return cmd
}

// enclose changes the calling thread, and so the process that it starts.
func (r *running) enclose(files namedFiles) error {
	if r.nice {
		if err := unix.Setpriority(unix.PRIO_PROCESS, 0, lowestNice); err != nil {
			return fmt.Errorf("lower the priority: %w", err)
		}
	}
	if err := r.fences.enclose(r.program, files); err != nil {
		return err
	}
	if r.trial != nil {
		return r.fences.held()
	}
	return nil
}

// stderr is where the process's talk goes: it is kept for the log, what a witness has use for left out.
func (r *running) stderr() io.Writer {
	if r.witness == nil {
		return &r.said
	}
	r.witness.said = &r.said
	return r.witness
}

func (r *running) exit(state *os.ProcessState, err error) error {
	if _, ok := errors.AsType[*exec.ExitError](err); !ok {
		return err
	}
	e := &ExitError{Program: r.program, State: state.String(), Said: r.said.String()}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.Signal = status.Signal()
	}
	return e
}

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close() // a pipe holds nothing back
	}
}
