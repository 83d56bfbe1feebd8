package account_test

import (
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

func TestABrowserSignsInAndOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := b.create(t, "Ada@Example.org", access.Uploader)
	if u.Email != "ada@example.org" {
		t.Errorf("the e-mail address is kept as %q", u.Email)
	}
	in := must[account.SignedIn](t)(b.SignIn(t.Context(), account.Credentials{Email: " ADA@example.org", Password: password}, from("192.0.2.1")))
	caller := must[account.Caller](t)(b.CallerByCookie(t.Context(), in.Cookie))
	if caller.Viewer != viewerOf(u) || caller.Session != in.Session.ID {
		t.Errorf("the cookie is %+v's", caller)
	}
	sessions := must[[]account.Session](t)(b.Sessions(t.Context(), caller.Viewer))
	if len(sessions) != 1 || sessions[0].Address != "192.0.2.1" || sessions[0].UserAgent != "a test" {
		t.Errorf("sessions %+v", sessions)
	}
	if err := b.EndSession(t.Context(), caller.Viewer, in.Session.ID); err != nil {
		t.Fatal(err)
	}
	_, err := b.CallerByCookie(t.Context(), in.Cookie)
	wantCode(t, err, errs.Unauthenticated, "session_ended")
}

func TestASessionEndsUnusedAndInTheEndAlways(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := b.create(t, "ada@example.org", access.Uploader)
	in := must[account.SignedIn](t)(b.SignIn(t.Context(), credentials(u), account.Origin{}))
	for range 8 { // 160 days, used every 20
		b.clock.advance(20 * 24 * time.Hour)
		must[account.Caller](t)(b.CallerByCookie(t.Context(), in.Cookie))
	}
	b.clock.advance(20*24*time.Hour + time.Second)
	_, err := b.CallerByCookie(t.Context(), in.Cookie)
	wantCode(t, err, errs.Unauthenticated, "session_ended")

	idle := must[account.SignedIn](t)(b.SignIn(t.Context(), credentials(u), account.Origin{}))
	b.clock.advance(30 * 24 * time.Hour)
	_, err = b.CallerByCookie(t.Context(), idle.Cookie)
	wantCode(t, err, errs.Unauthenticated, "session_ended")
	if err := b.EndExpiredSessions(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := database.NewAccount(b.db).Session(t.Context(), idle.Session.ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("the expired session is still kept: %v", err)
	}
}

func TestWrongCredentialsReadTheSameForAnUnknownUser(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := b.create(t, "ada@example.org", access.Uploader)
	_, wrong := b.SignIn(t.Context(), account.Credentials{Email: u.Email, Password: "not the password"}, from("192.0.2.1"))
	_, unknown := b.SignIn(t.Context(), account.Credentials{Email: "nobody@example.org", Password: password}, from("192.0.2.2"))
	wantCode(t, wrong, errs.Unauthenticated, "invalid_credentials")
	wantCode(t, unknown, errs.Unauthenticated, "invalid_credentials")
	_, odd := b.SignIn(t.Context(), account.Credentials{Email: "a\x00b@example.org", Password: password}, from("192.0.2.3"))
	wantCode(t, odd, errs.Unauthenticated, "invalid_credentials")
	if wrong.Error() != unknown.Error() || wrong.Error() != odd.Error() {
		t.Errorf("%q, %q and %q differ", wrong, unknown, odd)
	}
}

func TestSuspensionWorksAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.create(t, "root@example.org", access.Admin)
	u := b.create(t, "ada@example.org", access.Uploader)
	cookie := must[account.SignedIn](t)(b.SignIn(t.Context(), credentials(u), account.Origin{})).Cookie
	tokens := must[account.Tokens](t)(b.IssueTokens(t.Context(), credentials(u), account.Origin{}))
	suspend(t, b, u.ID, true)

	_, err := b.CallerByCookie(t.Context(), cookie)
	wantCode(t, err, errs.Unauthenticated, "session_ended")
	_, err = b.CallerByToken(t.Context(), tokens.Access)
	wantCode(t, err, errs.Unauthenticated, "invalid_token")
	_, err = b.Refresh(t.Context(), tokens.Refresh)
	wantCode(t, err, errs.Unauthenticated, "invalid_refresh_token")
	_, err = b.SignIn(t.Context(), credentials(u), account.Origin{})
	wantCode(t, err, errs.Denied, "suspended")

	suspend(t, b, u.ID, false)
	_, err = b.CallerByCookie(t.Context(), cookie)
	wantCode(t, err, errs.Unauthenticated, "session_ended")
	_, err = b.CallerByToken(t.Context(), tokens.Access)
	wantCode(t, err, errs.Unauthenticated, "invalid_token")
}

func suspend(t *testing.T, b *bundle, id ids.UserID, yes bool) {
	t.Helper()
	must[account.User](t)(b.UpdateUser(t.Context(), local, id, account.UserPatch{Suspended: &yes}))
}

func TestARoleIsReadAtEachRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := b.create(t, "ada@example.org", access.Reader)
	tokens := must[account.Tokens](t)(b.IssueTokens(t.Context(), credentials(u), account.Origin{}))
	role := access.Uploader
	must[account.User](t)(b.UpdateUser(t.Context(), local, u.ID, account.UserPatch{Role: &role}))
	if c := must[account.Caller](t)(b.CallerByToken(t.Context(), tokens.Access)); c.Viewer.Role != access.Uploader {
		t.Errorf("the role is still %s", c.Viewer.Role)
	}
}
