package api

import (
	"net/http"

	"matinee/internal/errs"
)

// checkOrigin refuses a state-changing request that a browser sends for a page of another site and that would act by the
// cookie, or would give one. Requests with a bearer token and over the socket are exempt: no browser adds those by itself.
func checkOrigin(r *http.Request) error {
	if _, bearer := bearerToken(r); bearer || isLocal(r.Context()) || !usesCookie(r) {
		return nil
	}
	var protection http.CrossOriginProtection // the zero value trusts no other origin
	if err := protection.Check(r); err != nil {
		return errs.New(errs.Denied, "cross_origin", "This request came from a page of another site. Use Matinee's own pages.")
	}
	return nil
}

// usesCookie reports whether the request brings the session cookie or may be answered with one.
func usesCookie(r *http.Request) bool {
	if _, presented := cookieOf(r); presented {
		return true
	}
	return r.URL.Path == Prefix+"/auth/session" || r.URL.Path == Prefix+"/setup"
}
