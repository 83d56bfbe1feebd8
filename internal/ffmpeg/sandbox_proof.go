package ffmpeg

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

const trialWall = 30 * time.Second

// errSeen ends the trial: the process has shown what it was run for.
var errSeen = errors.New("the trial has been seen")

// try runs both programs behind the fences. They hold where ffmpeg does real work on a file that is the server's alone, and
// where the kernel's own account of the process shows them.
func (t *Tool) try(ctx context.Context, f fences) error {
	ctx, cancel := context.WithTimeout(ctx, trialWall)
	defer cancel()
	dir, err := os.MkdirTemp("", "matinee-sandbox-")
	if err != nil {
		return fmt.Errorf("make a folder for the trial: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	sound := filepath.Join(dir, "sound.wav")
	if err := os.WriteFile(sound, silence(), 0o600); err != nil {
		return fmt.Errorf("write a source for the trial: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return t.seeWork(ctx, f, sound) })
	g.Go(func() error {
		_, err := t.runBehind(ctx, f, process{program: t.ffprobe, args: []string{"-version"}, stdout: io.Discard, limits: questionLimits()})
		return err
	})
	return g.Wait()
}

func (t *Tool) seeWork(ctx context.Context, f fences, sound string) error {
	started := make(chan int, 1)
	_, err := t.runBehind(ctx, f, process{
		program: t.ffmpeg,
		args:    trialArgs(sound),
		limits:  questionLimits(),
		trial:   started,
		outputs: []output{{"trial", func(_ string, r io.Reader) error {
			if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
				return fmt.Errorf("wait for a first byte: %w", err)
			}
			return cmp.Or(f.seenOn(<-started), errSeen)
		}}},
	})
	if errors.Is(err, errSeen) {
		return nil
	}
	return cmp.Or(err, errors.New("the process ended without a result"))
}

// trialArgs encode the file again and again, so that the process cannot end before it was looked at.
func trialArgs(sound string) []string {
	args := append(guarded(), "-protocol_whitelist", "file", "-stream_loop", "-1", "-f", "wav", "-i", fileURL(sound))
	return append(args, "-c:a", "aac", "-frag_duration", "1000000", "-f", "mp4", "-movflags", "+empty_moov", "pipe:"+strconv.Itoa(firstPipe))
}

// silence is a WAV file of an eighth of a second, 8 kHz, mono, 16 bit.
func silence() []byte {
	const samples, rate = 1000, 8000
	le := binary.LittleEndian
	out := le.AppendUint32([]byte("RIFF"), 36+2*samples)
	out = le.AppendUint32(append(out, "WAVEfmt "...), 16)
	for _, half := range []uint16{1, 1} { // PCM, channels
		out = le.AppendUint16(out, half)
	}
	out = le.AppendUint32(le.AppendUint32(out, rate), 2*rate)
	out = le.AppendUint16(le.AppendUint16(out, 2), 16)
	out = le.AppendUint32(append(out, "data"...), 2*samples)
	return append(out, make([]byte, 2*samples)...)
}

// held proves on the calling thread what no account of a process shows: that a file outside and a socket are refused.
func (f fences) held() error {
	if f.landlock > 0 {
		if fd, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); !errors.Is(err, unix.EACCES) {
			_ = unix.Close(fd)
			return fmt.Errorf("the root folder can still be read: %w", cmp.Or(err, errors.New("no error")))
		}
	}
	if f.calls {
		if fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); !errors.Is(err, unix.EPERM) {
			_ = unix.Close(fd)
			return fmt.Errorf("a socket can still be opened: %w", cmp.Or(err, errors.New("no error")))
		}
	}
	return nil
}

// seenOn compares the fences with what the kernel says of a process (proc_pid_status(5)).
func (f fences) seenOn(pid int) error {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return fmt.Errorf("look at the process: %w", err)
	}
	has := func(field, want string) error {
		for line := range strings.Lines(string(text)) {
			name, value, _ := strings.Cut(line, ":")
			if name == field && !slices.Equal(strings.Fields(value), strings.Fields(want)) {
				return fmt.Errorf("%s is %s, not %s", field, strings.TrimSpace(value), want)
			}
		}
		return nil
	}
	var errs []error
	if f.privileges {
		errs = append(errs, has("NoNewPrivs", "1"))
	}
	if f.calls {
		errs = append(errs, has("Seccomp", "2"))
	}
	if f.user != 0 {
		four := strings.Repeat(strconv.Itoa(f.user)+" ", 4)
		errs = append(errs, has("Uid", four), has("Gid", four), has("Groups", ""), has("CapEff", fmt.Sprintf("%016x", 1<<unix.CAP_DAC_READ_SEARCH)))
	}
	if f.namespaces != 0 {
		errs = append(errs, otherNetwork(pid))
	}
	return errors.Join(errs...)
}

func otherNetwork(pid int) error {
	own, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		return fmt.Errorf("look at the own network: %w", err)
	}
	theirs, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/net", pid))
	if err != nil {
		return fmt.Errorf("look at the process's network: %w", err)
	}
	if own == theirs {
		return errors.New("the process is in the server's network")
	}
	return nil
}
