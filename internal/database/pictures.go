package database

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
)

// FinishStoryboard stores the pictures of a version's whole length, which take the place of those that were there. Where none could
// be made, those stay.
func (s *Pipeline) FinishStoryboard(ctx context.Context, l pipeline.Lease, made pipeline.Storyboarded, now time.Time) error {
	choices, err := toJSON(made.Choices)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := finishTask(ctx, tx, l, pipeline.Facts{CPU: made.CPU}, now); err != nil || made.File == "" {
			return err
		}
		_, err := tx.Exec(ctx, `
			UPDATE version SET storyboard = ?, poster_choices = ?, poster = CASE WHEN ? <> '' THEN ? ELSE poster END, revision = revision + 1 WHERE id = ?`,
			made.File, choices, made.Poster, made.Poster, string(l.Version))
		if err != nil {
			return fmt.Errorf("store storyboard: %w", err)
		}
		return nil
	})
}

// queueStoryboard sees to it that a version with pictures gets its storyboard, once the ladder is there.
func queueStoryboard(ctx context.Context, tx *Tx, l pipeline.Lease, now time.Time) error {
	wanted, err := one(ctx, tx, scanInt64, `
		SELECT COUNT(*) FROM version n WHERE n.id = ? AND n.storyboard = '' AND n.width > 0
		  AND NOT EXISTS (SELECT 1 FROM task t WHERE t.version_id = n.id AND t.kind = 'storyboard' AND t.state IN ('queued', 'running'))`, string(l.Version))
	if err != nil || wanted == 0 {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM task WHERE version_id = ? AND kind = 'storyboard'`, string(l.Version)); err != nil {
		return fmt.Errorf("forget the storyboard that was not made: %w", err)
	}
	return queueFor(ctx, tx, l, []pipeline.Task{pipeline.StoryboardTask()}, now)
}

// ChosenPoster returns the poster that somebody chose, nil for none.
func (s *Pipeline) ChosenPoster(ctx context.Context, video ids.VideoID) (chosen *library.ChosenPoster, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		chosen, err = chosenPoster(ctx, tx, video)
		return err
	})
	return chosen, err
}

// ChoosePoster makes the poster the video's, nil the automatic one, and returns the one before.
func (s *Pipeline) ChoosePoster(ctx context.Context, video ids.VideoID, poster *library.ChosenPoster, now time.Time) (before *library.ChosenPoster, err error) {
	value, err := toJSON(poster)
	if err != nil {
		return nil, err
	}
	err = s.db.Update(ctx, func(tx *Tx) error {
		if there, err := lockVideo(ctx, tx, video, `deleted_at IS NULL`); err != nil {
			return err
		} else if !there {
			return errs.Missing("video")
		}
		if before, err = chosenPoster(ctx, tx, video); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE video SET poster = ?, updated_at = ? WHERE id = ?`, value, micros(now), string(video))
		return err
	})
	return before, err
}

func chosenPoster(ctx context.Context, tx *Tx, video ids.VideoID) (*library.ChosenPoster, error) {
	chosen, err := one(ctx, tx, func(r row) (chosen *library.ChosenPoster, err error) {
		var text sql.NullString
		if err := r.Scan(&text); err != nil {
			return nil, err
		}
		err = fromJSON(text, &chosen)
		return chosen, err
	}, `SELECT poster FROM video WHERE id = ?`, string(video))
	if errs.Is(err, errs.NotFound) {
		err = errs.Missing("video")
	}
	return chosen, err
}
