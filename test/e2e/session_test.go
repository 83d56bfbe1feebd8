package e2e_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

func TestABrowserSignsInByCookie(t *testing.T) {
	t.Parallel()
	s := newFolder(t).start()
	s.account("ann", "viewer")
	session := s.url + "/api/v1/auth/session"
	credentials := `{"email":"ann@example.org","password":"` + password + `"}`
	same := []string{"Content-Type", "application/json", "Origin", s.url}
	a := fetch(t, http.MethodPost, session, strings.NewReader(credentials), same...)
	cookie, attributes, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	if a.status != http.StatusOK || !strings.Contains(attributes, "HttpOnly") || !strings.Contains(attributes, "SameSite=Lax") || strings.Contains(a.body, "token") {
		t.Fatalf("sign-in answers %d %v %s", a.status, a.header, a.body)
	}
	if me := fetchOK(t, s.url+"/api/v1/me", "Cookie", cookie); !strings.Contains(me, "ann@example.org") {
		t.Errorf("the cookie is of %s", me)
	}
	wrong := fetch(t, http.MethodPost, session, strings.NewReader(strings.Replace(credentials, password, "a wrong password", 1)), same...)
	if wrong.status != http.StatusUnauthorized || !strings.Contains(wrong.body, `"invalid_credentials"`) || wrong.header.Get("Set-Cookie") != "" {
		t.Errorf("a wrong password answers %d %s", wrong.status, wrong.body)
	}
	foreign := []string{"Content-Type", "application/json", "Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site"}
	if a := fetch(t, http.MethodPost, session, strings.NewReader(credentials), foreign...); a.status != http.StatusForbidden {
		t.Errorf("a page of another site signs in: %d", a.status)
	}
	if a := fetch(t, http.MethodDelete, session, nil, append(foreign, "Cookie", cookie)...); a.status != http.StatusForbidden {
		t.Errorf("a page of another site signs out: %d", a.status)
	}
	if a := fetch(t, http.MethodDelete, session, nil, "Cookie", cookie, "Origin", s.url); a.status != http.StatusNoContent {
		t.Errorf("sign-out answers %d", a.status)
	}
	if a := fetch(t, http.MethodGet, s.url+"/api/v1/me", nil, "Cookie", cookie); a.status != http.StatusUnauthorized {
		t.Errorf("the cookie lives on: %d", a.status)
	}
	s.stop()
}

func TestFlagsWinOverTheEnvironmentAndThatOverTheFile(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	if err := os.WriteFile(f.dir+"/matinee.yml", []byte("encode-slots: 2\nencode-threads: 3\nupload-ttl: 2h\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.env = []string{"PATH=" + os.Getenv("PATH"), "MATINEE_ENCODE_THREADS=5", "MATINEE_UPLOAD_TTL=3h"}
	out, stderr, status := f.run("", "--config", "matinee.yml", "config", "--upload-ttl", "4h")
	for _, want := range []string{`encode-slots: "2"`, `encode-threads: "5"`, `upload-ttl: "4h0m0s"`} {
		if status != 0 || !strings.Contains(out, want+"\n") {
			t.Errorf("status %d, no %s in\n%s%s", status, want, out, stderr)
		}
	}
}
