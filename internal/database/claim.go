package database

import (
	"context"
	"fmt"
	"strings"
	"time"

	"matinee/internal/pipeline"
)

// ClaimTask leases the next task. The order is the whole of the queue's fairness: what unblocks a viewer first, then whoever was
// given the least work, then the shortest of their videos, then age.
func (s *Pipeline) ClaimTask(ctx context.Context, w pipeline.Worker, now time.Time, ttl time.Duration) (l pipeline.Lease, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		if err := lockTurns(ctx, tx); err != nil {
			return err
		}
		query, args := claimQuery(w.Kinds, now)
		next, err := one(ctx, tx, scanNext, query, args...)
		if err != nil {
			return err
		}
		l, err = one(ctx, tx, scanLease, `
			UPDATE task SET state = 'running', lease_owner = ?, lease_until = ?, fence = fence + 1, waiting = '', started_at = COALESCE(started_at, ?)
			WHERE id = ? AND state = 'queued' RETURNING `+taskColumns+`, lease_owner, fence, lease_until`, w.ID, micros(now.Add(ttl)), micros(now), next.id)
		if err != nil {
			return err
		}
		return next.take(ctx, tx)
	})
	return l, err
}

// lockTurns lets one claim after the other choose, on PostgreSQL. SQLite's writers are one by one anyway.
func lockTurns(ctx context.Context, tx *Tx) error {
	lock := ""
	if tx.dialect == postgres {
		lock = " FOR UPDATE"
	}
	if _, err := many(ctx, tx, scanInt64, `SELECT at_us FROM turn WHERE owner_id = '' ORDER BY ladder`+lock); err != nil {
		return fmt.Errorf("lock turns: %w", err)
	}
	return nil
}

// claimQuery chooses the next task. Every step of it is one jump in the index task_queue: to the first rank of each kind, from
// owner to owner within the rank, and to the first task of those whose turn it is. What it costs grows with the owners, not with the tasks.
func claimQuery(kinds []pipeline.Kind, now time.Time) (query string, args []any) {
	marks := strings.TrimSuffix(strings.Repeat("(?), ", len(kinds)), ", ")
	for _, k := range kinds {
		args = append(args, string(k))
	}
	const due = `t.state = 'queued' AND (t.not_before <= ? OR t.not_before > ?)`
	from, to := micros(now), micros(now.Add(pipeline.MaxWait))
	for range 4 {
		args = append(args, from, to)
	}
	return `
		WITH RECURSIVE asked(kind) AS (
			VALUES ` + marks + `
		), front(kind, rank) AS (
			SELECT a.kind, (SELECT t.rank FROM task t WHERE t.kind = a.kind AND ` + due + ` ORDER BY t.rank LIMIT 1) FROM asked a
		), waiting(kind, rank, owner_id) AS (
			SELECT f.kind, f.rank, (
				SELECT t.owner_id FROM task t WHERE t.kind = f.kind AND t.rank = f.rank AND ` + due + ` ORDER BY t.owner_id LIMIT 1)
			FROM front f WHERE f.rank = (SELECT MIN(rank) FROM front)
			UNION ALL
			SELECT w.kind, w.rank, (
				SELECT t.owner_id FROM task t WHERE t.kind = w.kind AND t.rank = w.rank AND t.owner_id > w.owner_id AND ` + due + ` ORDER BY t.owner_id LIMIT 1)
			FROM waiting w WHERE w.owner_id IS NOT NULL
		), turned(kind, rank, owner_id, own_us, all_us, ladder) AS (
			SELECT w.kind, w.rank, w.owner_id, COALESCE(own.at_us, 0), everybody.at_us, everybody.ladder
			FROM waiting w
			JOIN turn everybody ON everybody.owner_id = '' AND everybody.ladder = CASE WHEN w.kind IN ('chunk', 'storyboard') THEN 1 ELSE 0 END
			LEFT JOIN turn own ON own.owner_id = w.owner_id AND own.ladder = everybody.ladder
			WHERE w.owner_id IS NOT NULL
			ORDER BY ` + lag + ` LIMIT 32
		), head(id, own_us, all_us, ladder) AS (
			SELECT (
				SELECT t.id FROM task t WHERE t.kind = w.kind AND t.rank = w.rank AND t.owner_id = w.owner_id AND ` + due + `
				ORDER BY t.whole_us, t.created_at, t.version_id, t.chunk, t.id LIMIT 1), w.own_us, w.all_us, w.ladder
			FROM turned w
		)
		SELECT t.id, t.owner_id, t.kind, t.cost_us, h.own_us, h.all_us, h.ladder
		FROM head h JOIN task t ON t.id = h.id
		ORDER BY CASE WHEN h.own_us > h.all_us THEN h.own_us - h.all_us ELSE 0 END, t.whole_us, t.created_at, t.chunk, t.id
		LIMIT 1`, args
}

// lag is how much more than the queue as a whole an owner was given.
const lag = `CASE WHEN own.at_us > everybody.at_us THEN own.at_us - everybody.at_us ELSE 0 END`

// next is the task that is claimed next, with how far its owner and the queue have come.
type next struct {
	id, owner string
	kind      pipeline.Kind
	cost      int64
	own, all  int64
	ladder    int64 // of the two turns of an owner, the one that it counts for: who uploads much is still looked at soon
}

func scanNext(r row) (n next, err error) {
	err = r.Scan(&n.id, &n.owner, &n.kind, &n.cost, &n.own, &n.all, &n.ladder)
	return n, err
}

// leastCost is what a task counts of which nobody knows what it will take, in microseconds of CPU time.
const leastCost = 100_000

// take counts the task for its owner (start-time fair queueing, Goyal et al. 1996): the queue has come to where the task began,
// the owner to where it will end. What a viewer asks for is nobody's turn.
func (n next) take(ctx context.Context, tx *Tx) error {
	if n.kind == pipeline.Demand {
		return nil
	}
	begin := max(n.own, n.all)
	_, err := tx.Exec(ctx, `INSERT INTO turn (owner_id, ladder, at_us) VALUES (?, ?, ?) ON CONFLICT (owner_id, ladder) DO UPDATE SET at_us = excluded.at_us`,
		n.owner, n.ladder, begin+max(n.cost, leastCost))
	if err != nil {
		return fmt.Errorf("count turn: %w", err)
	}
	if begin == n.all {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE turn SET at_us = ? WHERE owner_id = '' AND ladder = ?`, begin, n.ladder); err != nil {
		return fmt.Errorf("move the queue on: %w", err)
	}
	_, err = tx.Exec(ctx, `DELETE FROM turn WHERE ladder = ? AND at_us <= ? AND owner_id <> ''`, n.ladder, begin)
	return err
}
