package upload_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"matinee/internal/upload"
)

func TestTusSaysWhatItOffers(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{MaxBytes: 1000})
	g := b.grant(upload.GrantOptions{MaxBytes: 10})
	for path, most := range map[string]string{g.TusPath(): "10", "/api/v1/uploads": "1000"} {
		a := b.do("OPTIONS", path, nil)
		if a.status != 200 || a.header.Get("Tus-Version") != "1.0.0" || a.header.Get("Tus-Max-Size") != most ||
			a.header.Get("Tus-Extension") != "creation,creation-with-upload,termination,creation-defer-length,expiration" {
			t.Errorf("OPTIONS %s answers %d %v", path, a.status, a.header)
		}
	}
}

func TestMalformedTusRequestsAreRefusedAsProblems(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	path := b.create(g.TusPath(), "Upload-Length", "10")
	old := b.do("POST", g.TusPath(), nil, "Upload-Length", "1")
	old.want(t, 412, "tus_version")
	if old.header.Get("Tus-Version") != "1.0.0" {
		t.Errorf("headers %v", old.header)
	}
	b.do("POST", g.TusPath(), nil, "Tus-Resumable", "1.0.0").want(t, 400, "malformed")
	b.do("POST", g.TusPath(), nil, "Tus-Resumable", "1.0.0", "Upload-Length", "-1").want(t, 400, "malformed")
	b.do("POST", g.TusPath(), nil, "Tus-Resumable", "1.0.0", "Upload-Length", "0").want(t, 422, "empty_file")
	b.do("PATCH", path, text("x"), "Tus-Resumable", "1.0.0", "Upload-Offset", "0").want(t, 400, "malformed")
	b.patch(path, 0, text("more than ten bytes")).want(t, 413, "too_large")
	b.patch(path, 0, chunked{text("more than ten bytes")}).want(t, 413, "too_large")
	b.do("POST", path, nil, "Tus-Resumable", "1.0.0").want(t, 400, "malformed")
	for _, a := range []answer{old, b.patch(path, 5, text("x"))} {
		if a.header.Get("Content-Type") != "application/problem+json" || a.detail == "" {
			t.Errorf("answer %+v", a)
		}
	}
}

func TestAMethodCanBeOverridden(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	path := b.create(g.TusPath(), "Upload-Length", "3")
	b.do("POST", path, text("all"), "Tus-Resumable", "1.0.0", "Content-Type", chunkType, "Upload-Offset", "0", "X-HTTP-Method-Override", "PATCH").want(t, 204, "")
	if got := b.source(g.Video); got != "all" {
		t.Errorf("the source is %q", got)
	}
}

func TestOnlyPagesOfTheGrantedOriginMaySend(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	const origin = "https://studio.example"
	granted, open, closed := b.grant(upload.GrantOptions{CORSOrigin: origin}), b.grant(upload.GrantOptions{CORSOrigin: "*"}), b.grant(upload.GrantOptions{})
	for _, tt := range []struct {
		grant        upload.Grant
		origin, want string
	}{
		{granted, origin, origin}, {granted, "https://evil.example", ""}, {granted, "", ""},
		{open, "https://evil.example", "*"}, {closed, origin, ""},
	} {
		for _, path := range []string{tt.grant.PutPath(), tt.grant.TusPath(), tt.grant.TusPath() + "/x"} {
			a := b.do("OPTIONS", path, nil, "Origin", tt.origin, "Access-Control-Request-Method", "PATCH")
			if a.status >= 300 || a.header.Get("Access-Control-Allow-Origin") != tt.want {
				t.Errorf("OPTIONS %s from %q answers %d and allows %q, want %q", path, tt.origin, a.status, a.header.Get("Access-Control-Allow-Origin"), tt.want)
			}
			if methods := a.header.Get("Access-Control-Allow-Methods"); (tt.want != "") != strings.Contains(methods, "PATCH") {
				t.Errorf("from %q the methods are %q", tt.origin, methods)
			}
		}
	}
	a := b.do("PUT", granted.PutPath(), text("x"), "Origin", origin)
	if a.status != 202 || a.header.Get("Access-Control-Allow-Origin") != origin || a.header.Get("Vary") != "Origin" {
		t.Errorf("PUT answers %d %v", a.status, a.header)
	}
	if a.header.Get("Access-Control-Allow-Credentials") != "" {
		t.Error("a page of another origin may send credentials")
	}
}

func TestAKeyIsNowhereButInItsURL(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	path := b.create(g.TusPath(), "Upload-Length", "3")
	b.patch(path, 0, text("all")).want(t, 204, "")
	if printed := fmt.Sprintf("%v %+v %#v %s", g, g, g, g.Key); strings.Contains(printed, g.Key.Reveal()) {
		t.Errorf("a printed grant tells its key: %s", printed)
	}
	b.stop()
	err := filepath.WalkDir(b.folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), g.Key.Reveal()) {
			t.Errorf("%s holds the key", path)
		}
		return err
	})
	must(t, err)
}

func TestTheLocationCanBeAbsolute(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	h, err := upload.NewHandler(b.Service, upload.Edge{
		ViewerOf: viewerOf, Respond: respond, Problem: problem,
		AbsoluteURL: func(_ *http.Request, path string) string { return "https://videos.example" + path },
	})
	must(t, err)
	mux := http.NewServeMux()
	for _, route := range h.Routes() {
		mux.Handle(route.Pattern, route.Handler)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, g.TusPath(), nil)
	r.Header.Set("Tus-Resumable", "1.0.0")
	r.Header.Set("Upload-Length", "3")
	r.Header.Set("X-Forwarded-Host", "evil.example")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	if location := w.Header().Get("Location"); !strings.HasPrefix(location, "https://videos.example"+g.TusPath()+"/") {
		t.Errorf("Location %q", location)
	}
}

func TestEveryRouteSaysWhoMayCallIt(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	h, err := upload.NewHandler(b.Service, upload.Edge{ViewerOf: viewerOf, Respond: respond, Problem: problem})
	must(t, err)
	for _, route := range h.Routes() {
		if route.Needs != "token:upload" && route.Needs != "signed-in" {
			t.Errorf("%s needs %q", route.Pattern, route.Needs)
		}
	}
	if _, err := upload.NewHandler(b.Service, upload.Edge{}); err == nil {
		t.Error("an incomplete edge was accepted")
	}
}

func TestAStallingClientDoesNotHoldTheServer(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	control := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, g.PutPath(), io.NopCloser(text("all")))
	b.handler.ServeHTTP(control, r)
	if control.Code != 202 || control.set == 0 {
		t.Errorf("answer %d, %d read deadlines", control.Code, control.set)
	}
}

// deadlines counts the read deadlines that a handler sets.
type deadlines struct {
	*httptest.ResponseRecorder

	set int
}

func (d *deadlines) SetReadDeadline(time.Time) error {
	d.set++
	return nil
}
