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

// limit is one of setrlimit(2).
type limit struct {
	resource  int
	soft, max uint64
}

// apply bounds a process that runs, and the processes of its user where processes is not 0.
func (l limits) apply(pid int, processes uint64) error {
	all := []limit{
		// At the soft limit comes SIGXCPU, which says why; at the hard one SIGKILL, which could be anybody's.
		{unix.RLIMIT_CPU, l.cpuSeconds, l.cpuSeconds + 5},
		{unix.RLIMIT_AS, l.memoryBytes, l.memoryBytes},
		{unix.RLIMIT_NOFILE, l.files, l.files},
		{unix.RLIMIT_CORE, 0, 0},
		{unix.RLIMIT_FSIZE, l.fileBytes, l.fileBytes},
	}
	if processes > 0 {
		all = append(all, limit{unix.RLIMIT_NPROC, processes, processes})
	}
	for _, r := range all {
		if err := unix.Prlimit(pid, r.resource, &unix.Rlimit{Cur: r.soft, Max: r.max}, nil); err != nil {
			return fmt.Errorf("limit process %d: %w", pid, err)
		}
	}
	return nil
}
