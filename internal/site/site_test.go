package site_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/site"
)

const public = "0123456789ABCDEFGHIJKL"

// shelf holds one video that anybody may watch.
type shelf struct{}

func (shelf) Video(_ context.Context, _ access.Viewer, id ids.VideoID) (library.Video, error) {
	if id != public {
		return library.Video{}, errs.Missing("video")
	}
	return library.Video{ID: id}, nil
}

func built() fstest.MapFS {
	return fstest.MapFS{
		"index.html":         {Data: []byte("<title>shell</title>")},
		"favicon.svg":        {Data: []byte("<svg/>")},
		"assets/a-1.js":      {Data: []byte("plain")},
		"assets/a-1.js.br":   {Data: []byte("small")},
		".keep":              {Data: []byte("")},
		"assets/nested/x.js": {Data: []byte("x")},
	}
}

func serve(t *testing.T, files fstest.MapFS) http.Handler {
	t.Helper()
	s, err := site.New(files, shelf{}, func(r *http.Request) (access.Viewer, error) {
		if r.Header.Get("Authorization") != "" {
			return access.Viewer{}, errors.New("wrong token")
		}
		return access.Viewer{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryAddressGetsTheShellWithItsStatus(t *testing.T) {
	t.Parallel()
	h := serve(t, built())
	for path, want := range map[string]int{
		"/": 200, "/upload": 200, "/sign-in": 200, "/setup?token=x": 200, "/w/" + public: 200, "/manage/" + public: 200,
		"/library": 200, "/library/bin": 200, "/admin": 200, "/admin/users": 200, "/admin/nothing": 404, "/manage/short": 404,
		"/w/AAAAAAAAAAAAAAAAAAAAAA": 404, "/w/short": 404, "/nothing": 404, "/.keep": 404, "/assets": 404, "/../index.html": 404,
	} {
		w := get(h, "GET", path)
		if w.Code != want || w.Body.String() != "<title>shell</title>" {
			t.Errorf("%s is %d %q, want %d", path, w.Code, w.Body, want)
		}
		if w.Header().Get("Content-Security-Policy") == "" || w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s has headers %v", path, w.Header())
		}
	}
	if w := get(h, "GET", "/w/"+public, "Authorization", "Bearer x"); w.Code != 404 {
		t.Errorf("with a wrong token: %d", w.Code)
	}
}

func TestAssetsAreCachedForEverAndComeSmall(t *testing.T) {
	t.Parallel()
	h := serve(t, built())
	w := get(h, "GET", "/assets/a-1.js", "Accept-Encoding", "gzip, br;q=1.0")
	if w.Body.String() != "small" || w.Header().Get("Content-Encoding") != "br" || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
		t.Errorf("got %q with %v", w.Body, w.Header())
	}
	for _, encodings := range []string{"", "gzip", "br;q=0"} {
		if w := get(h, "GET", "/assets/a-1.js", "Accept-Encoding", encodings); w.Body.String() != "plain" || w.Header().Get("Content-Encoding") != "" {
			t.Errorf("with %q: %q", encodings, w.Body)
		}
	}
	if w := get(h, "HEAD", "/favicon.svg"); w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Type") != "image/svg+xml" || w.Header().Get("Content-Length") != "6" {
		t.Errorf("HEAD is %d with %v", w.Code, w.Header())
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	t.Parallel()
	if w := get(serve(t, built()), "POST", "/"); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("got %d with %v", w.Code, w.Header())
	}
}

func TestABuildWithoutTheWebAppSaysSo(t *testing.T) {
	t.Parallel()
	if w := get(serve(t, fstest.MapFS{}), "GET", "/"); w.Code != http.StatusNotImplemented {
		t.Errorf("got %d", w.Code)
	}
}
