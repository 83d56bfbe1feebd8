package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"matinee/internal/testkit/clips"
)

func TestTheDoctor(t *testing.T) {
	t.Parallel() // beside others, and one by one: each run encodes a clip
	type check struct{ Name, State, Detail, Cure string }
	type finding struct {
		OK     bool
		Checks []check
	}
	ask := func(t *testing.T, f *folder, args ...string) (finding, map[string]check, int) {
		t.Helper()
		out, stderr, status := f.runWithin(4*patience, "", append([]string{"doctor", "--json", "--data", dataName}, args...)...)
		var found finding
		if err := json.Unmarshal([]byte(out), &found); err != nil {
			t.Fatalf("%v in %s%s", err, out, stderr)
		}
		named := map[string]check{}
		for _, c := range found.Checks {
			named[c.Name] = c
			if (c.State == "ok") != (c.Cure == "") {
				t.Errorf("%s is %s with the cure %q", c.Name, c.State, c.Cure)
			}
		}
		return found, named, status
	}
	t.Run("finds a fresh folder well", func(t *testing.T) {
		found, checks, status := ask(t, newFolder(t), "--listen", "127.0.0.1:0")
		if !found.OK || status != 0 {
			t.Errorf("status %d, %+v", status, found)
		}
		for _, name := range []string{"settings", "data folder", "disk", "database", "media store", "ffmpeg", "clock", "address"} {
			if checks[name].State != "ok" {
				t.Errorf("%s: %+v", name, checks[name])
			}
		}
		if checks["administrator"].State != "warn" || checks["sandbox"].Detail == "" {
			t.Errorf("%+v", checks)
		}
	})
	t.Run("has a running server check itself", func(t *testing.T) {
		s := newFolder(t).start()
		s.account("ann", "admin")
		found, checks, status := ask(t, s.folder)
		if !found.OK || status != 0 || checks["server"].State != "ok" || checks["administrator"].State != "ok" || !strings.Contains(checks["address"].Detail, "is served") {
			t.Errorf("status %d, %+v", status, found)
		}
		if a := fetch(t, "GET", s.url+"/doctor", nil); a.status == 200 && strings.Contains(a.body, "media store") {
			t.Error("strangers may examine the server")
		}
		if left, err := filepath.Glob(s.data("media", "doctor", "*")); err != nil || len(left) > 0 {
			t.Errorf("left in the store: %v, %v", left, err)
		}
	})
	t.Run("prints a line a check with its cure below", func(t *testing.T) {
		f := newFolder(t)
		out, stderr, status := f.run("", "doctor", "--data", dataName, "--ffmpeg", "/nonexistent/ffmpeg")
		if status != 1 || !strings.Contains(out, "bad   ffmpeg") || !strings.Contains(out, "→ Install ffmpeg") || !strings.Contains(stderr, "marked bad") {
			t.Errorf("status %d\n%s%s", status, out, stderr)
		}
	})
	t.Run("says which key is wrong", func(t *testing.T) {
		if _, stderr, status := newFolder(t).run("", "doctor", "--encode-threads", "0"); status != 1 || !strings.Contains(stderr, "encode-threads: it takes") {
			t.Errorf("status %d, %s", status, stderr)
		}
	})
	if os.Geteuid() == 0 {
		t.Run("leaves another user's folder alone", func(t *testing.T) {
			f := newFolder(t)
			if err := errors.Join(os.Mkdir(f.data(), 0o700), os.Chown(f.data(), 65534, 65534)); err != nil {
				t.Fatal(err)
			}
			_, checks, status := ask(t, f)
			if status != 1 || !strings.Contains(checks["data folder"].Cure, "sudo -u '#65534'") {
				t.Errorf("status %d, %+v", status, checks)
			}
			if left, err := os.ReadDir(f.data()); err != nil || len(left) > 0 {
				t.Errorf("root left files in it: %v, %v", left, err)
			}
		})
	}
	for name, tt := range map[string]struct {
		prepare func(*folder) []string
		check   string
	}{
		"a data folder that is a file": {func(f *folder) []string { writeFile(f.t, f.data(), "x"); return nil }, "data folder"},
		"a disk without room":          {func(*folder) []string { return []string{"--reserve", "900000TB"} }, "disk"},
		"a database that is none": {func(f *folder) []string {
			writeFile(f.t, f.data()+".db", strings.Repeat("no database ", 999))
			return []string{"--database", dataName + ".db"}
		}, "database"},
		"an ffmpeg that does nothing": {func(*folder) []string { return []string{"--ffmpeg", "/bin/true"} }, "ffmpeg"},
		"a port that is taken":        {func(f *folder) []string { return []string{"--listen", takenPort(f.t)} }, "address"},
		"a secret key that is broken": {func(f *folder) []string {
			f.run("", "doctor", "--data", dataName)
			writeFile(f.t, f.data("secret.key"), "garbage")
			return nil
		}, "secret key"},
	} {
		t.Run("names "+name, func(t *testing.T) {
			f := newFolder(t)
			found, checks, status := ask(t, f, tt.prepare(f)...)
			if found.OK || status != 1 || checks[tt.check].State != "bad" {
				t.Errorf("status %d, %+v", status, found)
			}
		})
	}
}

