package api_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/api"
)

func TestACallerThatAsksTooMuchHasToWait(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	begun := time.Now()
	o := api.Options{RateLimit: 0.002, Now: func() time.Time { return begun.Add(time.Duration(later.Load())) }} // 6 reads and 1 of the others
	s := newAuthServerWith(t, httptest.NewServer, o)
	s.create(t, "ada@example.org", access.Uploader)
	bearer := "Bearer " + s.call(t, "POST", "/auth/token", credentialsOf("ada@example.org")).str("access_token")
	for left := 5; left >= 0; left-- {
		a := s.call(t, "GET", "/me", nil, "Authorization", bearer).want(t, 200, "")
		if got := a.header.Get("RateLimit"); !strings.HasPrefix(got, `"read";r=`+strconv.Itoa(left)+";t=") || a.header.Get("RateLimit-Policy") != `"read";q=6;w=60` {
			t.Errorf("with %d left: %s of %s", left, got, a.header.Get("RateLimit-Policy"))
		}
	}
	a := s.call(t, "GET", "/me", nil, "Authorization", bearer).want(t, http.StatusTooManyRequests, "rate_limited")
	if a.header.Get("Retry-After") != "10" {
		t.Errorf("wait %s s", a.header.Get("Retry-After"))
	}
	s.call(t, "PATCH", "/me", map[string]any{"name": "Ada"}, "Authorization", bearer).want(t, 200, "") // counts apart
	s.call(t, "GET", "/me", nil).want(t, 401, "unauthenticated")                                       // and so does a stranger
	later.Store(int64(10 * time.Second))
	s.call(t, "GET", "/me", nil, "Authorization", bearer).want(t, 200, "")
	s.call(t, "GET", "/me", nil, "Authorization", bearer).want(t, 429, "rate_limited")
	s.call(t, "POST", "/auth/token", credentialsOf("ada@example.org")).want(t, 429, "rate_limited")
}

func TestTheAdministratorOfTheFolderIsNotLimited(t *testing.T) {
	t.Parallel()
	local := func(h http.Handler) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.ServeHTTP(w, r.WithContext(api.WithLocal(r.Context())))
		}))
	}
	s := newAuthServerWith(t, local, api.Options{RateLimit: 0.0001})
	for range 5 {
		if a := s.call(t, "GET", "/users", nil).want(t, 200, ""); a.header.Get("RateLimit") != "" {
			t.Errorf("it is limited: %v", a.header)
		}
	}
}
