package account_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/errs"
)

func first(email string) account.NewUser {
	return account.NewUser{Email: email, Name: "Root", Password: password}
}

func setupToken(t *testing.T, a *account.Accounts) account.Secret {
	t.Helper()
	token, needed, err := a.SetupToken(t.Context())
	if err != nil || !needed || token == "" {
		t.Fatalf("setup token: needed %v, %v", needed, err)
	}
	return token
}

func TestTheFirstAdministratorSetsUpAndIsSignedIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := setupToken(t, b.Accounts)
	in := must[account.SignedIn](t)(b.Setup(t.Context(), token, first("root@example.org"), account.Origin{}))
	if in.User.Role != access.Admin {
		t.Errorf("the role is %s", in.User.Role)
	}
	if c := must[account.Caller](t)(b.CallerByCookie(t.Context(), in.Cookie)); !c.Viewer.IsAdmin() {
		t.Errorf("the cookie is %+v's", c.Viewer)
	}
	must[account.SignedIn](t)(b.SignIn(t.Context(), credentials(in.User), account.Origin{}))

	_, err := b.Setup(t.Context(), token, first("second@example.org"), account.Origin{})
	wantCode(t, err, errs.Conflict, "already_set_up")
	if _, needed, err := b.SetupToken(t.Context()); needed || err != nil {
		t.Errorf("a setup token is still given: %v", err)
	}
}

func TestAWrongSetupTokenIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.Setup(t.Context(), "", first("root@example.org"), account.Origin{})
	wantCode(t, err, errs.Denied, "invalid_setup_token")
	old, token := setupToken(t, b.Accounts), setupToken(t, b.Accounts)
	for _, wrong := range []account.Secret{"", "guess", old, token + "x"} {
		_, err := b.Setup(t.Context(), wrong, first("root@example.org"), account.Origin{})
		wantCode(t, err, errs.Denied, "invalid_setup_token")
	}
}

func TestAMistakeInTheFormLeavesTheSetupTokenGood(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := setupToken(t, b.Accounts)
	_, err := b.Setup(t.Context(), token, first("root"), account.Origin{})
	wantField(t, err, "body.email")
	must[account.SignedIn](t)(b.Setup(t.Context(), token, first("root@example.org"), account.Origin{}))
}

func TestAnAdministratorOfTheCommandLineEndsTheSetup(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := setupToken(t, b.Accounts)
	b.create(t, "cli@example.org", access.Admin)
	_, err := b.Setup(t.Context(), token, first("root@example.org"), account.Origin{})
	wantCode(t, err, errs.Conflict, "already_set_up")
}

func TestOfSeveralSetupsAtOnceOneSucceeds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	nodes := []*account.Accounts{b.Accounts, b.node(t, [32]byte{1})}
	tokens := []account.Secret{setupToken(t, nodes[0]), setupToken(t, nodes[1])}
	var (
		wg   sync.WaitGroup
		wins atomic.Int32
	)
	for i := range 6 {
		wg.Go(func() {
			_, err := nodes[i%2].Setup(t.Context(), tokens[i%2], first(fmt.Sprintf("root%d@example.org", i)), account.Origin{})
			switch {
			case err == nil:
				wins.Add(1)
			case errs.CodeOf(err) != "already_set_up":
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if wins.Load() != 1 {
		t.Errorf("%d administrators were set up", wins.Load())
	}
}
