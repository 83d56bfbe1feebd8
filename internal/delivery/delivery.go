package delivery

import (
	"context"
	"errors"
	"net/http"

	"matinee/internal/access"
	"matinee/internal/blob"
	"matinee/internal/errs"
)

// opener is all that the origin needs of the blob store.
type opener interface {
	Open(ctx context.Context, key string) (blob.Object, error)
}

// Edge is what the origin needs from the server around it. Both are required.
type Edge struct {
	// ViewerOf says who makes a request: the zero Viewer for a stranger, an error for credentials that are wrong.
	ViewerOf func(*http.Request) (access.Viewer, error)
	// Problem answers with an error.
	Problem func(w http.ResponseWriter, r *http.Request, err error)
}

// Handler answers requests below /media/.
type Handler struct {
	media   catalogue
	objects opener
	edge    Edge
}

// New returns the origin handler. It must be given the server's own ResponseWriter, unwrapped.
func New(media catalogue, objects opener, edge Edge) (*Handler, error) {
	if media == nil || objects == nil || edge.ViewerOf == nil || edge.Problem == nil {
		return nil, errors.New("delivery: every collaborator is required")
	}
	return &Handler{media: media, objects: objects, edge: edge}, nil
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
	viewer, err := h.edge.ViewerOf(r)
	if err != nil {
		return err
	}
	media, err := h.media.Media(r.Context(), viewer, t.video, t.version)
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

// hide makes every refusal read like absence.
func hide(err error) error {
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Denied:
		return missing()
	}
	return err
}

func missing() error { return errs.Missing("media") }
