package e2e_test

import (
	"bytes"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"

	"matinee/client"
	"matinee/internal/testkit/clips"
)

func TestRealFootageGoesInAndPlays(t *testing.T) { //nolint:paralleltest // it wants both cores
	s := newFolder(t).start()
	owner := s.account("owner", "uploader")
	footage := []clips.Clip{clips.Friday, clips.Flower, clips.CarDetection, clips.BigBuckBunny}
	videos := map[clips.Clip]client.Video{}
	for _, clip := range footage {
		videos[clip] = uploadClip(t, owner, clip, "public")
	}
	for _, clip := range footage {
		t.Run(string(clip), func(t *testing.T) {
			awaitReady(t, owner, videos[clip].ID)
			p := presentationOf(t, owner, videos[clip].ID)
			p.wantExact(t)
			wantReport(t, p.encoding)
			urls := crawl(t, p.playback)
			wantHeaders(t, urls)
			wantPoster(t, p.playback.Poster)
		})
	}
	s.stop()
}

func wantReport(t *testing.T, e client.Encoding) {
	t.Helper()
	if e.Report == nil || len(e.Report.Checks) == 0 {
		t.Error("a ready video has no report")
		return
	}
	for _, check := range e.Report.Checks {
		if !check.OK {
			t.Errorf("the report says: %s: %s", check.Name, check.Detail)
		}
	}
}

// wantHeaders holds the media of a public, ready video to how caches and players may use them.
func wantHeaders(t *testing.T, urls mediaURLs) {
	t.Helper()
	types := map[string]string{
		".m3u8": "application/vnd.apple.mpegurl", ".mpd": "application/dash+xml", ".jpg": "image/jpeg", ".mp4": "video/mp4", ".m4s": "video/mp4",
	}
	for _, at := range urls.all() {
		a := fetch(t, http.MethodGet, at, nil)
		want := types[at[strings.LastIndexByte(at, '.'):]]
		if strings.Contains(at, "/audio-") && !strings.HasSuffix(at, ".m3u8") {
			want = "audio/mp4"
		}
		cache := "public, max-age=31536000, immutable"
		if strings.HasSuffix(at, ".m3u8") || strings.HasSuffix(at, ".mpd") {
			cache = "public, max-age=60"
		}
		if a.status != http.StatusOK || a.body == "" || a.header.Get("Content-Type") != want || a.header.Get("Cache-Control") != cache ||
			a.header.Get("ETag") == "" || a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("Accept-Ranges") != "bytes" {
			t.Errorf("GET %s answers %d %v", at, a.status, a.header)
		}
	}
}

func wantPoster(t *testing.T, at string) {
	t.Helper()
	picture, err := jpeg.Decode(bytes.NewReader([]byte(fetchOK(t, at))))
	if err != nil || picture.Bounds().Dx() < 320 {
		t.Errorf("the poster: %v, %v", picture, err)
	}
}
