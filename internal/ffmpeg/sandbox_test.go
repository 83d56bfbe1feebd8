package ffmpeg_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/testkit/clips"
	"matinee/test/hostile"
)

func TestEveryLayerIsActiveOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	var names []string
	for _, l := range openTool(t, ffmpeg.Options{}).Layers() {
		names = append(names, l.Name)
		if l.Detail == "" {
			t.Errorf("%s has no detail", l.Name)
		}
		t.Logf("%s: %t: %s", l.Name, l.Active, l.Detail)
	}
	if got, want := strings.Join(names, ","), "arguments,environment,limits,parent,privileges,system calls,files,network,user"; got != want {
		t.Errorf("layers %s, want %s", got, want)
	}
}

// Each layer is asked to stop, alone, what it is there to stop. Without any of them, the same command goes through: what is
// asked for is possible.
func TestEachLayerStopsAloneWhatItIsFor(t *testing.T) { //nolint:paralleltest // its subtests share one trap
	tool := openTool(t, ffmpeg.Options{})
	active := map[string]bool{}
	for _, l := range tool.Layers() {
		active[l.Name] = l.Active
	}
	trap := hostile.Set(t, t.TempDir())
	written := filepath.Join(filepath.Dir(trap.File), "written.wav")
	read := []string{"-t", "0.1", "-i", trap.File, "-f", "null", "-"}
	call := []string{"-i", trap.URL + "/", "-f", "null", "-"}
	write := []string{"-f", "lavfi", "-i", "anullsrc=d=0.001", "-f", "wav", "-y", written}
	for _, tt := range []struct {
		name   string
		layers []string
		args   []string
		says   string // "" where the command goes through
	}{
		{"nothing forbids to read a file", nil, read, ""},
		{"files forbids to read a file", []string{"privileges", "files"}, read, "Permission denied"},
		{"nothing forbids to write a file", nil, write, ""},
		{"files forbids to write a file", []string{"privileges", "files"}, write, "Permission denied"},
		{"system calls forbids sockets", []string{"privileges", "system calls"}, call, "Operation not permitted"},
		{"a network of its own leads nowhere", []string{"network"}, call, "Network is unreachable"},
		{"files forbids to connect", []string{"privileges", "files"}, call, "Permission denied"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if slices.ContainsFunc(tt.layers, func(name string) bool { return !active[name] }) {
				t.Logf("this machine lacks one of %q", tt.layers)
				return
			}
			said, err := tool.Inside(t.Context(), tt.layers, tt.args...)
			if tt.says == "" && err != nil || tt.says != "" && !strings.Contains(said, tt.says) {
				t.Errorf("ffmpeg said %q, %v; want %q", said, err, tt.says)
			}
			sprung := trap.Sprung()
			if touched := len(sprung) > 0; tt.says != "" && touched {
				t.Errorf("sprung: %q", sprung)
			}
		})
	}
}

func TestEveryForbiddenSystemCallIsRefused(t *testing.T) {
	t.Parallel()
	said, userNamespace, clone3 := ffmpeg.Refusals()
	if len(said) < 40 {
		t.Errorf("only %d system calls are forbidden", len(said))
	}
	for number, err := range said {
		if !errors.Is(err, unix.EPERM) {
			t.Errorf("system call %d: %v", number, err)
		}
	}
	if !errors.Is(userNamespace, unix.EPERM) {
		t.Errorf("clone with a user namespace: %v", userNamespace)
	}
	if !errors.Is(clone3, unix.ENOSYS) {
		t.Errorf("clone3: %v, want one upon which libraries take clone", clone3)
	}
}

func TestAProcessMayOpenWhatItsCommandLineNames(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		args    []string
		writes  bool
		read    []string
		written string
	}{
		"an input":   {[]string{"-i", "file:/a", "-f", "mp4", "pipe:3"}, false, []string{"/a"}, ""},
		"two inputs": {[]string{"-i", "file:/a", "-i", "file:/b c"}, false, []string{"/a", "/b c"}, ""},
		"an output":  {[]string{"-i", "file:/a", "file:/b"}, true, []string{"/a"}, "/b"},
		"the last name of one that writes nothing": {[]string{"-show_format", "file:/a"}, false, []string{"/a"}, ""},
		"what has no prefix":                       {[]string{"-i", "/a", "http://b"}, true, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read, written := ffmpeg.FilesOf(tt.args, tt.writes)
			if !slices.Equal(read, tt.read) || written != tt.written {
				t.Errorf("read %q, written %q", read, written)
			}
		})
	}
}

