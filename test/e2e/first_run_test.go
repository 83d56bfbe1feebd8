package e2e_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"matinee/client"
)

func TestTheFirstRun(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	s := f.start()
	link, err := url.Parse(s.setupLink)
	if err != nil || link.Query().Get("token") == "" {
		t.Fatalf("the setup link is %q", s.setupLink)
	}
	admin := map[string]string{"token": link.Query().Get("token"), "email": "ann@example.org", "name": "Ann", "password": password}
	wrong := map[string]string{"token": "wrong", "email": "eve@example.org", "name": "Eve", "password": password}
	wantProblem(t, s.stranger().Do(t.Context(), http.MethodPost, "/setup", wrong, nil), "invalid_setup_token")
	if err := s.stranger().Do(t.Context(), http.MethodPost, "/setup", admin, nil); err != nil {
		t.Fatal(err)
	}
	wantProblem(t, s.stranger().Do(t.Context(), http.MethodPost, "/setup", admin, nil), "already_set_up")
	wantProblem(t, signIn(t, s, "ann@example.org", "a wrong password"), "invalid_credentials")
	wantProblem(t, signIn(t, s, "nobody@example.org", password), "invalid_credentials")
	if err := signIn(t, s, "ann@example.org", password); err != nil {
		t.Error(err)
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": "matinee_tasks_queued 0"} {
		if body := fetchOK(t, s.url+path); !strings.Contains(body, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	if _, stderr, status := f.run("", "serve", "--data", dataName, "--listen", "127.0.0.1:0"); status == 0 || !strings.Contains(stderr, "another Matinee process") {
		t.Errorf("a second server on the folder: %d, %s", status, stderr)
	}
	if out, stderr, status := f.run(password+"\n", "user", "create", "--data", dataName, "--email", "bob@example.org", "--password-stdin"); status != 0 {
		t.Errorf("user create beside the server: %d, %s%s", status, out, stderr)
	}
	if err := signIn(t, s, "bob@example.org", password); err != nil {
		t.Error(err)
	}
	s.stop()
	if out, stderr, status := f.run(password, "user", "create", "--data", dataName, "--email", "cyd@example.org", "--role", "admin", "--password-stdin"); status != 0 {
		t.Errorf("user create without the server: %d, %s%s", status, out, stderr)
	}
	again := f.start()
	if again.setupLink != "" {
		t.Error("a server with an administrator offers the set-up")
	}
	if err := signIn(t, again, "cyd@example.org", password); err != nil {
		t.Error(err)
	}
	again.stop()
}

func signIn(t *testing.T, s *server, email, password string) error {
	t.Helper()
	_, err := s.stranger().SignIn(t.Context(), email, password)
	return err
}

func wantProblem(t *testing.T, err error, code string) {
	t.Helper()
	p, ok := err.(*client.Problem) //nolint:errorlint // the client documents that it returns exactly this
	if !ok || p.Code != code {
		t.Errorf("got %v, want a problem %q", err, code)
	}
}

func TestAMissingFFmpegIsASentenceAtStart(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*folder) []string{
		"none on the path":       func(f *folder) []string { f.env = []string{"PATH=" + f.dir}; return nil },
		"a path that leads away": func(*folder) []string { return []string{"--ffmpeg", "/nonexistent/ffmpeg"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFolder(t)
			extra := change(f)
			_, stderr, status := f.run("", append([]string{"serve", "--data", dataName, "--listen", "127.0.0.1:0"}, extra...)...)
			if status == 0 || strings.Count(strings.TrimSpace(stderr), "\n") > 0 || !strings.Contains(stderr, "apt-get install ffmpeg") {
				t.Errorf("status %d, %q", status, stderr)
			}
		})
	}
}

func TestAWrongSettingIsNamedAtStart(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	if err := os.WriteFile(f.dir+"/matinee.yml", []byte("encode-threads: 0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, status := f.run("", "--config", "matinee.yml", "serve", "--data", dataName); status == 0 || !strings.Contains(stderr, "encode-threads: it takes 1 to 64") {
		t.Errorf("status %d, %q", status, stderr)
	}
}
