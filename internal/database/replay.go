package database

import (
	"context"
	"fmt"

	"matinee/internal/replay"
)

// Replays keeps the answers of replay.
type Replays struct{ db *DB }

// NewReplays returns the store of replay.
func NewReplays(db *DB) *Replays { return &Replays{db: db} }

var _ replay.Store = (*Replays)(nil)

// BeginReplay adds an entry unless one stands. Old ones go here too: creations are rare and each removes what has expired.
func (s *Replays) BeginReplay(ctx context.Context, e replay.Entry, b replay.Bounds) (standing replay.Entry, begun bool, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		if err := forgetReplays(ctx, tx, e.Caller, b); err != nil {
			return err
		}
		inserted, err := tx.Exec(ctx, `
			INSERT INTO replay (caller, key, request, status, answer, begun_at) VALUES (?, ?, ?, 0, '', ?) ON CONFLICT (caller, key) DO NOTHING`,
			e.Caller, e.Key, e.Request, micros(e.BegunAt))
		if err != nil {
			return fmt.Errorf("insert replay: %w", err)
		}
		if begun = inserted > 0; begun {
			return nil
		}
		standing, err = one(ctx, tx, scanReplay, `SELECT caller, key, request, status, answer, begun_at FROM replay WHERE caller = ? AND key = ?`, e.Caller, e.Key)
		return err
	})
	return standing, begun, err
}

func forgetReplays(ctx context.Context, tx *Tx, caller string, b replay.Bounds) error {
	_, err := tx.Exec(ctx, `DELETE FROM replay WHERE begun_at < ? OR (status = 0 AND begun_at < ?)`, micros(b.Expired), micros(b.Abandoned))
	if err != nil {
		return fmt.Errorf("forget old replays: %w", err)
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM replay WHERE caller = ? AND status <> 0 AND key IN (
			SELECT key FROM replay WHERE caller = ? AND status <> 0 ORDER BY begun_at DESC, key LIMIT 1000000 OFFSET ?)`, caller, caller, b.Keep-1)
	if err != nil {
		return fmt.Errorf("bound replays: %w", err)
	}
	return nil
}

func scanReplay(r row) (e replay.Entry, err error) {
	var begun int64
	err = r.Scan(&e.Caller, &e.Key, &e.Request, &e.Status, &e.Sealed, &begun)
	e.BegunAt = fromMicros(begun)
	return e, err
}

// FinishReplay adds the answer.
func (s *Replays) FinishReplay(ctx context.Context, e replay.Entry) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE replay SET status = ?, answer = ? WHERE caller = ? AND key = ? AND begun_at = ? AND status = 0`,
			e.Status, e.Sealed, e.Caller, e.Key, micros(e.BegunAt))
		return err
	})
}

// ForgetReplay removes an entry.
func (s *Replays) ForgetReplay(ctx context.Context, e replay.Entry) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM replay WHERE caller = ? AND key = ? AND begun_at = ?`, e.Caller, e.Key, micros(e.BegunAt))
		return err
	})
}
