package upload

import (
	"net/http"
)

const (
	corsMethods = "PUT, POST, HEAD, PATCH, DELETE, OPTIONS"
	corsHeaders = "Content-Type, Content-Disposition, Tus-Resumable, Upload-Length, Upload-Defer-Length, Upload-Metadata, Upload-Offset, X-HTTP-Method-Override, X-Request-ID"
	corsExposed = "Location, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Upload-Offset, Upload-Length, Upload-Defer-Length, Upload-Metadata, Upload-Expires, Matinee-Video"
	corsMaxAge  = "600"
)

// allowOrigin lets pages of the granted origin read the answer. Other origins are not told that there is one.
func allowOrigin(w http.ResponseWriter, r *http.Request, granted string) {
	if granted == "" {
		return
	}
	header := w.Header()
	if granted != "*" {
		header.Add("Vary", "Origin")
		if r.Header.Get("Origin") != granted {
			return
		}
	}
	header.Set("Access-Control-Allow-Origin", granted)
	header.Set("Access-Control-Expose-Headers", corsExposed)
	if r.Method == http.MethodOptions {
		header.Set("Access-Control-Allow-Methods", corsMethods)
		header.Set("Access-Control-Allow-Headers", corsHeaders)
		header.Set("Access-Control-Max-Age", corsMaxAge)
	}
}

// preflight answers what a browser asks before it sends to a grant from another origin.
func (h *Handler) preflight(w http.ResponseWriter, r *http.Request) {
	grant, err := h.service.anyGrant(r.Context(), r.PathValue("key"))
	if err != nil {
		h.edge.Problem(w, r, err)
		return
	}
	allowOrigin(w, r, grant.CORSOrigin)
	w.Header().Set("Allow", "PUT, OPTIONS")
	w.WriteHeader(http.StatusNoContent)
}
