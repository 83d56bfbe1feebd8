package upload

import (
	"context"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"time"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

const (
	directPath  = "/api/v1/direct/"
	uploadsPath = "/api/v1/uploads"
	// videoHeader names the video that an upload fills.
	videoHeader = "Matinee-Video"
)

// Edge is what the HTTP side of uploads needs from the server around it. All but AbsoluteURL is required.
type Edge struct {
	// ViewerOf says who makes a request: the zero Viewer for a stranger, an error for credentials that are wrong.
	ViewerOf func(*http.Request) (access.Viewer, error)
	// Respond answers 202 with the video that a PUT has filled, as the viewer sees it. For a direct upload, which has no
	// viewer, it is given the video's owner.
	Respond func(w http.ResponseWriter, r *http.Request, viewer access.Viewer, video ids.VideoID)
	// Problem answers with an error.
	Problem func(w http.ResponseWriter, r *http.Request, err error)
	// AbsoluteURL turns a path into a URL for the Location of a new tus upload. nil leaves the path, which is right
	// behind any proxy.
	AbsoluteURL func(r *http.Request, path string) string
}

// Handler is the HTTP side of uploads.
type Handler struct {
	service *Service
	edge    Edge
	tus     http.Handler
}

// Route is one line of the route table.
type Route struct {
	Pattern string // of http.ServeMux
	Needs   string // who may call it: "token:upload" (the key in the path) or "signed-in"
	Handler http.Handler
}

// NewHandler returns the handler of a service's uploads.
func NewHandler(s *Service, edge Edge) (*Handler, error) {
	if s == nil || edge.ViewerOf == nil || edge.Respond == nil || edge.Problem == nil {
		return nil, errors.New("upload: the edge is incomplete")
	}
	tus, err := newTusProtocol(s)
	if err != nil {
		return nil, err
	}
	return &Handler{service: s, edge: edge, tus: tus}, nil
}

// Routes returns all routes of uploads. Other methods on the same paths are for the server's mux to refuse.
func (h *Handler) Routes() []Route {
	const direct, signedIn = "token:upload", "signed-in"
	routes := []Route{
		{"PUT " + directPath + "{key}", direct, http.HandlerFunc(h.putDirect)},
		{"OPTIONS " + directPath + "{key}", direct, http.HandlerFunc(h.preflight)},
		{"PUT /api/v1/videos/{id}/source", signedIn, http.HandlerFunc(h.putSource)},
	}
	for _, method := range []string{"POST ", "OPTIONS "} {
		routes = append(routes,
			Route{method + directPath + "{key}/tus", direct, http.HandlerFunc(h.tusDirect)},
			Route{method + uploadsPath, signedIn, http.HandlerFunc(h.tusSignedIn)})
	}
	for _, method := range []string{"HEAD ", "PATCH ", "DELETE ", "POST ", "OPTIONS "} { // POST: X-HTTP-Method-Override
		routes = append(routes,
			Route{method + directPath + "{key}/tus/{upload}", direct, http.HandlerFunc(h.tusDirect)},
			Route{method + uploadsPath + "/{upload}", signedIn, http.HandlerFunc(h.tusSignedIn)})
	}
	return routes
}

// putDirect takes a source as one raw body for a grant.
func (h *Handler) putDirect(w http.ResponseWriter, r *http.Request) {
	grant, err := h.service.anyGrant(r.Context(), r.PathValue("key"))
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	allowOrigin(w, r, grant.CORSOrigin)
	facts, err := h.service.usable(r.Context(), grant)
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	in := h.sourceOf(w, r, grant.Video, grant.CreatedBy)
	in.grant = &grant
	h.put(w, r, in, access.Viewer{User: facts.Owner})
}

// putSource takes a source as one raw body from whoever may edit the video.
func (h *Handler) putSource(w http.ResponseWriter, r *http.Request) {
	viewer, err := h.signedIn(r)
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	video, err := ids.Parse[ids.VideoID](r.PathValue("id"))
	if err != nil {
		h.refuse(w, r, errs.Missing("video"))
		return
	}
	if err := h.service.mayFill(r.Context(), viewer, video); err != nil {
		h.refuse(w, r, err)
		return
	}
	h.put(w, r, h.sourceOf(w, r, video, viewer.User), viewer)
}

func (h *Handler) put(w http.ResponseWriter, r *http.Request, in source, viewer access.Viewer) {
	if r.Header.Get("Content-Range") != "" { // RFC 9110, section 14.5: a partial PUT must not be taken for a whole one
		h.refuse(w, r, errs.New(errs.Malformed, "partial_put", "Send the whole file, or use tus to send it in parts."))
		return
	}
	if err := h.service.receive(r.Context(), in); err != nil {
		h.refuse(w, r, err)
		return
	}
	w.Header().Set(videoHeader, string(in.video))
	h.edge.Respond(w, r, viewer, in.video)
}

// sourceOf reads what the request's head says of its body.
func (h *Handler) sourceOf(w http.ResponseWriter, r *http.Request, video ids.VideoID, by ids.UserID) source {
	in := source{video: video, createdBy: by, length: Unknown, fileType: label(r.Header.Get("Content-Type"))}
	if r.ContentLength >= 0 {
		in.length = r.ContentLength
	}
	if _, params, err := mime.ParseMediaType(r.Header.Get("Content-Disposition")); err == nil {
		in.fileName = label(params["filename"])
	}
	in.body = &steadyBody{body: r.Body, control: http.NewResponseController(w), patience: h.service.opts.StallAfter}
	return in
}

func (h *Handler) signedIn(r *http.Request) (access.Viewer, error) {
	viewer, err := h.edge.ViewerOf(r)
	if err != nil {
		return access.Viewer{}, err
	}
	if !viewer.SignedIn() {
		return access.Viewer{}, errs.New(errs.Unauthenticated, "unauthenticated", "Sign in first.")
	}
	return viewer, nil
}

// usable returns the facts of a grant's video, or why the grant cannot be used.
func (s *Service) usable(ctx context.Context, g StoredGrant) (access.Facts, error) {
	if !g.SpentAt.IsZero() {
		return access.Facts{}, ErrSpent()
	}
	if !s.opts.Now().Before(g.ExpiresAt) {
		return access.Facts{}, errs.New(errs.Gone, "upload_expired", "This upload address has expired. Ask for a new one.")
	}
	facts, err := s.store.VideoFacts(ctx, g.Video)
	if errs.Is(err, errs.NotFound) {
		return access.Facts{}, errs.Missing("upload address")
	}
	return facts, err
}

// steadyBody gives a client time as long as bytes come, and no longer.
type steadyBody struct {
	body     interface{ Read([]byte) (int, error) }
	control  *http.ResponseController
	patience time.Duration
	set      time.Time
}

// Read implements io.Reader.
func (b *steadyBody) Read(p []byte) (int, error) {
	if now := time.Now(); now.Sub(b.set) > b.patience/10 {
		b.set = now
		_ = b.control.SetReadDeadline(now.Add(b.patience)) // where it cannot be set, the server's own bounds hold
	}
	return b.body.Read(p)
}

// logger is where the handler says what no client is told.
func (h *Handler) logger() *slog.Logger { return h.service.opts.Logger }
