// Package packaging owns the bytes that players read: init segments, media segments and the playlists that name them.
//
// Split turns the fragmented MP4 of an encoder into CMAF segments (ISO/IEC 23000-19) whose every number is computed from
// the plan; a Copy cuts the same kind of segments out of a source that is passed through; CheckSegment proves a segment from its
// bytes alone; Master, MediaPlaylist and MPD write HLS (RFC 8216, version
// 7) and DASH (ISO/IEC 23009-1) for the whole presentation before anything of it is encoded. A File lays stored segments out as one
// ordinary MP4, and StoryboardVTT lists the tiles of a storyboard. All of it is a function of values: the package refuses to open files, to run processes and to know URLs beyond its own relative ones.
package packaging
