package ffmpeg

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// limits bound one process (setrlimit(2)). They are the second fence; the first is the argument list.
type limits struct {
	cpuSeconds  uint64
	memoryBytes uint64 // of address space
	files       uint64 // open at once
	fileBytes   uint64 // largest file it may write; 0 means none at all
}

func questionLimits() limits { return limits{60, 2 << 30, 64, 0} }

const dayOfCPU = 24 * 3600

func (l limits) apply(pid int) error {
	for _, r := range []struct {
		resource int
		value    uint64
	}{
		{unix.RLIMIT_CPU, l.cpuSeconds},
		{unix.RLIMIT_AS, l.memoryBytes},
		{unix.RLIMIT_NOFILE, l.files},
		{unix.RLIMIT_FSIZE, l.fileBytes},
		{unix.RLIMIT_CORE, 0},
	} {
		if err := unix.Prlimit(pid, r.resource, &unix.Rlimit{Cur: r.value, Max: r.value}, nil); err != nil {
			return fmt.Errorf("limit process %d: %w", pid, err)
		}
	}
	return nil
}
