package blob_test

import (
	"strings"
	"testing"

	"matinee/internal/blob"
	"matinee/internal/ids"
)

func TestKeysOfOneVideoLieBelowItsPrefixes(t *testing.T) {
	t.Parallel()
	var (
		video   = ids.New[ids.VideoID]()
		version = ids.New[ids.VersionID]()
		prefix  = blob.VersionPrefix(video, version)
	)
	if !strings.HasPrefix(prefix, blob.VideoPrefix(video)) {
		t.Errorf("%s is not below its video", prefix)
	}
	source := blob.SourceKey(video, version)
	if err := blob.CheckKey(source); err != nil || !strings.HasPrefix(source, blob.VideoPrefix(video)) || strings.HasPrefix(source, prefix) {
		t.Errorf("the source %s is not beside its version, %v", source, err)
	}
	seen := map[string]bool{}
	for _, key := range []string{
		blob.InitKey(video, version, "source"),
		blob.SegmentKey(ids.Segment{Video: video, Version: version, Track: "source", Number: 0}),
		blob.SegmentKey(ids.Segment{Video: video, Version: version, Track: "h264-720", Number: 12345}),
		blob.PictureKey(video, version, "poster-0123abcd.jpg"),
	} {
		if err := blob.CheckKey(key); err != nil {
			t.Error(err)
		}
		if !strings.HasPrefix(key, prefix) || seen[key] {
			t.Errorf("%s is not one key below %s", key, prefix)
		}
		seen[key] = true
	}
	for _, p := range []string{prefix, blob.VideoPrefix(video), blob.TracksPrefix(video, version), blob.TrackPrefix(video, version, "source")} {
		if err := blob.CheckPrefix(p); err != nil {
			t.Error(err)
		}
	}
}

func FuzzCheckKey(f *testing.F) {
	for _, seed := range []string{"v/a/source", "../x", "v//x", ".tmp/x", "", "v/\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if blob.CheckKey(key) != nil {
			return
		}
		if strings.Contains(key, "..") && strings.Contains("/"+key+"/", "/../") || strings.HasPrefix(key, "/") || strings.Contains(key, "//") || strings.ContainsAny(key, "\x00\\ ") {
			t.Errorf("CheckKey accepted %q", key)
		}
		if blob.CheckPrefix(key+"/") != nil {
			t.Errorf("%q is a key and %q no prefix", key, key+"/")
		}
	})
}