func TestAPasswordIsReset(t *testing.T) {
	t.Parallel()
	const newer = "another long password"
	f := newFolder(t)
	reset := func(email, password string) (string, int) {
		out, stderr, status := f.run(password+"\n", "user", "reset-password", "--data", dataName, "--email", email, "--password-stdin")
		return out + stderr, status
	}
	s := f.start()
	s.account("ann", "admin")
	for said, tt := range map[string][2]string{"no account": {"eve@example.org", newer}, "12": {"ann@example.org", "short"}, "empty": {"ann@example.org", ""}} {
		if out, status := reset(tt[0], tt[1]); status != 1 || !strings.Contains(out, said) {
			t.Errorf("%v: %d, %s", tt, status, out)
		}
	}
	if out, status := reset("Ann@example.org", newer); status != 0 || !strings.Contains(out, "ann@example.org has a new password") {
		t.Errorf("beside the server: %d, %s", status, out)
	}
	wantProblem(t, signIn(t, s, "ann@example.org", password), "invalid_credentials")
	if err := signIn(t, s, "ann@example.org", newer); err != nil {
		t.Error(err)
	}
	s.stop()
	if out, status := reset("ann@example.org", password); status != 0 {
		t.Errorf("without the server: %d, %s", status, out)
	}
	s = f.start()
	if err := signIn(t, s, "ann@example.org", password); err != nil {
		t.Error(err)
	}
	s.stop()
}

func TestTheConfigurationIsPrintedWithoutSecrets(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	writeFile(t, filepath.Join(f.dir, "secret"), "postgres://m:top-secret@127.0.0.1:1/m\n")
	f.env = []string{"PATH=" + os.Getenv("PATH"), "MATINEE_DATABASE_FILE=secret"}
	out, stderr, status := f.run("", "config")
	if status != 0 || strings.Contains(out, "top-secret") || !strings.Contains(out, `database: "postgres://m:xxxxx@127.0.0.1:1/m"`) {
		t.Errorf("%d, %s%s", status, out, stderr)
	}
	if out, stderr, status := f.run("", "user", "list", "--data", dataName); status != 1 || strings.Contains(out+stderr, "top-secret") {
		t.Errorf("a database that does not answer: %d, %s%s", status, out, stderr)
	}
	f.env = append(f.env, "MATINEE_DATABASE=x")
	if _, stderr, status := f.run("", "config"); status != 1 || !strings.Contains(stderr, "both set") {
		t.Errorf("two values: %d, %s", status, stderr)
	}
}

