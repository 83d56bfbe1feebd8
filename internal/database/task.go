package database

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/pipeline"
)

const taskColumns = `
	id, version_id, video_id, kind, track, chunk, first_segment, segments, rank, state, crashes, faults, done_units, total_units, cost_us, cpu_us, error,
	COALESCE(lease_owner, done_by), waiting, waits, not_before, created_at, started_at, finished_at`

// taskRow is a task as its row is scanned.
type taskRow struct {
	pipeline.Task

	cost, cpu, notBefore, created int64
	started, finished             sql.NullInt64
}

func (t *taskRow) fields() []any {
	return []any{
		&t.ID, &t.Version, &t.Video, &t.Kind, &t.Track, &t.Chunk, &t.FirstSegment, &t.Segments, &t.Rank, &t.State, &t.Crashes, &t.Faults,
		&t.DoneUnits, &t.TotalUnits, &t.cost, &t.cpu, &t.Error, &t.Worker, &t.Waiting, &t.Waits, &t.notBefore, &t.created, &t.started, &t.finished,
	}
}

func (t *taskRow) task() pipeline.Task {
	t.Cost, t.CPU = time.Duration(t.cost)*time.Microsecond, time.Duration(t.cpu)*time.Microsecond
	if t.notBefore > 0 {
		t.NotBefore = fromMicros(t.notBefore)
	}
	t.CreatedAt, t.StartedAt, t.FinishedAt = fromMicros(t.created), fromOptionalMicros(t.started), fromOptionalMicros(t.finished)
	return t.Task
}

func scanTask(r row) (pipeline.Task, error) {
	var t taskRow
	err := r.Scan(t.fields()...)
	return t.task(), err
}

func scanLease(r row) (pipeline.Lease, error) {
	var (
		t     taskRow
		l     pipeline.Lease
		until int64
	)
	err := r.Scan(append(t.fields(), &l.Owner, &l.Fence, &until)...)
	l.Task, l.Until = t.task(), fromMicros(until)
	return l, err
}

// RenewLease extends a lease and notes the progress.
func (s *Pipeline) RenewLease(ctx context.Context, l pipeline.Lease, doneUnits int64, until time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		return endTask(ctx, tx, l, `lease_until = ?, done_units = ?`, micros(until), doneUnits)
	})
}

// FreeLeases queues every running task again, each with a crash counted.
func (s *Pipeline) FreeLeases(ctx context.Context, _ time.Time) (freed int64, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		// Whoever waited for a segment asked the process that has ended.
		for _, statement := range []string{`DELETE FROM task WHERE kind = 'demand' AND state IN ('queued', 'running')`, `DELETE FROM ask`} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return fmt.Errorf("forget asks: %w", err)
			}
		}
		freed, err = tx.Exec(ctx, `
			UPDATE task SET state = 'queued', crashes = crashes + 1, fence = fence + 1, lease_owner = NULL, lease_until = NULL, done_units = 0,
			       error = 'The server was ended while it worked on this.'
			WHERE state = 'running'`)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM task WHERE lease_owner IS NOT NULL AND version_id IN (SELECT id FROM version WHERE tombstoned_at IS NOT NULL)`)
		return err
	})
	return freed, err
}

// Requeue gives a task back.
func (s *Pipeline) Requeue(ctx context.Context, l pipeline.Lease, r pipeline.Retry) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		err := endTask(ctx, tx, l, `
			state = 'queued', lease_owner = NULL, lease_until = NULL, done_units = 0, crashes = crashes + ?, faults = faults + ?, error = ?, not_before = ?,
			waiting = ?, waits = CASE WHEN ? <> '' THEN waits + 1 ELSE 0 END`,
			flag(r.Crash), flag(r.Fault), r.Why, micros(r.NotBefore), string(r.Wait), string(r.Wait))
		if err != nil || r.Trouble == nil {
			return err
		}
		return setTrouble(ctx, tx, l.Version, *r.Trouble)
	})
}

// Leases lists every lease that stands.
func (s *Pipeline) Leases(ctx context.Context) (list []pipeline.Mark, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		list, err = many(ctx, tx, func(r row) (m pipeline.Mark, err error) {
			err = r.Scan(&m.Task, &m.Fence, &m.Until)
			return m, err
		}, `SELECT id, fence, COALESCE(lease_until, 0) FROM task WHERE lease_owner IS NOT NULL ORDER BY id`)
		return err
	})
	return list, err
}

// EndLease queues a task again whose worker fell silent. A task of a tombstoned version is forgotten.
func (s *Pipeline) EndLease(ctx context.Context, m pipeline.Mark) error {
	const same = ` WHERE id = ? AND fence = ? AND COALESCE(lease_until, 0) = ? AND lease_owner IS NOT NULL AND state `
	args := []any{string(m.Task), m.Fence, m.Until}
	return s.db.Update(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM task`+same+`<> 'running'`, args...); err != nil {
			return fmt.Errorf("forget task: %w", err)
		}
		_, err := tx.Exec(ctx, `
			UPDATE task SET state = 'queued', crashes = crashes + 1, fence = fence + 1, lease_owner = NULL, lease_until = NULL, done_units = 0,
			       error = 'The worker fell silent.'`+same+`= 'running'`, args...)
		return err
	})
}

