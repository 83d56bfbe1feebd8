package events

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"matinee/internal/ids"
)

// Subscription is one listener.
type Subscription struct {
	hub    *Hub
	signal chan struct{} // holds a token while something is pending

	mu      sync.Mutex
	pending map[subject]*waiting
	missed  bool   // a Reset waits
	seen    uint64 // number of the latest event that was added
	told    uint64 // number up to which everything was taken
}

// subject is what later events replace earlier ones of: a video, and apart from it the tracks that its playlists name, since a
// player that takes up new ones is not told to by any other kind.
type subject struct {
	video ids.VideoID
	rungs bool
}

func subjectOf(k Kind, video ids.VideoID) subject { return subject{video, k == RungAdded} }

// waiting is what the events of one subject have come to since the last Take.
type waiting struct {
	kind        Kind
	first, last uint64 // numbers
}

// Close ends the listening.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	delete(s.hub.listeners, s)
}

// Ready is readable when Take has something to return.
func (s *Subscription) Ready() <-chan struct{} { return s.signal }

// Position is how far the listener has come with what it has taken.
func (s *Subscription) Position() Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Position{epoch: s.hub.epoch, number: s.told}
}

// Take returns what has happened since the last call, the one that moved last at the end: of each video at most one event, and one
// RungAdded beside it.
//
// A listener that breaks off in between resumes from the position of the last event that it was told: none is lost, and one
// that was told already may come again.
func (s *Subscription) Take() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = max(s.told, s.seen)
	if s.missed {
		s.missed = false
		s.pending = map[subject]*waiting{}
		return []Event{{Kind: Reset, Position: Position{s.hub.epoch, s.told}}}
	}
	taken := make([]Event, 0, len(s.pending))
	for of, w := range s.pending {
		taken = append(taken, Event{Kind: w.kind, Video: of.video, Position: Position{s.hub.epoch, w.last}})
	}
	slices.SortFunc(taken, func(a, b Event) int { return cmp.Compare(a.Position.number, b.Position.number) })
	// Whoever was told an event may only claim those before it that no later one of this batch still has to tell.
	untold := s.told + 1
	for i := len(taken) - 1; i >= 0; i-- {
		taken[i].Position.number = untold - 1
		untold = min(untold, s.pending[subjectOf(taken[i].Kind, taken[i].Video)].first)
	}
	s.pending = map[subject]*waiting{}
	return taken
}

// Next waits for events and takes them. It returns the context's error when that ends first.
func (s *Subscription) Next(ctx context.Context) ([]Event, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.signal:
		return s.Take(), nil
	}
}

func (s *Subscription) add(r record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = r.number
	of := subjectOf(r.kind, r.video)
	switch w, ok := s.pending[of]; {
	case s.missed: // it will read everything anyway
	case ok:
		w.last = r.number
		if weight(r.kind) > weight(w.kind) {
			w.kind = r.kind
		}
	case len(s.pending) >= maxPending:
		s.missed = true
	default:
		s.pending[of] = &waiting{kind: r.kind, first: r.number, last: r.number}
	}
	s.wake()
}

// overflow has the listener read everything again.
func (s *Subscription) overflow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.missed, s.seen = true, s.told
	s.wake()
}

func (s *Subscription) wake() {
	select {
	case s.signal <- struct{}{}:
	default: // a token is there already
	}
}

func weight(k Kind) int {
	return slices.Index([]Kind{Progress, RungAdded, State, Created, Deleted, Reset}, k)
}
