package api_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"matinee/internal/api"
)

func (s *videoServer) createWithKey(t *testing.T, token, key string, body any) answer {
	t.Helper()
	return s.call(t, "POST", "/videos", body, "Authorization", token, "Idempotency-Key", key)
}

func TestACreationSentAgainIsAnsweredAgain(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	s := newVideoServer(t, api.Options{Now: func() time.Time { return time.Now().Add(time.Duration(later.Load())) }})
	body := map[string]any{"title": "One"}
	first := s.createWithKey(t, s.owner, "k1", body).want(t, 201, "")
	again := s.createWithKey(t, s.owner, "k1", body).want(t, 201, "")
	if again.text != first.text || again.header.Get("Location") != first.header.Get("Location") || again.header.Get("Content-Type") != first.header.Get("Content-Type") {
		t.Errorf("the first answer is %s, the second %s", first.text, again.text)
	}
	if first.header.Get("Idempotency-Replayed") != "" || again.header.Get("Idempotency-Replayed") != "true" {
		t.Error("a replay does not say so")
	}
	s.createWithKey(t, s.owner, "k1", map[string]any{"title": "Two"}).want(t, 422, "idempotency_key_reused")
	if other := s.createWithKey(t, s.other, "k1", body).want(t, 201, ""); other.str("id") == first.str("id") {
		t.Error("somebody else's key gave the owner's answer")
	}
	s.createWithKey(t, "", "k1", body).want(t, 401, "unauthenticated")
	s.createWithKey(t, s.owner, "clé", body).want(t, 422, "invalid")
	if n := len(s.pages(t, s.owner, "owner=me")); n != 1 {
		t.Errorf("the owner has %d videos", n)
	}
	later.Store(int64(25 * time.Hour))
	fresh := s.bearerOf(t, "owner@example.org")
	if next := s.createWithKey(t, fresh, "k1", map[string]any{"title": "Two"}).want(t, 201, ""); next.str("id") == first.str("id") {
		t.Error("a key of yesterday still stands")
	}
}

func TestARefusedCreationIsRefusedAgain(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	for range 2 {
		s.createWithKey(t, s.owner, "bad", map[string]any{"category": "nowhere"}).want(t, 422, "unknown_category")
	}
}

func TestManyOfTheSameCreationAtOnceMakeOne(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	var wait sync.WaitGroup
	statuses := make(chan int, 12)
	for range cap(statuses) {
		wait.Go(func() { statuses <- s.createWithKey(t, s.owner, "same", map[string]any{"title": "One"}).status })
	}
	wait.Wait()
	close(statuses)
	created := 0
	for status := range statuses {
		switch status {
		case http.StatusCreated:
			created++
		case http.StatusConflict: // it was being answered
		default:
			t.Errorf("got %d", status)
		}
	}
	if n := len(s.pages(t, s.owner, "owner=me")); n != 1 || created == 0 {
		t.Errorf("%d answers made %d videos", created, n)
	}
}
