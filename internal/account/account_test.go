package account_test

import (
	"errors"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/database"
	"matinee/internal/errs"
)

const password account.Secret = "correct horse battery"

// local is whoever uses the command line.
var local = access.Viewer{Local: true}

// clock is a time that stands until a test moves it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// bundle is accounts over a fresh SQLite file, with a clock.
type bundle struct {
	*account.Accounts

	db    *database.DB
	clock *clock
}

func setup(t *testing.T) *bundle {
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
	b := &bundle{db: db, clock: &clock{at: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}}
	b.Accounts = b.node(t, [32]byte{1})
	return b
}

// node returns another process's view of the same accounts.
func (b *bundle) node(t *testing.T, secret [32]byte) *account.Accounts {
	t.Helper()
	keys, err := account.DeriveKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := account.New(database.NewAccount(b.db), keys, account.Options{Now: b.clock.now})
	if err != nil {
		t.Fatal(err)
	}
	return accounts
}

func (b *bundle) create(t *testing.T, email string, role access.Role) account.User {
	t.Helper()
	u, err := b.CreateUser(t.Context(), local, account.NewUser{Email: email, Name: "Somebody", Role: role, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func viewerOf(u account.User) access.Viewer { return access.Viewer{User: u.ID, Role: u.Role} }

func credentials(u account.User) account.Credentials {
	return account.Credentials{Email: u.Email, Password: password}
}

func from(address string) account.Origin {
	return account.Origin{Address: netip.MustParseAddr(address), UserAgent: "a test"}
}

func wantCode(t *testing.T, err error, kind errs.Kind, code string) {
	t.Helper()
	if errs.KindOf(err) != kind || errs.CodeOf(err) != code || err == nil {
		t.Errorf("got %v (%s, %s), want %s, %s", err, errs.KindOf(err), errs.CodeOf(err), kind, code)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantField(t *testing.T, err error, location string) {
	t.Helper()
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Invalid || len(e.Fields) != 1 || e.Fields[0].Location != location {
		t.Errorf("got %v, want %s to be invalid", err, location)
	}
}
