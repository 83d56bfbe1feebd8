package delivery

import (
	"net/url"
	"strings"
	"testing"

	"matinee/internal/blob"
	"matinee/internal/ids"
)

// FuzzParse holds that no path leads to a key outside its own version and the pictures of its video.
func FuzzParse(f *testing.F) {
	base := prefix + string(ids.New[ids.VideoID]()) + "/" + string(ids.New[ids.VersionID]()) + "/"
	for _, seed := range []string{"master.m3u8", "h264-720/0.m4s", "h264-720/init.mp4", "poster-ab.jpg", "../x/init.mp4", "./0.m4s", "a/../../0.m4s", "poster-../../x.jpg", "subtitles/ab.vtt", "subtitles/../x.vtt", "storyboard-ab.vtt", "sheet-ab.jpg", "chosen-ab.jpg", "chosen-../../x.jpg"} {
		f.Add(base + seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		target, ok := parse(&url.URL{Path: path})
		if !ok || target.kind.written() {
			return
		}
		if err := blob.CheckKey(target.key); err != nil {
			t.Error(err)
		}
		own := strings.HasPrefix(target.key, blob.VersionPrefix(target.video, target.version)) || strings.HasPrefix(target.key, blob.VideoPicturesPrefix(target.video))
		if !own || target.key == blob.SourceKey(target.video, target.version) {
			t.Errorf("%q leads to %q", path, target.key)
		}
	})
}
