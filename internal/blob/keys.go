package blob

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"matinee/internal/ids"
)

// maxKey bounds a key's length in bytes: what object stores allow (1024), with room for a driver's own prefix.
const maxKey = 512

var (
	errKey    = errors.New("a key is made of segments out of 0-9, A-Z, a-z, dot, dash and underscore, none empty or starting with a dot")
	errPrefix = errors.New("a prefix is a key followed by a slash")
)

// VideoPrefix is where everything of a video lies.
func VideoPrefix(video ids.VideoID) string { return fmt.Sprintf("v/%s/", video) }

// VersionPrefix is where everything made from one version's source lies.
func VersionPrefix(video ids.VideoID, version ids.VersionID) string {
	return fmt.Sprintf("v/%s/%s/", video, version)
}

// SourcePrefix is where the file that was uploaded for a version lies: beside the versions, because a version that is made
// anew from the same source outlives the one that brought it.
func SourcePrefix(video ids.VideoID, version ids.VersionID) string {
	return fmt.Sprintf("v/%s/sources/%s/", video, version)
}

// SourceKey names the file that was uploaded for a version.
func SourceKey(video ids.VideoID, version ids.VersionID) string {
	return SourcePrefix(video, version) + "source"
}

// TracksPrefix is where the init segments and media segments of all tracks of a version lie.
func TracksPrefix(video ids.VideoID, version ids.VersionID) string {
	return VersionPrefix(video, version) + "tracks/"
}

// TrackPrefix is where the init segment and the media segments of one track lie.
func TrackPrefix(video ids.VideoID, version ids.VersionID, track string) string {
	return TracksPrefix(video, version) + track + "/"
}

// InitKey names the init segment of a track.
func InitKey(video ids.VideoID, version ids.VersionID, track string) string {
	return TrackPrefix(video, version, track) + "init.mp4"
}

// SegmentKey names one media segment.
func SegmentKey(s ids.Segment) string {
	return TrackPrefix(s.Video, s.Version, s.Track) + strconv.Itoa(s.Number) + ".m4s"
}

// PictureKey names a picture made from a version; name carries a hash of its content, for example "poster-HASH.jpg".
func PictureKey(video ids.VideoID, version ids.VersionID, name string) string {
	return VersionPrefix(video, version) + "pictures/" + name
}

// VideoPicturesPrefix is where the pictures lie that belong to a video whatever version it shows.
func VideoPicturesPrefix(video ids.VideoID) string { return VideoPrefix(video) + "pictures/" }

// VideoPictureKey names a picture of a video; name carries a hash of its content, for example "chosen-HASH.jpg".
func VideoPictureKey(video ids.VideoID, name string) string { return VideoPicturesPrefix(video) + name }

// SubtitlesKey names the WebVTT of one subtitle track; name carries a hash of its content, for example "HASH.vtt".
func SubtitlesKey(video ids.VideoID, version ids.VersionID, name string) string {
	return VersionPrefix(video, version) + "subtitles/" + name
}

// CheckKey returns an error unless key is a well-formed key.
func CheckKey(key string) error {
	if len(key) > maxKey {
		return fmt.Errorf("key of %d bytes: %w", len(key), errKey)
	}
	for segment := range strings.SplitSeq(key, "/") {
		if !isSegment(segment) {
			return fmt.Errorf("key %q: %w", key, errKey)
		}
	}
	return nil
}

// CheckPrefix returns an error unless prefix is a well-formed key followed by a slash. The empty prefix is refused, so that
// a forgotten id cannot delete a store.
func CheckPrefix(prefix string) error {
	folder, ok := strings.CutSuffix(prefix, "/")
	if !ok {
		return fmt.Errorf("prefix %q: %w", prefix, errPrefix)
	}
	return CheckKey(folder)
}

func isSegment(s string) bool {
	if s == "" || s[0] == '.' {
		return false
	}
	for i := range len(s) {
		if !isKeyByte(s[i]) {
			return false
		}
	}
	return true
}

func isKeyByte(c byte) bool {
	switch {
	case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z':
		return true
	}
	return c == '.' || c == '_' || c == '-'
}
