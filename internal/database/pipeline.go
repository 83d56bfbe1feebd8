package database

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/media"
	"matinee/internal/pipeline"
	"matinee/internal/upload"
)

// Pipeline keeps the versions and tasks of pipeline: tasks in task.go, the ends of videos in purge.go, the flows here.
type Pipeline struct{ db *DB }

// NewPipeline returns the store of pipeline.
func NewPipeline(db *DB) *Pipeline { return &Pipeline{db: db} }

var _ pipeline.Store = (*Pipeline)(nil)

// FinishUpload makes a complete upload the current version of its video.
func (s *Pipeline) FinishUpload(ctx context.Context, f upload.Finished, probe pipeline.Task, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if there, err := lockVideo(ctx, tx, f.Video, `purged = 0`); err != nil {
			return err
		} else if !there {
			return errs.Missing("video")
		}
		already, err := finishUpload(ctx, tx, f.Upload, now)
		if err != nil || already {
			return err
		}
		owner, old, err := currentOf(ctx, tx, f.Video)
		if err != nil {
			return err
		}
		if err := tombstone(ctx, tx, old, now); err != nil {
			return err
		}
		v := pipeline.Version{ID: f.Version, Video: f.Video, Source: f.Version, FileName: f.FileName, SourceBytes: f.SizeBytes}
		if err := insertVersion(ctx, tx, v, f.FileType, now); err != nil {
			return err
		}
		if err := insertTasks(ctx, tx, v, owner, []pipeline.Task{probe}, now); err != nil {
			return err
		}
		return refreshState(ctx, tx, f.Video, now)
	})
}

// insertVersion makes v the current version of its video.
func insertVersion(ctx context.Context, tx *Tx, v pipeline.Version, fileType string, now time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO version (id, video_id, source_id, file_name, file_type, source_bytes, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		string(v.ID), string(v.Video), string(v.Source), v.FileName, fileType, v.SourceBytes, micros(now))
	if err != nil {
		return fmt.Errorf("insert version: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE video SET version_id = ?, updated_at = ? WHERE id = ?`, string(v.ID), micros(now), string(v.Video))
	return err
}

// currentOf returns the owner and the current version ("" for none) of a video.
func currentOf(ctx context.Context, tx *Tx, video ids.VideoID) (owner ids.UserID, version ids.VersionID, err error) {
	type both struct{ owner, version string }
	found, err := one(ctx, tx, func(r row) (b both, err error) {
		err = r.Scan(&b.owner, &b.version)
		return b, err
	}, `SELECT owner_id, COALESCE(version_id, '') FROM video WHERE id = ?`, string(video))
	if errs.Is(err, errs.NotFound) {
		err = errs.Missing("video")
	}
	return ids.UserID(found.owner), ids.VersionID(found.version), err
}

// tombstone marks a version's media for removal and forgets its tasks, which fences whoever works on them.
func tombstone(ctx context.Context, tx *Tx, id ids.VersionID, now time.Time) error {
	if id == "" {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE version SET tombstoned_at = ? WHERE id = ? AND tombstoned_at IS NULL`, micros(now), string(id)); err != nil {
		return fmt.Errorf("tombstone version: %w", err)
	}
	// Running tasks stay as rows until their leases end: while one stands its worker may still put segments.
	_, err := tx.Exec(ctx, `DELETE FROM task WHERE version_id = ? AND state <> 'running'`, string(id))
	if err != nil {
		return fmt.Errorf("forget tasks: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE task SET fence = fence + 1, state = 'failed' WHERE version_id = ? AND state = 'running'`, string(id))
	return err
}

const versionColumns = `
	id, video_id, source_id, file_name, source_bytes, container, prepared, plan, tracks, extra_tracks, fingerprint, poster, report, revision, playable_at, ready_at`

func scanVersion(r row) (pipeline.Version, error) {
	var (
		v                   pipeline.Version
		prepared            int64
		plan, tracks, extra sql.NullString
		report              sql.NullString
		playable, ready     sql.NullInt64
	)
	err := r.Scan(&v.ID, &v.Video, &v.Source, &v.FileName, &v.SourceBytes, &v.Container, &prepared, &plan, &tracks, &extra, &v.Fingerprint, &v.Poster,
		&report, &v.Revision, &playable, &ready)
	if err != nil {
		return v, err
	}
	v.Prepared = prepared != 0
	v.PlayableAt, v.ReadyAt = fromOptionalMicros(playable), fromOptionalMicros(ready)
	if err := fromJSON(plan, &v.Plan); err != nil {
		return v, err
	}
	if err := fromJSON(tracks, &v.Tracks); err != nil {
		return v, err
	}
	if err := fromJSON(extra, &v.Extra); err != nil {
		return v, err
	}
	return v, fromJSON(report, &v.Report)
}

// Version returns one version that is not tombstoned.
func (s *Pipeline) Version(ctx context.Context, id ids.VersionID) (v pipeline.Version, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		v, err = one(ctx, tx, scanVersion, `SELECT `+versionColumns+` FROM version WHERE id = ? AND tombstoned_at IS NULL`, string(id))
		return err
	})
	return v, err
}

