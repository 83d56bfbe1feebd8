package events

import (
	"crypto/rand"
	"sync"

	"matinee/internal/ids"
)

// Kind says what happened to a video.
type Kind string

// The kinds, from the least to the most telling: of two that wait for a listener the later in this list is kept.
const (
	Progress  Kind = "video.progress"
	RungAdded Kind = "rung.added" // the playlists name other tracks than before
	State     Kind = "video.state"
	Created   Kind = "video.created"
	Deleted   Kind = "video.deleted"
	Reset     Kind = "reset" // something was missed: everything should be read again; names no video
)

// Event is one change of one video.
type Event struct {
	Kind  Kind
	Video ids.VideoID
	// Position is where a listener stands that has been told this event and all before it in the same order.
	Position Position
}

// Bounds of what is kept.
const (
	maxPending = 1000 // events that wait for one listener
	maxKept    = 8192 // the last events of all, for listeners that come back
)

// record is an event as it was published.
type record struct {
	number uint64
	kind   Kind
	video  ids.VideoID
}

// Hub passes events on. The zero value is not usable; it is safe for concurrent use.
type Hub struct {
	epoch string // of this process: numbers of another one mean nothing here

	mu        sync.Mutex
	listeners map[*Subscription]struct{}
	last      uint64   // number of the latest event; the first one has 1
	kept      []record // a ring; event n lies at n % maxKept
}

// NewHub returns a Hub that nobody listens to.
func NewHub() *Hub {
	return &Hub{epoch: rand.Text()[:10], listeners: map[*Subscription]struct{}{}}
}

// Publish tells every listener. It never blocks.
func (h *Hub) Publish(kind Kind, video ids.VideoID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last++
	r := record{number: h.last, kind: kind, video: video}
	if len(h.kept) < maxKept {
		h.kept = append(h.kept, r)
	} else {
		h.kept[(r.number-1)%maxKept] = r
	}
	for s := range h.listeners {
		s.add(r)
	}
}

// Subscribe begins to listen to what happens from now on. The caller ends it with Close.
func (h *Hub) Subscribe() *Subscription {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.subscribe()
}

// Resume begins to listen from a position on: what happened since then waits already. When that cannot be told any more, a
// Reset waits instead. The caller ends it with Close.
func (h *Hub) Resume(from Position) *Subscription {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.subscribe()
	if from.epoch != h.epoch || from.number > h.last || h.last-from.number > uint64(len(h.kept)) {
		s.overflow()
		return s
	}
	s.told = from.number
	for n := from.number + 1; n <= h.last; n++ {
		s.add(h.kept[(n-1)%maxKept])
	}
	return s
}

// subscribe adds a listener. The caller holds the lock.
func (h *Hub) subscribe() *Subscription {
	s := &Subscription{hub: h, told: h.last, pending: map[subject]*waiting{}, signal: make(chan struct{}, 1)}
	h.listeners[s] = struct{}{}
	return s
}
