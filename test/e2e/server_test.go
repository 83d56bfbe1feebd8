package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"matinee/client"
	"matinee/internal/testkit"
)

const (
	// patience is for what takes milliseconds on an idle machine: a start, a stop, an answer.
	patience = 20 * time.Second
	password = "correct horse battery"
	// dataName is short and relative because the path of a socket ends at 108 bytes.
	dataName = "data"
)

// binary builds the program once for all tests of this process.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "matinee-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "matinee")
	out, err := exec.Command("go", "build", "-o", path, "matinee/cmd/matinee").CombinedOutput()
	if err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return path, nil
})

func TestMain(m *testing.M) {
	status := m.Run()
	if path, err := binary(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(status)
}

// folder is a folder to run the program in. Its data folder is dir/data.
type folder struct {
	t   testing.TB
	dir string
	env []string
}

func newFolder(t testing.TB) *folder {
	t.Helper()
	return &folder{t: t, dir: t.TempDir()}
}

// data is where the data folder is.
func (f *folder) data(elem ...string) string {
	return filepath.Join(append([]string{f.dir, dataName}, elem...)...)
}

func (f *folder) command(ctx context.Context, args ...string) *exec.Cmd {
	f.t.Helper()
	path, err := binary()
	if err != nil {
		f.t.Fatalf("build the program: %v", err)
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = f.dir
	cmd.Env = f.env
	if cmd.Env == nil {
		cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	}
	// The program dies with this process, however that ends; its thread is locked in start.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// run runs a command to its end and returns what it wrote, and its exit status.
func (f *folder) run(stdin string, args ...string) (stdout, stderr string, status int) {
	f.t.Helper()
	return f.runWithin(2*patience, stdin, args...)
}

// runWithin is run for a command that may take its time.
func (f *folder) runWithin(limit time.Duration, stdin string, args ...string) (stdout, stderr string, status int) {
	f.t.Helper()
	if _, err := binary(); err != nil { // built before the time begins
		f.t.Fatalf("build the program: %v", err)
	}
	ctx, cancel := context.WithTimeout(f.t.Context(), limit)
	defer cancel()
	cmd := f.command(ctx, args...)
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &said
	err := onOwnThread(cmd.Run)
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		f.t.Fatalf("run matinee %s: %v", strings.Join(args, " "), err)
	}
	return out.String(), said.String(), cmd.ProcessState.ExitCode()
}

// onOwnThread keeps one thread for as long as work runs: the death signal of a child follows the thread that forked it.
func onOwnThread(work func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		done <- work()
	}()
	return <-done
}

// server is the program while it serves.
type server struct {
	*folder

	url       string
	setupLink string // "" once there is an administrator
	pid       int
	log       *logBook
	ended     chan struct{} // closed when the process is gone
	err       error         // of the process, after ended
}

// start serves the folder on a free port and returns once the program says that it is ready. Tests ask more often than people do,
// so the server has no limits of requests unless args say otherwise.
func (f *folder) start(args ...string) *server {
	f.t.Helper()
	fresh := !exists(f.data("matinee.db"))
	cmd := f.command(context.Background(), append([]string{"serve", "--data", dataName, "--listen", "127.0.0.1:0", "--rate-limit", "0"}, args...)...)
	s := &server{folder: f, log: &logBook{}, ended: make(chan struct{})}
	cmd.Stderr = s.log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		f.t.Fatal(err)
	}
	started := make(chan error, 1)
	go func() {
		defer close(s.ended)
		s.err = onOwnThread(func() error {
			err := cmd.Start()
			started <- err
			if err != nil {
				return err
			}
			return cmd.Wait()
		})
	}()
	if err := <-started; err != nil {
		f.t.Fatalf("start the program: %v", err)
	}
	s.pid = cmd.Process.Pid
	f.t.Cleanup(s.cleanUp)
	s.greeted(stdout, fresh)
	return s
}

// greeted waits for the lines on standard output: where the server is, and on an empty database how to set it up.
func (s *server) greeted(stdout io.Reader, fresh bool) {
	s.t.Helper()
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(stdout); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	next := func(prefix string) string {
		s.t.Helper()
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case line, open := <-lines:
			rest, ok := strings.CutPrefix(line, prefix)
			if !open || !ok {
				s.t.Fatalf("the program printed %q, want %q…\n%s", line, prefix, s.log.tail())
			}
			return rest
		case <-timer.C:
			s.t.Fatalf("the program did not print %q… within %s\n%s", prefix, patience, s.log.tail())
		}
		return ""
	}
	s.url = next("Matinee is ready at ")
	if fresh {
		s.setupLink = next("Create the first administrator at ")
	}
	go func() {
		for range lines { // so that the program can write
		}
	}()
}

// cleanUp ends the process at the end of the test, and shows its log when the test failed.
func (s *server) cleanUp() {
	_ = syscall.Kill(s.pid, syscall.SIGKILL)
	<-s.ended
	if s.t.Failed() {
		s.t.Logf("log of the server %s:\n%s", s.url, s.log.tail())
	}
}

// stop ends the server as an administrator does and holds it to a clean exit.
func (s *server) stop() {
	s.t.Helper()
	if err := syscall.Kill(s.pid, syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	s.awaitEnd()
	if s.err != nil {
		s.t.Errorf("SIGTERM ends the server with %v", s.err)
	}
}

// kill ends the server as a power cut does.
func (s *server) kill() {
	s.t.Helper()
	if err := syscall.Kill(s.pid, syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
	s.awaitEnd()
}

func (s *server) awaitEnd() {
	s.t.Helper()
	timer := time.NewTimer(2 * patience)
	defer timer.Stop()
	select {
	case <-s.ended:
	case <-timer.C:
		s.t.Fatalf("the server did not end within %s\n%s", 2*patience, s.log.tail())
	}
}

// stranger is a client without credentials.
func (s *server) stranger() *client.Client { return client.New(s.url, "") }

// account makes an account and signs in.
func (s *server) account(name, role string) *client.Client {
	s.t.Helper()
	socket := s.data("matinee.sock")
	if rel, err := filepath.Rel(workingDir(s.t), socket); err == nil && len(rel) < len(socket) {
		socket = rel
	}
	email := name + "@example.org"
	_, err := client.OverSocket(socket).CreateUser(s.t.Context(), client.NewUser{Email: email, Name: name, Role: role, Password: password})
	if err != nil {
		s.t.Fatalf("create the account %s: %v", email, err)
	}
	return client.New(s.url, s.token(name))
}

// token signs in and returns an access token, which outlives the server.
func (s *server) token(name string) string {
	s.t.Helper()
	tokens, err := s.stranger().IssueTokens(s.t.Context(), name+"@example.org", password)
	if err != nil {
		s.t.Fatalf("sign in as %s: %v", name, err)
	}
	return tokens.AccessToken
}

// logBook keeps what the server logs.
type logBook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBook) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// tail is the end of the log, for people.
func (b *logBook) tail() string {
	text := b.String()
	return text[max(0, len(text)-8_000):]
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func workingDir(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// eventually is testkit.Eventually with a word about what was waited for.
func eventually(t testing.TB, within time.Duration, what string, condition func() bool) {
	t.Helper()
	held := false
	defer func() {
		if !held {
			t.Logf("waited for: %s", what)
		}
	}()
	testkit.Eventually(t, within, condition)
	held = true
}
