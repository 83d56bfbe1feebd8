package database

import (
	"context"
	"database/sql"
	"time"

	"matinee/internal/ids"
	"matinee/internal/library"
)

// refreshState derives a video's state from its facts and writes it. Every transaction that changes such a fact ends with
// it: that is why a state cannot stick. A video that is gone is not an error.
func refreshState(ctx context.Context, tx *Tx, id ids.VideoID, now time.Time) error {
	facts, err := stateFacts(ctx, tx, id)
	if err != nil {
		return err
	}
	state := library.StateOf(facts)
	_, err = tx.Exec(ctx, `UPDATE video SET state = ?, updated_at = ? WHERE id = ? AND state <> ?`, string(state), micros(now), string(id), string(state))
	if err != nil {
		return err
	}
	if err := settleOperations(ctx, tx, id, now); err != nil || !state.Watchable() {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE video SET published_at = ?, publishing = ? WHERE id = ? AND published_at IS NULL`, micros(now), micros(now), string(id))
	return err
}

func stateFacts(ctx context.Context, tx *Tx, id ids.VideoID) (library.Facts, error) {
	// Locking the row first makes writers of one video's facts wait for each other on PostgreSQL.
	if _, err := tx.Exec(ctx, `UPDATE video SET updated_at = updated_at WHERE id = ?`, string(id)); err != nil {
		return library.Facts{}, err
	}
	found, err := many(ctx, tx, scanFacts, `
		SELECT EXISTS (SELECT 1 FROM upload u WHERE u.video_id = v.id AND u.completed_at IS NULL AND u.received > 0),
		       n.id IS NOT NULL, COALESCE(n.failed_code, '') <> '', n.playable_at, n.ready_at
		FROM video v LEFT JOIN version n ON n.id = v.version_id
		WHERE v.id = ?`, string(id))
	if err != nil || len(found) == 0 {
		return library.Facts{}, err
	}
	return found[0], nil
}

func scanFacts(r row) (library.Facts, error) {
	var (
		f               library.Facts
		playable, ready sql.NullInt64
	)
	err := r.Scan(&f.Receiving, &f.HasVersion, &f.Failed, &playable, &ready)
	f.PlayableAt, f.ReadyAt = fromOptionalMicros(playable), fromOptionalMicros(ready)
	return f, err
}