func TestFilesAreUploadedFromTheCommandLine(t *testing.T) {
	t.Parallel()
	f := uploadFolder(t)
	clip := clips.Path(t, clips.Silent)
	for _, name := range []string{"harbour.mp4", "beach.mp4", "wood.mp4"} {
		copyFile(t, clip, filepath.Join(f.dir, name))
	}
	out, stderr, status := f.run("", "upload", "--data", dataName, "harbour.mp4")
	if status != 0 || !strings.Contains(out, "harbour.mp4: uploaded") || !strings.Contains(stderr, "100 %") || !strings.Contains(stderr, "matinee serve") {
		t.Fatalf("without a server: %d, %s%s", status, out, stderr)
	}
	if _, stderr, status := f.run("", "upload", "--data", dataName, "--wait", "ready", "harbour.mp4"); status != 1 || !strings.Contains(stderr, "no server works") {
		t.Errorf("waiting without a server: %d, %s", status, stderr)
	}
	s := f.start()
	out, stderr, status = f.runWithin(readyWithin, "", "upload", "--data", dataName, "--wait", "ready", "--visibility", "public", "beach.mp4", "wood.mp4")
	if status != 0 || strings.Count(out, "ready at "+s.url+"/w/") != 2 {
		t.Fatalf("beside the server: %d, %s%s", status, out, stderr)
	}
	ann := s.account("ann", "admin")
	videos, err := ann.Videos(t.Context(), nil)
	if err != nil || len(videos) != 3 {
		t.Fatalf("%d videos, %v", len(videos), err)
	}
	for _, v := range videos {
		awaitReady(t, ann, v.ID)
		if v.Title != "harbour" && v.Visibility != "public" {
			t.Errorf("%s is %s", v.Title, v.Visibility)
		}
	}
	if left, err := filepath.Glob(filepath.Join(f.dir, ".local", "state", "matinee", "uploads", "*")); err != nil || len(left) > 0 {
		t.Errorf("notes of finished uploads are left: %v, %v", left, err)
	}
	s.stop()
}

func TestAnUploadThatCannotBeSaysWhatToDo(t *testing.T) {
	t.Parallel()
	f := uploadFolder(t)
	writeFile(t, filepath.Join(f.dir, "film.mp4"), "this is no film")
	writeFile(t, filepath.Join(f.dir, "other.mp4"), "this is none either")
	writeFile(t, filepath.Join(f.dir, "empty.mp4"), "")
	writeFile(t, filepath.Join(f.dir, "wrong"), "not-a-token\n")
	writeFile(t, filepath.Join(f.dir, "blank"), "\n")
	s := f.start()
	for name, tt := range map[string]struct {
		args []string
		said []string
	}{
		"a file that is missing":       {[]string{"none.mp4", "film.mp4"}, []string{"none.mp4"}},
		"an empty file":                {[]string{"empty.mp4"}, []string{"empty.mp4 is empty"}},
		"a folder":                     {[]string{"."}, []string{"is a folder"}},
		"one title for two":            {[]string{"--title", "T", "film.mp4", "other.mp4"}, []string{"--title names one video"}},
		"a visibility that is none":    {[]string{"--visibility", "secret", "film.mp4"}, []string{"visibility"}},
		"a server without a token":     {[]string{"--server", s.url, "film.mp4"}, []string{"--token-file"}},
		"a token file that is missing": {[]string{"--server", s.url, "--token-file", "none", "film.mp4"}, []string{"read the token"}},
		"a token file without a token": {[]string{"--server", s.url, "--token-file", "blank", "film.mp4"}, []string{"holds no token"}},
		"a wrong token":                {[]string{"--server", s.url, "--token-file", "wrong", "film.mp4", "other.mp4"}, []string{"film.mp4: ", "other.mp4: ", "/auth/token", "2 of 2 files failed"}},
		"a server that is not there":   {[]string{"--server", "http://127.0.0.1:1", "--token-file", "wrong", "film.mp4"}, []string{"refused"}},
		"a film that is none":          {[]string{"--data", dataName, "--wait", "playable", "film.mp4"}, []string{"not_a_video"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, stderr, status := f.run("", append([]string{"upload"}, tt.args...)...)
			if status != 1 {
				t.Errorf("status %d", status)
			}
			for _, said := range tt.said {
				if !strings.Contains(stderr, said) {
					t.Errorf("no %q in\n%s", said, stderr)
				}
			}
		})
	}
}