func TestTheTrapSeesWhoFallsInIt(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	trap := hostile.Set(t, t.TempDir())
	for name, args := range map[string][]string{
		"touched ":          {"-t", "0.1", "-i", trap.File, "-f", "null", "-"},
		"a connection from": {"-i", trap.URL + "/", "-f", "null", "-"},
	} {
		_, _ = tool.Inside(t.Context(), nil, args...)
		if sprung := trap.Sprung(); len(sprung) == 0 || !strings.HasPrefix(sprung[0], name) {
			t.Errorf("sprung %q, want %q…", sprung, name)
		}
	}
}

func TestAnotherUserOwnsNothing(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		return // the server is nobody special already
	}
	tool := openTool(t, ffmpeg.Options{})
	mine := filepath.Join(t.TempDir(), "mine.wav")
	if err := os.WriteFile(mine, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	write := []string{"-f", "lavfi", "-i", "anullsrc=d=0.001", "-f", "wav", "-y", mine}
	if said, err := tool.Inside(t.Context(), []string{"user"}, write...); !strings.Contains(said, "Permission denied") {
		t.Errorf("ffmpeg said %q, %v", said, err)
	}
}

func TestASourceOfTheServersAloneIsReadAndACopyIsWritten(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	bytes, err := os.ReadFile(clips.Path(t, clips.ProgramStream))
	if err != nil {
		t.Fatal(err)
	}
	source := ffmpeg.Source{Path: filepath.Join(closed, "source"), Container: media.MPEGPS}
	if err := os.WriteFile(source.Path, bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(closed, "copy.mkv")
	if _, err := tool.Prepare(t.Context(), source, copied, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := tool.Probe(t.Context(), copied, media.Matroska); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(copied)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the copy has mode %s", info.Mode())
	}
	if _, err := tool.Prepare(t.Context(), source, copied, nil); err == nil {
		t.Error("a file that was there is overwritten")
	}
}

func TestStrictRefusesWhereALayerIsMissing(t *testing.T) {
	t.Parallel()
	// A script needs a shell, which is no library: it runs without the layer "files" only.
	wrapped := wrapper(t, "false")
	tool := openTool(t, ffmpeg.Options{FFmpeg: wrapped})
	missing := ""
	for _, l := range tool.Layers() {
		if l.Name == "files" && !l.Active {
			missing = l.Detail
		}
	}
	if missing == "" {
		t.Error("a script runs where only a program and its libraries may be opened")
	}
	_, err := ffmpeg.Open(t.Context(), ffmpeg.Options{FFmpeg: wrapped, Strict: true})
	if err == nil || !strings.Contains(err.Error(), "files") {
		t.Errorf("Open: %v", err)
	}
}

func TestAProgramMayBeNamedFromTheServersFolder(t *testing.T) {
	t.Parallel()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	installed, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(here, installed)
	if err != nil {
		t.Fatal(err)
	}
	openTool(t, ffmpeg.Options{FFmpeg: relative})
}

// Threads are made while others put fences on; none of them may be behind any.
func TestTheServerStaysOutsideTheFences(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	path := clips.Path(t, clips.Silent)
	var all sync.WaitGroup
	defer all.Wait()
	for range 4 {
		all.Go(func() {
			if _, err := tool.Probe(t.Context(), path, media.MP4); err != nil {
				t.Error(err)
			}
		})
	}
	for range 64 {
		all.Go(func() {
			runtime.LockOSThread() // so that each needs a thread of its own
			defer runtime.UnlockOSThread()
			if _, err := os.ReadDir("/"); err != nil {
				t.Errorf("a thread of the server cannot read a folder: %v", err)
			}
			socket, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			if err != nil {
				t.Errorf("a thread of the server cannot open a socket: %v", err)
			}
			_ = unix.Close(socket)
			if user := unix.Getuid(); user != unix.Geteuid() {
				t.Errorf("a thread of the server is user %d", user)
			}
		})
	}
	status, err := os.ReadFile("/proc/self/status") // of the main thread
	if err != nil {
		t.Fatal(err)
	}
	own := strconv.Itoa(os.Geteuid())
	if !strings.Contains(string(status), "\nUid:"+strings.Repeat("\t"+own, 4)+"\n") {
		t.Errorf("the main thread is another user:\n%s", status)
	}
}
