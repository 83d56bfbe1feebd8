package app

import (
	"net/http"

	"matinee/internal/api"
	"matinee/internal/delivery"
	"matinee/internal/site"
	"matinee/internal/upload"
)

// mount says which part answers which addresses. Media and sources go past every wrapper: they need the server's own writer.
func (a *App) mount(uploads *upload.Handler, origin *delivery.Handler, pages *site.Site) http.Handler {
	mux := http.NewServeMux()
	for _, route := range uploads.Routes() {
		mux.Handle(route.Pattern, api.Identify(route.Handler))
	}
	mux.Handle("/media/", origin)
	mux.Handle("/api/", a.api)
	mux.Handle("/openapi.json", a.api)
	mux.Handle("/openapi.yaml", a.api)
	mux.Handle("/.well-known/jwks.json", a.api)
	mux.Handle("/docs", a.api)
	mux.Handle("/docs/problems", a.api)
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.HandleFunc("GET /metrics", a.serveMetrics)
	mux.HandleFunc("GET "+doctorPath, a.serveDoctor)
	mux.Handle("/", pages)
	return mux
}
