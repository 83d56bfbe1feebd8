package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/api"
	"matinee/internal/database"
)

const authPassword = "correct horse battery"

// authServer is the API on a real listener, with the accounts behind it.
type authServer struct {
	*httptest.Server

	accounts *account.Accounts
}

func newAuthServer(t *testing.T, start func(http.Handler) *httptest.Server) *authServer {
	t.Helper()
	return newAuthServerWith(t, start, api.Options{})
}

func newAuthServerWith(t *testing.T, start func(http.Handler) *httptest.Server, o api.Options) *authServer {
	t.Helper()
	db, err := database.Open(t.Context(), filepath.Join(t.TempDir(), "matinee.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	keys, err := account.DeriveKeys([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := account.New(database.NewAccount(db), keys, account.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := start(api.New(api.Modules{Accounts: accounts}, o))
	t.Cleanup(server.Close)
	return &authServer{Server: server, accounts: accounts}
}

func (s *authServer) create(t *testing.T, email string, role access.Role) account.User {
	t.Helper()
	u, err := s.accounts.CreateUser(t.Context(), access.Viewer{Local: true}, account.NewUser{
		Email: email, Name: "Somebody", Role: role, Password: authPassword,
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	text   string
	json   map[string]any
}

func (a answer) str(path ...string) string {
	var value any = a.json
	for _, name := range path {
		members, _ := value.(map[string]any)
		value = members[name]
	}
	s, _ := value.(string)
	return s
}

// call sends a request with headers given as name, value, name, value.
func (s *authServer) call(t *testing.T, method, path string, body any, headers ...string) answer {
	t.Helper()
	var reader io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		reader = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+api.Prefix+path, reader)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: response.StatusCode, header: response.Header, text: string(text)}
	if strings.Contains(response.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(text, &a.json); err != nil {
			t.Fatalf("%s %s answers %q: %v", method, path, text, err)
		}
	}
	return a
}

func (a answer) want(t *testing.T, status int, code string) answer {
	t.Helper()
	if a.status != status || a.str("code") != code {
		t.Errorf("got %d %s, want %d %s: %s", a.status, a.str("code"), status, code, a.text)
	}
	if code != "" && a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("the error is %s", a.header.Get("Content-Type"))
	}
	return a
}

func credentialsOf(email string) map[string]string {
	return map[string]string{"email": email, "password": authPassword}
}

// signIn returns the Cookie header of a fresh session.
func (s *authServer) signIn(t *testing.T, email string) string {
	t.Helper()
	a := s.call(t, "POST", "/auth/session", credentialsOf(email)).want(t, 200, "")
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	return cookie
}

func (s *authServer) bearer(t *testing.T, email string) (header string, tokens answer) {
	t.Helper()
	a := s.call(t, "POST", "/auth/token", credentialsOf(email)).want(t, 200, "")
	return "Bearer " + a.str("access_token"), a
}

func TestSetupOverHTTP(t *testing.T) {
	t.Parallel()
	s := newAuthServer(t, httptest.NewServer)
	token, _, err := s.accounts.SetupToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	form := map[string]string{"token": "guess", "email": "root@example.org", "name": "Root", "password": authPassword}
	s.call(t, "POST", "/setup", form).want(t, 403, "invalid_setup_token")
	form["token"] = string(token)
	s.call(t, "POST", "/setup", form, "Origin", "https://evil.example").want(t, 403, "cross_origin")
	a := s.call(t, "POST", "/setup", form).want(t, 201, "")
	if a.str("user", "role") != "admin" || a.str("user", "email") != "root@example.org" {
		t.Errorf("the user is %s", a.text)
	}
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	s.call(t, "GET", "/users", nil, "Cookie", cookie).want(t, 200, "")
	s.call(t, "POST", "/setup", form).want(t, 409, "already_set_up")
}

func TestACookieSession(t *testing.T) {
	t.Parallel()
	s := newAuthServer(t, httptest.NewServer)
	u := s.create(t, "ada@example.org", access.Uploader)
	in := s.call(t, "POST", "/auth/session", credentialsOf("ADA@example.org")).want(t, 200, "")
	set := in.header.Get("Set-Cookie")
	for _, part := range []string{"matinee_session=", "; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=15552000"} {
		if !strings.Contains(set, part) {
			t.Errorf("Set-Cookie %q lacks %q", set, part)
		}
	}
	if strings.Contains(set, "Secure") || strings.Contains(set, "Domain") {
		t.Errorf("Set-Cookie is %q", set)
	}
	if len(in.json) != 1 || in.str("user", "id") != string(u.ID) {
		t.Errorf("the answer is %s", in.text)
	}
	cookie, _, _ := strings.Cut(set, ";")
	if me := s.call(t, "GET", "/me", nil, "Cookie", cookie).want(t, 200, ""); me.str("email") != "ada@example.org" || me.str("name") != "Somebody" {
		t.Errorf("me is %s", me.text)
	}
	out := s.call(t, "DELETE", "/auth/session", nil, "Cookie", cookie).want(t, 204, "")
	if set := out.header.Get("Set-Cookie"); !strings.Contains(set, "matinee_session=;") || !strings.Contains(set, "Max-Age=0") {
		t.Errorf("signing out sets %q", set)
	}
	s.call(t, "GET", "/me", nil, "Cookie", cookie).want(t, 401, "unauthenticated")
	s.call(t, "DELETE", "/auth/session", nil, "Cookie", cookie).want(t, 204, "")
}

func TestOverTLSTheCookieIsBoundToTheHost(t *testing.T) {
	t.Parallel()
	s := newAuthServer(t, httptest.NewTLSServer)
	s.create(t, "ada@example.org", access.Uploader)
	a := s.call(t, "POST", "/auth/session", credentialsOf("ada@example.org")).want(t, 200, "")
	set := a.header.Get("Set-Cookie")
	if !strings.HasPrefix(set, "__Host-matinee_session=") || !strings.Contains(set, "; Secure") || !strings.Contains(set, "; Path=/;") {
		t.Errorf("Set-Cookie is %q", set)
	}
	cookie, _, _ := strings.Cut(set, ";")
	s.call(t, "GET", "/me", nil, "Cookie", cookie).want(t, 200, "")
	s.call(t, "GET", "/me", nil, "Cookie", strings.TrimPrefix(cookie, "__Host-")).want(t, 401, "unauthenticated")
}

func TestBehindAProxyTheCookieIsSecureAndItsAddressCounts(t *testing.T) {
	t.Parallel()
	s := newAuthServerWith(t, httptest.NewServer, api.Options{BehindProxy: true})
	s.create(t, "ada@example.org", access.Uploader)
	wrong := map[string]string{"email": "ada@example.org", "password": "hunter2hunter2"}
	for range 5 {
		s.call(t, "POST", "/auth/session", wrong, "X-Forwarded-For", "198.51.100.7, 192.0.2.1").want(t, 401, "invalid_credentials")
	}
	s.call(t, "POST", "/auth/session", wrong, "X-Forwarded-For", "203.0.113.9, 192.0.2.1").want(t, 429, "too_many_attempts")
	a := s.call(t, "POST", "/auth/session", credentialsOf("ada@example.org"), "X-Forwarded-For", "192.0.2.1, 192.0.2.2").want(t, 200, "")
	set := a.header.Get("Set-Cookie")
	if !strings.HasPrefix(set, "__Host-matinee_session=") || !strings.Contains(set, "; Secure") {
		t.Errorf("Set-Cookie is %q", set)
	}
	cookie, _, _ := strings.Cut(set, ";")
	if list := s.call(t, "GET", "/me/sessions", nil, "Cookie", cookie).want(t, 200, ""); !strings.Contains(list.text, `"192.0.2.2"`) {
		t.Errorf("the sessions are %s", list.text)
	}
}

func TestAForwardedAddressThatNobodyVouchesForIsIgnored(t *testing.T) {
	t.Parallel()
	s := newAuthServer(t, httptest.NewServer)
	wrong := map[string]string{"email": "ada@example.org", "password": "hunter2hunter2"}
	for _, made := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"} {
		s.call(t, "POST", "/auth/session", wrong, "X-Forwarded-For", made).want(t, 401, "invalid_credentials")
	}
	s.call(t, "POST", "/auth/session", wrong, "X-Forwarded-For", "192.0.2.6").want(t, 429, "too_many_attempts")
}

