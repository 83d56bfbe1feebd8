package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/telemetry"
)

// maxBody bounds a JSON body, in bytes.
const maxBody = 1 << 20

// exposedHeaders are those that a page of another origin may read, where one may read an answer at all.
const exposedHeaders = "ETag, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Idempotency-Replayed, Matinee-Video"

type callerKey struct{}

// callerOf returns whoever the request comes from.
func callerOf(ctx context.Context) account.Caller {
	c, _ := ctx.Value(callerKey{}).(account.Caller)
	return c
}

// viewerOf returns whoever asks.
func viewerOf(ctx context.Context) access.Viewer { return callerOf(ctx).Viewer }

// ServeHTTP answers one API request: a request id, a guard against panics and foreign pages, the caller, the route.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun := a.o.Now()
	ctx, id := telemetry.WithRequestID(r.Context())
	r = r.WithContext(ctx)
	answer := &statusWriter{ResponseWriter: w}
	answer.Header().Set("X-Request-Id", id)
	answer.Header().Set("X-Content-Type-Options", "nosniff")
	answer.Header().Set("Cache-Control", "no-store")
	answer.Header().Set("Access-Control-Expose-Headers", exposedHeaders)
	defer a.recovered(answer, r)
	pattern := a.serve(answer, r)
	took := a.o.Now().Sub(begun)
	a.o.Metrics.Request(r.Method, pattern, answer.status, took)
	a.o.Logger.DebugContext(ctx, "request", slog.String("method", r.Method), slog.String("route", pattern),
		slog.Int("status", answer.status), slog.Duration("took", took))
}

// withRequest returns the request's context with what handlers read from it.
func (a *API) withRequest(r *http.Request, viewer access.Viewer) context.Context {
	ctx := context.WithValue(r.Context(), callerKey{}, account.Caller{Viewer: viewer})
	ctx = context.WithValue(ctx, baseKey{}, a.baseURL(r))
	return context.WithValue(ctx, originKey{}, a.originOf(r))
}

// serve returns the pattern of the route that answered.
func (a *API) serve(w http.ResponseWriter, r *http.Request) (pattern string) {
	caller, err := a.auth.Caller(r)
	if err != nil {
		writeProblem(w, a.problem(r.Context(), err))
		return "unauthenticated"
	}
	if err := checkOrigin(r); err != nil {
		writeProblem(w, a.problem(r.Context(), err))
		return "cross-origin"
	}
	r = r.WithContext(context.WithValue(a.withRequest(r, caller.Viewer), callerKey{}, caller))
	handler, pattern := a.mux.Handler(r)
	if pattern == "" {
		a.unrouted(w, r, handler)
		return "unrouted"
	}
	if err := a.dispatch(w, r, pattern, caller); err != nil {
		writeProblem(w, a.problem(r.Context(), err))
	}
	return strings.TrimPrefix(pattern, r.Method+" ")
}

// dispatch hands a request to its route, or returns why it goes no further.
func (a *API) dispatch(w http.ResponseWriter, r *http.Request, pattern string, caller account.Caller) error {
	route, known := a.byPattern[pattern]
	if !known { // the OpenAPI document
		route.Class = Reads
	}
	if err := a.limit(w.Header(), route.Class, caller, signInOrigin(r.Context())); err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, cmp.Or(route.bodyBytes, maxBody))
	if err := errors.Join(checkQuery(r, route), a.checkNulls(r, route)); err != nil {
		return err
	}
	if route.idempotent {
		a.withReplay(w, r, a.mux)
	} else {
		a.mux.ServeHTTP(w, r)
	}
	return nil
}

// unrouted answers what no route takes: 405 where another method would do, else 404.
func (a *API) unrouted(w http.ResponseWriter, r *http.Request, handler http.Handler) {
	probe := &statusWriter{ResponseWriter: &headerOnly{header: http.Header{}}}
	handler.ServeHTTP(probe, r)
	p := newProblem(http.StatusNotFound, "There is nothing at this address.")
	if probe.status == http.StatusMethodNotAllowed {
		allowed := probe.Header().Get("Allow")
		w.Header().Set("Allow", allowed)
		p = newProblem(http.StatusMethodNotAllowed, fmt.Sprintf("This address takes %s.", allowed))
	}
	p.RequestID = telemetry.RequestID(r.Context())
	writeProblem(w, p)
}

// recovered turns a panic into a logged 500.
func (a *API) recovered(w *statusWriter, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler { //nolint:errorlint // the documented sentinel is compared by identity
		panic(cause)
	}
	a.o.Logger.ErrorContext(r.Context(), "a handler panicked", slog.Any("panic", cause), slog.String("stack", string(debug.Stack())))
	if w.status == 0 {
		p := newProblem(http.StatusInternalServerError, "Something went wrong here.")
		p.RequestID = telemetry.RequestID(r.Context())
		writeProblem(w, p)
	}
	a.o.Metrics.Request(r.Method, "panic", http.StatusInternalServerError, 0)
}

// statusWriter remembers the status. Media never pass through it: they need the server's own writer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the first status.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes the implicit status.
func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// ReadFrom hands a file to the server's own writer, so that the kernel sends it.
func (w *statusWriter) ReadFrom(r io.Reader) (int64, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return io.Copy(w.ResponseWriter, r)
}

// Unwrap gives http.ResponseController the server's own writer.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// headerOnly swallows a body.
type headerOnly struct{ header http.Header }

func (h *headerOnly) Header() http.Header         { return h.header }
func (h *headerOnly) Write(b []byte) (int, error) { return len(b), nil }
func (h *headerOnly) WriteHeader(int)             {}

// sseKeepAlive is how often a silent event stream says that it lives.
const sseKeepAlive = 15 * time.Second
