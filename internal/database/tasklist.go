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

// Task returns a task of a version that is not tombstoned.
func (s *Pipeline) Task(ctx context.Context, id ids.TaskID) (t pipeline.Task, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		t, err = liveTask(ctx, tx, id)
		return err
	})
	return t, err
}

func liveTask(ctx context.Context, tx *Tx, id ids.TaskID) (pipeline.Task, error) {
	return one(ctx, tx, scanTask, `
		SELECT `+taskColumns+` FROM task
		WHERE id = ? AND EXISTS (SELECT 1 FROM version n WHERE n.id = task.version_id AND n.tombstoned_at IS NULL)`, string(id))
}

// ListTasks returns a page of all tasks of versions that are not tombstoned, the newest first.
func (s *Pipeline) ListTasks(ctx context.Context, f pipeline.TaskFilter) (page pipeline.TaskPage, err error) {
	where, args := taskWhere(f)
	err = s.db.View(ctx, func(tx *Tx) error {
		page.Tasks, err = many(ctx, tx, scanListedTask, `
			SELECT `+taskColumns+`, COALESCE((SELECT v.title FROM video v WHERE v.id = task.video_id), '')
			FROM task WHERE `+where+` ORDER BY created_at DESC, id DESC LIMIT ?`, append(args, f.Limit+1)...)
		return err
	})
	if err != nil {
		return pipeline.TaskPage{}, fmt.Errorf("list tasks: %w", err)
	}
	if len(page.Tasks) > f.Limit {
		page.Tasks = page.Tasks[:f.Limit]
		last := page.Tasks[f.Limit-1]
		page.Next = pipeline.TaskCursor{CreatedAt: last.CreatedAt, ID: last.ID}
	}
	return page, nil
}

func taskWhere(f pipeline.TaskFilter) (where string, args []any) {
	where = `EXISTS (SELECT 1 FROM version n WHERE n.id = task.version_id AND n.tombstoned_at IS NULL)`
	for column, value := range map[string]string{"state": string(f.State), "kind": string(f.Kind), "video_id": string(f.Video)} {
		if value != "" {
			where, args = where+` AND `+column+` = ?`, append(args, value)
		}
	}
	if f.After.ID != "" {
		at := micros(f.After.CreatedAt)
		where, args = where+` AND (created_at < ? OR (created_at = ? AND id < ?))`, append(args, at, at, string(f.After.ID))
	}
	return where, args
}

func scanListedTask(r row) (pipeline.ListedTask, error) {
	var (
		t    taskRow
		list pipeline.ListedTask
	)
	err := r.Scan(append(t.fields(), &list.Title)...)
	list.Task = t.task()
	return list, err
}

// TaskFacts returns what the version's tasks measured when they last were done.
func (s *Pipeline) TaskFacts(ctx context.Context, version ids.VersionID) (map[ids.TaskID]pipeline.Facts, error) {
	all := map[ids.TaskID]pipeline.Facts{}
	err := s.db.View(ctx, func(tx *Tx) error {
		_, err := many(ctx, tx, func(r row) (f pipeline.Facts, err error) {
			var (
				id   ids.TaskID
				text string
			)
			if err := r.Scan(&id, &text); err != nil {
				return f, err
			}
			err = fromJSON(sql.NullString{String: text, Valid: true}, &f)
			all[id] = f
			return f, err
		}, `SELECT id, facts FROM task WHERE version_id = ? AND facts IS NOT NULL`, string(version))
		return err
	})
	return all, err
}

// CountWaiting counts the queued tasks that wait for the thing.
func (s *Pipeline) CountWaiting(ctx context.Context, w pipeline.Wait) (n int64, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		n, err = one(ctx, tx, scanInt64, `SELECT COUNT(*) FROM task WHERE state = 'queued' AND waiting = ?`, string(w))
		return err
	})
	return n, err
}

// RetryTask queues a task again. A version that failed goes on as a whole.
func (s *Pipeline) RetryTask(ctx context.Context, id ids.TaskID, now time.Time) (t pipeline.Task, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		if t, err = liveTask(ctx, tx, id); err != nil {
			return err
		}
		// Locking the version first makes a finish of one of its tasks wait on PostgreSQL.
		failed, err := one(ctx, tx, scanText, `UPDATE version SET revision = revision WHERE id = ? RETURNING failed_code`, string(t.Version))
		if err != nil {
			return fmt.Errorf("lock version: %w", err)
		}
		if failed != "" {
			err = retryVersion(ctx, tx, t, now)
		} else {
			err = retryTask(ctx, tx, t)
		}
		if err != nil {
			return err
		}
		t, err = liveTask(ctx, tx, id)
		return err
	})
	return t, err
}

func retryVersion(ctx context.Context, tx *Tx, t pipeline.Task, now time.Time) error {
	places, err := lockSeats(ctx, tx, t.Video)
	if err != nil {
		return err
	}
	if t.Version != places.current && t.Version != places.next {
		return errs.Missing("task")
	}
	if err := repairVersion(ctx, tx, t.Version, places.owner, now); err != nil {
		return err
	}
	return refreshState(ctx, tx, t.Video, now)
}

// retryTask queues a task unless it runs. One that was done keeps what is good of it: an attempt after a crash looks first.
func retryTask(ctx context.Context, tx *Tx, t pipeline.Task) error {
	crashes := 0
	switch {
	case t.Kind == pipeline.Demand: // it goes by itself
		return errs.Missing("task")
	case t.State == pipeline.Running:
		return errs.New(errs.Conflict, "task_running", "This task is running. Wait for its end.")
	case t.State == pipeline.Done && (t.Kind == pipeline.Probe || t.Kind == pipeline.Prepare):
		return errs.New(errs.Conflict, "task_done", "This task is done, and its outcome never changes.")
	case !t.StartedAt.IsZero():
		crashes = 1
	}
	n, err := tx.Exec(ctx, `
		UPDATE task SET state = 'queued', crashes = ?, faults = 0, not_before = 0, waiting = '', waits = 0, done_units = 0, finished_at = NULL
		WHERE id = ? AND state = ?`, crashes, string(t.ID), string(t.State))
	if err != nil {
		return fmt.Errorf("queue task: %w", err)
	}
	if n == 0 {
		return errs.New(errs.Conflict, "task_running", "This task has just been taken up.")
	}
	return clearTrouble(ctx, tx, t.Version)
}

// setTrouble notes what stands in the way of a version's work.
func setTrouble(ctx context.Context, tx *Tx, id ids.VersionID, t pipeline.Trouble) error {
	text, err := toJSON(t)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE version SET trouble = ?, revision = revision + 1 WHERE id = ?`, text, string(id))
	return err
}

// clearTrouble forgets what stood in the way of a version's work once none of its tasks is given up or waits for something.
func clearTrouble(ctx context.Context, tx *Tx, id ids.VersionID) error {
	_, err := tx.Exec(ctx, `
		UPDATE version SET trouble = NULL, revision = revision + 1
		WHERE id = ? AND trouble IS NOT NULL AND NOT EXISTS (
			SELECT 1 FROM task t WHERE t.version_id = version.id AND (t.state = 'failed' OR (t.state = 'queued' AND t.waiting <> '')))`, string(id))
	return err
}