func TestSigningInAgainEndsTheSessionBefore(t *testing.T) {
	t.Parallel()
	s := newAuthServer(t, httptest.NewServer)
	s.create(t, "ada@example.org", access.Uploader)
	before := s.signIn(t, "ada@example.org")
	s.call(t, "POST", "/auth/session", credentialsOf("ada@example.org"), "Cookie", before).want(t, 200, "")
	s.call(t, "GET", "/me", nil, "Cookie", before).want(t, 401, "unauthenticated")
}

func TestWrongCredentials(t *testing.T) {
	t.Parallel()
	s := newAuthServer(t, httptest.NewServer)
	s.create(t, "ada@example.org", access.Uploader)
	for _, path := range []string{"/auth/session", "/auth/token"} {
		wrong := s.call(t, "POST", path, map[string]string{"email": "ada@example.org", "password": "hunter2hunter2"}).want(t, 401, "invalid_credentials")
		unknown := s.call(t, "POST", path, map[string]string{"email": "eve@example.org", "password": "hunter2hunter2"}).want(t, 401, "invalid_credentials")
		if wrong.str("detail") != unknown.str("detail") || strings.Contains(wrong.text, "hunter2") {
			t.Errorf("%s: %s and %s", path, wrong.text, unknown.text)
		}
	}
	for range 3 {
		s.call(t, "POST", "/auth/session", map[string]string{"email": "ada@example.org", "password": "hunter2hunter2"})
	}
	limited := s.call(t, "POST", "/auth/session", credentialsOf("ada@example.org")).want(t, 429, "too_many_attempts")
	if limited.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	odd := s.call(t, "POST", "/auth/session", map[string]any{"email": "ada@example.org", "password": []string{"hunter2hunter2"}})
	if odd.status != 422 || strings.Contains(odd.text, "hunter2") {
		t.Errorf("a malformed password answers %d %s", odd.status, odd.text)
	}
}

