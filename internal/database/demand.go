package database

import (
	"context"
	"fmt"
	"time"

	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/pipeline"
)

// asksOf joins the asks a to the demand task t that answers them.
const asksOf = ` FROM ask a WHERE a.version_id = t.version_id AND a.track = t.track AND a.chunk = t.chunk`

// Ask notes that a viewer waits for a segment.
func (s *Pipeline) Ask(ctx context.Context, a pipeline.Ask, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		owner, _, err := currentOf(ctx, tx, a.Video)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO ask (version_id, track, segment, viewer, chunk, asked_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (version_id, track, segment, viewer) DO UPDATE SET expires_at = excluded.expires_at`,
			string(a.Version), a.Track, a.Number, a.Viewer, a.Chunk, micros(now), micros(a.Until))
		if err != nil {
			return fmt.Errorf("note ask: %w", err)
		}
		// The conflict locks the row on PostgreSQL, so that the task cannot go while somebody begins to ask for it.
		_, err = tx.Exec(ctx, `
			INSERT INTO task (id, version_id, video_id, owner_id, kind, track, chunk, first_segment, segments, rank, state, created_at)
			VALUES (?, ?, ?, ?, 'demand', ?, ?, ?, 1, ?, 'queued', ?)
			ON CONFLICT (version_id, track, chunk) WHERE kind = 'demand'
			DO UPDATE SET state = CASE WHEN task.state = 'running' THEN 'running' ELSE 'queued' END`,
			string(ids.New[ids.TaskID]()), string(a.Version), string(a.Video), string(owner), a.Track, a.Chunk, a.Number, pipeline.DemandRank(a.Sound), micros(now))
		if err != nil {
			return fmt.Errorf("queue demand task: %w", err)
		}
		return nil
	})
}

// Withdraw forgets an ask, and the task that was queued for it alone.
func (s *Pipeline) Withdraw(ctx context.Context, a pipeline.Ask) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM ask WHERE version_id = ? AND track = ? AND segment = ? AND viewer = ?`,
			string(a.Version), a.Track, a.Number, a.Viewer)
		if err != nil {
			return fmt.Errorf("forget ask: %w", err)
		}
		return dropUnasked(ctx, tx, a.Version, a.Track, a.Chunk)
	})
}

// dropUnasked forgets a demand task that is not worked on and that nobody asks for.
func dropUnasked(ctx context.Context, tx *Tx, version ids.VersionID, track string, chunk int) error {
	const it = ` WHERE kind = 'demand' AND version_id = ? AND track = ? AND chunk = ? AND state <> 'running'`
	args := []any{string(version), track, chunk}
	// Locking the task first makes an ask that is being noted visible to the next statement on PostgreSQL.
	if _, err := tx.Exec(ctx, `UPDATE task SET rank = rank`+it, args...); err != nil {
		return fmt.Errorf("lock demand task: %w", err)
	}
	_, err := tx.Exec(ctx, `
		DELETE FROM task`+it+` AND NOT EXISTS (
			SELECT 1 FROM ask a WHERE a.version_id = task.version_id AND a.track = task.track AND a.chunk = task.chunk)`, args...)
	if err != nil {
		return fmt.Errorf("drop demand task: %w", err)
	}
	return nil
}

// ClaimDemand leases the next demand task. The order is the whole of the fairness between viewers: whoever got least within the
// last minute, then the oldest ask.
func (s *Pipeline) ClaimDemand(ctx context.Context, w pipeline.Worker, sound bool, now time.Time, ttl time.Duration) (l pipeline.Lease, err error) {
	if n, err := s.DemandQueue(ctx, sound, now); err != nil || n == 0 { // an idle lane writes nothing
		return l, orMissing(err)
	}
	since := micros(now.Add(-pipeline.ServedWindow))
	err = s.db.Update(ctx, func(tx *Tx) error {
		if err := forgetOldAsks(ctx, tx, micros(now), since); err != nil {
			return err
		}
		l, err = one(ctx, tx, scanLease, `
			UPDATE task SET state = 'running', lease_owner = ?, lease_until = ?, fence = fence + 1, waiting = '', started_at = COALESCE(started_at, ?)
			WHERE id = (
				SELECT t.id FROM task t
				WHERE t.kind = 'demand' AND t.rank = ?
				  AND t.state = 'queued' AND (t.not_before <= ? OR t.not_before > ?)
				  AND EXISTS (SELECT 1`+asksOf+`)
				ORDER BY (SELECT MIN((SELECT COALESCE(SUM(g.segments), 0) FROM served g WHERE g.viewer = a.viewer AND g.made_at > ?))`+asksOf+`),
				         (SELECT MIN(a.asked_at)`+asksOf+`),
				         t.created_at, t.id
				LIMIT 1`+tx.forUpdate()+`)
			RETURNING `+taskColumns+`, lease_owner, fence, lease_until`,
			w.ID, micros(now.Add(ttl)), micros(now), pipeline.DemandRank(sound), micros(now), micros(now.Add(pipeline.MaxWait)), since)
		return err
	})
	return l, err
}

