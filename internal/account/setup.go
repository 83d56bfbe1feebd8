package account

import (
	"context"
	"crypto/subtle"
	"fmt"
	"log/slog"

	"matinee/internal/access"
	"matinee/internal/errs"
)

// SetupToken returns a fresh token that creates the first administrator, while there is none. Only its hash is kept, in this
// process, and a second call replaces the first one's token.
func (a *Accounts) SetupToken(ctx context.Context) (token Secret, needed bool, err error) {
	needed, err = a.SetupRequired(ctx)
	if err != nil || !needed {
		return "", false, err
	}
	token = newSecret()
	a.keepSetup(HashOf(token))
	return token, true, nil
}

// SetupRequired reports whether nobody administers the instance yet.
func (a *Accounts) SetupRequired(ctx context.Context) (bool, error) {
	exists, err := a.store.HasAdministrator(ctx)
	if err != nil {
		return false, fmt.Errorf("look for an administrator: %w", err)
	}
	return !exists, nil
}

// Setup creates the first administrator and signs them in. It returns errs.Denied (invalid_setup_token) for a wrong token and
// errs.Conflict (already_set_up) once there is an administrator; of several calls at once, one succeeds.
func (a *Accounts) Setup(ctx context.Context, token Secret, n NewUser, from Origin) (SignedIn, error) {
	if !a.isSetup(HashOf(token)) {
		return SignedIn{}, a.setupRefused(ctx)
	}
	n.Role = access.Admin
	user, hash, err := a.prepare(ctx, n)
	if err != nil {
		return SignedIn{}, err
	}
	if err := a.store.CreateFirstAdministrator(ctx, user, hash); err != nil {
		return SignedIn{}, fmt.Errorf("create first administrator: %w", err)
	}
	a.keepSetup("")
	a.log.InfoContext(ctx, "first administrator created", userID(user.ID), slog.String("address", from.address()))
	return a.beginBrowserSession(ctx, user, from)
}

func (a *Accounts) setupRefused(ctx context.Context) error {
	required, err := a.SetupRequired(ctx)
	switch {
	case err != nil:
		return err
	case !required:
		return errs.New(errs.Conflict, "already_set_up", "There is an administrator already. Sign in.")
	}
	return errs.New(errs.Denied, "invalid_setup_token", "Open the address that the server printed at its start.")
}

func (a *Accounts) isSetup(token Hash) bool {
	a.setupMu.Lock()
	defer a.setupMu.Unlock()
	return a.setup != "" && subtle.ConstantTimeCompare([]byte(a.setup), []byte(token)) == 1
}

func (a *Accounts) keepSetup(token Hash) {
	a.setupMu.Lock()
	defer a.setupMu.Unlock()
	a.setup = token
}
