package api_test

import (
	"testing"

	"matinee/internal/api"
)

func TestAnEstimateIsTold(t *testing.T) {
	t.Parallel()
	s := newSampleServer(t)
	number := func(got answer, key string) float64 {
		t.Helper()
		n, ok := got.at(key).(float64)
		if !ok {
			t.Fatalf("no %s in %s", key, got.text)
		}
		return n
	}
	small := s.as(t, s.owner, "GET", "/estimate?size_bytes=1000000", nil).want(t, 200, "")
	if small.str("basis") != "assumed" || number(small, "disk_bytes") != 1_000_000 || number(small, "queue_seconds") != 0 {
		t.Errorf("with nothing in the queue: %s", small.text)
	}
	full := s.as(t, s.owner, "GET", "/estimate?size_bytes=1200000000&duration_seconds=1800&width=1920&height=1080&frame_rate=24&codec=hevc&container=mkv&audio_codec=aac", nil).want(t, 200, "")
	if number(full, "ready_seconds") <= number(small, "ready_seconds") || number(full, "playable_seconds") <= number(small, "playable_seconds") {
		t.Errorf("half an hour takes %s, a small file %s", full.text, small.text)
	}
	if length := s.as(t, s.owner, "GET", "/estimate?duration_seconds=10", nil).want(t, 200, ""); number(length, "disk_bytes") != 0 {
		t.Errorf("of a file without a size: %s", length.text)
	}
	s.as(t, s.owner, "GET", "/estimate", nil).want(t, 422, "invalid")
	s.as(t, s.owner, "GET", "/estimate?duration_seconds=1e300", nil).want(t, 422, "invalid")
	s.as(t, s.owner, "GET", "/estimate?duration_seconds=1000000", nil).want(t, 422, "too_long")
	s.as(t, "", "GET", "/estimate?size_bytes=1", nil).want(t, 401, "unauthenticated")
}

func TestTheQueueSaysWhyEachVideoWaits(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{Sample: []byte("these are the bytes of a clip")})
	first, second := s.sample(t), s.sample(t)
	list := s.as(t, s.admin(t), "GET", "/tasks?kind=probe", nil).want(t, 200, "")
	if list.at("items", 0, "why_waiting", "code") != "turn" || list.at("items", 0, "why_waiting", "ahead") != 1.0 || list.at("items", 0, "why_waiting", "message") == "" {
		t.Errorf("the newer one: %s", list.text)
	}
	if list.at("items", 1, "why_waiting", "code") != "slot" || list.at("items", 1, "eta_seconds") == nil {
		t.Errorf("the older one: %s", list.text)
	}
	for video, code := range map[string]string{first: "slot", second: "turn"} {
		e := s.as(t, s.owner, "GET", "/videos/"+video+"/encoding", nil).want(t, 200, "")
		if e.at("waiting", "code") != code || e.at("waiting", "eta_seconds") == nil {
			t.Errorf("want %s, got %s", code, e.text)
		}
		if v := s.as(t, s.owner, "GET", "/videos/"+video, nil); v.at("eta_seconds") != nil {
			t.Errorf("before anything is known of the video: %s", v.text)
		}
		s.as(t, s.other, "GET", "/videos/"+video+"/encoding", nil).want(t, 404, "not_found")
	}
}
