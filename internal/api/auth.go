package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"matinee/internal/account"
)

// cookieLife is how long a browser keeps the cookie. The session behind it may end before.
const cookieLife = 180 * 24 * time.Hour

type credentialsInput struct {
	Body struct {
		Email    string `json:"email" maxLength:"254" doc:"In any case."`
		Password string `json:"password" format:"password"`
	}
}

func (in *credentialsInput) credentials() account.Credentials {
	return account.Credentials{Email: in.Body.Email, Password: account.Secret(in.Body.Password)}
}

type signedInOutput struct {
	SetCookie string `header:"Set-Cookie"`
	Body      struct {
		User userBody `json:"user"`
	}
}

func (a *API) signedIn(ctx context.Context, in account.SignedIn) *signedInOutput {
	out := &signedInOutput{SetCookie: a.newCookie(ctx, in)}
	out.Body.User = newUserBody(in.User)
	return out
}

type setupInput struct {
	Body struct {
		Token    string `json:"token" doc:"From the address that the server printed at its start."`
		Email    string `json:"email" maxLength:"254"`
		Name     string `json:"name" maxLength:"100"`
		Password string `json:"password" format:"password" doc:"12 to 256 characters of any kind."`
	}
}

func (a *API) setup(ctx context.Context, in *setupInput) (*signedInOutput, error) {
	signedIn, err := a.Accounts.Setup(ctx, account.Secret(in.Body.Token), account.NewUser{
		Email: in.Body.Email, Name: in.Body.Name, Password: account.Secret(in.Body.Password),
	}, signInOrigin(ctx))
	if err != nil {
		return nil, err
	}
	return a.signedIn(ctx, signedIn), nil
}

// signIn gives the browser a session of its own; the one that it had before ends.
func (a *API) signIn(ctx context.Context, in *credentialsInput) (*signedInOutput, error) {
	signedIn, err := a.Accounts.SignIn(ctx, in.credentials(), signInOrigin(ctx))
	if err != nil {
		return nil, err
	}
	if err := a.endBrowserSession(ctx); err != nil {
		a.o.Logger.WarnContext(ctx, "the session before stays", slog.Any("error", err))
	}
	return a.signedIn(ctx, signedIn), nil
}

type signedOutOutput struct {
	SetCookie string `header:"Set-Cookie"`
}

// signOut ends the session that the request came with, be it a cookie's or a token's. Without one there is nothing to do.
func (a *API) signOut(ctx context.Context, _ *nothing) (*signedOutOutput, error) {
	if caller := callerOf(ctx); caller.Session != "" {
		if err := a.Accounts.EndSession(ctx, caller.Viewer, caller.Session); err != nil {
			return nil, err
		}
	}
	return &signedOutOutput{SetCookie: a.expiredCookie(ctx)}, nil
}

func (a *API) endBrowserSession(ctx context.Context) error {
	caller := callerOf(ctx)
	if caller.Kind != account.BrowserSession {
		return nil
	}
	return a.Accounts.EndSession(ctx, caller.Viewer, caller.Session)
}

type tokensOutput struct {
	Body struct {
		AccessToken  string   `json:"access_token" doc:"A JWT, signed by a key of /.well-known/jwks.json."`
		TokenType    string   `json:"token_type" enum:"Bearer"`
		ExpiresIn    int64    `json:"expires_in" doc:"Seconds that the access token lives."`
		RefreshToken string   `json:"refresh_token" doc:"Good for one refresh."`
		User         userBody `json:"user"`
	}
}

func newTokensOutput(t account.Tokens) *tokensOutput {
	out := &tokensOutput{}
	out.Body.AccessToken, out.Body.RefreshToken = string(t.Access), string(t.Refresh)
	out.Body.TokenType, out.Body.ExpiresIn = "Bearer", int64(t.ExpiresIn.Seconds())
	out.Body.User = newUserBody(t.User)
	return out
}

func (a *API) issueTokens(ctx context.Context, in *credentialsInput) (*tokensOutput, error) {
	tokens, err := a.Accounts.IssueTokens(ctx, in.credentials(), signInOrigin(ctx))
	if err != nil {
		return nil, err
	}
	return newTokensOutput(tokens), nil
}

type refreshInput struct {
	Body struct {
		RefreshToken string `json:"refresh_token" maxLength:"200"`
	}
}

func (a *API) refreshTokens(ctx context.Context, in *refreshInput) (*tokensOutput, error) {
	tokens, err := a.Accounts.Refresh(ctx, account.Secret(in.Body.RefreshToken))
	if err != nil {
		return nil, err
	}
	return newTokensOutput(tokens), nil
}

// keySet answers /.well-known/jwks.json: the public keys of the access tokens.
func (a *API) keySet(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_ = json.NewEncoder(w).Encode(a.Accounts.KeySet()) // the client is gone when this fails
}
