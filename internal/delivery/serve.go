package delivery

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"

	"matinee/internal/blob"
	"matinee/internal/packaging"
)

const (
	allowed   = "GET, HEAD, OPTIONS"
	immutable = "max-age=31536000, immutable"
	// A playlist changes while its version is being made, and rarely after.
	whileMade = "max-age=5"
	whenMade  = "max-age=60"
)

// The types of media answers.
const (
	typeHLS   = "application/vnd.apple.mpegurl"
	typeDASH  = "application/dash+xml"
	typeVideo = "video/mp4"
	typeAudio = "audio/mp4"
	typeJPEG  = "image/jpeg"
	typeVTT   = "text/vtt; charset=utf-8"
)

// serveWritten answers with a playlist or manifest.
func (h *Handler) serveWritten(w http.ResponseWriter, r *http.Request, t target, m *Media) error {
	if t.kind == playlist && !m.offers(t.track) && !m.offersText(func(x packaging.Text) bool { return x.ID == t.track }) {
		return missing()
	}
	text, contentType, err := write(t, m.Presentation)
	if err != nil {
		return fmt.Errorf("write %s: %w", t.kind, err)
	}
	sum := sha256.Sum256(text)
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Cache-Control", m.scope()+", "+m.age())
	header.Set("ETag", `"`+hex.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
	return nil
}

func write(t target, p packaging.Presentation) (text []byte, contentType string, err error) {
	switch t.kind {
	case master:
		text, err = packaging.Master(p)
		return text, typeHLS, err
	case mpd:
		text, err = packaging.MPD(p)
		return text, typeDASH, err
	}
	text, err = packaging.MediaPlaylist(p, t.track)
	return text, typeHLS, err
}

// serveObject answers with what the blob store has.
func (h *Handler) serveObject(w http.ResponseWriter, r *http.Request, t target, m *Media) error {
	if !m.has(t) {
		return missing()
	}
	conn := wireFor(r, t)
	if conn != nil {
		if file := h.files.take(t.key); file != nil {
			return sendWhole(conn, w, file, t, m)
		}
	}
	object, err := h.open(r, t)
	if err != nil {
		return fmt.Errorf("open %s: %w", t.kind, err)
	}
	if file, ok := object.ReadSeekCloser.(*os.File); ok && conn != nil {
		return sendWhole(conn, w, h.files.add(file, object.Info), t, m)
	}
	defer object.Close()
	m.describe(w.Header(), t, object.Info)
	http.ServeContent(w, r, "", object.ModTime, object.ReadSeekCloser) // the object's own reader: a file is sent by the kernel
	return nil
}

// wireFor returns the connection of a request that it can answer by itself: the plain one for a whole segment. Parts and
// conditions are net/http's, which knows their rules.
func wireFor(r *http.Request, t target) *wire {
	if r.Method != http.MethodGet || t.kind != mediaPart && t.kind != initPart || !r.ProtoAtLeast(1, 1) {
		return nil
	}
	for _, name := range []string{"Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"} {
		if len(r.Header[name]) > 0 {
			return nil
		}
	}
	return wireOf(r)
}

// sendWhole answers as http.ServeContent would, and gives the file back.
func sendWhole(conn *wire, w http.ResponseWriter, f *openFile, t target, m *Media) error {
	defer f.release()
	header := w.Header()
	m.describe(header, t, f.Info)
	header["Accept-Ranges"] = []string{"bytes"}
	header["Last-Modified"] = []string{f.ModTime.UTC().Format(http.TimeFormat)}
	header["Content-Length"] = []string{strconv.FormatInt(f.SizeBytes, 10)}
	_ = conn.send(w, f) // the client is gone when this fails, and net/http ends the connection
	return nil
}

// describe sets the headers that say what an object is.
func (m *Media) describe(header http.Header, t target, i blob.Info) {
	header.Set("Content-Type", m.typeOf(t))
	header.Set("Cache-Control", m.scope()+", "+immutable)
	header.Set("ETag", `"`+strconv.FormatInt(i.SizeBytes, 36)+"-"+strconv.FormatInt(i.ModTime.UnixNano(), 36)+`"`)
}

// has reports whether the playlists lead to an object; pictures are named by others.
func (m *Media) has(t target) bool {
	switch {
	case t.kind == subtitles:
		return m.offersText(func(x packaging.Text) bool { return x.File == t.name })
	case t.track != "":
		return m.offers(t.track)
	}
	return true
}

// offers reports whether the playlists name the track.
func (m *Media) offers(track string) bool {
	return slices.ContainsFunc(m.Presentation.Tracks, func(t packaging.Track) bool { return t.ID == track })
}

// offersText reports whether the playlists name subtitles that are so.
func (m *Media) offersText(is func(packaging.Text) bool) bool {
	return slices.ContainsFunc(m.Presentation.Texts, is)
}

func (m *Media) typeOf(t target) string {
	switch t.kind {
	case picture:
		return typeJPEG
	case subtitles, storyboard:
		return typeVTT
	case master, playlist, mpd, initPart, mediaPart:
	}
	if _, ok := m.Presentation.Plan.AudioTrack(t.track); ok {
		return typeAudio
	}
	return typeVideo
}

// scope says which caches may keep an answer.
func (m *Media) scope() string {
	if m.Public {
		return "public"
	}
	return "private"
}

// age says how long a playlist may be kept.
func (m *Media) age() string {
	if m.Complete {
		return whenMade
	}
	return whileMade
}

// share sets what pages of other origins and caches between may do with the answer.
func share(header http.Header, method string, public bool) {
	if !public {
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Vary", "Cookie, Authorization")
		return
	}
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Access-Control-Expose-Headers", "Accept-Ranges, Content-Length, Content-Range, Date, ETag, Retry-After")
	header.Set("Timing-Allow-Origin", "*")
	if method == http.MethodOptions {
		header.Set("Access-Control-Allow-Methods", allowed)
		header.Set("Access-Control-Allow-Headers", "Range, If-None-Match, If-Range, Authorization")
		header.Set("Access-Control-Max-Age", "86400")
	}
}

// refuseMethod answers a request to change media.
func refuseMethod(w http.ResponseWriter) {
	w.Header().Set("Allow", allowed)
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusMethodNotAllowed)
	_, _ = w.Write([]byte(`{"type":"about:blank","title":"Method Not Allowed","status":405,"detail":"Media can only be read.","code":"method_not_allowed"}` + "\n"))
}
