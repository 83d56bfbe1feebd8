package delivery

import (
	"net/url"
	"strconv"
	"strings"

	"matinee/internal/blob"
	"matinee/internal/ids"
)

// prefix is where all media are.
const prefix = "/media/"

// kind says what a path asks for.
type kind string

const (
	master     kind = "master"   // HLS multivariant playlist
	playlist   kind = "playlist" // HLS media playlist of a track
	mpd        kind = "mpd"      // DASH manifest
	initPart   kind = "init"     // init segment of a track
	mediaPart  kind = "segment"  // media segment of a track
	picture    kind = "picture"
	subtitles  kind = "subtitles"  // WebVTT of a track
	storyboard kind = "storyboard" // WebVTT of the sheets
)

// written reports whether the answer is written anew rather than read from the store.
func (k kind) written() bool { return k == master || k == playlist || k == mpd }

// target is what a path asks for.
type target struct {
	video   ids.VideoID
	version ids.VersionID
	kind    kind
	track   string // of a playlist, an init segment or a media segment
	number  int    // of a media segment
	name    string // of a subtitle file
	key     string // in the blob store, where it is not written
}

// parse reads a path in its one canonical form; anything else is no media path.
func parse(u *url.URL) (target, bool) {
	rest, ok := strings.CutPrefix(u.Path, prefix)
	if !ok || u.RawPath != "" { // RawPath: the path was escaped in another way than we write it
		return target{}, false
	}
	videoText, rest, _ := strings.Cut(rest, "/")
	versionText, rest, _ := strings.Cut(rest, "/")
	video, videoErr := ids.Parse[ids.VideoID](videoText)
	version, versionErr := ids.Parse[ids.VersionID](versionText)
	if videoErr != nil || versionErr != nil {
		return target{}, false
	}
	t := target{video: video, version: version}
	if folder, file, below := strings.Cut(rest, "/"); below {
		if folder == subtitlesFolder {
			return t.text(file)
		}
		return t.part(folder, file)
	}
	return t.file(rest)
}

// file reads a path that lies directly below the version.
func (t target) file(name string) (target, bool) {
	switch name {
	case "master.m3u8":
		t.kind = master
		return t, true
	case "manifest.mpd":
		t.kind = mpd
		return t, true
	}
	if track, ok := strings.CutSuffix(name, ".m3u8"); ok {
		t.kind, t.track = playlist, track
		return t, isName(track)
	}
	return t.hashed(name)
}

// hashed reads the name of a picture, or of the list of a storyboard's: what it is, a hash of its content, and an ending.
func (t target) hashed(name string) (target, bool) {
	what, rest, _ := strings.Cut(name, "-")
	hash, ending, _ := strings.Cut(rest, ".")
	if !isName(hash) {
		return target{}, false
	}
	t.kind, t.key = picture, blob.PictureKey(t.video, t.version, name)
	switch what + "." + ending {
	case "poster.jpg", "sheet.jpg":
		return t, true
	case "chosen.jpg": // of the video, whatever version it shows
		t.key = blob.VideoPictureKey(t.video, name)
		return t, true
	case "storyboard.vtt":
		t.kind = storyboard
		return t, true
	}
	return target{}, false
}

// subtitlesFolder is no track's name: theirs end in a number.
const subtitlesFolder = "subtitles"

// text reads the name of a subtitle file.
func (t target) text(name string) (target, bool) {
	hash, ok := strings.CutSuffix(name, ".vtt")
	if !ok || !isName(hash) {
		return target{}, false
	}
	t.kind, t.name, t.key = subtitles, name, blob.SubtitlesKey(t.video, t.version, name)
	return t, true
}

// part reads a path that lies below a track.
func (t target) part(track, file string) (target, bool) {
	if !isName(track) {
		return target{}, false
	}
	t.track = track
	if file == "init.mp4" {
		t.kind, t.key = initPart, blob.InitKey(t.video, t.version, track)
		return t, true
	}
	digits, ok := strings.CutSuffix(file, ".m4s")
	number, err := strconv.Atoi(digits)
	if !ok || err != nil || number < 0 || strconv.Itoa(number) != digits { // one number has one name
		return target{}, false
	}
	t.kind, t.number = mediaPart, number
	t.key = blob.SegmentKey(t.segment())
	return t, true
}

// segment is the address of the media segment that is asked for.
func (t target) segment() ids.Segment {
	return ids.Segment{Video: t.video, Version: t.version, Track: t.track, Number: t.number}
}

// isName reports whether s can be the name of a track or a hash: letters, digits, dash and underscore, at most 64.
func isName(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