func TestBearerTokens(t *testing.T) {
	t.Parallel()
	s := newAuthServer(t, httptest.NewServer)
	s.create(t, "ada@example.org", access.Uploader)
	header, tokens := s.bearer(t, "ada@example.org")
	if tokens.str("token_type") != "Bearer" || tokens.json["expires_in"] != 900.0 || tokens.str("user", "email") != "ada@example.org" ||
		tokens.header.Get("Set-Cookie") != "" || tokens.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the tokens are %s with %v", tokens.text, tokens.header)
	}
	s.call(t, "GET", "/me", nil, "Authorization", header).want(t, 200, "")

	next := s.call(t, "POST", "/auth/token/refresh", map[string]string{"refresh_token": tokens.str("refresh_token")}).want(t, 200, "")
	again := s.call(t, "POST", "/auth/token/refresh", map[string]string{"refresh_token": tokens.str("refresh_token")}).want(t, 200, "")
	if next.str("refresh_token") != again.str("refresh_token") || next.str("refresh_token") == tokens.str("refresh_token") {
		t.Error("the retry did not get the same successor")
	}
	s.call(t, "POST", "/auth/token/refresh", map[string]string{"refresh_token": next.str("refresh_token")}).want(t, 200, "")
	s.call(t, "POST", "/auth/token/refresh", map[string]string{"refresh_token": tokens.str("refresh_token")}).want(t, 401, "invalid_refresh_token")
	s.call(t, "GET", "/me", nil, "Authorization", header).want(t, 401, "invalid_token")
}

