package events

import (
	"context"
	"sync"

	"matinee/internal/ids"
)

// Kind says what happened to a video.
type Kind string

// The kinds, from the least to the most telling: of two that wait for a listener the later in this list is kept.
const (
	Progress Kind = "video.progress"
	State    Kind = "video.state"
	Created  Kind = "video.created"
	Deleted  Kind = "video.deleted"
	Reset    Kind = "reset" // so much happened that everything should be read again; names no video
)

// Event is one change of one video.
type Event struct {
	Kind  Kind
	Video ids.VideoID
}

// maxPending bounds what waits for one listener.
const maxPending = 1000

// Hub passes events on. The zero value is not usable; it is safe for concurrent use.
type Hub struct {
	mu        sync.Mutex
	listeners map[*Subscription]struct{}
}

// NewHub returns a Hub that nobody listens to.
func NewHub() *Hub { return &Hub{listeners: map[*Subscription]struct{}{}} }

// Publish tells every listener. It never blocks.
func (h *Hub) Publish(kind Kind, video ids.VideoID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.listeners {
		s.add(Event{Kind: kind, Video: video})
	}
}

// Subscribe begins to listen. The caller ends it with Close.
func (h *Hub) Subscribe() *Subscription {
	s := &Subscription{hub: h, pending: map[ids.VideoID]int{}, signal: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners[s] = struct{}{}
	return s
}

// Subscription is one listener.
type Subscription struct {
	hub    *Hub
	signal chan struct{} // holds a token while something is pending

	mu      sync.Mutex
	events  []Event
	pending map[ids.VideoID]int // index in events
}

// Close ends the listening.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	delete(s.hub.listeners, s)
}

// Ready is readable when Take has something to return.
func (s *Subscription) Ready() <-chan struct{} { return s.signal }

// Take returns what has happened since the last call, at most one event a video.
func (s *Subscription) Take() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.events
	s.events, s.pending = nil, map[ids.VideoID]int{}
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

func (s *Subscription) add(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, ok := s.pending[e.Video]; ok {
		if weight(e.Kind) > weight(s.events[i].Kind) {
			s.events[i].Kind = e.Kind
		}
	} else if len(s.events) >= maxPending {
		s.events, s.pending = []Event{{Kind: Reset}}, map[ids.VideoID]int{"": 0}
	} else {
		s.pending[e.Video] = len(s.events)
		s.events = append(s.events, e)
	}
	select {
	case s.signal <- struct{}{}:
	default: // a token is there already
	}
}

func weight(k Kind) int {
	switch k {
	case Progress:
		return 0
	case State:
		return 1
	case Created:
		return 2
	case Deleted:
		return 3
	}
	return 4
}
