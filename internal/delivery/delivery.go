package delivery

import (
	"context"
	"errors"
	"net/http"
	"time"

	"matinee/internal/access"
	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/events"
)

// opener is all that the origin needs of the blob store.
type opener interface {
	Open(ctx context.Context, key string) (blob.Object, error)
}

// Edge is what the origin needs from the server around it. All are required.
type Edge struct {
	// ViewerOf says who makes a request: the zero Viewer for a stranger, an error for credentials that are wrong.
	ViewerOf func(*http.Request) (access.Viewer, error)
	// AddressOf returns the network address that a request comes from.
	AddressOf func(*http.Request) string
	// Problem answers with an error.
	Problem func(w http.ResponseWriter, r *http.Request, err error)
}

// Handler answers requests below /media/.
type Handler struct {
	media   catalogue
	objects opener
	maker   segmentMaker
	edge    Edge
	rights  *rights
	files   *files
}

// Options may be left zero.
type Options struct {
	Now func() time.Time // time.Now when nil
}

// New returns the origin handler. It must be given the server's own ResponseWriter, unwrapped. The hub tells it which videos
// change in this process: what it remembers of their rights ends with that.
func New(media catalogue, objects opener, maker segmentMaker, hub *events.Hub, edge Edge, o Options) (*Handler, error) {
	if media == nil || objects == nil || maker == nil || hub == nil || edge.ViewerOf == nil || edge.AddressOf == nil || edge.Problem == nil {
		return nil, errors.New("delivery: every collaborator is required")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Handler{media: media, objects: objects, maker: maker, edge: edge, rights: newRights(hub, o.Now), files: newFiles()}, nil
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
	default:
		refuseMethod(w)
		return
	}
	if err := h.serve(w, r); err != nil {
		w.Header().Set("Cache-Control", "no-store")
		h.edge.Problem(w, r, hide(err))
	}
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) error {
	t, ok := parse(r.URL)
	if !ok {
		return missing()
	}
	media, err := h.mayWatch(r, t)
	if err != nil {
		return hide(err)
	}
	share(w.Header(), r.Method, media.Public)
	switch {
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", allowed)
		w.WriteHeader(http.StatusNoContent)
		return nil
	case t.kind.written():
		return h.serveWritten(w, r, t, media)
	}
	return h.serveObject(w, r, t, media)
}

// mayWatch returns what the viewer may be served. For segments of public videos that is remembered for a moment; playlists
// are always written of what is true now.
func (h *Handler) mayWatch(r *http.Request, t target) (*Media, error) {
	kept, ticket := h.rights.get(asked{t.video, t.version})
	if kept != nil && !t.kind.written() && kept.has(t) && r.Header.Get("Authorization") == "" {
		return kept, nil
	}
	viewer, err := h.edge.ViewerOf(r)
	if err != nil {
		return nil, err
	}
	media, err := h.media.Media(r.Context(), viewer, t.video, t.version)
	if err != nil {
		return nil, err
	}
	h.rights.put(asked{t.video, t.version}, media, ticket)
	return media, nil
}

// hide makes every refusal read like absence.
func hide(err error) error {
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Denied:
		return missing()
	}
	return err
}

func missing() error { return errs.Missing("media") }