func TestABearerTokenThatIsNotValidIsNoStranger(t *testing.T) {
	t.Parallel()
	s := newAuthServer(t, httptest.NewServer)
	s.create(t, "ada@example.org", access.Uploader)
	cookie := s.signIn(t, "ada@example.org")
	for _, header := range []string{"Bearer", "Bearer ", "Bearer x", "bearer a.b.c"} {
		s.call(t, "GET", "/instance", nil, "Authorization", header).want(t, 401, "invalid_token")
		s.call(t, "GET", "/me", nil, "Authorization", header, "Cookie", cookie).want(t, 401, "invalid_token")
	}
	s.call(t, "DELETE", "/auth/session", nil, "Cookie", "matinee_session=stale").want(t, 204, "")
}

func TestAForeignPageCannotActByTheCookie(t *testing.T) {
	t.Parallel()
	s := newAuthServer(t, httptest.NewServer)
	s.create(t, "ada@example.org", access.Uploader)
	cookie := s.signIn(t, "ada@example.org")
	bearer, _ := s.bearer(t, "ada@example.org")
	name := map[string]string{"name": "Mallory"}
	for _, foreign := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		s.call(t, "PATCH", "/me", name, "Cookie", cookie, foreign[0], foreign[1]).want(t, 403, "cross_origin")
		s.call(t, "DELETE", "/auth/session", nil, "Cookie", cookie, foreign[0], foreign[1]).want(t, 403, "cross_origin")
		s.call(t, "POST", "/auth/session", credentialsOf("ada@example.org"), foreign[0], foreign[1]).want(t, 403, "cross_origin")
		s.call(t, "GET", "/me", nil, "Cookie", cookie, foreign[0], foreign[1]).want(t, 200, "")
		s.call(t, "PATCH", "/me", map[string]string{"name": "Ada"}, "Authorization", bearer, foreign[0], foreign[1]).want(t, 200, "")
		s.call(t, "POST", "/auth/token", credentialsOf("ada@example.org"), foreign[0], foreign[1]).want(t, 200, "")
	}
	for _, own := range [][2]string{{"Sec-Fetch-Site", "same-origin"}, {"Origin", s.URL}, {"Sec-Fetch-Site", "none"}} {
		s.call(t, "PATCH", "/me", map[string]string{"name": "Ada"}, "Cookie", cookie, own[0], own[1]).want(t, 200, "")
	}
	if me := s.call(t, "GET", "/me", nil, "Cookie", cookie); me.str("name") != "Ada" {
		t.Errorf("the name is %q", me.str("name"))
	}
}

func TestOnesSessions(t *testing.T) {
	t.Parallel()
	s := newAuthServer(t, httptest.NewServer)
	s.create(t, "ada@example.org", access.Uploader)
	s.create(t, "eve@example.org", access.Uploader)
	bearer, _ := s.bearer(t, "ada@example.org")
	cookie := s.signIn(t, "ada@example.org")
	list := s.call(t, "GET", "/me/sessions", nil, "Cookie", cookie).want(t, 200, "")
	items, _ := list.json["items"].([]any)
	if len(items) != 2 {
		t.Fatalf("sessions %s", list.text)
	}
	var other string
	for _, item := range items {
		session, _ := item.(map[string]any)
		if current, _ := session["current"].(bool); current != (session["kind"] == "browser") {
			t.Errorf("session %v", session)
		}
		if session["kind"] == "client" {
			other, _ = session["id"].(string)
		}
	}
	if strings.Contains(list.text, strings.TrimPrefix(cookie, "matinee_session=")) {
		t.Error("the list shows the cookie")
	}
	eve := s.signIn(t, "eve@example.org")
	s.call(t, "DELETE", "/me/sessions/"+other, nil, "Cookie", eve).want(t, 404, "not_found")
	s.call(t, "DELETE", "/me/sessions/"+other, nil, "Cookie", cookie).want(t, 204, "")
	s.call(t, "GET", "/me", nil, "Authorization", bearer).want(t, 401, "invalid_token")
	s.call(t, "GET", "/me", nil, "Cookie", cookie).want(t, 200, "")
}
