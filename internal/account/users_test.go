package account_test

import (
	"strings"
	"testing"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/errs"
)

func TestAResetPasswordEndsAllSessions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := b.create(t, "ada@example.org", access.Uploader)
	cookie := must[account.SignedIn](t)(b.SignIn(t.Context(), credentials(u), account.Origin{})).Cookie
	const other account.Secret = "another long password"
	if err := b.ResetPassword(t.Context(), viewerOf(u), u.Email, other); !errs.Is(err, errs.Denied) {
		t.Errorf("a user without the right got %v", err)
	}
	if err := b.ResetPassword(t.Context(), local, "ADA@example.org", other); err != nil {
		t.Fatal(err)
	}
	_, err := b.CallerByCookie(t.Context(), cookie)
	wantCode(t, err, errs.Unauthenticated, "session_ended")
	_, err = b.SignIn(t.Context(), credentials(u), account.Origin{})
	wantCode(t, err, errs.Unauthenticated, "invalid_credentials")
	must[account.SignedIn](t)(b.SignIn(t.Context(), account.Credentials{Email: u.Email, Password: other}, account.Origin{}))
}

func TestWhatANewUserMayBeCalled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	good := account.NewUser{Email: "ada@example.org", Name: "Ada", Role: access.Reader, Password: password}
	for _, tt := range []struct {
		name     string
		change   func(*account.NewUser)
		location string
	}{
		{"no address", func(n *account.NewUser) { n.Email = "ada" }, "body.email"},
		{"an address with a name", func(n *account.NewUser) { n.Email = "Ada <ada@example.org>" }, "body.email"},
		{"an address without end", func(n *account.NewUser) { n.Email = strings.Repeat("a", 250) + "@example.org" }, "body.email"},
		{"no name", func(n *account.NewUser) { n.Name = " " }, "body.name"},
		{"a name of two lines", func(n *account.NewUser) { n.Name = "Ada\nLovelace" }, "body.name"},
		{"an unknown role", func(n *account.NewUser) { n.Role = "owner" }, "body.role"},
		{"a short password", func(n *account.NewUser) { n.Password = "elevenchars" }, "body.password"},
		{"a password without end", func(n *account.NewUser) { n.Password = account.Secret(strings.Repeat("é", 257)) }, "body.password"},
		{"the address as a password", func(n *account.NewUser) { n.Password = "ADA@example.org" }, "body.password"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			n := good
			tt.change(&n)
			_, err := b.CreateUser(t.Context(), local, n)
			wantField(t, err, tt.location)
			if err != nil && strings.Contains(err.Error(), string(n.Password)) {
				t.Error("the error shows the password")
			}
		})
	}
	must[account.User](t)(b.CreateUser(t.Context(), local, good))
	good.Email = "ADA@example.org"
	_, err := b.CreateUser(t.Context(), local, good)
	wantCode(t, err, errs.Conflict, "email_taken")
}

func TestOnlyAdministratorsManageUsers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := b.create(t, "ada@example.org", access.Uploader)
	for name, v := range map[string]access.Viewer{"an uploader": viewerOf(u), "a stranger": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := errs.Denied
			if !v.SignedIn() {
				want = errs.Unauthenticated
			}
			_, create := b.CreateUser(t.Context(), v, account.NewUser{})
			_, _, list := b.Users(t.Context(), v, account.UserFilter{})
			_, update := b.UpdateUser(t.Context(), v, u.ID, account.UserPatch{})
			for _, err := range []error{create, list, update, b.ResetPassword(t.Context(), v, u.Email, password)} {
				if !errs.Is(err, want) {
					t.Errorf("got %v, want %s", err, want)
				}
			}
		})
	}
}

func TestAnAccountIsItsOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada, eve := b.create(t, "ada@example.org", access.Uploader), b.create(t, "eve@example.org", access.Uploader)
	in := must[account.SignedIn](t)(b.SignIn(t.Context(), credentials(ada), account.Origin{}))
	if err := b.EndSession(t.Context(), viewerOf(eve), in.Session.ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("another's session: %v", err)
	}
	if me := must[account.User](t)(b.Rename(t.Context(), viewerOf(ada), " Ada Lovelace ")); me.Name != "Ada Lovelace" {
		t.Errorf("the name is %q", me.Name)
	}
	if me := must[account.User](t)(b.Me(t.Context(), viewerOf(ada))); me.Name != "Ada Lovelace" || me.Email != ada.Email {
		t.Errorf("me is %+v", me)
	}
	if _, err := b.Me(t.Context(), access.Viewer{}); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("a stranger got %v", err)
	}
}

func TestUsersAreListedInPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	made := []account.User{
		b.create(t, "a@example.org", access.Admin), b.create(t, "b@example.org", access.Reader), b.create(t, "c@example.org", access.Reader),
	}
	first, next, err := b.Users(t.Context(), local, account.UserFilter{Limit: 2})
	if err != nil || len(first) != 2 || first[0] != made[0] || first[1] != made[1] || next != made[1].ID {
		t.Errorf("page 1: %+v, next %q, %v", first, next, err)
	}
	second, next, err := b.Users(t.Context(), local, account.UserFilter{Limit: 2, After: next})
	if err != nil || len(second) != 1 || second[0] != made[2] || next != "" {
		t.Errorf("page 2: %+v, next %q, %v", second, next, err)
	}
	found, _, err := b.Users(t.Context(), local, account.UserFilter{Email: "B@example.org"})
	if err != nil || len(found) != 1 || found[0] != made[1] {
		t.Errorf("by address: %+v, %v", found, err)
	}
	if _, _, err := b.Users(t.Context(), local, account.UserFilter{Limit: 101}); !errs.Is(err, errs.Invalid) {
		t.Errorf("a page of 101: %v", err)
	}
}
