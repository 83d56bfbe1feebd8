package database

import (
	"context"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

// Account keeps users and their sessions. It implements account.Store.
type Account struct {
	db *DB
}

// NewAccount returns the store of the users in db.
func NewAccount(db *DB) *Account { return &Account{db: db} }

const userColumns = "a.id, a.email, a.name, a.role, a.suspended, a.epoch, a.created_at"

// administrators are those who can sign in.
const administrators = "FROM account a WHERE a.role = '" + string(access.Admin) + "' AND a.suspended = 0"

// HasAdministrator reports whether anybody can sign in as an administrator.
func (s *Account) HasAdministrator(ctx context.Context) (exists bool, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		n, err := countAdministrators(ctx, tx)
		exists = n > 0
		return err
	})
	return exists, err
}

// CreateFirstAdministrator adds a user where there is no administrator, else it is an errs.Conflict error.
func (s *Account) CreateFirstAdministrator(ctx context.Context, u account.User, passwordHash account.Secret) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := lockAdministrators(ctx, tx); err != nil {
			return err
		}
		n, err := countAdministrators(ctx, tx)
		if err != nil {
			return err
		}
		if n > 0 {
			return errs.New(errs.Conflict, "already_set_up", "There is an administrator already. Sign in.")
		}
		return insertUser(ctx, tx, u, passwordHash)
	})
}

// CreateUser adds a user. It is an errs.Conflict error when the e-mail address is taken.
func (s *Account) CreateUser(ctx context.Context, u account.User, passwordHash account.Secret) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := lockAdministrators(ctx, tx); err != nil {
			return err
		}
		return insertUser(ctx, tx, u, passwordHash)
	})
}

func insertUser(ctx context.Context, tx *Tx, u account.User, passwordHash account.Secret) error {
	inserted, err := tx.Exec(ctx, `
		INSERT INTO account (id, email, name, role, suspended, epoch, password_hash, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (email) DO NOTHING`,
		string(u.ID), u.Email, u.Name, string(u.Role), flag(u.Suspended), u.Epoch, string(passwordHash), micros(u.CreatedAt))
	if err == nil && inserted == 0 {
		return errs.New(errs.Conflict, "email_taken", "There is an account with this e-mail address already.")
	}
	return err
}

// User returns one user.
func (s *Account) User(ctx context.Context, id ids.UserID) (u account.User, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		u, err = userByID(ctx, tx, id)
		return err
	})
	return u, err
}

// UserByEmail returns the user with a lower-case e-mail address, and the hash of their password.
func (s *Account) UserByEmail(ctx context.Context, email string) (u account.User, passwordHash account.Secret, err error) {
	scan := func(r row) (account.User, error) {
		return scanUser(r, (*string)(&passwordHash))
	}
	err = s.db.View(ctx, func(tx *Tx) error {
		u, err = one(ctx, tx, scan, "SELECT "+userColumns+", a.password_hash FROM account a WHERE a.email = ?", email)
		return missingUser(err)
	})
	return u, passwordHash, err
}

// Users returns users by id, which is by age.
func (s *Account) Users(ctx context.Context, f account.UserFilter) (users []account.User, err error) {
	query := "SELECT " + userColumns + " FROM account a WHERE a.id > ?"
	args := []any{string(f.After)}
	if f.Email != "" {
		query += " AND a.email = ?"
		args = append(args, f.Email)
	}
	err = s.db.View(ctx, func(tx *Tx) error {
		users, err = many(ctx, tx, scanUserRow, query+" ORDER BY a.id LIMIT ?", append(args, f.Limit)...)
		return err
	})
	return users, err
}

// UpdateUser changes a user and returns them. It is an errs.Conflict error when it would leave no administrator who can sign
// in. A suspension raises the epoch and ends the sessions.
func (s *Account) UpdateUser(ctx context.Context, id ids.UserID, p account.UserPatch) (u account.User, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		if err := lockAdministrators(ctx, tx); err != nil {
			return err
		}
		before, err := userByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := writeUser(ctx, tx, before, patched(before, p)); err != nil {
			return err
		}
		if err := keepAdministrator(ctx, tx, before); err != nil {
			return err
		}
		u, err = userByID(ctx, tx, id)
		return err
	})
	return u, err
}

func patched(u account.User, p account.UserPatch) account.User {
	if p.Name != nil {
		u.Name = *p.Name
	}
	if p.Role != nil {
		u.Role = *p.Role
	}
	if p.Suspended != nil {
		u.Suspended = *p.Suspended
	}
	return u
}

