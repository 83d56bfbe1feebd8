package database

import (
	"context"
	"database/sql"
	"time"

	"matinee/internal/account"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

const sessionColumns = "s.id, s.account_id, s.kind, s.secret_hash, s.previous_hash, s.rotated_at, s.address, s.user_agent," +
	" s.created_at, s.used_at, s.expires_at"

// CreateSession begins a session of a user who is still of the epoch and not suspended, else it is an errs.NotFound error, and
// ends the user's least recently used sessions beyond keep.
func (s *Account) CreateSession(ctx context.Context, session account.Session, epoch int64, keep int) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		// The update changes nothing: it holds the account against a suspension that goes on.
		held, err := tx.Exec(ctx, "UPDATE account SET epoch = epoch WHERE id = ? AND epoch = ? AND suspended = 0",
			string(session.User), epoch)
		if err != nil {
			return err
		}
		if held == 0 {
			return errs.Missing("user")
		}
		if err := insertSession(ctx, tx, session); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			DELETE FROM session WHERE account_id = ? AND id NOT IN (
				SELECT id FROM session WHERE account_id = ? ORDER BY used_at DESC, id DESC LIMIT ?)`,
			string(session.User), string(session.User), keep)
		return err
	})
}

func insertSession(ctx context.Context, tx *Tx, s account.Session) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO session (id, account_id, kind, secret_hash, previous_hash, rotated_at, address, user_agent,
			created_at, used_at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(s.ID), string(s.User), string(s.Kind), string(s.Secret), string(s.Previous), optionalMicros(s.RotatedAt),
		s.Address, s.UserAgent, micros(s.CreatedAt), micros(s.UsedAt), micros(s.ExpiresAt))
	return err
}

// Session returns a session and its user.
func (s *Account) Session(ctx context.Context, id ids.SessionID) (account.Session, account.User, error) {
	return s.session(ctx, "s.id = ?", string(id))
}

// SessionBySecret returns the session with this secret, and its user.
func (s *Account) SessionBySecret(ctx context.Context, secret account.Hash) (account.Session, account.User, error) {
	return s.session(ctx, "s.secret_hash = ?", string(secret))
}

func (s *Account) session(ctx context.Context, where string, arg any) (session account.Session, u account.User, err error) {
	scan := func(r row) (account.User, error) {
		dest, finish := sessionDest(&session)
		user, err := scanUser(r, dest...)
		finish()
		return user, err
	}
	err = s.db.View(ctx, func(tx *Tx) error {
		u, err = one(ctx, tx, scan, "SELECT "+userColumns+", "+sessionColumns+
			" FROM session s JOIN account a ON a.id = s.account_id WHERE "+where, arg)
		return missingSession(err)
	})
	return session, u, err
}

// Sessions returns the sessions of a user that have not expired, the last used first.
func (s *Account) Sessions(ctx context.Context, user ids.UserID, now time.Time) (sessions []account.Session, err error) {
	scan := func(r row) (session account.Session, err error) {
		dest, finish := sessionDest(&session)
		err = r.Scan(dest...)
		finish()
		return session, err
	}
	err = s.db.View(ctx, func(tx *Tx) error {
		sessions, err = many(ctx, tx, scan, "SELECT "+sessionColumns+
			" FROM session s WHERE s.account_id = ? AND s.expires_at > ? ORDER BY s.used_at DESC, s.id DESC", string(user), micros(now))
		return err
	})
	return sessions, err
}

// TouchSession notes that a session was used.
func (s *Account) TouchSession(ctx context.Context, id ids.SessionID, usedAt, expiresAt time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "UPDATE session SET used_at = ?, expires_at = ? WHERE id = ? AND used_at < ?",
			micros(usedAt), micros(expiresAt), string(id), micros(usedAt))
		return err
	})
}

// RotateSession replaces the session's secret if it is r.From, and reports whether it was. Of several at once one does.
func (s *Account) RotateSession(ctx context.Context, r account.Rotation) (rotated bool, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE session SET secret_hash = ?, previous_hash = ?, rotated_at = ?, used_at = ?, expires_at = ?
			WHERE id = ? AND secret_hash = ?`,
			string(r.To), string(r.From), micros(r.At), micros(r.At), micros(r.ExpiresAt), string(r.Session), string(r.From))
		rotated = n == 1
		return err
	})
	return rotated, err
}

// EndSession removes a session of a user.
func (s *Account) EndSession(ctx context.Context, user ids.UserID, id ids.SessionID) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		ended, err := tx.Exec(ctx, "DELETE FROM session WHERE id = ? AND account_id = ?", string(id), string(user))
		if err == nil && ended == 0 {
			return errs.Missing("session")
		}
		return err
	})
}

// EndExpiredSessions removes the sessions that expired before now, and returns how many.
func (s *Account) EndExpiredSessions(ctx context.Context, now time.Time) (ended int64, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		ended, err = tx.Exec(ctx, "DELETE FROM session WHERE expires_at <= ?", micros(now))
		return err
	})
	return ended, err
}

// sessionDest returns where to scan sessionColumns to, and what to call after the scan.
func sessionDest(s *account.Session) (dest []any, finish func()) {
	var (
		rotatedAt                    sql.NullInt64
		createdAt, usedAt, expiresAt int64
	)
	dest = []any{
		&s.ID, &s.User, &s.Kind, &s.Secret, &s.Previous, &rotatedAt, &s.Address, &s.UserAgent, &createdAt, &usedAt, &expiresAt,
	}
	return dest, func() {
		s.RotatedAt = fromOptionalMicros(rotatedAt)
		s.CreatedAt, s.UsedAt, s.ExpiresAt = fromMicros(createdAt), fromMicros(usedAt), fromMicros(expiresAt)
	}
}

func missingSession(err error) error {
	if errs.Is(err, errs.NotFound) {
		return errs.Missing("session")
	}
	return err
}
