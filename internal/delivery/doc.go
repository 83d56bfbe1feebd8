// Package delivery is the origin: it answers every request for media, from playlists to segments, subtitles and pictures.
//
// It owns the paths below /media/, their headers (type, caching, validators, sharing with other origins) and the right of
// every single request: whoever may not watch gets the same answer as for what does not exist. What anybody may watch is
// remembered for a second and forgotten at once when this process changes the video; everything else is asked for with the
// viewer each time. Playlists are written when asked; a media segment that does not exist yet is made when asked; everything is
// read from the blob store and sent by the kernel, which is why no ResponseWriter may be wrapped on the way and why the server
// listens through [Listener].
//
// The package refuses to know how media come to be, to decide who may watch, and to build a path from anything but ids,
// integers and names that it has checked.
package delivery
