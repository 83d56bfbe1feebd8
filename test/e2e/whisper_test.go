package e2e_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"matinee/client"
	"matinee/internal/testkit/clips"
)

// What is told unasked must not tell more than what is asked for: lists and event streams, while videos are made.
func TestListsAndEventsKeepSecrets(t *testing.T) { //nolint:paralleltest // it wants both cores
	s := newFolder(t).start()
	owner := s.account("owner", "uploader")
	s.account("reader", "viewer")
	s.account("other", "uploader")
	me, err := owner.Me(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	callers := map[string][]string{
		"a stranger": nil, "a viewer": {"Authorization", "Bearer " + s.token("reader")}, "another uploader": {"Authorization", "Bearer " + s.token("other")},
	}
	heard := map[string]*stream{}
	for name, credentials := range callers {
		heard[name] = listen(t, s.url+"/api/v1/events", credentials...)
	}
	private := uploadClip(t, owner, clips.Silent, "private")
	unlisted := upload(t, owner, canary, "unlisted", clips.Path(t, clips.Silent))
	public := uploadClip(t, owner, clips.Silent, "public")
	if _, err := owner.UpdateVideo(t.Context(), private.ID, map[string]any{"title": canary, "description": canary}); err != nil {
		t.Fatal(err)
	}
	for _, v := range []client.Video{private, unlisted, public} {
		awaitReady(t, owner, v.ID)
	}
	for name, credentials := range callers {
		t.Run(name, func(t *testing.T) {
			eventually(t, patience, "the public video's end is told", func() bool {
				return strings.Contains(heard[name].text(), public.ID) && strings.Contains(heard[name].text(), `"state":"ready"`)
			})
			told := map[string]string{"the events": heard[name].text()}
			for _, query := range []string{"?limit=100", "?owner=" + me.ID, "?state=ready", "?state=processing", "?limit=1"} {
				told[query] = fetchOK(t, s.url+"/api/v1/videos"+query, credentials...)
			}
			for where, text := range told {
				for _, secret := range []string{private.ID, unlisted.ID, canary} {
					if strings.Contains(text, secret) {
						t.Errorf("%s tell of %q: %s", where, secret, text)
					}
				}
			}
		})
	}
	t.Run("an unlisted video opens to whoever has its address", func(t *testing.T) {
		playback, err := s.stranger().Playback(t.Context(), unlisted.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range crawl(t, playback).all() {
			a := fetch(t, http.MethodGet, at, nil, "Origin", "https://elsewhere.example")
			if a.status != http.StatusOK || a.header.Get("Access-Control-Allow-Origin") != "" || !strings.HasPrefix(a.header.Get("Cache-Control"), "private") {
				t.Errorf("GET %s answers %d %v", at, a.status, a.header)
			}
		}
	})
	t.Run("addresses of two videos do not mix", func(t *testing.T) {
		secret, err := owner.Encoding(t.Context(), private.ID)
		if err != nil {
			t.Fatal(err)
		}
		open, err := owner.Encoding(t.Context(), public.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{public.ID + "/" + secret.Version, private.ID + "/" + open.Version} {
			if a := fetch(t, http.MethodGet, s.url+"/media/"+path+"/master.m3u8", nil); a.status != http.StatusNotFound {
				t.Errorf("GET %s answers %d", path, a.status)
			}
		}
	})
	s.stop()
}

// stream is what an event stream has told so far.
type stream struct {
	mu   sync.Mutex
	told strings.Builder
}

// listen follows an event stream until the test ends. It returns once the server has begun to tell.
func listen(t *testing.T, at string, headers ...string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	s, ended := &stream{}, make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(s, response.Body) // ends with the test
	}()
	t.Cleanup(func() {
		cancel()
		_ = response.Body.Close()
		<-ended
	})
	eventually(t, patience, "the stream begins", func() bool { return s.text() != "" })
	return s
}

// Write implements io.Writer.
func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.told.Write(p)
}

func (s *stream) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.told.String()
}
