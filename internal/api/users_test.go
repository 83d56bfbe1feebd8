package api_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"matinee/internal/access"
	"matinee/internal/api"
)

func TestAdministratorsManageUsersOverHTTP(t *testing.T) {
	t.Parallel()
	s := newAuthServer(t, httptest.NewServer)
	root := s.create(t, "root@example.org", access.Admin)
	admin := []string{"Cookie", s.signIn(t, "root@example.org")}

	form := map[string]string{"email": "Ada@example.org", "name": "Ada", "role": "uploader", "password": authPassword}
	ada := s.call(t, "POST", "/users", form, admin...).want(t, 201, "")
	if ada.str("email") != "ada@example.org" || ada.str("role") != "uploader" || ada.str("created_at") == "" || strings.Contains(ada.text, "argon2") {
		t.Errorf("the user is %s", ada.text)
	}
	s.call(t, "POST", "/users", form, admin...).want(t, 409, "email_taken")
	short := map[string]string{"email": "bob@example.org", "name": "Bob", "role": "viewer", "password": "hunter2"}
	if a := s.call(t, "POST", "/users", short, admin...).want(t, 422, "invalid"); strings.Contains(a.text, "hunter2") || !strings.Contains(a.text, "body.password") {
		t.Errorf("a short password answers %s", a.text)
	}

	adas := []string{"Cookie", s.signIn(t, "ada@example.org")}
	s.call(t, "GET", "/users", nil, adas...).want(t, 403, "denied")
	s.call(t, "GET", "/users", nil).want(t, 401, "unauthenticated")
	s.call(t, "PATCH", "/users/"+ada.str("id"), map[string]any{"role": "admin"}, adas...).want(t, 403, "denied")
	s.call(t, "PATCH", "/users/"+ada.str("id"), map[string]any{"suspended": true}, admin...).want(t, 200, "")
	s.call(t, "GET", "/me", nil, adas...).want(t, 401, "unauthenticated")
	s.call(t, "POST", "/auth/session", credentialsOf("ada@example.org")).want(t, 403, "suspended")

	s.call(t, "PATCH", "/users/"+string(root.ID), map[string]any{"role": "viewer"}, admin...).want(t, 409, "last_administrator")
	s.call(t, "PATCH", "/users/"+string(root.ID), map[string]any{"suspended": true}, admin...).want(t, 409, "last_administrator")
	s.call(t, "PATCH", "/users/"+strings.Repeat("0", 22), map[string]any{"role": "viewer"}, admin...).want(t, 404, "not_found")
}

func TestUsersAreListedInPagesOverHTTP(t *testing.T) {
	t.Parallel()
	s := newAuthServer(t, httptest.NewServer)
	s.create(t, "a@example.org", access.Admin)
	s.create(t, "b@example.org", access.Reader)
	s.create(t, "c@example.org", access.Reader)
	admin := []string{"Cookie", s.signIn(t, "a@example.org")}
	var emails []string
	for cursor := "start"; cursor != ""; {
		query := "?limit=2"
		if cursor != "start" {
			query += "&cursor=" + cursor
		}
		page := s.call(t, "GET", "/users"+query, nil, admin...).want(t, 200, "")
		items, _ := page.json["items"].([]any)
		for _, item := range items {
			user, _ := item.(map[string]any)
			email, _ := user["email"].(string)
			emails = append(emails, email)
		}
		cursor = page.str("next_cursor")
	}
	if got := strings.Join(emails, " "); got != "a@example.org b@example.org c@example.org" {
		t.Errorf("users %s", got)
	}
	s.call(t, "GET", "/users?cursor=x", nil, admin...).want(t, 422, "invalid")
	if a := s.call(t, "GET", "/users?email=B@example.org", nil, admin...).want(t, 200, ""); strings.Count(a.text, `"email"`) != 1 {
		t.Errorf("by address %s", a.text)
	}
}

func TestTheSocketHasAnAdministratorsAuthority(t *testing.T) {
	t.Parallel()
	s := newAuthServer(t, func(h http.Handler) *httptest.Server {
		server := httptest.NewUnstartedServer(h)
		server.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context { return api.WithLocal(ctx) }
		server.Start()
		return server
	})
	s.create(t, "ada@example.org", access.Reader)
	s.call(t, "GET", "/users", nil).want(t, 200, "")
	s.call(t, "GET", "/users", nil, "Authorization", "Bearer x", "Origin", "https://evil.example").want(t, 200, "")
	s.call(t, "GET", "/me", nil).want(t, 404, "not_found")
	s.call(t, "DELETE", "/auth/session", nil).want(t, 204, "")
}

func TestTheKeySetIsPublished(t *testing.T) {
	t.Parallel()
	s := newAuthServer(t, httptest.NewServer)
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/.well-known/jwks.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "application/jwk-set+json" {
		t.Errorf("%d %s", response.StatusCode, response.Header.Get("Content-Type"))
	}
	for _, part := range []string{`"kty":"OKP"`, `"crv":"Ed25519"`, `"alg":"EdDSA"`, `"use":"sig"`, `"kid":"`, `"x":"`} {
		if !strings.Contains(string(body), part) {
			t.Errorf("%s lacks %s", body, part)
		}
	}
	if strings.Contains(string(body), `"d"`) {
		t.Errorf("%s holds a private key", body)
	}
}

func TestAdministratorsSetPasswordsAndRemoveAccounts(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	admin := s.admin(t)
	s.video(t, map[string]any{"title": "One"})
	owner, other := s.as(t, s.owner, "GET", "/me", nil).str("id"), s.as(t, s.other, "GET", "/me", nil).str("id")

	s.as(t, admin, "POST", "/users/"+other+"/password", map[string]any{"password": "short"}).want(t, 422, "invalid")
	s.as(t, s.owner, "POST", "/users/"+other+"/password", map[string]any{"password": "another long password"}).want(t, 403, "denied")
	s.as(t, admin, "POST", "/users/"+other+"/password", map[string]any{"password": "another long password"}).want(t, 204, "")
	s.as(t, s.other, "GET", "/me", nil).want(t, 401, "invalid_token")
	s.call(t, "POST", "/auth/token", map[string]string{"email": "other@example.org", "password": "another long password"}).want(t, 200, "")

	s.as(t, admin, "DELETE", "/users/"+owner, nil).want(t, 409, "owns_videos")
	s.as(t, s.owner, "GET", "/me", nil).want(t, 200, "")
	s.as(t, admin, "DELETE", "/users/"+other, nil).want(t, 204, "")
	s.as(t, admin, "DELETE", "/users/"+other, nil).want(t, 404, "not_found")
	s.call(t, "POST", "/auth/token", map[string]string{"email": "other@example.org", "password": "another long password"}).want(t, 401, "invalid_credentials")
	s.as(t, admin, "DELETE", "/users/"+s.as(t, admin, "GET", "/me", nil).str("id"), nil).want(t, 409, "last_administrator")
}