// CurrentVersion returns what a video shows, or an errs.NotFound error before its source is complete.
func (s *Pipeline) CurrentVersion(ctx context.Context, video ids.VideoID) (v pipeline.Version, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		v, err = one(ctx, tx, scanVersion, `
			SELECT `+versionColumns+` FROM version WHERE id = (SELECT version_id FROM video WHERE id = ?)`, string(video))
		return err
	})
	return v, err
}

// MediaFacts returns what a media request asks for: nothing of binned videos, nor of versions that cannot be played.
func (s *Pipeline) MediaFacts(ctx context.Context, video ids.VideoID, version ids.VersionID) (f pipeline.MediaFacts, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		f, err = one(ctx, tx, func(r row) (f pipeline.MediaFacts, err error) {
			f.Access.Watchable = true
			err = r.Scan(&f.Access.Owner, &f.Access.Visibility, &f.Revision)
			return f, err
		}, `SELECT v.owner_id, v.visibility, n.revision
			FROM video v JOIN version n ON n.video_id = v.id
			WHERE v.id = ? AND n.id = ? AND v.deleted_at IS NULL AND n.tombstoned_at IS NULL AND n.playable_at IS NOT NULL`,
			string(video), string(version))
		return err
	})
	if errs.Is(err, errs.NotFound) {
		err = errs.Missing("video")
	}
	return f, err
}

// VideoFacts returns what the rules look at, and whether the video is in the bin or purged.
func (s *Pipeline) VideoFacts(ctx context.Context, video ids.VideoID) (f access.Facts, binned bool, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		f, err = one(ctx, tx, scanAccessFacts, `SELECT owner_id, visibility, state FROM video WHERE id = ?`, string(video))
		if err != nil {
			return err
		}
		n, err := one(ctx, tx, scanInt64, `SELECT COUNT(*) FROM video WHERE id = ? AND deleted_at IS NOT NULL`, string(video))
		binned = n > 0
		return err
	})
	if errs.Is(err, errs.NotFound) {
		err = errs.Missing("video")
	}
	return f, binned, err
}

// StartPrepare ends a probe by queueing the preparation.
func (s *Pipeline) StartPrepare(ctx context.Context, l pipeline.Lease, container media.Container, next pipeline.Task, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := finishTask(ctx, tx, l, pipeline.Facts{}, now); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE version SET container = ? WHERE id = ?`, string(container), string(l.Version)); err != nil {
			return fmt.Errorf("update version: %w", err)
		}
		return queueFor(ctx, tx, l, []pipeline.Task{next}, now)
	})
}

// FinishPlan stores a plan and queues the work that it asks for.
func (s *Pipeline) FinishPlan(ctx context.Context, l pipeline.Lease, p pipeline.Planned, next []pipeline.Task, now time.Time) error {
	values, err := planValues(p)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := finishTask(ctx, tx, l, pipeline.Facts{}, now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			UPDATE version SET container = ?, prepared = ?, plan = ?, tracks = ?, fingerprint = ?, duration_us = ?, width = ?, height = ?, frame_rate = ?,
			       rungs = ?, warnings = ?, extra_tracks = ?, chapters = ?, revision = revision + 1 WHERE id = ?`, append(values, string(l.Version))...)
		if err != nil {
			return fmt.Errorf("store plan: %w", err)
		}
		return queueFor(ctx, tx, l, next, now)
	})
}

