package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/errs"
)

// The session cookie. With the prefix, browsers take it only over TLS, for this host and all its paths.
const (
	sessionCookie       = "matinee_session"
	secureSessionCookie = "__Host-" + sessionCookie
)

// Authenticator says who a request comes from. It is safe for concurrent use.
type Authenticator struct {
	accounts *account.Accounts
	log      *slog.Logger
}

// NewAuthenticator returns the authenticator of these accounts.
func NewAuthenticator(accounts *account.Accounts, log *slog.Logger) *Authenticator {
	return &Authenticator{accounts: accounts, log: log}
}

type localKey struct{}

// WithLocal marks the requests of a connection as coming over the data folder's socket: they carry an administrator's
// authority. It is for the http.Server that listens there, and nothing in a request can set it.
func WithLocal(ctx context.Context) context.Context {
	return context.WithValue(ctx, localKey{}, true)
}

func isLocal(ctx context.Context) bool {
	local, _ := ctx.Value(localKey{}).(bool)
	return local
}

// Viewer returns who asks. Its errors are those of Caller.
func (a *Authenticator) Viewer(r *http.Request) (access.Viewer, error) {
	caller, err := a.Caller(r)
	return caller.Viewer, err
}

// Caller returns who asks, with the session that says so: by the bearer token where one is presented, else by the session
// cookie. A bearer token that is not valid is an errs.Unauthenticated error; a stale cookie makes a stranger.
func (a *Authenticator) Caller(r *http.Request) (account.Caller, error) {
	ctx := r.Context()
	if isLocal(ctx) {
		return account.Caller{Viewer: access.Viewer{Local: true}}, nil
	}
	if token, presented := bearerToken(r); presented {
		caller, err := a.accounts.CallerByToken(ctx, token)
		if errs.Is(err, errs.Unauthenticated) {
			a.log.DebugContext(ctx, "bearer token refused", slog.String("address", r.RemoteAddr))
		}
		return caller, err
	}
	cookie, presented := cookieOf(r)
	if !presented {
		return account.Caller{}, nil
	}
	caller, err := a.accounts.CallerByCookie(ctx, cookie)
	if errs.Is(err, errs.Unauthenticated) {
		return account.Caller{}, nil
	}
	return caller, err
}

// bearerToken returns the token of an Authorization header of the scheme Bearer (RFC 6750, section 2.1), be it empty.
func bearerToken(r *http.Request) (token account.Secret, presented bool) {
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return account.Secret(strings.TrimSpace(rest)), strings.EqualFold(scheme, "Bearer")
}

// cookieOf returns the session cookie. Over TLS only the prefixed one counts: another site of the domain can set the plain one.
func cookieOf(r *http.Request) (cookie account.Secret, presented bool) {
	names := []string{secureSessionCookie, sessionCookie}
	if r.TLS != nil {
		names = names[:1]
	}
	for _, name := range names {
		if c, err := r.Cookie(name); err == nil && c.Value != "" {
			return account.Secret(c.Value), true
		}
	}
	return "", false
}

// newCookie is the Set-Cookie header that hands a session to the browser. Over TLS it is bound to the host.
func (a *API) newCookie(ctx context.Context, in account.SignedIn) string {
	return a.cookieHeader(ctx, string(in.Cookie), int(cookieLife/time.Second))
}

// expiredCookie is the Set-Cookie header that takes the session from the browser.
func (a *API) expiredCookie(ctx context.Context) string {
	return a.cookieHeader(ctx, "", -1)
}

func (a *API) cookieHeader(ctx context.Context, value string, maxAge int) string {
	name, secure := sessionCookie, a.o.BehindProxy || strings.HasPrefix(base(ctx), "https://")
	if secure {
		name = secureSessionCookie
	}
	c := http.Cookie{ //nolint:gosec // without TLS there is no secure cookie
		Name: name, Value: value, Path: "/", MaxAge: maxAge, Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	return c.String()
}

type originKey struct{}

// signInOrigin returns where the request comes from.
func signInOrigin(ctx context.Context) account.Origin {
	o, _ := ctx.Value(originKey{}).(account.Origin)
	return o
}

// originOf reads where a request comes from: off the connection, since a forwarded header can be made up; behind our proxy
// the last address in it, which is the one that the proxy itself saw.
func (a *API) originOf(r *http.Request) account.Origin {
	o := account.Origin{UserAgent: r.UserAgent()}
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		o.Address = peer.Addr()
	}
	if !a.o.BehindProxy {
		return o
	}
	seen := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	if client, err := netip.ParseAddr(strings.TrimSpace(seen[strings.LastIndex(seen, ",")+1:])); err == nil {
		o.Address = client
	}
	return o
}
