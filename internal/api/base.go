package api

import (
	"context"
	"net"
	"net/http"
	"strings"
)

type baseKey struct{}

// base returns what absolute URLs of this request's answer begin with, without a trailing slash.
func base(ctx context.Context) string {
	s, _ := ctx.Value(baseKey{}).(string)
	return s
}

// baseURL is the public URL when one is configured; else the request's own Host when that is us or this machine; else the
// address we listen on. A Host that somebody made up never comes back in a link.
func (a *API) baseURL(r *http.Request) string {
	if a.o.PublicURL != "" {
		return strings.TrimSuffix(a.o.PublicURL, "/")
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	if r.Host == a.o.Listen || isLoopback(r.Host) {
		return scheme + "://" + r.Host
	}
	return scheme + "://" + a.o.Listen
}

func isLoopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}