func TestAnUploadWithoutRoomLeavesNothing(t *testing.T) {
	t.Parallel()
	f := uploadFolder(t)
	writeFile(t, filepath.Join(f.dir, "film.mp4"), "a film")
	s := f.start("--reserve", "900000TB")
	ann := s.account("ann", "admin")
	_, stderr, status := f.run("", "upload", "--data", dataName, "film.mp4")
	if status != 1 || !strings.Contains(stderr, "not enough space") || !strings.Contains(stderr, "Make room on the server") {
		t.Errorf("%d, %s", status, stderr)
	}
	if videos, err := ann.Videos(t.Context(), nil); err != nil || len(videos) > 0 {
		t.Errorf("%d videos that nobody will ever fill, %v", len(videos), err)
	}
}

func TestAnUploadThatWasKilledGoesOn(t *testing.T) {
	t.Parallel()
	f, s, g, first, film := beginHeldUpload(t)
	args := first.args
	if _, stderr, status := f.run("", args...); status != 1 || !strings.Contains(stderr, "another run is uploading this file") {
		t.Errorf("a second run beside: %d, %s", status, stderr)
	}
	if err := syscall.Kill(first.pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-first.ended; err == nil {
		t.Error("the first run was not killed")
	}
	g.open()

	out, stderr, status := f.run("", args...)
	if status != 0 || !strings.Contains(stderr, "going on at") || !strings.Contains(out, "uploaded 4.2 MB") {
		t.Fatalf("the second run: %d, %s%s", status, out, stderr)
	}
	wantOneSource(t, s, film)
	if _, stderr, status := f.run("", args...); status != 0 || strings.Contains(stderr, "going on at") {
		t.Errorf("a whole file again is a new upload: %d, %s", status, stderr)
	}
}

func TestAnInterruptedUploadSaysHowItGoesOn(t *testing.T) {
	t.Parallel()
	f, s, g, run, film := beginHeldUpload(t)
	if err := syscall.Kill(run.pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	run.awaitLine(t, "interrupted; the same command goes on")
	if err := <-run.ended; err == nil {
		t.Error("an interrupted upload exits with 0")
	}
	g.open()
	if out, stderr, status := f.run("", run.args...); status != 0 || !strings.Contains(stderr, "going on at") {
		t.Errorf("the second run: %d, %s%s", status, out, stderr)
	}
	wantOneSource(t, s, film)
}

func TestAnUploadOutlivesItsServer(t *testing.T) {
	t.Parallel()
	f, s, g, run, film := beginHeldUpload(t)
	s.kill()
	g.cut()
	run.awaitLine(t, "interrupted, going on")
	s = f.start()
	g.lead(s.url)
	g.open()
	select {
	case err := <-run.ended:
		if err != nil {
			t.Fatalf("the upload ends with %v\n%s", err, run.said.String())
		}
	case <-time.After(2 * patience):
		t.Fatalf("the upload does not end\n%s", run.said.String())
	}
	wantOneSource(t, s, film)
}

// beginHeldUpload begins to upload a film through a gate that holds it when half of it has come.
func beginHeldUpload(t *testing.T) (f *folder, s *server, g *gate, run *background, film []byte) {
	t.Helper()
	f = uploadFolder(t)
	film = randomFile(t, filepath.Join(f.dir, "film.mp4"), 4<<20)
	s = f.start()
	s.account("ann", "uploader")
	writeFile(t, filepath.Join(f.dir, "token"), s.token("ann"))
	g = newGate(t, s.url)
	g.holdAfter(3 << 20)
	run = f.begin("upload", "--server", g.url, "--token-file", "token", "film.mp4")
	run.awaitLine(t, "50 %")
	return f, s, g, run, film
}

// uploadFolder is a folder whose commands may remember uploads in it.
func uploadFolder(t *testing.T) *folder {
	t.Helper()
	f := newFolder(t)
	f.env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + f.dir}
	return f
}

// wantOneSource holds the server to have exactly one source, which is the file. A file that is no video keeps its source too.
func wantOneSource(t *testing.T, s *server, want []byte) {
	t.Helper()
	found, err := filepath.Glob(s.data("media", "v", "*", "sources", "*", "source"))
	if err != nil || len(found) != 1 {
		t.Fatalf("sources: %v, %v", found, err)
	}
	if got, err := os.ReadFile(found[0]); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the source has %d bytes that are not the file's %d, %v", len(got), len(want), err)
	}
}