func planValues(p pipeline.Planned) ([]any, error) {
	plan, err := toJSON(p.Plan)
	if err != nil {
		return nil, err
	}
	tracks, err := toJSON(p.Tracks)
	if err != nil {
		return nil, err
	}
	var rungs []library.Rung
	for _, r := range p.Plan.Rungs {
		rungs = append(rungs, library.Rung{ID: r.ID, Width: r.Width, Height: r.Height})
	}
	shown, err := toJSON(rungs)
	if err != nil {
		return nil, err
	}
	notes, err := toJSON(append(slices.Clone(p.Plan.Notes), p.Warnings...))
	if err != nil {
		return nil, err
	}
	extra, err := toJSON(soundOf(p.Plan))
	if err != nil {
		return nil, err
	}
	var list []library.Chapter
	for _, c := range p.Plan.Chapters {
		list = append(list, library.Chapter{StartSeconds: c.StartSeconds, Title: c.Title})
	}
	chapters, err := toJSON(list)
	if err != nil {
		return nil, err
	}
	width, height := p.Plan.Size()
	return []any{
		string(p.Container), flag(p.Prepared), plan, tracks, p.Fingerprint, p.Plan.Duration().Microseconds(), width, height, p.Plan.FrameRate(),
		shown, notes, extra, chapters,
	}, nil
}

// FinishTrackWork ends a chunk or audio task. The last one makes the version playable.
func (s *Pipeline) FinishTrackWork(ctx context.Context, l pipeline.Lease, f pipeline.Facts, now time.Time) (playable bool, err error) {
	return s.endTrackWork(ctx, l, f, now, func(*Tx) error { return nil })
}

// endTrackWork ends a task of tracks with what else it changes.
func (s *Pipeline) endTrackWork(ctx context.Context, l pipeline.Lease, f pipeline.Facts, now time.Time, also func(*Tx) error) (playable bool, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		// Locking the version first makes the last two tasks of a version wait for each other on PostgreSQL.
		if _, err := tx.Exec(ctx, `UPDATE version SET revision = revision WHERE id = ?`, string(l.Version)); err != nil {
			return fmt.Errorf("lock version: %w", err)
		}
		if err := finishTask(ctx, tx, l, f, now); err != nil {
			return err
		}
		if err := also(tx); err != nil {
			return err
		}
		rest, err := one(ctx, tx, scanInt64, `
			SELECT COUNT(*) FROM task WHERE version_id = ? AND state <> 'done' AND kind IN ('chunk', 'audio', 'verify')`, string(l.Version))
		if err != nil || rest > 0 {
			return err
		}
		playable = true
		return publish(ctx, tx, l, now)
	})
	return playable && err == nil, err
}

// publish makes a version playable and queues its verification.
func publish(ctx context.Context, tx *Tx, l pipeline.Lease, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE version SET playable_at = COALESCE(playable_at, ?), revision = revision + 1 WHERE id = ?`, micros(now), string(l.Version))
	if err != nil {
		return fmt.Errorf("publish version: %w", err)
	}
	if err := queueFor(ctx, tx, l, []pipeline.Task{pipeline.VerifyTask()}, now); err != nil {
		return err
	}
	return refreshState(ctx, tx, l.Video, now)
}

// FinishVerify makes a version ready.
func (s *Pipeline) FinishVerify(ctx context.Context, l pipeline.Lease, v pipeline.Verified, now time.Time) error {
	report, err := toJSON(v.Report)
	if err != nil {
		return err
	}
	tracks, err := toJSON(v.Tracks)
	if err != nil {
		return err
	}
	damage, err := toJSON(v.Damage)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := finishTask(ctx, tx, l, pipeline.Facts{}, now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			UPDATE version SET report = ?, tracks = ?, damage = ?, ready_at = COALESCE(ready_at, ?), revision = revision + 1 WHERE id = ?`, report, tracks, damage, micros(now), string(l.Version))
		if err != nil {
			return fmt.Errorf("store report: %w", err)
		}
		return refreshState(ctx, tx, l.Video, now)
	})
}

// RedoTasks queues tasks of the version again; the last to finish queues another verification.
func (s *Pipeline) RedoTasks(ctx context.Context, l pipeline.Lease, tasks []ids.TaskID, why string, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := finishTask(ctx, tx, l, pipeline.Facts{}, now); err != nil {
			return err
		}
		args := []any{why, string(l.Version)}
		for _, id := range tasks {
			args = append(args, string(id))
		}
		_, err := tx.Exec(ctx, `
			UPDATE task SET state = 'queued', faults = faults + 1, done_units = 0, error = ?
			WHERE version_id = ? AND state = 'done' AND id IN (`+placeholders(len(tasks))+`)`, args...)
		return err
	})
}

