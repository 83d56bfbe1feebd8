package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"matinee/internal/errs"
	"matinee/internal/ids"
)

// refreshGrace is how long a client that missed the answer may present its refresh token again.
const refreshGrace = 30 * time.Second

// Tokens are what an API client holds.
type Tokens struct {
	User      User
	Access    Secret
	ExpiresIn time.Duration // of the access token
	Refresh   Secret
}

// Rotation replaces a session's refresh token.
type Rotation struct {
	Session   ids.SessionID
	From, To  Hash
	At        time.Time
	ExpiresAt time.Time
}

// IssueTokens begins a session of an API client. Its errors are those of SignIn.
func (a *Accounts) IssueTokens(ctx context.Context, c Credentials, from Origin) (Tokens, error) {
	user, err := a.authenticate(ctx, c, from)
	if err != nil {
		return Tokens{}, err
	}
	session := a.newSession(user, ClientSession, from)
	refresh := a.refresh.first(session.ID)
	session.Secret = HashOf(refresh)
	if err := a.beginSession(ctx, user, session); err != nil {
		return Tokens{}, err
	}
	return a.tokens(user, session.ID, refresh)
}

// Refresh replaces a refresh token by its successor, with a fresh access token. The same token presented again within 30 s
// gets the same successor, until that was used. A token that was replaced longer ago is a copy in wrong hands: the session
// ends. That, and a token that never was one, is an errs.Unauthenticated error.
func (a *Accounts) Refresh(ctx context.Context, presented Secret) (Tokens, error) {
	id, ok := a.refresh.session(presented)
	if !ok {
		return Tokens{}, errInvalidRefresh()
	}
	session, user, err := a.clientSession(ctx, id)
	if err != nil {
		return Tokens{}, err
	}
	next, now := a.refresh.successor(id, presented), a.now()
	rotated, err := a.store.RotateSession(ctx, Rotation{
		Session: id, From: HashOf(presented), To: HashOf(next), At: now, ExpiresAt: a.extended(session, now),
	})
	if err != nil {
		return Tokens{}, fmt.Errorf("rotate refresh token: %w", err)
	}
	if !rotated {
		if err := a.mayRepeat(ctx, id, presented); err != nil {
			return Tokens{}, err
		}
	}
	return a.tokens(user, id, next)
}

// mayRepeat returns nil where a token that is not the current one was replaced just now; else it ends the session.
func (a *Accounts) mayRepeat(ctx context.Context, id ids.SessionID, presented Secret) error {
	session, _, err := a.clientSession(ctx, id)
	if err != nil {
		return err
	}
	if session.Previous == HashOf(presented) && a.now().Sub(session.RotatedAt) <= refreshGrace {
		return nil
	}
	a.log.WarnContext(ctx, "spent refresh token presented", userID(session.User), sessionID(id))
	if err := a.store.EndSession(ctx, session.User, id); err != nil && !errs.Is(err, errs.NotFound) {
		return fmt.Errorf("end session: %w", err)
	}
	return errInvalidRefresh()
}

func (a *Accounts) clientSession(ctx context.Context, id ids.SessionID) (Session, User, error) {
	session, user, err := a.store.Session(ctx, id)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return Session{}, User{}, fmt.Errorf("find session: %w", err)
	}
	if err != nil || session.Kind != ClientSession || !a.lives(session, user) {
		return Session{}, User{}, errInvalidRefresh()
	}
	return session, user, nil
}

func (a *Accounts) tokens(user User, session ids.SessionID, refresh Secret) (Tokens, error) {
	token, err := a.accessToken(user, session)
	if err != nil {
		return Tokens{}, err
	}
	return Tokens{User: user, Access: token, ExpiresIn: AccessTokenLife, Refresh: refresh}, nil
}

func errInvalidRefresh() error {
	return errs.New(errs.Unauthenticated, "invalid_refresh_token", "The refresh token is not valid. Sign in again.")
}

// refreshMaker makes refresh tokens: SESSION.SECRET.TAG. The tag proves that we made the token, so that a guess does not count
// as a stolen one and ends nobody's session.
type refreshMaker struct {
	key [32]byte
}

const tagBytes = 16

func (m refreshMaker) first(id ids.SessionID) Secret {
	return m.sealed(id, string(newSecret()))
}

// successor is the token that follows. It is a function of the token before, so that a retry gets the same one although only
// hashes are stored.
func (m refreshMaker) successor(id ids.SessionID, presented Secret) Secret {
	return m.sealed(id, m.mac("successor", string(presented), secretBytes))
}

// session returns the session that a token of ours belongs to.
func (m refreshMaker) session(token Secret) (id ids.SessionID, ours bool) {
	first, rest, _ := strings.Cut(string(token), ".")
	secret, _, _ := strings.Cut(rest, ".")
	id, err := ids.Parse[ids.SessionID](first)
	if err != nil {
		return "", false
	}
	return id, hmac.Equal([]byte(m.sealed(id, secret)), []byte(token))
}

func (m refreshMaker) sealed(id ids.SessionID, secret string) Secret {
	text := string(id) + "." + secret
	return Secret(text + "." + m.mac("tag", text, tagBytes))
}

func (m refreshMaker) mac(purpose, text string, length int) string {
	h := hmac.New(sha256.New, m.key[:])
	_, _ = h.Write([]byte(purpose + "\x00" + text)) // a hash never fails
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:length])
}
