package account

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

// SessionKind says who holds a session's secret.
type SessionKind string

// The kinds of session.
const (
	BrowserSession SessionKind = "browser" // a cookie
	ClientSession  SessionKind = "client"  // a refresh token
)

const (
	// maxSessions of one user; a further sign-in ends the least recently used.
	maxSessions = 50
	// touchEvery is how coarse the last use of a session is known, so that reading does not write.
	touchEvery   = time.Hour
	maxUserAgent = 200 // characters kept
)

// Session is one sign-in of a user.
type Session struct {
	ID        ids.SessionID
	User      ids.UserID
	Kind      SessionKind
	Address   string // where it was begun
	UserAgent string // by what it was begun
	CreatedAt time.Time
	UsedAt    time.Time // within an hour
	ExpiresAt time.Time

	Secret    Hash      // of the cookie or the current refresh token
	Previous  Hash      // of the refresh token before, "" before the first rotation
	RotatedAt time.Time // zero before the first rotation
}

// Origin says where a sign-in comes from.
type Origin struct {
	Address   netip.Addr // the zero value for a local caller
	UserAgent string
}

// address is the address as text, "" for a local caller.
func (o Origin) address() string {
	if !o.Address.IsValid() {
		return ""
	}
	return o.Address.Unmap().String()
}

// Credentials are what somebody signs in with.
type Credentials struct {
	Email    string
	Password Secret
}

// Caller is whoever a request comes from, with the session that says so. The zero value is a stranger.
type Caller struct {
	Viewer  access.Viewer
	Session ids.SessionID
	Kind    SessionKind
}

// SignedIn is a fresh browser session. The cookie is told this once.
type SignedIn struct {
	User    User
	Session Session
	Cookie  Secret
}

// SignIn begins a browser session. It returns errs.Unauthenticated (invalid_credentials) for a wrong password and, after as
// long and in the same words, for an unknown user; errs.RateLimited after too many of them.
func (a *Accounts) SignIn(ctx context.Context, c Credentials, from Origin) (SignedIn, error) {
	user, err := a.authenticate(ctx, c, from)
	if err != nil {
		return SignedIn{}, err
	}
	return a.beginBrowserSession(ctx, user, from)
}

func (a *Accounts) beginBrowserSession(ctx context.Context, user User, from Origin) (SignedIn, error) {
	cookie := newSecret()
	session := a.newSession(user, BrowserSession, from)
	session.Secret = HashOf(cookie)
	if err := a.beginSession(ctx, user, session); err != nil {
		return SignedIn{}, err
	}
	return SignedIn{User: user, Session: session, Cookie: cookie}, nil
}

func (a *Accounts) newSession(user User, kind SessionKind, from Origin) Session {
	now := a.now()
	return Session{
		ID: ids.New[ids.SessionID](), User: user.ID, Kind: kind, Address: from.address(), UserAgent: shortened(from.UserAgent),
		CreatedAt: now, UsedAt: now, ExpiresAt: now.Add(min(a.idle, a.longest)),
	}
}

func (a *Accounts) beginSession(ctx context.Context, user User, s Session) error {
	err := a.store.CreateSession(ctx, s, user.Epoch, maxSessions)
	if errs.Is(err, errs.NotFound) {
		return errInvalidCredentials()
	}
	if err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	a.log.InfoContext(ctx, "session began", userID(s.User), sessionID(s.ID), slog.String("session_kind", string(s.Kind)),
		slog.String("address", s.Address))
	return nil
}

// authenticate returns whose credentials c are.
func (a *Accounts) authenticate(ctx context.Context, c Credentials, from Origin) (User, error) {
	email := normalEmail(c.Email)
	if err := a.delays.begin(email, from.Address); err != nil {
		return User{}, err
	}
	user, hash, err := a.userByEmail(ctx, email)
	known := err == nil
	if errs.Is(err, errs.NotFound) {
		hash = unknownUserHash()
	} else if err != nil {
		return User{}, fmt.Errorf("find user: %w", err)
	}
	match, outdated, err := a.hasher.matches(ctx, c.Password, hash)
	if err != nil {
		return User{}, err
	}
	if !known || !match {
		a.log.InfoContext(ctx, "sign-in refused", userID(user.ID), slog.String("address", from.address()))
		return User{}, errInvalidCredentials()
	}
	a.delays.succeeded(email, from.Address)
	if user.Suspended { // said only to whoever knows the password
		return User{}, errs.New(errs.Denied, "suspended", "This account is suspended. Ask an administrator.")
	}
	if outdated {
		a.rehash(ctx, user, c.Password, hash)
	}
	return user, nil
}

