package library

import "time"

// State is what a video is to somebody who looks at it.
type State string

// The states.
const (
	Waiting    State = "waiting"    // no byte has arrived
	Uploading  State = "uploading"  // bytes are arriving
	Processing State = "processing" // the source is here, nothing can be played
	Playable   State = "playable"   // play works, something is still being made
	Ready      State = "ready"      // every planned rung is complete and verified
	Failed     State = "failed"     // nothing can be played and nothing goes on by itself
)

// States lists every state in the order of a video's life.
func States() []State { return []State{Waiting, Uploading, Processing, Playable, Ready, Failed} }

// Watchable reports whether a video in this state can be played.
func (s State) Watchable() bool { return s == Playable || s == Ready }

// Facts are what a video's state follows from.
type Facts struct {
	Receiving  bool // an upload has begun and is not complete
	HasVersion bool // a source is complete
	Failed     bool // the current version was given up
	PlayableAt time.Time
	ReadyAt    time.Time
}

// StateOf derives the state. A version that was once playable is never shown as failed, and a source that arrives to replace one
// that did not fail changes nothing.
func StateOf(f Facts) State {
	switch {
	case f.HasVersion && !f.ReadyAt.IsZero():
		return Ready
	case f.HasVersion && !f.PlayableAt.IsZero():
		return Playable
	case f.HasVersion && !f.Failed:
		return Processing
	case f.Receiving:
		return Uploading
	case f.HasVersion:
		return Failed
	}
	return Waiting
}

// Edge is one step that a video can take.
type Edge struct{ From, To State }

// Edges lists every step that a change of the facts can make, which is what docs/architecture.md draws.
func Edges() []Edge {
	return []Edge{
		{Waiting, Uploading},    // the first byte arrives
		{Uploading, Waiting},    // the transfer was lost or given up
		{Uploading, Processing}, // the last byte arrived
		{Waiting, Processing},   // a source arrived in one piece
		{Processing, Playable},  // everything that the playlists name exists
		{Processing, Failed},    // refused or given up, by name
		{Playable, Ready},       // verified
		{Ready, Playable},       // another version took over
		{Failed, Uploading},     // another source arrives
		{Uploading, Failed},     // and that transfer was lost
		{Failed, Processing},    // repaired
		{Processing, Uploading}, // given up while another source arrives
	}
}
