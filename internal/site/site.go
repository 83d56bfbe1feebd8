package site

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"matinee/internal/access"
	"matinee/internal/ids"
	"matinee/internal/library"
)

// videos is all that the site asks of the library.
type videos interface {
	Video(ctx context.Context, viewer access.Viewer, id ids.VideoID) (library.Video, error)
}

// Site serves the web app. It is safe for concurrent use.
type Site struct {
	files    fs.FS
	videos   videos
	viewerOf func(*http.Request) (access.Viewer, error)
}

// New returns the site over the built web app.
func New(files fs.FS, videos videos, viewerOf func(*http.Request) (access.Viewer, error)) (*Site, error) {
	if files == nil || videos == nil || viewerOf == nil {
		return nil, errors.New("site: every collaborator is required")
	}
	return &Site{files: files, videos: videos, viewerOf: viewerOf}, nil
}

const (
	shell     = "index.html"
	immutable = "public, max-age=31536000, immutable"
	policy    = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
		"media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; " +
		"form-action 'self'; frame-ancestors 'none'"
)

// ServeHTTP answers with an asset, or with the shell.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "This address takes GET and HEAD.", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if name != "" && name != shell && s.isFile(name) {
		s.serveAsset(w, r, name)
		return
	}
	s.serveShell(w, r)
}

func (s *Site) isFile(name string) bool {
	info, err := fs.Stat(s.files, name)
	return err == nil && info.Mode().IsRegular() && !strings.HasPrefix(path.Base(name), ".")
}

func (s *Site) serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	cache := "public, max-age=3600"
	if strings.HasPrefix(name, "assets/") {
		cache = immutable
	}
	w.Header().Set("Cache-Control", cache)
	s.send(w, r, name, http.StatusOK)
}

func (s *Site) serveShell(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	if !s.isFile(shell) {
		http.Error(w, "The web app is not part of this build. Run make build.", http.StatusNotImplemented)
		return
	}
	status := http.StatusOK
	if !s.isPage(r) {
		status = http.StatusNotFound
	}
	s.send(w, r, shell, status)
}

// isPage reports whether the address is a page that the caller may open.
func (s *Site) isPage(r *http.Request) bool {
	page := strings.Trim(r.URL.Path, "/")
	for _, ofVideo := range []string{"w/", "manage/"} {
		if video, ok := strings.CutPrefix(page, ofVideo); ok {
			return s.mayWatch(r, video)
		}
	}
	switch page {
	case "", "setup", "sign-in", "upload", "library", "library/bin", "admin", "admin/users", "admin/tasks", "admin/storage":
		return true
	}
	return false
}

func (s *Site) mayWatch(r *http.Request, video string) bool {
	id, err := ids.Parse[ids.VideoID](video)
	if err != nil {
		return false
	}
	viewer, err := s.viewerOf(r)
	if err != nil {
		return false
	}
	_, err = s.videos.Video(r.Context(), viewer, id)
	return err == nil
}

// send answers with a file, as the smallest of its encodings that the client takes.
func (s *Site) send(w http.ResponseWriter, r *http.Request, name string, status int) {
	h := w.Header()
	h.Set("Content-Type", typeOf(name))
	h.Add("Vary", "Accept-Encoding")
	stored := name
	for _, e := range []struct{ token, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if accepts(r, e.token) && s.isFile(name+e.suffix) {
			h.Set("Content-Encoding", e.token)
			stored += e.suffix
			break
		}
	}
	body, err := s.files.Open(stored)
	if err != nil {
		http.Error(w, "The file cannot be read.", http.StatusInternalServerError)
		return
	}
	defer func() { _ = body.Close() }()
	if info, err := body.Stat(); err == nil {
		h.Set("Content-Length", strconv.FormatInt(info.Size(), 10))
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = io.Copy(w, body) // the client is gone when this fails
	}
}

func accepts(r *http.Request, encoding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		token, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(token) == encoding && strings.TrimSpace(weight) != "q=0" {
			return true
		}
	}
	return false
}

func typeOf(name string) string {
	if path.Ext(name) == ".webmanifest" {
		return "application/manifest+json"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}
