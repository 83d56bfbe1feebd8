package account_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/errs"
)

// guess tries a wrong password and returns how long the answer asks to wait.
func guess(t *testing.T, b *bundle, email, address string) time.Duration {
	t.Helper()
	_, err := b.SignIn(t.Context(), account.Credentials{Email: email, Password: "a wrong password"}, from(address))
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.RateLimited {
		return e.RetryAfter
	}
	wantCode(t, err, errs.Unauthenticated, "invalid_credentials")
	return 0
}

// exhaust uses the free tries up.
func exhaust(t *testing.T, b *bundle, email, address string) {
	t.Helper()
	for range 5 {
		if wait := guess(t, b, email, address); wait != 0 {
			t.Fatalf("a free try waits %s", wait)
		}
	}
}

func TestGuessesAreSlowedDownMoreAndMore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := b.create(t, "ada@example.org", access.Uploader)
	exhaust(t, b, u.Email, "192.0.2.1")
	for _, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		if wait := guess(t, b, u.Email, "192.0.2.1"); wait != want {
			t.Errorf("waits %s, want %s", wait, want)
		}
		b.clock.advance(want)
		guess(t, b, u.Email, "192.0.2.1")
	}
	_, err := b.SignIn(t.Context(), credentials(u), from("192.0.2.1"))
	wantCode(t, err, errs.RateLimited, "too_many_attempts")
}

func TestAStrangerElsewhereLocksNobodyOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := b.create(t, "ada@example.org", access.Uploader)
	exhaust(t, b, u.Email, "192.0.2.1")
	must[account.SignedIn](t)(b.SignIn(t.Context(), credentials(u), from("192.0.2.2")))
	if guess(t, b, u.Email, "192.0.2.1") == 0 {
		t.Error("the owner's sign-in freed the stranger")
	}
}

func TestASuccessForgetsTheMistakesBefore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := b.create(t, "ada@example.org", access.Uploader)
	for range 2 {
		for range 4 {
			guess(t, b, u.Email, "192.0.2.1")
		}
		must[account.SignedIn](t)(b.SignIn(t.Context(), credentials(u), from("192.0.2.1")))
	}
}

func TestAnUnknownUserIsSlowedDownAlike(t *testing.T) {
	t.Parallel()
	b := setup(t)
	exhaust(t, b, "nobody@example.org", "192.0.2.1")
	if wait := guess(t, b, " NOBODY@example.org", "192.0.2.1"); wait != time.Second {
		t.Errorf("waits %s", wait)
	}
}

func TestAnIPv6NetworkCountsAsOneAddress(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 5 {
		guess(t, b, "ada@example.org", fmt.Sprintf("2001:db8::%x", i+1))
	}
	if guess(t, b, "ada@example.org", "2001:db8::ffff") == 0 {
		t.Error("another address of the network is free")
	}
	if guess(t, b, "ada@example.org", "2001:db8:0:1::1") != 0 {
		t.Error("another network waits")
	}
	exhaust(t, b, "bob@example.org", "192.0.2.9")
	if guess(t, b, "bob@example.org", "::ffff:192.0.2.9") == 0 {
		t.Error("an IPv4 address in IPv6 form is free")
	}
}

func TestOneAddressThatTriesManyAccountsWaitsALittle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var wait time.Duration
	for i := 0; i < 60 && wait == 0; i++ {
		wait = guess(t, b, fmt.Sprintf("user%d@example.org", i), "192.0.2.1")
	}
	if wait != time.Second {
		t.Errorf("after many accounts it waits %s", wait)
	}
	for range 20 {
		b.clock.advance(wait)
		guess(t, b, "one@example.org", "192.0.2.2") // the others go on
		if next := guess(t, b, fmt.Sprintf("user%d@example.org", b.clock.now().UnixNano()), "192.0.2.1"); next > 10*time.Second {
			t.Fatalf("many people at one address wait %s", next)
		}
		wait = 10 * time.Second
	}
}

func TestMistakesAreForgottenAfterAnHour(t *testing.T) {
	t.Parallel()
	b := setup(t)
	exhaust(t, b, "ada@example.org", "192.0.2.1")
	b.clock.advance(time.Hour + time.Second)
	exhaust(t, b, "ada@example.org", "192.0.2.1")
}
