package database

import (
	"context"
	"fmt"
	"time"

	"matinee/internal/ids"
	"matinee/internal/pipeline"
	"matinee/internal/upload"
)

// Repair queues what a video needs to go on, and returns the version that needed it.
func (s *Pipeline) Repair(ctx context.Context, video ids.VideoID, now time.Time) (repaired ids.VersionID, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		places, err := lockSeats(ctx, tx, video)
		if err != nil {
			return err
		}
		if repaired, err = toRepair(ctx, tx, video, places); err != nil {
			return err
		}
		if repaired != "" {
			if err := repairVersion(ctx, tx, repaired, places.owner, now); err != nil {
				return err
			}
		}
		return refreshState(ctx, tx, video, now)
	})
	return repaired, err
}

// toRepair chooses the replacement where its work stands still, else what is shown; "" where there is nothing yet.
func toRepair(ctx context.Context, tx *Tx, video ids.VideoID, places seats) (ids.VersionID, error) {
	if places.next != "" {
		stuck, err := one(ctx, tx, scanInt64, `
			SELECT COUNT(*) FROM task WHERE version_id = ? AND (state = 'failed' OR (state = 'queued' AND waiting <> ''))`, string(places.next))
		if err != nil {
			return "", fmt.Errorf("look at the replacement: %w", err)
		}
		if places.failed || stuck > 0 {
			return places.next, nil
		}
	}
	if places.playable || places.current == "" {
		return places.current, nil
	}
	arriving, err := isArriving(ctx, tx, video)
	if err == nil && arriving {
		err = upload.ErrInProgress()
	}
	return places.current, err
}

func repairVersion(ctx context.Context, tx *Tx, id ids.VersionID, owner ids.UserID, now time.Time) error {
	v, err := one(ctx, tx, scanVersion, `SELECT `+versionColumns+` FROM version WHERE id = ?`, string(id))
	if err != nil {
		return fmt.Errorf("read version: %w", err)
	}
	_, err = tx.Exec(ctx, `
		UPDATE version SET failed_code = '', failed_message = '', failed_next = '', trouble = NULL, remakes = 0, revision = revision + 1 WHERE id = ?`, string(id))
	if err != nil {
		return fmt.Errorf("clear failure: %w", err)
	}
	_, err = tx.Exec(ctx, `
		UPDATE task SET state = 'queued', faults = 0, crashes = CASE WHEN started_at IS NULL THEN 0 ELSE 1 END, not_before = 0, waiting = '', waits = 0,
		       done_units = 0, finished_at = NULL
		WHERE version_id = ? AND (state = 'failed' OR (state = 'queued' AND waiting <> ''))`, string(id))
	if err != nil {
		return fmt.Errorf("queue given-up tasks: %w", err)
	}
	open, err := one(ctx, tx, scanInt64, `SELECT COUNT(*) FROM task WHERE version_id = ? AND kind NOT IN ('demand', 'storyboard') AND state IN ('queued', 'running')`, string(id))
	if err != nil || open > 0 {
		return err
	}
	next := pipeline.ProbeTask()
	if len(v.Plan.Boundaries) > 0 {
		next = pipeline.VerifyTask()
	}
	return insertTasks(ctx, tx, v, owner, []pipeline.Task{next}, now)
}