// GiveUp ends a task for good; a version that cannot be played fails with it and its other tasks end too.
func (s *Pipeline) GiveUp(ctx context.Context, l pipeline.Lease, r media.Refusal, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		err := endTask(ctx, tx, l, `state = 'failed', lease_owner = NULL, lease_until = NULL, error = ?, finished_at = ?`, r.Message, micros(now))
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `
			UPDATE version SET failed_code = ?, failed_message = ?, failed_next = ?, revision = revision + 1
			WHERE id = ? AND playable_at IS NULL`, string(r.Code), r.Message, r.Next, string(l.Version))
		if err != nil {
			return fmt.Errorf("fail version: %w", err)
		}
		if n == 0 {
			return setTrouble(ctx, tx, l.Version, pipeline.Trouble{Code: string(r.Code), Message: r.Message, Next: r.Next})
		}
		_, err = tx.Exec(ctx, `UPDATE task SET state = 'failed', error = ? WHERE version_id = ? AND state = 'queued'`,
			"Another part of the video failed.", string(l.Version))
		if err != nil {
			return fmt.Errorf("end the other tasks: %w", err)
		}
		return refreshState(ctx, tx, l.Video, now)
	})
}

// Remake starts over with a new version from the same source.
func (s *Pipeline) Remake(ctx context.Context, l pipeline.Lease, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := endTask(ctx, tx, l, `state = 'failed', lease_owner = NULL, lease_until = NULL`); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE version SET remakes = remakes + 1 WHERE id = ? AND remakes < ?`, string(l.Version), pipeline.MaxRemakes)
		if err != nil {
			return fmt.Errorf("count remakes: %w", err)
		}
		if n == 0 {
			return errs.New(errs.Conflict, "encoder_unstable", "The version was made anew %d times.", pipeline.MaxRemakes)
		}
		return remake(ctx, tx, l.Version, now)
	})
}

func remake(ctx context.Context, tx *Tx, id ids.VersionID, now time.Time) error {
	old, err := one(ctx, tx, scanVersion, `SELECT `+versionColumns+` FROM version WHERE id = ?`, string(id))
	if err != nil {
		return fmt.Errorf("read version: %w", err)
	}
	fileType, err := one(ctx, tx, scanText, `SELECT file_type FROM version WHERE id = ?`, string(id))
	if err != nil {
		return err
	}
	owner, _, err := currentOf(ctx, tx, old.Video)
	if err != nil {
		return err
	}
	if err := tombstone(ctx, tx, old.ID, now); err != nil {
		return err
	}
	fresh := pipeline.Version{ID: ids.New[ids.VersionID](), Video: old.Video, Source: old.Source, FileName: old.FileName, SourceBytes: old.SourceBytes}
	if err := insertVersion(ctx, tx, fresh, fileType, now); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE version SET remakes = (SELECT o.remakes FROM version o WHERE o.id = ?) WHERE id = ?`, string(old.ID), string(fresh.ID))
	if err != nil {
		return fmt.Errorf("hand over the count of remakes: %w", err)
	}
	if err := insertTasks(ctx, tx, fresh, owner, []pipeline.Task{pipeline.ProbeTask()}, now); err != nil {
		return err
	}
	return refreshState(ctx, tx, old.Video, now)
}

// Repair queues what a video needs to go on.
func (s *Pipeline) Repair(ctx context.Context, video ids.VideoID, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		owner, id, err := currentOf(ctx, tx, video)
		if err != nil {
			return err
		}
		if id == "" {
			return refreshState(ctx, tx, video, now)
		}
		arriving, err := one(ctx, tx, scanInt64, `SELECT COUNT(*) FROM upload WHERE video_id = ? AND completed_at IS NULL AND received > 0`, string(video))
		if err != nil {
			return fmt.Errorf("look for an upload: %w", err)
		}
		if arriving > 0 {
			return upload.ErrInProgress()
		}
		if err := repairVersion(ctx, tx, id, owner, now); err != nil {
			return err
		}
		return refreshState(ctx, tx, video, now)
	})
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
	open, err := one(ctx, tx, scanInt64, `SELECT COUNT(*) FROM task WHERE version_id = ? AND state IN ('queued', 'running')`, string(id))
	if err != nil || open > 0 {
		return err
	}
	next := pipeline.ProbeTask()
	if len(v.Plan.Boundaries) > 0 {
		next = pipeline.VerifyTask()
	}
	return insertTasks(ctx, tx, v, owner, []pipeline.Task{next}, now)
}

// UnfinishedVersions lists the versions that are still being made.
func (s *Pipeline) UnfinishedVersions(ctx context.Context) (list []ids.VersionID, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		list, err = many(ctx, tx, scanOne[ids.VersionID],
			`SELECT id FROM version WHERE ready_at IS NULL AND failed_code = '' AND tombstoned_at IS NULL`)
		return err
	})
	return list, err
}

func kindList(kinds []pipeline.Kind) (marks string, args []any) {
	for _, k := range kinds {
		args = append(args, string(k))
	}
	return placeholders(len(kinds)), args
}
