package database

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"time"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
	"matinee/internal/upload"
)

// operationColumns are what scanOperation reads, over operation p, its video v and its version n.
const operationColumns = `
	p.id, p.kind, p.video_id, p.version_id, p.task_id, p.created_by, p.created_at, p.ended_at, p.outcome, p.error_code, p.error_message, p.error_next,
	v.owner_id, v.visibility, v.state,
	p.version_id IN (COALESCE(v.version_id, ''), COALESCE(v.next_version_id, '')), n.ready_at, COALESCE(n.failed_code, ''), COALESCE(n.failed_message, ''), COALESCE(n.failed_next, ''),
	(SELECT COUNT(*) FROM task t WHERE t.version_id = p.version_id AND t.kind NOT IN ('demand', 'storyboard') AND t.state IN ('queued', 'running')),
	(SELECT CAST(COALESCE(SUM(t.done_units), 0) AS BIGINT) FROM task t WHERE t.version_id = p.version_id),
	(SELECT CAST(COALESCE(SUM(t.total_units), 0) AS BIGINT) FROM task t WHERE t.version_id = p.version_id)`

const operationTables = `
	FROM operation p
	JOIN video v ON v.id = p.video_id AND v.purged = 0
	LEFT JOIN version n ON n.id = p.version_id`

// foundOperation is an operation with the facts of its video.
type foundOperation struct {
	pipeline.Operation

	access access.Facts
}

func scanOperation(r row) (o foundOperation, err error) {
	var (
		created               int64
		ended, ready          sql.NullInt64
		stored, failed        library.Failure
		outcome               pipeline.OperationState
		state                 library.State
		f                     pipeline.OperationFacts
		doneUnits, totalUnits int64
	)
	err = r.Scan(&o.ID, &o.Kind, &o.Video, &o.Version, &o.Task, &o.By, &created, &ended, &outcome, &stored.Code, &stored.Message, &stored.Next,
		&o.access.Owner, &o.access.Visibility, &state, &f.Current, &ready, &failed.Code, &failed.Message, &failed.Next, &f.Open, &doneUnits, &totalUnits)
	if err != nil {
		return o, err
	}
	o.access.Watchable = state.Watchable()
	o.CreatedAt, o.EndedAt = fromMicros(created), fromOptionalMicros(ended)
	f.Ready, f.Failure = ready.Valid, failure(failed)
	if ended.Valid {
		o.State, o.Failure = outcome, failure(stored)
	} else {
		o.State, o.Failure = pipeline.OperationStateOf(f)
	}
	o.Progress = operationProgress(o.State, doneUnits, totalUnits)
	return o, nil
}

func failure(f library.Failure) *library.Failure {
	if f.Code == "" {
		return nil
	}
	return &f
}

// operationProgress is 1 only when the work is done: what has no measure comes after what has one.
func operationProgress(state pipeline.OperationState, done, total int64) float64 {
	switch {
	case state == pipeline.OperationDone:
		return 1
	case total == 0:
		return 0
	}
	return min(float64(done)/float64(total), 0.99)
}

// BeginOperation adds an operation on its version, or on the one that its video shows where it names none, or returns the one that
// goes on already. Those that are too old to be asked for go.
func (s *Pipeline) BeginOperation(ctx context.Context, o pipeline.Operation) (begun pipeline.Operation, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		if err := forgetOperations(ctx, tx, o.CreatedAt); err != nil {
			return err
		}
		_, version, err := currentOf(ctx, tx, o.Video)
		if err != nil {
			return err
		}
		if version == "" {
			return errs.New(errs.Conflict, "no_source", "This video has no source yet.")
		}
		o.Version = cmp.Or(o.Version, version)
		going, err := many(ctx, tx, scanOperation, `
			SELECT `+operationColumns+operationTables+` WHERE p.video_id = ? AND p.ended_at IS NULL AND p.kind = ? AND p.version_id = ? AND p.task_id = ?`,
			string(o.Video), string(o.Kind), string(o.Version), string(o.Task))
		if err != nil {
			return fmt.Errorf("look for the same operation: %w", err)
		}
		for _, g := range going {
			if g.State == pipeline.OperationRunning {
				begun = g.Operation
				return nil
			}
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO operation (id, kind, video_id, version_id, task_id, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			string(o.ID), string(o.Kind), string(o.Video), string(o.Version), string(o.Task), string(o.By), micros(o.CreatedAt))
		if err != nil {
			return fmt.Errorf("insert operation: %w", err)
		}
		found, err := operationByID(ctx, tx, o.ID)
		begun = found.Operation
		return err
	})
	return begun, err
}

