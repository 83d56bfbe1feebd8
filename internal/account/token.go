package account

import (
	"context"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"matinee/internal/errs"
	"matinee/internal/ids"
)

// AccessTokenLife is how long an access token is valid.
const AccessTokenLife = 15 * time.Minute

const (
	tokenIssuer   = "matinee"
	tokenAudience = "matinee-api"
	tokenType     = "at+jwt" // RFC 9068, section 2.1
	// maxTokenBytes is several times what we make: what is longer is not worth decoding.
	maxTokenBytes = 2048
)

// claims are what an access token says. It names no role: who may what is read from the user at each request.
type claims struct {
	jwt.RegisteredClaims

	Session ids.SessionID `json:"sid"`
	Epoch   int64         `json:"epoch"`
}

// accessToken returns a token for a session of the user.
func (a *Accounts) accessToken(user User, session ids.SessionID) (Secret, error) {
	now := a.now()
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: tokenIssuer, Audience: jwt.ClaimStrings{tokenAudience}, Subject: string(user.ID),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(AccessTokenLife)),
		},
		Session: session, Epoch: user.Epoch,
	})
	token.Header["kid"], token.Header["typ"] = a.public.ID, tokenType
	signed, err := token.SignedString(a.signing)
	if err != nil {
		return "", fmt.Errorf("sign access token: %w", err)
	}
	return Secret(signed), nil
}

// CallerByToken returns whose access token it is. A token that is forged, expired or of an ended session, a suspended user or
// an older epoch is an errs.Unauthenticated error.
func (a *Accounts) CallerByToken(ctx context.Context, token Secret) (Caller, error) {
	if len(token) > maxTokenBytes {
		return Caller{}, errInvalidToken()
	}
	said, err := a.verify(token)
	if err != nil {
		return Caller{}, errInvalidToken()
	}
	session, user, err := a.store.Session(ctx, said.Session)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return Caller{}, fmt.Errorf("find session: %w", err)
	}
	if err != nil || !a.lives(session, user) || string(user.ID) != said.Subject || user.Epoch != said.Epoch {
		return Caller{}, errInvalidToken()
	}
	return Caller{Viewer: user.viewer(), Session: session.ID, Kind: session.Kind}, nil
}

// verify returns the claims of a token that this instance signed for this purpose and that is valid now.
func (a *Accounts) verify(token Secret) (claims, error) {
	var c claims
	_, err := jwt.ParseWithClaims(string(token), &c, a.verifyingKey,
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}), jwt.WithIssuer(tokenIssuer), jwt.WithAudience(tokenAudience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(a.now), jwt.WithStrictDecoding())
	if err != nil {
		return claims{}, fmt.Errorf("verify access token: %w", err)
	}
	return c, nil
}

func (a *Accounts) verifyingKey(t *jwt.Token) (any, error) {
	if t.Header["kid"] != a.public.ID || t.Header["typ"] != tokenType {
		return nil, jwt.ErrTokenUnverifiable
	}
	return a.signing.Public(), nil
}

func errInvalidToken() error {
	return errs.New(errs.Unauthenticated, "invalid_token", "The access token is not valid. Refresh it or sign in again.")
}
