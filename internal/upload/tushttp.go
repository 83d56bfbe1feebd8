package upload

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	expslog "golang.org/x/exp/slog"

	"matinee/internal/errs"
)

// newTusProtocol returns the tus 1.0 protocol over the service. The path of a request to it is "/", or "/" and an upload id.
// tusd's own log would hold upload keys and repeats what the server logs: it is discarded.
func newTusProtocol(s *Service) (http.Handler, error) {
	composer := handler.NewStoreComposer()
	store := tusStore{s}
	composer.UseCore(store)
	composer.UseTerminater(store)
	composer.UseLengthDeferrer(store)
	composer.UseLocker(tusLocker{memorylocker.New()})
	protocol, err := handler.NewHandler(handler.Config{
		StoreComposer:   composer,
		BasePath:        "/",
		DisableDownload: true,
		Cors:            &handler.CorsConfig{Disable: true},
		Logger:          expslog.New(expslog.NewTextHandler(io.Discard, nil)),
		NetworkTimeout:  s.opts.StallAfter,
	})
	if err != nil {
		return nil, fmt.Errorf("set up tus: %w", err)
	}
	return protocol, nil
}

// tusDirect serves the tus endpoint of a grant and the uploads made there.
func (h *Handler) tusDirect(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	grant, err := h.service.anyGrant(r.Context(), key)
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	allowOrigin(w, r, grant.CORSOrigin)
	if r.PathValue("upload") == "" && r.Method != http.MethodOptions {
		if _, err := h.service.usable(r.Context(), grant); err != nil {
			h.refuse(w, r, err)
			return
		}
	}
	h.serveTus(w, r, &tusCall{grant: &grant}, directPath+key+"/tus/")
}

// tusSignedIn serves the tus endpoint that makes a video for each upload.
func (h *Handler) tusSignedIn(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodOptions { // tells only what the protocol offers
		h.serveTus(w, r, &tusCall{}, uploadsPath+"/")
		return
	}
	viewer, err := h.signedIn(r)
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	h.serveTus(w, r, &tusCall{viewer: viewer}, uploadsPath+"/")
}

// serveTus runs tusd on a request and turns its answer into ours. Whose upload it is is looked at first, since tusd ends a
// running transfer of an upload for whoever names it.
func (h *Handler) serveTus(w http.ResponseWriter, r *http.Request, call *tusCall, base string) {
	if id := r.PathValue("upload"); id != "" && r.Method != http.MethodOptions {
		if _, err := h.service.ownUpload(r.Context(), call, id); err != nil {
			h.refuse(w, r, err)
			return
		}
	}
	call.body = &tusBody{ReadCloser: r.Body, connection: http.NewResponseController(w)}
	answer := &tusAnswer{ResponseWriter: w, handler: h, request: r, call: call, base: base}
	inner := r.WithContext(context.WithValue(r.Context(), tusCallKey{}, call))
	inner.URL = &url.URL{Path: "/" + r.PathValue("upload")}
	inner.Body = call.body
	h.tus.ServeHTTP(answer, inner)
	if answer.refusal != nil {
		h.refuse(w, r, answer.refusal)
	}
	// tusd leaves its write deadline behind, which would cut off a later and longer answer on the same connection.
	if err := http.NewResponseController(w).SetWriteDeadline(time.Time{}); err != nil {
		h.logger().DebugContext(r.Context(), "write deadline not reset", slog.Any("error", err))
	}
}

// tusAnswer is the response to a tus request: Location becomes the upload's own address, errors take our form, and the
// video is named.
type tusAnswer struct {
	http.ResponseWriter

	handler *Handler
	request *http.Request
	call    *tusCall
	base    string // path that upload ids are appended to
	refusal error  // is answered when tusd has ended; what it writes is dropped
}

// Unwrap lets http.ResponseController reach the connection.
func (a *tusAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (a *tusAnswer) WriteHeader(status int) {
	header := a.Header()
	if location := header.Get("Location"); location != "" {
		header.Set("Location", a.handler.location(a.request, a.base+path.Base(location)))
	}
	if u := a.call.upload; u != nil {
		header.Set(videoHeader, string(u.Video))
		if !u.Completed() && a.request.Method != http.MethodDelete {
			header.Set("Upload-Expires", a.handler.service.expiry(*u).UTC().Format(http.TimeFormat))
		}
	}
	if extensions := header.Get("Tus-Extension"); extensions != "" {
		header.Set("Tus-Extension", extensions+",expiration")
	}
	if limit := a.handler.service.limitOf(a.call.grant); limit > 0 && header.Get("Tus-Version") != "" {
		header.Set("Tus-Max-Size", strconv.FormatInt(limit, 10))
	}
	if status < http.StatusBadRequest {
		a.ResponseWriter.WriteHeader(status)
		return
	}
	header.Del("Content-Length")
	header.Del("Upload-Expires")
	header.Set("Tus-Version", "1.0.0")
	a.refusal = a.problem(status)
}

// Write implements http.ResponseWriter.
func (a *tusAnswer) Write(p []byte) (int, error) {
	if a.refusal != nil {
		return len(p), nil
	}
	return a.ResponseWriter.Write(p)
}

// problem returns why the data store refused, or what tusd's own status means.
func (a *tusAnswer) problem(status int) error {
	if a.call.err != nil {
		return a.call.err
	}
	switch status {
	case http.StatusNotFound:
		return errs.Missing("upload")
	case http.StatusConflict:
		return errs.New(errs.Conflict, "offset_mismatch", "The upload is not at this offset. Ask for its offset with HEAD and go on from there.")
	case http.StatusPreconditionFailed:
		return errs.New(errs.Stale, "tus_version", "Send the header Tus-Resumable: 1.0.0.")
	case http.StatusRequestEntityTooLarge:
		return errs.New(errs.TooLarge, "too_large", "More bytes came than were announced.")
	case http.StatusBadRequest, http.StatusNotImplemented, http.StatusMethodNotAllowed:
		return errs.New(errs.Malformed, "malformed", "This is not a request that the tus 1.0 protocol knows here: check its headers.")
	}
	return errInterrupted()
}

func errInterrupted() error {
	return &errs.Error{Kind: errs.Busy, Code: "upload_interrupted", Message: "The transfer was interrupted. Go on from the offset that HEAD gives.", RetryAfter: time.Second}
}

func (h *Handler) location(r *http.Request, path string) string {
	if h.edge.AbsoluteURL == nil {
		return path
	}
	return h.edge.AbsoluteURL(r, path)
}