// LetGo forgets the lost lease of a task whose version was tombstoned.
func (s *Pipeline) LetGo(ctx context.Context, l pipeline.Lease) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM task WHERE id = ? AND fence = ? AND state = 'failed' AND lease_owner = ?`, string(l.ID), l.Fence+1, l.Owner)
		return err
	})
}

// Tasks lists the tasks of a version in the order of the work.
func (s *Pipeline) Tasks(ctx context.Context, version ids.VersionID) (list []pipeline.Task, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		list, err = many(ctx, tx, scanTask, `SELECT `+taskColumns+` FROM task WHERE version_id = ? ORDER BY rank, chunk, created_at, id`, string(version))
		return err
	})
	return list, err
}

// CountTasks counts all tasks in a state.
func (s *Pipeline) CountTasks(ctx context.Context, state pipeline.TaskState) (n int64, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		n, err = one(ctx, tx, scanInt64, `SELECT COUNT(*) FROM task WHERE state = ?`, string(state))
		return err
	})
	return n, err
}

// finishTask ends a task that was done.
func finishTask(ctx context.Context, tx *Tx, l pipeline.Lease, f pipeline.Facts, now time.Time) error {
	measured, err := toJSON(f)
	if err != nil {
		return err
	}
	facts := "?"
	if f.Written == 0 && f.Adopted > 0 { // nothing was encoded: what was measured when it was still holds
		facts = "COALESCE(facts, ?)"
	}
	err = endTask(ctx, tx, l, `
		state = 'done', done_by = COALESCE(lease_owner, ''), lease_owner = NULL, lease_until = NULL, done_units = total_units, cpu_us = cpu_us + ?, facts = `+facts+`, error = '', waits = 0, finished_at = ?`,
		f.CPU.Microseconds(), measured, micros(now))
	if err != nil {
		return err
	}
	return clearTrouble(ctx, tx, l.Version)
}

// endTask changes a task under a lease, or returns an errs.Fenced error when the lease is no longer the task's.
func endTask(ctx context.Context, tx *Tx, l pipeline.Lease, set string, args ...any) error {
	n, err := tx.Exec(ctx, `UPDATE task SET `+set+` WHERE id = ? AND fence = ? AND state = 'running'`, append(args, string(l.ID), l.Fence)...)
	if err != nil {
		return fmt.Errorf("update task: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Fenced, "", "The lease of task %s is lost.", l.ID)
	}
	return nil
}

// queueFor queues more work for the version of a lease.
func queueFor(ctx context.Context, tx *Tx, l pipeline.Lease, tasks []pipeline.Task, now time.Time) error {
	owner, _, err := currentOf(ctx, tx, l.Video)
	if err != nil {
		return err
	}
	return insertTasks(ctx, tx, pipeline.Version{ID: l.Version, Video: l.Video}, owner, tasks, now)
}

func insertTasks(ctx context.Context, tx *Tx, v pipeline.Version, owner ids.UserID, tasks []pipeline.Task, now time.Time) error {
	var whole time.Duration
	for _, t := range tasks {
		whole += t.Cost
	}
	for _, t := range tasks {
		_, err := tx.Exec(ctx, `
			INSERT INTO task (id, version_id, video_id, owner_id, kind, track, chunk, first_segment, segments, rank, state, total_units, created_at, cost_us, whole_us)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?)`,
			string(ids.New[ids.TaskID]()), string(v.ID), string(v.Video), string(owner), string(t.Kind), t.Track, t.Chunk, t.FirstSegment, t.Segments,
			t.Rank, t.TotalUnits, micros(now), t.Cost.Microseconds(), whole.Microseconds())
		if err != nil {
			return fmt.Errorf("queue %s task: %w", t.Kind, err)
		}
	}
	return nil
}