// background is a command that runs while the test goes on.
type background struct {
	args  []string
	pid   int
	said  *logBook // standard error
	lines chan string
	ended chan error
}

// begin starts a command.
func (f *folder) begin(args ...string) *background {
	f.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := f.command(ctx, args...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		f.t.Fatal(err)
	}
	b := &background{args: args, said: &logBook{}, lines: make(chan string, 1000), ended: make(chan error, 1)}
	started := make(chan error, 1)
	go func() {
		b.ended <- onOwnThread(func() error {
			err := cmd.Start()
			started <- err
			if err != nil {
				return err
			}
			for scanner := bufio.NewScanner(stderr); scanner.Scan(); {
				_, _ = b.said.Write(append(scanner.Bytes(), '\n'))
				b.lines <- scanner.Text()
			}
			close(b.lines)
			return cmd.Wait()
		})
	}()
	if err := <-started; err != nil {
		f.t.Fatal(err)
	}
	b.pid = cmd.Process.Pid
	f.t.Cleanup(cancel)
	return b
}

// awaitLine returns when the command writes a line that holds the text.
func (b *background) awaitLine(t *testing.T, text string) {
	t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		select {
		case line, open := <-b.lines:
			if !open {
				t.Fatalf("the command ended without saying %q\n%s", text, b.said.String())
			}
			if strings.Contains(line, text) {
				return
			}
		case <-timer.C:
			t.Fatalf("the command did not say %q\n%s", text, b.said.String())
		}
	}
}

// gate is a way to a server that holds what goes there once so many bytes have passed.
type gate struct {
	url string

	mu     sync.Mutex
	server string
	conns  map[net.Conn]struct{}
	opened chan struct{}
	left   atomic.Int64
}

func newGate(t *testing.T, server string) *gate {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{url: "http://" + listener.Addr().String(), conns: map[net.Conn]struct{}{}, opened: make(chan struct{})}
	g.left.Store(1 << 62)
	g.lead(server)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go g.carry(conn)
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); g.cut() })
	return g
}

func (g *gate) holdAfter(bytes int64) { g.left.Store(bytes) }
func (g *gate) open()                 { close(g.opened) }

// lead says where the way leads to from now on.
func (g *gate) lead(server string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.server = strings.TrimPrefix(server, "http://")
}

// cut breaks all connections.
func (g *gate) cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for conn := range g.conns {
		_ = conn.Close()
	}
}

func (g *gate) carry(conn net.Conn) {
	defer conn.Close()
	g.mu.Lock()
	g.conns[conn] = struct{}{}
	server := g.server
	g.mu.Unlock()
	upstream, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer upstream.Close()
	go func() {
		defer conn.Close()
		_, _ = io.Copy(conn, upstream)
	}()
	buf := make([]byte, 32<<10)
	for {
		n, err := conn.Read(buf)
		if g.left.Add(-int64(n)) < 0 {
			<-g.opened
		}
		if _, werr := upstream.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}

func randomFile(t *testing.T, path string, size int) []byte {
	t.Helper()
	data := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	writeFile(t, path, string(data))
	return data
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, to, string(data))
}

// takenPort returns an address that somebody listens on until the test ends.
func takenPort(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}
