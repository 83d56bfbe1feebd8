package client

import (
	"context"
	"net/http"
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

// Users lists the first page of accounts.
func (c *Client) Users(ctx context.Context) ([]User, error) {
	var page struct {
		Items []User `json:"items"`
	}
	err := c.Do(ctx, http.MethodGet, "/users", nil, &page)
	return page.Items, err
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
