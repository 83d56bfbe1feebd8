package client

import (
	"context"
	"net/http"
	"net/url"
)

// User is an account.
type User struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Role  string `json:"role"`
}

// NewUser is what an account is made of.
type NewUser struct {
	Email    string `json:"email"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Password string `json:"password"`
}

// CreateUser makes an account that can sign in.
func (c *Client) CreateUser(ctx context.Context, n NewUser) (u User, err error) {
	err = c.Do(ctx, http.MethodPost, "/users", n, &u)
	return u, err
}

// Users lists all accounts, page by page.
func (c *Client) Users(ctx context.Context) ([]User, error) {
	return all[User](ctx, c, "/users", url.Values{"limit": {"100"}})
}

// UserByEmail returns the account with this address; a *Problem with the code not_found when there is none.
func (c *Client) UserByEmail(ctx context.Context, email string) (User, error) {
	var page struct {
		Items []User `json:"items"`
	}
	if err := c.Do(ctx, http.MethodGet, "/users?"+url.Values{"email": {email}}.Encode(), nil, &page); err != nil {
		return User{}, err
	}
	if len(page.Items) == 0 {
		return User{}, &Problem{Status: http.StatusNotFound, Code: "not_found", Detail: "There is no account with the address " + email + "."}
	}
	return page.Items[0], nil
}

// SetPassword gives an account another password, which ends its sessions.
func (c *Client) SetPassword(ctx context.Context, userID, password string) error {
	return c.Do(ctx, http.MethodPost, "/users/"+userID+"/password", map[string]string{"password": password}, nil)
}

// Me returns the account that the client acts for.
func (c *Client) Me(ctx context.Context) (u User, err error) {
	err = c.Do(ctx, http.MethodGet, "/me", nil, &u)
	return u, err
}

// Tokens are the right to act for an account.
type Tokens struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"` // good for one refresh
	ExpiresIn    int    `json:"expires_in"`    // seconds that the access token lives
	User         User   `json:"user"`
}

// IssueTokens signs in.
func (c *Client) IssueTokens(ctx context.Context, email, password string) (t Tokens, err error) {
	in := map[string]string{"email": email, "password": password}
	err = c.Do(ctx, http.MethodPost, "/auth/token", in, &t)
	return t, err
}

// RefreshTokens returns the successors of a refresh token, which ends with it.
func (c *Client) RefreshTokens(ctx context.Context, refreshToken string) (t Tokens, err error) {
	in := map[string]string{"refresh_token": refreshToken}
	err = c.Do(ctx, http.MethodPost, "/auth/token/refresh", in, &t)
	return t, err
}

// SignIn returns a client that acts for the account until its access token ends.
func (c *Client) SignIn(ctx context.Context, email, password string) (*Client, error) {
	tokens, err := c.IssueTokens(ctx, email, password)
	if err != nil {
		return nil, err
	}
	return &Client{base: c.base, http: c.http, token: tokens.AccessToken}, nil
}
