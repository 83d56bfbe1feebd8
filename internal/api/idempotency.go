package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/replay"
)

const (
	keyHeader      = "Idempotency-Key"
	replayedHeader = "Idempotency-Replayed"
)

func idempotencyParameter() *huma.Param {
	length := replay.MaxKey
	return &huma.Param{
		Name: keyHeader, In: "header",
		Description: "Any text that you make up for this one request. Sent again within 24 hours with the same key and body, the request is not " +
			"done again: you get the same status and body, with " + replayedHeader + ": true.",
		Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &length, Pattern: `^[ -~]+$`},
	}
}

// withReplay answers a request that may be sent again: at most once for one key of one caller. Without a key, or from a
// stranger, who cannot create anything, the request is answered as it is.
func (a *API) withReplay(w http.ResponseWriter, r *http.Request, next http.Handler) {
	keys, viewer := r.Header.Values(keyHeader), viewerOf(r.Context())
	if len(keys) == 0 || a.Replays == nil || !viewer.SignedIn() {
		next.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		writeProblem(w, a.problem(r.Context(), unreadable(err)))
		return
	}
	attempt, answer, err := a.Replays.Begin(r.Context(), callerName(viewer), keys[0], []byte(r.Method), []byte(r.URL.RequestURI()), body)
	switch {
	case err != nil:
		writeProblem(w, a.problem(r.Context(), err))
	case answer != nil:
		writeReplay(w, answer)
	default:
		r.Body = io.NopCloser(bytes.NewReader(body))
		a.record(w, r, next, attempt)
	}
}

func unreadable(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errs.New(errs.TooLarge, "too_large", "The body may have %d bytes.", maxBody)
	}
	return errs.New(errs.Malformed, "malformed", "The body could not be read.")
}

func callerName(v access.Viewer) string {
	if v.Local {
		return "local"
	}
	return string(v.User)
}

// record answers a request and keeps the answer before the client has it, so that a client which heard of it can count on it.
func (a *API) record(w http.ResponseWriter, r *http.Request, next http.Handler, attempt *replay.Attempt) {
	recorder := &recorder{header: w.Header(), status: http.StatusOK}
	after := context.WithoutCancel(r.Context()) // the key is settled even when the client has gone
	finished := false
	defer func() {
		if !finished { // it panicked
			a.warnReplay(r, attempt.Forget(after))
		}
	}()
	next.ServeHTTP(recorder, r)
	finished = true
	answer := replay.Answer{Status: recorder.status, Header: map[string]string{}, Body: recorder.body.Bytes()}
	for _, name := range []string{"Content-Type", "Location", "ETag"} {
		if value := w.Header().Get(name); value != "" {
			answer.Header[name] = value
		}
	}
	a.warnReplay(r, attempt.Finish(after, answer))
	w.WriteHeader(recorder.status)
	_, _ = w.Write(recorder.body.Bytes()) // the client is gone when this fails
}

func (a *API) warnReplay(r *http.Request, err error) {
	if err != nil {
		a.o.Logger.WarnContext(r.Context(), "an answer could not be kept for its Idempotency-Key", slog.Any("error", err))
	}
}

func writeReplay(w http.ResponseWriter, answer *replay.Answer) {
	for name, value := range answer.Header {
		w.Header().Set(name, value)
	}
	w.Header().Set(replayedHeader, "true")
	w.WriteHeader(answer.Status)
	_, _ = w.Write(answer.Body) //nolint:gosec // it is what this server wrote as JSON; the client is gone when it fails
}

// recorder holds an answer back. Its header is the server's own.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
