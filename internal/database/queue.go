package database

import (
	"context"
	"time"

	"matinee/internal/pipeline"
)

// Queue looks at all work that waits or goes on: one pass over the index task_queue.
func (s *Pipeline) Queue(ctx context.Context) (q pipeline.Queue, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		q.Groups, err = many(ctx, tx, scanGroup, `
			SELECT owner_id, version_id, rank, MAX(whole_us), MIN(created_at), MAX(CASE WHEN kind IN ('probe', 'prepare') THEN 0 ELSE 1 END),
			       MIN(chunk), COUNT(*), SUM(CASE WHEN cost_us > 0 THEN cost_us ELSE ? END)
			FROM task WHERE state = 'queued' AND kind NOT IN ('demand', 'storyboard') GROUP BY owner_id, version_id, rank`, leastCost)
		if err != nil {
			return err
		}
		q.Running, err = many(ctx, tx, scanRunning, `
			SELECT owner_id, version_id, kind, COALESCE(lease_owner, ''), CASE WHEN cost_us > 0 THEN cost_us ELSE ? END, done_units, total_units
			FROM task WHERE state = 'running' AND kind NOT IN ('demand', 'storyboard')`, leastCost)
		if err != nil {
			return err
		}
		q.Demanded, err = one(ctx, tx, scanOne[int], `SELECT COUNT(*) FROM task WHERE kind = 'demand' AND state IN ('queued', 'running')`)
		return err
	})
	return q, err
}

func scanGroup(r row) (g pipeline.Group, err error) {
	var whole, created, planned, cost int64
	err = r.Scan(&g.Owner, &g.Version, &g.Rank, &whole, &created, &planned, &g.FirstChunk, &g.Tasks, &cost)
	g.Whole, g.Cost = time.Duration(whole)*time.Microsecond, time.Duration(cost)*time.Microsecond
	g.CreatedAt, g.Planned = fromMicros(created), planned != 0
	return g, err
}

func scanRunning(r row) (t pipeline.RunningTask, err error) {
	var cost int64
	err = r.Scan(&t.Owner, &t.Version, &t.Kind, &t.Worker, &cost, &t.DoneUnits, &t.TotalUnits)
	t.Cost = time.Duration(cost) * time.Microsecond
	return t, err
}
