package api

import (
	"encoding/json"
	"net/http"

	"matinee/internal/access"
	"matinee/internal/ids"
	"matinee/internal/telemetry"
)

// Viewer says who makes a request to a raw handler beside the API, and refuses what a page of another site sends.
func (a *API) Viewer(r *http.Request) (access.Viewer, error) {
	if err := checkOrigin(r); err != nil {
		return access.Viewer{}, err
	}
	return a.auth.Viewer(r)
}

// Address returns the network address that a request comes from.
func (a *API) Address(r *http.Request) string { return a.originOf(r).Address.String() }

// Problem answers a raw handler's error as the API answers its own.
func (a *API) Problem(w http.ResponseWriter, r *http.Request, err error) {
	writeProblem(w, a.problem(r.Context(), err))
}

// Identify gives a request of a raw handler its id.
func Identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, id := telemetry.WithRequestID(r.Context())
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Accepted answers 202 with a video whose source has arrived, as the viewer sees it.
func (a *API) Accepted(w http.ResponseWriter, r *http.Request, viewer access.Viewer, video ids.VideoID) {
	ctx := a.withRequest(r, viewer)
	v, err := a.Library.Video(ctx, viewer, video)
	if r.PathValue("key") != "" { // whoever sent it by the key alone is no editor
		ctx = a.withRequest(r, access.Viewer{})
	}
	if err != nil {
		a.Problem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(a.videoBody(ctx, v)) // the client is gone when this fails
}

// AbsoluteURL turns a path of ours into a URL for the client of a request.
func (a *API) AbsoluteURL(r *http.Request, path string) string { return a.baseURL(r) + path }