// writeUser writes what changed. The epoch is raised in place, since a new password raises it too.
func writeUser(ctx context.Context, tx *Tx, before, u account.User) error {
	_, err := tx.Exec(ctx, "UPDATE account SET name = ?, role = ?, suspended = ? WHERE id = ?",
		u.Name, string(u.Role), flag(u.Suspended), string(u.ID))
	if err != nil || before.Suspended || !u.Suspended {
		return err
	}
	return endAllSessions(ctx, tx, u.ID)
}

// endAllSessions voids every cookie and token of a user. Its first statement holds the account, so that a sign-in that goes on
// comes before it and is ended, or after it and is refused.
func endAllSessions(ctx context.Context, tx *Tx, id ids.UserID) error {
	if _, err := tx.Exec(ctx, "UPDATE account SET epoch = epoch + 1 WHERE id = ?", string(id)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM session WHERE account_id = ?", string(id))
	return err
}

// DeleteUser removes a user with their sessions.
func (s *Account) DeleteUser(ctx context.Context, id ids.UserID) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := lockAdministrators(ctx, tx); err != nil {
			return err
		}
		before, err := userByID(ctx, tx, id)
		if err != nil {
			return err
		}
		owned, err := one(ctx, tx, scanInt64, "SELECT COUNT(*) FROM video WHERE owner_id = ?", string(id))
		if err != nil {
			return err
		}
		if owned > 0 {
			return errs.New(errs.Conflict, "owns_videos",
				"This account owns videos, some perhaps in the bin. Remove them for good first, or suspend the account.")
		}
		if err := endAllSessions(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM account WHERE id = ?", string(id)); err != nil {
			return err
		}
		return keepAdministrator(ctx, tx, before)
	})
}

// SetPassword replaces the password's hash, raises the epoch and ends the sessions.
func (s *Account) SetPassword(ctx context.Context, id ids.UserID, passwordHash account.Secret) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		changed, err := tx.Exec(ctx, "UPDATE account SET password_hash = ? WHERE id = ?", string(passwordHash), string(id))
		if err != nil {
			return err
		}
		if changed == 0 {
			return errs.Missing("user")
		}
		return endAllSessions(ctx, tx, id)
	})
}

// ReplacePasswordHash changes the hash if it still is the old one.
func (s *Account) ReplacePasswordHash(ctx context.Context, id ids.UserID, old, replacement account.Secret) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "UPDATE account SET password_hash = ? WHERE id = ? AND password_hash = ?",
			string(replacement), string(id), string(old))
		return err
	})
}

// lockAdministrators makes this transaction wait for every other that may change who administers, and the next wait for it.
func lockAdministrators(ctx context.Context, tx *Tx) error {
	_, err := tx.Exec(ctx, "UPDATE administration SET changes = changes + 1 WHERE id = 1")
	return err
}

func countAdministrators(ctx context.Context, tx *Tx) (int64, error) {
	return one(ctx, tx, scanInt64, "SELECT COUNT(*) "+administrators)
}

// keepAdministrator refuses a change that left nobody to administer. It asks only when the user was one of them.
func keepAdministrator(ctx context.Context, tx *Tx, before account.User) error {
	if before.Role != access.Admin || before.Suspended {
		return nil
	}
	n, err := countAdministrators(ctx, tx)
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "last_administrator", "This is the last administrator. Make another one first.")
	}
	return err
}

func userByID(ctx context.Context, tx *Tx, id ids.UserID) (account.User, error) {
	u, err := one(ctx, tx, scanUserRow, "SELECT "+userColumns+" FROM account a WHERE a.id = ?", string(id))
	return u, missingUser(err)
}

func scanUserRow(r row) (account.User, error) { return scanUser(r) }

// scanUser reads userColumns and then more.
func scanUser(r row, more ...any) (account.User, error) {
	var (
		u                    account.User
		suspended, createdAt int64
	)
	err := r.Scan(append([]any{&u.ID, &u.Email, &u.Name, &u.Role, &suspended, &u.Epoch, &createdAt}, more...)...)
	u.Suspended, u.CreatedAt = suspended != 0, fromMicros(createdAt)
	return u, err
}

func missingUser(err error) error {
	if errs.Is(err, errs.NotFound) {
		return errs.Missing("user")
	}
	return err
}
