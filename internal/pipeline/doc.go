// Package pipeline turns a complete source into a video that plays: it is the one visible workflow and the place where
// modules meet.
//
//	source complete → probe → (prepare) → plan → first segments → PLAYABLE → chunks, audio, copies, pictures → verify → READY → storyboard
//	                                                                 ↑ segments on demand, ahead of the chunks
//
// Each arrow is a task: a row that a worker leases, renews while it works, and finishes with a write that names its fence.
// A worker that dies loses its lease and somebody else goes on; what was put into the store by then is found there and kept,
// because every put is a put-if-absent. Nothing here holds a state that a restart would miss.
//
// An attempt that goes wrong is a fault (the work itself), a crash (its process or worker was killed) or a wait (something outside
// is missing, such as free space). Faults and crashes are bounded and end in a failure by name; waits are not, and are told to the
// owner as the trouble of the version. No decision about a lease reads the clock on the wall.
//
// Nearly all of a video that can be played may be missing: the playlists name what is copied, complete or made fast enough when it is
// asked for ([Offered]), and [Pipeline.EnsureSegment] makes that, one task for all who ask. Such a task never fails a video.
//
// The flows that cross modules (a source is complete, a version is published, a video is purged) are methods of [Store], each
// one transaction. The package refuses to know SQL, HTTP and ffmpeg's arguments.
package pipeline
