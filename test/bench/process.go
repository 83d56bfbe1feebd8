package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	tick      = time.Second / 100 // of /proc: USER_HZ is 100 on every Linux
	lookEvery = 200 * time.Millisecond
)

// background returns a command that ends with this process, however that ends.
func background(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = os.Stderr
	return cmd
}

// stop ends a process as an administrator does, and waits for it.
func stop(cmd *exec.Cmd) error {
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return cmd.Wait()
}

// cpuOf runs a program to its end and returns its user and system time.
func cpuOf(ctx context.Context, program string, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	if said, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("run %s: %w: %s", program, err, bytes.TrimSpace(said))
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}

// ownCPU is what this process has used, without its children.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// cpuUsed is the user and system time so far of a running process and of its running children.
func cpuUsed(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field is the program's name in brackets; utime and stime are fields 14 and 15 (proc(5)).
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("read the CPU time of process %d: %d fields", pid, len(fields))
	}
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	if err := errors.Join(err1, err2); err != nil {
		return 0, err
	}
	used := time.Duration(user+system) * tick
	for _, child := range strings.Fields(firstLine(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))) {
		id, err := strconv.Atoi(child)
		if err != nil {
			return 0, err
		}
		more, err := cpuUsed(id)
		if err != nil {
			return 0, err
		}
		used += more
	}
	return used, nil
}

// settled waits until a process has used no CPU for a second: what it began by itself, and its garbage collector, are done.
func settled(ctx context.Context, pid int) error {
	before, quiet := time.Duration(-1), 0
	return poll(ctx, 30*time.Second, func() (bool, error) {
		now, err := cpuUsed(pid)
		if quiet++; now != before {
			before, quiet = now, 0
		}
		return quiet >= int(time.Second/lookEvery), err
	})
}

// poll looks until something is done, for what can only be asked.
func poll(ctx context.Context, within time.Duration, done func() (bool, error)) error {
	return pollEach(ctx, lookEvery, within, done)
}

// pollEach looks that often.
func pollEach(ctx context.Context, every, within time.Duration, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	look := time.NewTicker(every)
	defer look.Stop()
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", within, ctx.Err())
		case <-look.C:
		}
	}
}

// megabytes reads a size of /proc/PID/status, for example VmRSS.
func megabytes(pid int, name string) (float64, error) {
	text := field(fmt.Sprintf("/proc/%d/status", pid), name)
	kib, err := strconv.ParseFloat(strings.TrimSuffix(text, " kB"), 64)
	if err != nil {
		return 0, fmt.Errorf("read %s of process %d: %w", name, pid, err)
	}
	return kib * 1024 / 1e6, nil
}

// resetPeak makes VmHWM start again from what is resident now (proc(5), clear_refs).
func resetPeak(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}
