package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// healthz answers as long as the process does.
func (a *App) healthz(w http.ResponseWriter, _ *http.Request) {
	plain(w, http.StatusOK, "ok")
}

// readyz answers 200 when requests can be served: the database answers and the server does not drain.
func (a *App) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	switch {
	case a.draining.Load():
		plain(w, http.StatusServiceUnavailable, "draining")
	case a.db.Ping(ctx) != nil:
		plain(w, http.StatusServiceUnavailable, "the database does not answer")
	default:
		plain(w, http.StatusOK, "ready")
	}
}

// serveMetrics is for this machine and for administrators: behind a proxy everybody comes from this machine.
func (a *App) serveMetrics(w http.ResponseWriter, r *http.Request) {
	viewer, err := a.api.Viewer(r)
	if err != nil || !viewer.IsAdmin() && (a.config.BehindProxy || !fromThisMachine(r)) {
		plain(w, http.StatusForbidden, "Metrics are for administrators and for this machine.")
		return
	}
	a.metrics.Handler().ServeHTTP(w, r)
}

func fromThisMachine(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text) // the client is gone when this fails
}
