package ffmpeg

import (
	"context"
	"errors"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// Inside runs ffmpeg behind the named layers and no others, and returns what it said.
func (t *Tool) Inside(ctx context.Context, layers []string, args ...string) (said string, err error) {
	var f fences
	for _, c := range candidates(DefaultUser) {
		if !slices.Contains(layers, c.name) {
			continue
		}
		if err := c.add(&f); err != nil {
			return "", err
		}
	}
	_, err = t.runBehind(ctx, f, process{program: t.ffmpeg, args: append(guarded(), args...), limits: limits{60, 2 << 30, 64, 1 << 20}})
	if exit, ok := errors.AsType[*ExitError](err); ok {
		return exit.Said, err
	}
	return "", err
}

// Unfenced returns a tool whose processes have only the layers that need nothing of the kernel.
func (t *Tool) Unfenced() *Tool {
	bare := *t
	bare.fences = fences{}
	return &bare
}

// Refusals makes each forbidden system call behind the filter, and returns what each says. Their arguments make no sense, so
// that nothing happens where one goes through.
func Refusals() (said map[uint32]error, userNamespace, clone3 error) {
	said = map[uint32]error{}
	var done sync.WaitGroup
	done.Go(func() {
		onEndingThread(func() {
			if err := (fences{privileges: true, calls: true}).enclose("", namedFiles{}); err != nil {
				userNamespace, clone3 = err, err
				return
			}
			call := func(number, first uintptr) error {
				_, _, errno := unix.RawSyscall6(number, first, ^uintptr(0), ^uintptr(0), ^uintptr(0), ^uintptr(0), ^uintptr(0))
				return errno
			}
			for _, number := range forbiddenCalls() {
				said[number] = call(uintptr(number), ^uintptr(0))
			}
			userNamespace = call(unix.SYS_CLONE, unix.CLONE_NEWUSER|unix.CLONE_FS)
			clone3 = call(unix.SYS_CLONE3, 0)
		})
	})
	done.Wait()
	return said, userNamespace, clone3
}

// FilesOf returns which files a command line lets its process read and write.
func FilesOf(args []string, writes bool) (read []string, written string) {
	out := filesOf(args, writes)
	return out.read, out.written
}