func forgetOperations(ctx context.Context, tx *Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM operation WHERE created_at < ?`, micros(now.Add(-pipeline.OperationRetention)))
	if err != nil {
		return fmt.Errorf("forget old operations: %w", err)
	}
	return nil
}

func operationByID(ctx context.Context, tx *Tx, id ids.OperationID) (foundOperation, error) {
	o, err := one(ctx, tx, scanOperation, `SELECT `+operationColumns+operationTables+` WHERE p.id = ?`, string(id))
	if errs.Is(err, errs.NotFound) {
		err = errs.Missing("operation")
	}
	return o, err
}

// Operation returns one operation with what the rules look at of its video.
func (s *Pipeline) Operation(ctx context.Context, id ids.OperationID) (o pipeline.Operation, f access.Facts, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		found, err := operationByID(ctx, tx, id)
		o, f = found.Operation, found.access
		return err
	})
	return o, f, err
}

// Operations lists the operations on videos within the reach, the newest first.
func (s *Pipeline) Operations(ctx context.Context, reach access.Reach, f pipeline.OperationFilter) (list []pipeline.Operation, err error) {
	where, args := reachWhere(reach)
	if f.Video != "" {
		where, args = where+` AND p.video_id = ?`, append(args, string(f.Video))
	}
	if f.After != "" { // ids sort by age
		where, args = where+` AND p.id < ?`, append(args, string(f.After))
	}
	err = s.db.View(ctx, func(tx *Tx) error {
		found, err := many(ctx, tx, scanOperation, `SELECT `+operationColumns+operationTables+` WHERE `+where+` ORDER BY p.id DESC LIMIT ?`, append(args, f.Limit)...)
		for _, o := range found {
			list = append(list, o.Operation)
		}
		return err
	})
	return list, err
}

// settleOperations writes down the outcome of the video's operations that have ended, so that what comes later cannot change it.
func settleOperations(ctx context.Context, tx *Tx, video ids.VideoID, now time.Time) error {
	open, err := many(ctx, tx, scanOperation, `SELECT `+operationColumns+operationTables+` WHERE p.video_id = ? AND p.ended_at IS NULL`, string(video))
	if err != nil {
		return fmt.Errorf("read operations: %w", err)
	}
	for _, o := range open {
		if o.State == pipeline.OperationRunning {
			continue
		}
		if err := endOperation(ctx, tx, o.Operation, now); err != nil {
			return err
		}
	}
	return nil
}

func endOperation(ctx context.Context, tx *Tx, o pipeline.Operation, now time.Time) error {
	var f library.Failure
	if o.Failure != nil {
		f = *o.Failure
	}
	_, err := tx.Exec(ctx, `
		UPDATE operation SET ended_at = ?, outcome = ?, error_code = ?, error_message = ?, error_next = ? WHERE id = ? AND ended_at IS NULL`,
		micros(now), string(o.State), f.Code, f.Message, f.Next, string(o.ID))
	if err != nil {
		return fmt.Errorf("end operation: %w", err)
	}
	return nil
}

// CancelOperation ends the open tasks of the operation's version. What was ready stays ready; what cannot be played yet fails
// by name and can be repaired; what was to take the place of another version is given up.
func (s *Pipeline) CancelOperation(ctx context.Context, id ids.OperationID, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		o, err := operationByID(ctx, tx, id)
		if err != nil {
			return err
		}
		// Version, tasks, video: the order in which every transaction that ends work locks them. What it does is seen after the lock.
		if _, err := tx.Exec(ctx, `UPDATE version SET revision = revision WHERE id = ?`, string(o.Version)); err != nil {
			return fmt.Errorf("lock version: %w", err)
		}
		if o, err = operationByID(ctx, tx, id); err != nil {
			return err
		}
		if o.State != pipeline.OperationRunning {
			return errs.New(errs.Conflict, "operation_ended", "This has ended already.")
		}
		o.State = pipeline.OperationCancelled
		if err := endOperation(ctx, tx, o.Operation, now); err != nil {
			return err
		}
		places, err := lockSeats(ctx, tx, o.Video)
		if err != nil {
			return err
		}
		if o.Version == places.next {
			return dropNext(ctx, tx, o.Video, places, now)
		}
		if err := cancelWork(ctx, tx, o.Version, now); err != nil {
			return err
		}
		return refreshState(ctx, tx, o.Video, now)
	})
}

func cancelWork(ctx context.Context, tx *Tx, version ids.VersionID, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE task SET fence = fence + 1, lease_owner = NULL, lease_until = NULL, finished_at = ?,
		       state = CASE WHEN EXISTS (SELECT 1 FROM version n WHERE n.id = task.version_id AND n.ready_at IS NOT NULL) THEN 'done' ELSE 'failed' END,
		       error = 'This was cancelled.'
		WHERE version_id = ? AND kind <> 'demand' AND state IN ('queued', 'running')`, micros(now), string(version))
	if err != nil {
		return fmt.Errorf("end tasks: %w", err)
	}
	_, err = tx.Exec(ctx, `
		UPDATE version SET failed_code = 'cancelled', failed_message = 'The work on this video was cancelled.',
		       failed_next = 'Repair it to let the work go on, or upload another file.', revision = revision + 1
		WHERE id = ? AND playable_at IS NULL AND failed_code = ''`, string(version))
	if err != nil {
		return fmt.Errorf("fail version: %w", err)
	}
	return nil
}

// Reencode seats a new version from the source of the one that a video shows.
func (s *Pipeline) Reencode(ctx context.Context, video ids.VideoID, now time.Time) (fresh ids.VersionID, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		places, err := lockSeats(ctx, tx, video)
		if err != nil {
			return err
		}
		switch {
		case places.current == "":
			return errs.New(errs.Conflict, "no_source", "This video has no source yet.")
		case places.next != "" && places.other && !places.failed:
			return pipeline.ErrReplacing()
		}
		if arriving, err := isArriving(ctx, tx, video); err != nil {
			return err
		} else if arriving {
			return upload.ErrInProgress()
		}
		fresh, err = remake(ctx, tx, places, places.current, now)
		return err
	})
	return fresh, err
}

// isArriving reports whether bytes of another source have come.
func isArriving(ctx context.Context, tx *Tx, video ids.VideoID) (bool, error) {
	n, err := one(ctx, tx, scanInt64, `SELECT COUNT(*) FROM upload WHERE video_id = ? AND completed_at IS NULL AND received > 0`, string(video))
	if err != nil {
		return false, fmt.Errorf("look for an upload: %w", err)
	}
	return n > 0, nil
}
