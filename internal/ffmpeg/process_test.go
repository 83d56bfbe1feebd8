package ffmpeg_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/testkit"
	"matinee/internal/testkit/clips"
)

// helperVariable makes this test binary play the server in TestAProcessDiesWithTheServer.
const helperVariable = "MATINEE_TEST_FFMPEG_SERVER"

// wrapper is a program that answers questions as ffmpeg does, and does something else when it should encode.
func wrapper(t *testing.T, instead string) string {
	t.Helper()
	installed, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	return script(t, "#!/bin/sh\ncase \"$*\" in *filter_complex*) "+instead+";; *) exec "+installed+" \"$@\";; esac\n")
}

func drain(_ string, r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

func TestAProcessThatBurnsCPUWithoutAFrameIsHung(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{FFmpeg: wrapper(t, "while :; do :; done"), HungCPU: 200 * time.Millisecond})
	src, plan := admit(t, tool, clips.Silent, shortSegments())
	_, err := tool.EncodeChunk(t.Context(), src, plan, 0, ffmpeg.ChunkOptions{}, drain)
	if !errors.Is(err, ffmpeg.ErrHung) {
		t.Errorf("EncodeChunk: %v, want ErrHung", err)
	}
}

func TestAProcessThatSleepsIsHung(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{FFmpeg: wrapper(t, "exec /bin/sleep 1000"), HungWall: 3 * time.Second})
	src, plan := admit(t, tool, clips.Silent, shortSegments())
	_, err := tool.EncodeChunk(t.Context(), src, plan, 0, ffmpeg.ChunkOptions{}, drain)
	if !errors.Is(err, ffmpeg.ErrHung) {
		t.Errorf("EncodeChunk: %v, want ErrHung", err)
	}
}

func TestCancellingKillsTheProcess(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{FFmpeg: wrapper(t, "exec /bin/sleep 1000")})
	src, plan := admit(t, tool, clips.Silent, shortSegments())
	ctx, cancel := context.WithCancel(t.Context())
	_, err := tool.EncodeChunk(ctx, src, plan, 0, ffmpeg.ChunkOptions{}, func(_ string, r io.Reader) error {
		cancel()
		_, err := io.Copy(io.Discard, r) // ends only when the process is dead
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("EncodeChunk: %v, want context.Canceled", err)
	}
}

func TestAConsumersErrorKillsTheProcessAndIsReturned(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{FFmpeg: wrapper(t, "exec /bin/sleep 1000")})
	src, plan := admit(t, tool, clips.Silent, shortSegments())
	full := errors.New("the disk is full")
	_, err := tool.EncodeChunk(t.Context(), src, plan, 0, ffmpeg.ChunkOptions{}, func(string, io.Reader) error { return full })
	if !errors.Is(err, full) {
		t.Errorf("EncodeChunk: %v, want %v", err, full)
	}
}

func TestAFaultyProcessIsAnExitErrorWithItsWords(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{FFmpeg: wrapper(t, "echo broken >&2; exit 3")})
	src, plan := admit(t, tool, clips.Silent, shortSegments())
	_, err := tool.EncodeChunk(t.Context(), src, plan, 0, ffmpeg.ChunkOptions{}, drain)
	exit, ok := errors.AsType[*ffmpeg.ExitError](err)
	if !ok || exit.Said != "broken\n" {
		t.Errorf("EncodeChunk: %v", err)
	}
}

func TestAProcessIsBoundedAndSeesNothingOfTheServer(t *testing.T) {
	t.Parallel()
	// The process waits for the limit that is set last.
	instead := "{ until /bin/grep -q 'Max file size  *0 ' /proc/self/limits; do :; done; " +
		"/bin/cat /proc/self/limits /proc/self/stat; /bin/ls -l /proc/self/fd; /usr/bin/env; } >&3"
	tool := openTool(t, ffmpeg.Options{FFmpeg: wrapper(t, instead)})
	src, plan := admit(t, tool, clips.Silent, shortSegments())
	said := make(chan string, 1)
	_, err := tool.EncodeChunk(t.Context(), src, plan, 0, ffmpeg.ChunkOptions{Nice: true}, func(_ string, r io.Reader) error {
		all, err := io.ReadAll(r)
		said <- string(all)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	text := <-said
	for _, want := range []string{"Max cpu time              86400 ", "Max address space         6442450944 ", "Max file size             0 ", "Max open files            64 ", "Max core file size        0 "} {
		if !strings.Contains(text, want) {
			t.Errorf("the process does not have %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "HOME=") || strings.Contains(text, "TMPDIR=") || strings.Contains(text, "GO") {
		t.Errorf("the process has an environment:\n%s", text)
	}
	if strings.Contains(text, "socket:") {
		t.Errorf("the process has a descriptor of the server:\n%s", text)
	}
	if niceness := niceOf(text); niceness != "19" {
		t.Errorf("niceness %s, want 19", niceness)
	}
}

// niceOf reads field 19 of a /proc/PID/stat line.
func niceOf(text string) string {
	for line := range strings.Lines(text) {
		if _, after, ok := strings.Cut(line, "(cat) "); ok {
			return strings.Fields(after)[16]
		}
	}
	return "unknown"
}

func TestAProcessDiesWithTheServer(t *testing.T) {
	t.Parallel()
	server := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPlayTheServer$", "-test.v")
	server.Env = append(os.Environ(), helperVariable+"="+t.TempDir())
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	pid := 0
	for lines := bufio.NewScanner(out); pid == 0 && lines.Scan(); {
		if _, number, ok := strings.Cut(lines.Text(), "child "); ok {
			pid, _ = strconv.Atoi(number)
		}
	}
	if pid == 0 {
		t.Fatal("the server started no process")
	}
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait()
	testkit.Eventually(t, 10*time.Second, func() bool { return !isAlive(pid) })
}

// isAlive reports whether the process still runs; a zombie that nobody reaped does not.
func isAlive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// TestPlayTheServer is the other half of TestAProcessDiesWithTheServer: it runs in a process of its own, which is killed.
func TestPlayTheServer(t *testing.T) {
	dir := os.Getenv(helperVariable)
	if dir == "" {
		return // this process plays the test, not the server of it
	}
	tool := openTool(t, ffmpeg.Options{FFmpeg: wrapper(t, "echo $$ >&3; exec /bin/sleep 1000")})
	src, plan := admit(t, tool, clips.Silent, shortSegments())
	_, err := tool.EncodeChunk(t.Context(), src, plan, 0, ffmpeg.ChunkOptions{}, func(_ string, r io.Reader) error {
		line, err := bufio.NewReader(r).ReadString('\n')
		fmt.Printf("child %s", line)
		if err != nil {
			return err
		}
		return drain("", r)
	})
	t.Fatalf("the process ended before the server: %v", err)
}

func TestProgressIsObserved(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	src, plan := admit(t, tool, clips.Silent, media.Policy{})
	var last ffmpeg.Progress
	usage, err := tool.EncodeChunk(t.Context(), src, plan, 0, ffmpeg.ChunkOptions{Observe: func(p ffmpeg.Progress) { last = p }}, drain)
	if err != nil {
		t.Fatal(err)
	}
	if _, end := plan.ChunkFrames(0); last.Frames != end {
		t.Errorf("the last report has %d frames, want %d", last.Frames, end)
	}
	if usage.CPU <= 0 || usage.Wall <= 0 {
		t.Errorf("usage %+v", usage)
	}
}
