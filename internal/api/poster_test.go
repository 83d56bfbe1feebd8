package api_test

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"

	"matinee/internal/access"
	"matinee/internal/api"
	"matinee/internal/ids"
	"matinee/internal/upload"
)

// put sends bytes of a type and returns the answer with its body.
func (s *videoServer) put(t *testing.T, token, path, kind string, body []byte) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.URL+api.Prefix+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	response, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

func TestAPosterIsChosenByTimeOrSent(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	id := s.video(t, map[string]any{"title": "One", "visibility": "public"})
	at := "/videos/" + id + "/poster"
	empty := s.as(t, s.owner, "GET", at, nil)
	empty.want(t, http.StatusOK, "")
	if !strings.Contains(empty.text, `"current":null`) || !strings.Contains(empty.text, `"candidates":[]`) {
		t.Errorf("before a source: %s", empty.text)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 32, 32))); err != nil {
		t.Fatal(err)
	}
	if response, text := s.put(t, s.owner, at, "image/png", picture.Bytes()); response.StatusCode != http.StatusConflict || !strings.Contains(text, `"code":"no_source"`) {
		t.Errorf("before a source: %d %s", response.StatusCode, text)
	}
	source := upload.File{Name: "x.mp4", SizeBytes: 5, Body: strings.NewReader("video")}
	if err := s.uploads.Import(t.Context(), access.Viewer{User: "u", Role: access.Admin}, ids.VideoID(id), source); err != nil {
		t.Fatal(err)
	}
	large := append(bytes.Clone(picture.Bytes()), make([]byte, 10<<20)...)
	for name, c := range map[string]struct {
		token, kind string
		body        []byte
		status      int
		code        string
	}{
		"an image":                      {s.owner, "image/png", picture.Bytes(), http.StatusOK, ""},
		"an image of another's video":   {s.other, "image/png", picture.Bytes(), http.StatusForbidden, "denied"},
		"an image of a stranger":        {"", "image/png", picture.Bytes(), http.StatusUnauthorized, "unauthenticated"},
		"one that is too large":         {s.owner, "image/png", large, http.StatusRequestEntityTooLarge, "too_large"},
		"what is no image":              {s.owner, "image/jpeg", []byte("no"), http.StatusUnprocessableEntity, "invalid_image"},
		"a type that is none of ours":   {s.owner, "image/gif", []byte("GIF89a"), http.StatusUnsupportedMediaType, "unsupported_media_type"},
		"a frame of what cannot play":   {s.owner, "application/json", []byte(`{"time_seconds":1}`), http.StatusConflict, "not_playable"},
		"a frame without a time":        {s.owner, "application/json", []byte(`{"time_seconds":null}`), http.StatusUnprocessableEntity, "invalid"},
		"what is no JSON":               {s.owner, "application/json; charset=utf-8", []byte(`{"time_seconds":`), http.StatusBadRequest, "malformed"},
		"a time that is written a word": {s.owner, "application/json", []byte(`{"time_seconds":"soon"}`), http.StatusBadRequest, "malformed"},
	} {
		response, text := s.put(t, c.token, at, c.kind, c.body)
		if response.StatusCode != c.status || c.code != "" && !strings.Contains(text, `"code":"`+c.code+`"`) {
			t.Errorf("%s: %d %s, want %d %s", name, response.StatusCode, text, c.status, c.code)
		}
	}
	s.as(t, s.other, "DELETE", at, nil).want(t, http.StatusForbidden, "denied")
	s.as(t, s.owner, "DELETE", at, nil).want(t, http.StatusNoContent, "")
}

func TestADownloadIsForEditorsOfWhatHasASource(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	at := "/videos/" + s.video(t, map[string]any{"title": "One"}) + "/download"
	s.as(t, s.owner, "GET", at, nil).want(t, http.StatusConflict, "no_source")
	s.as(t, s.other, "GET", at+"?rung=h264-720", nil).want(t, http.StatusNotFound, "not_found")
	s.as(t, "", "GET", at, nil).want(t, http.StatusNotFound, "not_found")
}
