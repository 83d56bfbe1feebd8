package client_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"matinee/client"
)

// serve answers every request with the handler and returns where.
func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

func TestAnErrorAnswerIsAProblem(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ body, code, text string }{
		"of ours":              {`{"status":422,"code":"invalid","detail":"Look again.","request_id":"R","errors":[{"location":"body.title","message":"too long"}]}`, "invalid", "Look again. body.title: too long."},
		"of a proxy in front":  {"<h1>Sorry</h1>", "", "The server answered 422 Unprocessable Entity."},
		"of a foreign program": {`{"error":"x"}`, "", "The server answered 422 Unprocessable Entity."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusUnprocessableEntity)
				_, _ = io.WriteString(w, tt.body)
			})
			_, err := client.New(base, "").Video(t.Context(), "x")
			p, ok := errors.AsType[*client.Problem](err)
			if !ok || p.Status != http.StatusUnprocessableEntity || p.Code != tt.code || p.Error() != tt.text {
				t.Errorf("got %#v", err)
			}
		})
	}
}

func TestTheTokenGoesToTheAPIAndNotToUploadURLs(t *testing.T) {
	t.Parallel()
	var seen []string
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("Authorization"))
		_, _ = io.WriteString(w, `{"items":[{"id":"v","title":"T"}]}`)
	})
	c := client.New(base+"/", "secret")
	videos, err := c.Videos(t.Context(), url.Values{"owner": {"me"}})
	if err != nil || len(videos) != 1 || videos[0].Title != "T" {
		t.Errorf("got %v, %v", videos, err)
	}
	if _, err := c.PutSource(t.Context(), base+"/direct", strings.NewReader("abc"), 3); err != nil {
		t.Error(err)
	}
	if want := "GET /api/v1/videos?limit=100&owner=me Bearer secret\nPUT /direct "; strings.Join(seen, "\n") != want {
		t.Errorf("sent %q", seen)
	}
}

func TestSignInActsForTheAccount(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1/auth/token" {
			_, _ = io.WriteString(w, `{"access_token":"A","refresh_token":"R","expires_in":900}`)
			return
		}
		_, _ = io.WriteString(w, `{"name":"`+r.Header.Get("Authorization")+`"}`)
	})
	c, err := client.New(base, "").SignIn(t.Context(), "a@example.org", "password")
	if err != nil {
		t.Fatal(err)
	}
	if me, err := c.Me(t.Context()); err != nil || me.Name != "Bearer A" {
		t.Errorf("got %v, %v", me, err)
	}
}

func TestAnUploadGoesOnWhereTheServerIs(t *testing.T) {
	t.Parallel()
	var have strings.Builder
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Tus-Resumable") != "1.0.0" {
			w.WriteHeader(http.StatusPreconditionFailed)
			return
		}
		switch r.Method {
		case http.MethodPost:
			w.Header().Set("Location", "/tus/"+r.Header.Get("Upload-Length"))
			w.WriteHeader(http.StatusCreated)
		case http.MethodPatch:
			_, _ = io.Copy(&have, r.Body)
			fallthrough
		case http.MethodHead:
			w.Header().Set("Upload-Offset", []string{"0", "1", "2", "3"}[have.Len()])
		}
	})
	c := client.New(base, "")
	at, err := c.CreateUpload(t.Context(), base+"/grant/tus", 3)
	if err != nil || at != base+"/tus/3" {
		t.Fatalf("got %q, %v", at, err)
	}
	for _, part := range []string{"ab", "c"} {
		offset, err := c.UploadOffset(t.Context(), at)
		if err != nil || offset != int64(have.Len()) {
			t.Fatalf("the offset is %d, %v", offset, err)
		}
		if _, err := c.SendUpload(t.Context(), at, offset, strings.NewReader(part)); err != nil {
			t.Fatal(err)
		}
	}
	if have.String() != "abc" {
		t.Errorf("the server has %q", have.String())
	}
}
