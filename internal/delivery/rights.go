package delivery

import (
	"sync"
	"time"

	"matinee/internal/events"
	"matinee/internal/ids"
)

const (
	// rightsLast is how long what was found of a public version is believed: as long as a change by another process may go
	// unnoticed. One of this process is noticed at once.
	rightsLast = time.Second
	maxRights  = 1024
)

// rights remembers which versions anybody may watch, so that the database is not asked for each of their segments. Nothing is
// kept of versions that only some may watch, and no refusal is kept at all. It is safe for concurrent use.
type rights struct {
	changes *events.Subscription
	now     func() time.Time

	mu    sync.Mutex
	kept  map[asked]right
	drops int // how often something was forgotten because it may have changed
}

// asked is what rights are found for.
type asked struct {
	video   ids.VideoID
	version ids.VersionID
}

type right struct {
	media *Media
	until time.Time
}

func newRights(hub *events.Hub, now func() time.Time) *rights {
	return &rights{changes: hub.Subscribe(), now: now, kept: map[asked]right{}}
}

// get returns what anybody may be served of a version, nil where that must be found, with the ticket that put wants.
func (r *rights) get(a asked) (m *Media, ticket int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.catchUp()
	if found, ok := r.kept[a]; ok && r.now().Before(found.until) {
		return found.media, r.drops
	}
	return nil, r.drops
}

// put keeps what was found after the ticket was drawn. It keeps nothing when any video has changed in between: what was read may
// be from before the change.
func (r *rights) put(a asked, m *Media, ticket int) {
	if !m.Public {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.catchUp(); r.drops != ticket {
		return
	}
	if len(r.kept) >= maxRights {
		for victim := range r.kept { // Go's map order is random enough
			delete(r.kept, victim)
			break
		}
	}
	r.kept[a] = right{media: m, until: r.now().Add(rightsLast)}
}

// catchUp forgets the videos that have changed. Whoever changes one publishes that before answering, and publishing hands the
// event over before it returns: a request that comes after the answer finds the event here. The caller holds the lock.
func (r *rights) catchUp() {
	select {
	case <-r.changes.Ready():
	default:
		return
	}
	for _, e := range r.changes.Take() {
		switch e.Kind {
		case events.Progress:
			continue
		case events.Reset:
			clear(r.kept)
		case events.State, events.Created, events.Deleted, events.RungAdded:
			r.forget(e.Video)
		}
		r.drops++
	}
}

func (r *rights) forget(video ids.VideoID) {
	for a := range r.kept {
		if a.video == video {
			delete(r.kept, a)
		}
	}
}