// userByEmail looks up what can be an address at all; not every database takes every text.
func (a *Accounts) userByEmail(ctx context.Context, email string) (User, Secret, error) {
	if validEmail(email) != nil {
		return User{}, "", errs.Missing("user")
	}
	return a.store.UserByEmail(ctx, email)
}

func errInvalidCredentials() error {
	return errs.New(errs.Unauthenticated, "invalid_credentials", "The e-mail address or the password is wrong.")
}

// rehash stores the password under today's parameters. Signing in does not depend on it.
func (a *Accounts) rehash(ctx context.Context, user User, password, old Secret) {
	hash, err := a.hasher.hash(ctx, password)
	if err == nil {
		err = a.store.ReplacePasswordHash(ctx, user.ID, old, hash)
	}
	if err != nil {
		a.log.WarnContext(ctx, "password hash stays outdated", userID(user.ID), slog.Any("error", err))
	}
}

// CallerByCookie returns whose cookie it is. A cookie of no living session is an errs.Unauthenticated error.
func (a *Accounts) CallerByCookie(ctx context.Context, cookie Secret) (Caller, error) {
	session, user, err := a.store.SessionBySecret(ctx, HashOf(cookie))
	if err != nil && !errs.Is(err, errs.NotFound) {
		return Caller{}, fmt.Errorf("find session: %w", err)
	}
	if err != nil || session.Kind != BrowserSession || !a.lives(session, user) {
		return Caller{}, errs.New(errs.Unauthenticated, "session_ended", "The session has ended. Sign in again.")
	}
	a.touch(ctx, session)
	return Caller{Viewer: user.viewer(), Session: session.ID, Kind: session.Kind}, nil
}

func (a *Accounts) lives(s Session, u User) bool {
	return !u.Suspended && a.now().Before(s.ExpiresAt)
}

// touch notes the use of a session, once an hour. A request does not fail over it.
func (a *Accounts) touch(ctx context.Context, s Session) {
	now := a.now()
	if now.Sub(s.UsedAt) < touchEvery {
		return
	}
	if err := a.store.TouchSession(ctx, s.ID, now, a.extended(s, now)); err != nil {
		a.log.WarnContext(ctx, "use of session not noted", sessionID(s.ID), slog.Any("error", err))
	}
}

// extended is when a session that is used now will end.
func (a *Accounts) extended(s Session, now time.Time) time.Time {
	idle, last := now.Add(a.idle), s.CreatedAt.Add(a.longest)
	if idle.Before(last) {
		return idle
	}
	return last
}

// Sessions returns the living sessions of the viewer, the last used first.
func (a *Accounts) Sessions(ctx context.Context, v access.Viewer) ([]Session, error) {
	if err := a.allow(v, access.EditAccount, v.User); err != nil {
		return nil, err
	}
	return a.store.Sessions(ctx, v.User, a.now())
}

// EndSession signs one session of the viewer out, at once. A session of somebody else is an errs.NotFound error.
func (a *Accounts) EndSession(ctx context.Context, v access.Viewer, id ids.SessionID) error {
	if err := a.allow(v, access.EditAccount, v.User); err != nil {
		return err
	}
	if err := a.store.EndSession(ctx, v.User, id); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	a.log.InfoContext(ctx, "session ended", userID(v.User), sessionID(id))
	return nil
}

// EndExpiredSessions removes what has expired. It is worth calling once an hour.
func (a *Accounts) EndExpiredSessions(ctx context.Context) error {
	ended, err := a.store.EndExpiredSessions(ctx, a.now())
	if err != nil {
		return fmt.Errorf("end expired sessions: %w", err)
	}
	if ended > 0 {
		a.log.InfoContext(ctx, "expired sessions removed", slog.Int64("sessions", ended))
	}
	return nil
}

// shortened cuts what a client says of itself.
func shortened(s string) string {
	s = strings.ToValidUTF8(s, "")
	if utf8.RuneCountInString(s) <= maxUserAgent {
		return s
	}
	return string([]rune(s)[:maxUserAgent])
}
