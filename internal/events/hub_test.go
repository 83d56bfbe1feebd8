package events_test

import (
	"slices"
	"testing"

	"matinee/internal/events"
	"matinee/internal/ids"
)

func TestAListenerGetsTheMostTellingEventOfEachVideo(t *testing.T) {
	t.Parallel()
	hub := events.NewHub()
	s := hub.Subscribe()
	defer s.Close()
	hub.Publish(events.Progress, "a")
	hub.Publish(events.State, "a")
	hub.Publish(events.Progress, "a")
	hub.Publish(events.Progress, "b")
	got, err := s.Next(t.Context())
	want := []events.Event{{Kind: events.State, Video: "a"}, {Kind: events.Progress, Video: "b"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestAListenerThatFellBehindIsToldToReadEverything(t *testing.T) {
	t.Parallel()
	hub := events.NewHub()
	s := hub.Subscribe()
	defer s.Close()
	for range 5000 {
		hub.Publish(events.State, ids.New[ids.VideoID]())
	}
	got := s.Take()
	if len(got) > 1000 || !slices.ContainsFunc(got, func(e events.Event) bool { return e.Kind == events.Reset }) {
		t.Errorf("%d events pending without a reset", len(got))
	}
}

func TestAClosedListenerGetsNothing(t *testing.T) {
	t.Parallel()
	hub := events.NewHub()
	s := hub.Subscribe()
	s.Close()
	hub.Publish(events.State, "a")
	if got := s.Take(); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}
