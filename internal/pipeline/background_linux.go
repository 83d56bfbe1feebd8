package pipeline

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// Of ioprio_set(2): the calling thread, and the lowest level of the class that shares.
const (
	ioThisThread   = 1
	ioLowestShared = 2<<13 | 7
	lowestPriority = 19
)

// inBackground runs work on a thread of its own with the lowest priority for the processor and the disk. The thread ends with it.
func inBackground(work func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: a thread with another priority is not for others
		_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), lowestPriority)
		_, _, _ = unix.Syscall(unix.SYS_IOPRIO_SET, ioThisThread, 0, ioLowestShared)
		done <- work()
	}()
	return <-done
}
