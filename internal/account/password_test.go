package account_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/alexedwards/argon2id"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/database"
	"matinee/internal/errs"
)

func TestAnOutdatedHashIsReplacedAtSignIn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := b.create(t, "ada@example.org", access.Uploader)
	store := database.NewAccount(b.db)
	weak := must[string](t)(argon2id.CreateHash(string(password), &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 8, KeyLength: 16}))
	if err := store.SetPassword(t.Context(), u.ID, account.Secret(weak)); err != nil {
		t.Fatal(err)
	}
	must[account.SignedIn](t)(b.SignIn(t.Context(), credentials(u), account.Origin{}))
	_, hash, err := store.UserByEmail(t.Context(), u.Email)
	if err != nil {
		t.Fatal(err)
	}
	match, params, err := argon2id.CheckHash(string(password), string(hash))
	if err != nil || !match || params.Memory != 19*1024 || params.Iterations != 2 || params.Parallelism != 1 {
		t.Errorf("the hash has %+v, match %v, %v", params, match, err)
	}
}

func TestTooManySignInsAtOnceAnswerBusy(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := b.create(t, "ada@example.org", access.Uploader)
	keys := must[account.Keys](t)(account.DeriveKeys([32]byte{1}))
	narrow := must[*account.Accounts](t)(account.New(database.NewAccount(b.db), keys, account.Options{HashSlots: 1, HashQueue: 1}))
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		busy int
	)
	for i := range 24 {
		wg.Go(func() {
			_, err := narrow.SignIn(t.Context(), credentials(u), from(fmt.Sprintf("192.0.2.%d", i)))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errs.Is(err, errs.Busy):
				busy++
			case err != nil:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if busy == 0 {
		t.Error("none of 24 sign-ins at once was refused, with room for two")
	}
}

func TestASignInThatIsGivenUpEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.SignIn(ctx, account.Credentials{Email: "ada@example.org", Password: password}, account.Origin{}); err == nil {
		t.Error("a cancelled sign-in went through")
	}
}