func orMissing(err error) error {
	if err == nil {
		return errs.Missing("task")
	}
	return err
}

// forgetOldAsks forgets asks that have expired, the tasks that were queued for them alone, and what viewers got too long ago.
func forgetOldAsks(ctx context.Context, tx *Tx, now, since int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM ask WHERE expires_at <= ?`, now); err != nil {
		return fmt.Errorf("forget asks: %w", err)
	}
	_, err := tx.Exec(ctx, `
		DELETE FROM task WHERE kind = 'demand' AND state <> 'running' AND lease_owner IS NULL AND NOT EXISTS (
			SELECT 1 FROM ask a WHERE a.version_id = task.version_id AND a.track = task.track AND a.chunk = task.chunk)`)
	if err != nil {
		return fmt.Errorf("drop demand tasks: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM served WHERE made_at <= ?`, since); err != nil {
		return fmt.Errorf("forget what viewers got: %w", err)
	}
	return nil
}

// DemandPressure returns what waits beside, or within, the task of a lease.
func (s *Pipeline) DemandPressure(ctx context.Context, l pipeline.Lease, now time.Time) (p pipeline.Pressure, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		p.Asks, err = many(ctx, tx, func(r row) (pipeline.Ask, error) {
			a := pipeline.Ask{Segment: ids.Segment{Video: l.Video, Version: l.Version, Track: l.Track}, Chunk: l.Chunk}
			err := r.Scan(&a.Number, &a.Viewer)
			return a, err
		}, `SELECT segment, viewer FROM ask WHERE version_id = ? AND track = ? AND chunk = ? AND expires_at > ? ORDER BY asked_at, segment, viewer`,
			string(l.Version), l.Track, l.Chunk, micros(now))
		if err != nil {
			return fmt.Errorf("read asks: %w", err)
		}
		p.Others, err = countDemand(ctx, tx, l.Rank, now)
		return err
	})
	return p, err
}

// DemandQueue counts the demand tasks that wait for a slot.
func (s *Pipeline) DemandQueue(ctx context.Context, sound bool, now time.Time) (n int64, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		n, err = countDemand(ctx, tx, pipeline.DemandRank(sound), now)
		return err
	})
	return n, err
}

func countDemand(ctx context.Context, tx *Tx, rank int, now time.Time) (int64, error) {
	return one(ctx, tx, scanInt64, `
		SELECT COUNT(*) FROM task t WHERE t.kind = 'demand' AND t.state = 'queued' AND t.rank = ? AND EXISTS (SELECT 1`+asksOf+` AND a.expires_at > ?)`, rank, micros(now))
}

// EndDemand ends the task of a lease.
func (s *Pipeline) EndDemand(ctx context.Context, l pipeline.Lease, served pipeline.Served, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := endTask(ctx, tx, l, `state = 'queued', lease_owner = NULL, lease_until = NULL, faults = 0, crashes = 0, error = ''`); err != nil {
			return err
		}
		if err := answerAsks(ctx, tx, l, served); err != nil {
			return err
		}
		if served.Made > 0 {
			for _, viewer := range served.Viewers {
				if _, err := tx.Exec(ctx, `INSERT INTO served (viewer, made_at, segments) VALUES (?, ?, ?)`, viewer, micros(now), served.Made); err != nil {
					return fmt.Errorf("note what a viewer got: %w", err)
				}
			}
		}
		return dropUnasked(ctx, tx, l.Version, l.Track, l.Chunk)
	})
}

func answerAsks(ctx context.Context, tx *Tx, l pipeline.Lease, served pipeline.Served) error {
	which, args := ``, []any{string(l.Version), l.Track, l.Chunk}
	if !served.Drop {
		if len(served.Have) == 0 {
			return nil
		}
		which = ` AND segment IN (` + placeholders(len(served.Have)) + `)`
		for _, number := range served.Have {
			args = append(args, number)
		}
	}
	if _, err := tx.Exec(ctx, `DELETE FROM ask WHERE version_id = ? AND track = ? AND chunk = ?`+which, args...); err != nil {
		return fmt.Errorf("answer asks: %w", err)
	}
	return nil
}

// LadderDone reports whether every chunk of a version has been made, once at least.
func (s *Pipeline) LadderDone(ctx context.Context, id ids.VersionID) (done bool, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		done, err = ladderDone(ctx, tx, id)
		return err
	})
	return done, err
}

// ladderDone looks at what the chunks measured: a chunk that is made again has been made before.
func ladderDone(ctx context.Context, tx *Tx, id ids.VersionID) (bool, error) {
	open, err := one(ctx, tx, scanInt64, `SELECT COUNT(*) FROM task WHERE version_id = ? AND kind = 'chunk' AND facts IS NULL`, string(id))
	if err != nil || open > 0 {
		return false, err
	}
	all, err := one(ctx, tx, scanInt64, `SELECT COUNT(*) FROM task WHERE version_id = ? AND kind = 'chunk'`, string(id))
	return all > 0, err
}
