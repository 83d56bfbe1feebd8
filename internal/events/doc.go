// Package events tells whoever listens in this process which videos have changed.
//
// An event names a video and what happened, never its content: the listener reads the video with the rights of whoever it
// serves, so an event cannot leak. A slow listener gets the latest change of each video, not every step, and one that has
// fallen too far behind is told to read everything again. Publishing never blocks.
//
// Events are numbered. A listener that was away says with a [Position] how far it had come and gets what it missed, as long as
// the last few thousand events hold it; after a restart of the process, or after too long a time, it gets a [Reset] instead.
//
// The package refuses to keep anything beyond the process: what must not be missed is a row in the database.
package events
