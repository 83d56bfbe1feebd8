package api_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"

	"matinee/internal/api"
)

// stream is an event stream as a client reads it.
type stream struct {
	t     *testing.T
	body  io.Closer
	lines *bufio.Scanner
}

func (s *videoServer) stream(t *testing.T, token, lastID, query string) *stream {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+api.Prefix+"/events"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	answer, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the stream answers %d", answer.StatusCode)
	}
	return &stream{t, answer.Body, bufio.NewScanner(answer.Body)}
}

// next waits for an event, "" at the end of the stream. Comments pass.
func (s *stream) next() (name, id, data string) {
	s.t.Helper()
	for s.lines.Scan() {
		key, value, _ := strings.Cut(s.lines.Text(), ": ")
		switch {
		case key == "event":
			name = value
		case key == "id":
			id = value
		case key == "data":
			data = value
		case s.lines.Text() == "" && name != "":
			return name, id, data
		}
	}
	return "", "", ""
}

// wants reads one event and returns its id.
func (s *stream) wants(name, part string) (id string) {
	s.t.Helper()
	got, id, data := s.next()
	if got != name || !strings.Contains(data, part) || id == "" {
		s.t.Errorf("told %q %q %s, want %s with %q", got, id, data, name, part)
	}
	return id
}

func TestAStreamGoesOnWhereItBrokeOff(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	first := s.stream(t, s.owner, "", "")
	greeted := first.wants("hello", "{}")
	one := s.video(t, map[string]any{"title": "one"})
	at := first.wants("video.created", one)
	_ = first.body.Close()
	two := s.video(t, map[string]any{"title": "two"})

	t.Run("after the last event", func(t *testing.T) {
		back := s.stream(t, s.owner, at, "")
		back.wants("video.created", two)
		back.wants("hello", "{}")
	})
	t.Run("after the greeting", func(t *testing.T) {
		back := s.stream(t, s.owner, greeted, "")
		back.wants("video.created", one)
		back.wants("video.created", two)
		back.wants("hello", "{}")
	})
	t.Run("by the address, for clients that cannot send the header", func(t *testing.T) {
		back := s.stream(t, s.owner, "", "?last_event_id="+at)
		back.wants("video.created", two)
	})
	t.Run("the header, which is newer, goes before the address", func(t *testing.T) {
		back := s.stream(t, s.owner, at, "?last_event_id="+greeted)
		back.wants("video.created", two)
	})
	t.Run("an id of another process is a reset, which can be resumed", func(t *testing.T) {
		back := s.stream(t, s.owner, "another-17", "")
		now := back.wants("reset", "")
		back.wants("hello", "{}")
		again := s.stream(t, s.owner, now, "")
		again.wants("hello", "{}")
	})
}

func TestAReplayTellsNothingOfWhatOneMayNotSee(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	begun := s.stream(t, s.other, "", "")
	at := begun.wants("hello", "{}")
	_ = begun.body.Close()
	secret := s.video(t, map[string]any{"title": "secret"})
	for name, token := range map[string]string{"somebody else": s.other, "a stranger": ""} {
		back := s.stream(t, token, at, "")
		for {
			event, _, data := back.next()
			if strings.Contains(data, secret) {
				t.Errorf("%s is told %s %s", name, event, data)
			}
			if event == "hello" || event == "" {
				break
			}
		}
	}
}

func TestWhatWasSeenAndIsGoneIsAResetInAReplay(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	id := s.video(t, map[string]any{"title": "gone soon"})
	begun := s.stream(t, s.owner, "", "")
	at := begun.wants("hello", "{}")
	_ = begun.body.Close()
	s.as(t, s.owner, "DELETE", "/videos/"+id, nil)
	back := s.stream(t, s.owner, at, "")
	back.wants("reset", "")
}

func TestAStreamEndsWithTheRightToIt(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	admin := s.bearer(t, "admin@example.org", "admin")
	me := s.as(t, s.owner, "GET", "/me", nil).str("id")
	open := s.stream(t, s.owner, "", "")
	open.wants("hello", "{}")
	s.as(t, admin, "PATCH", "/users/"+me, map[string]any{"suspended": true}).want(t, http.StatusOK, "")
	s.as(t, s.other, "POST", "/videos", map[string]any{"title": "later"})
	if name, _, data := open.next(); name != "" {
		t.Errorf("a suspended account is told %s %s", name, data)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	var last *stream
	for range 32 {
		last = s.stream(t, s.owner, "", "")
		last.wants("hello", "{}")
	}
	s.as(t, s.owner, "GET", "/events", nil).want(t, http.StatusTooManyRequests, "too_many_streams")
	other := s.stream(t, s.other, "", "")
	other.wants("hello", "{}")
}
