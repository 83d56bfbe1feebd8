package e2e_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// process is a running program; its start time tells it from a later one with its id.
type process struct {
	pid    int
	parent int
	start  string
}

// children lists the processes that the server has started and that run.
func (s *server) children() (found []process) {
	s.t.Helper()
	for _, p := range processes(s.t) {
		if p.parent == s.pid {
			found = append(found, p)
		}
	}
	return found
}

// processes lists all that run; dead ones that nobody has waited for do not count.
func processes(t testing.TB) (found []process) {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		pid, err := strconv.Atoi(filepath.Base(name))
		if err != nil {
			continue
		}
		if p, ok := processOf(pid); ok {
			found = append(found, p)
		}
	}
	return found
}

// processOf reads /proc/PID/stat (proc_pid_stat(5)): the name in parentheses is field 2, the state 3, the parent 4, the start 22.
func processOf(pid int) (process, bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return process{}, false
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return process{}, false
	}
	parent, err := strconv.Atoi(fields[1])
	return process{pid: pid, parent: parent, start: fields[19]}, err == nil
}

// alive reports whether the process still runs.
func (p process) alive() bool {
	now, ok := processOf(p.pid)
	return ok && now.start == p.start
}

// encodesChunk reports whether the process is an ffmpeg that encodes the pictures of a source.
func (p process) encodesChunk() bool {
	line, err := os.ReadFile("/proc/" + strconv.Itoa(p.pid) + "/cmdline")
	return err == nil && bytes.Contains(line, []byte("libx264")) && bytes.Contains(line, []byte("/sources/"))
}
