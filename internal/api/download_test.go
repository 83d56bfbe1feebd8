package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/api"
	"matinee/internal/ids"
	"matinee/internal/testkit"
	"matinee/internal/testkit/clips"
	"matinee/internal/upload"
)

// made is a video of a clip whose storyboard is there. Workers run until the test ends.
func (s *videoServer) made(t *testing.T, clip clips.Clip, title string) (id string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- s.pipeline.Run(ctx, true) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	id = s.video(t, map[string]any{"title": title, "visibility": "public"})
	data, err := os.ReadFile(clips.Path(t, clip))
	if err != nil {
		t.Fatal(err)
	}
	source := upload.File{Name: "x.mp4", SizeBytes: int64(len(data)), Body: bytes.NewReader(data)}
	if err := s.uploads.Import(t.Context(), access.Viewer{User: "u", Role: access.Admin}, ids.VideoID(id), source); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, 2*time.Minute, func() bool {
		return strings.Contains(s.as(t, s.owner, "GET", "/videos/"+id, nil).text, `/storyboard-`)
	})
	return id
}

// load gets a path with headers in pairs, and returns the whole body.
func (s *videoServer) load(t *testing.T, token, path string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+api.Prefix+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", token)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

func TestADownloadGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	id := s.made(t, clips.LateAudio, "Tide/ebb: été")
	at := "/videos/" + id + "/download"
	response, whole := s.load(t, s.owner, at)
	h := response.Header
	if response.StatusCode != http.StatusOK || response.ContentLength != int64(len(whole)) || h.Get("Accept-Ranges") != "bytes" || h.Get("Content-Type") != "video/mp4" {
		t.Fatalf("%d of %d bytes: %v", response.StatusCode, len(whole), h)
	}
	if name := h.Get("Content-Disposition"); !strings.HasPrefix(name, "attachment; ") || !strings.Contains(name, "filename*=UTF-8''Tide-ebb-%20%C3%A9t%C3%A9%20%28") || !strings.HasSuffix(name, ".mp4") {
		t.Errorf("it is called %s", name)
	}
	etag := h.Get("ETag")
	var joined []byte
	for from := 0; from < len(whole); from += 7_001 {
		part, body := s.load(t, s.owner, at, "Range", fmt.Sprintf("bytes=%d-%d", from, from+7_000), "If-Range", etag)
		want := fmt.Sprintf("bytes %d-%d/%d", from, min(from+7_000, len(whole)-1), len(whole))
		if part.StatusCode != http.StatusPartialContent || part.Header.Get("Content-Range") != want || part.Header.Get("ETag") != etag {
			t.Fatalf("from %d on: %d %v, want %s", from, part.StatusCode, part.Header, want)
		}
		joined = append(joined, body...)
	}
	if !bytes.Equal(joined, whole) {
		t.Error("the parts are not the whole")
	}
	if again, body := s.load(t, s.owner, at, "Range", "bytes=5-", "If-Range", `"another"`); again.StatusCode != http.StatusOK || len(body) != len(whole) {
		t.Errorf("a part of another file: %d, %d bytes", again.StatusCode, len(body))
	}
	if beyond, _ := s.load(t, s.owner, at, "Range", fmt.Sprintf("bytes=%d-", len(whole))); beyond.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("beyond the end: %d", beyond.StatusCode)
	}
	if same, _ := s.load(t, s.owner, at, "If-None-Match", etag); same.StatusCode != http.StatusNotModified {
		t.Errorf("what one has: %d", same.StatusCode)
	}
	s.as(t, s.owner, "GET", at+"?rung=h264-9999", nil).want(t, http.StatusUnprocessableEntity, "invalid")
	s.as(t, s.other, "GET", at, nil).want(t, http.StatusForbidden, "denied")
	s.as(t, "", "GET", at, nil).want(t, http.StatusUnauthorized, "unauthenticated")
}

func TestPicturesOfAVideoHaveAddresses(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{PublicURL: "https://video.example"})
	id := s.made(t, clips.Silent, "Tide")
	video := s.as(t, s.owner, "GET", "/videos/"+id, nil)
	prefix := "https://video.example/media/" + id + "/"
	for _, name := range []string{"poster_url", "storyboard_url"} {
		if at := video.str(name); !strings.HasPrefix(at, prefix) {
			t.Errorf("%s is %s", name, at)
		}
	}
	if playback := s.as(t, s.owner, "GET", "/videos/"+id+"/playback", nil); playback.str("storyboard") != video.str("storyboard_url") {
		t.Errorf("to be played: %s", playback.text)
	}
	type posters struct {
		Current struct {
			URL, Origin string
			Seconds     *float64 `json:"time_seconds"`
		}
		Candidates []struct {
			URL     string
			Seconds float64 `json:"time_seconds"`
		}
	}
	read := func(text string) (p posters) {
		t.Helper()
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	all := read(s.as(t, s.owner, "GET", "/videos/"+id+"/poster", nil).text)
	if all.Current.URL != video.str("poster_url") || all.Current.Origin != "automatic" || len(all.Candidates) != 5 {
		t.Fatalf("posters %+v", all)
	}
	response, text := s.put(t, s.owner, "/videos/"+id+"/poster", "application/json", fmt.Appendf(nil, `{"time_seconds":%g}`, all.Candidates[3].Seconds))
	chosen := read(text)
	if response.StatusCode != http.StatusOK || chosen.Current.Origin != "frame" || chosen.Current.Seconds == nil || *chosen.Current.Seconds != all.Candidates[3].Seconds {
		t.Errorf("chosen: %d %s", response.StatusCode, text)
	}
	if now := s.as(t, s.owner, "GET", "/videos/"+id, nil); now.str("poster_url") != chosen.Current.URL {
		t.Errorf("the video shows %s, not %s", now.str("poster_url"), chosen.Current.URL)
	}
	s.as(t, s.owner, "DELETE", "/videos/"+id+"/poster", nil).want(t, http.StatusNoContent, "")
	if now := s.as(t, s.owner, "GET", "/videos/"+id, nil); now.str("poster_url") != all.Current.URL {
		t.Errorf("after it was taken back: %s", now.str("poster_url"))
	}
}
