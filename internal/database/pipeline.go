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
)

// Pipeline keeps the versions and tasks of pipeline: tasks in task.go, the ends of videos in purge.go, the flows here.
type Pipeline struct{ db *DB }

// NewPipeline returns the store of pipeline.
func NewPipeline(db *DB) *Pipeline { return &Pipeline{db: db} }

var _ pipeline.Store = (*Pipeline)(nil)

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

const versionColumns = `
	id, video_id, source_id, file_name, source_bytes, container, prepared, plan, tracks, extra_tracks, fingerprint, poster, storyboard, poster_choices, report, revision, playable_at, ready_at, on_demand`

func scanVersion(r row) (pipeline.Version, error) {
	var (
		v                   pipeline.Version
		prepared            int64
		plan, tracks, extra sql.NullString
		report, choices     sql.NullString
		onDemand            sql.NullString
		playable, ready     sql.NullInt64
	)
	err := r.Scan(&v.ID, &v.Video, &v.Source, &v.FileName, &v.SourceBytes, &v.Container, &prepared, &plan, &tracks, &extra, &v.Fingerprint, &v.Poster,
		&v.Storyboard, &choices, &report, &v.Revision, &playable, &ready, &onDemand)
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
	if err := fromJSON(choices, &v.PosterChoices); err != nil {
		return v, err
	}
	if err := fromJSON(onDemand, &v.OnDemand); err != nil {
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

// FinishPlan stores a plan and queues the work that it asks for. Where the first segments exist the version is playable by it.
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
			       rungs = ?, warnings = ?, extra_tracks = ?, chapters = ?, on_demand = ?, revision = revision + 1 WHERE id = ?`, append(values, string(l.Version))...)
		if err != nil {
			return fmt.Errorf("store plan: %w", err)
		}
		if err := queueFor(ctx, tx, l, next, now); err != nil || !p.Playable {
			return err
		}
		return publish(ctx, tx, l, now)
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
	shown, err := toJSON(rungsOf(p.Plan, pipeline.Offered(p.Plan, p.Tracks, pipeline.OfferFacts{OnDemand: p.OnDemand})))
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
	onDemand, err := toJSON(p.OnDemand)
	if err != nil {
		return nil, err
	}
	width, height := p.Plan.Size()
	return []any{
		string(p.Container), flag(p.Prepared), plan, tracks, p.Fingerprint, p.Plan.Duration().Microseconds(), width, height, p.Plan.FrameRate(),
		shown, notes, extra, chapters, onDemand,
	}, nil
}

// rungsOf lists those of a plan's rungs that are among the tracks, as a video's page shows them.
func rungsOf(plan media.Plan, tracks []string) []library.Rung {
	rungs := []library.Rung{}
	for _, r := range plan.Rungs {
		if slices.Contains(tracks, r.ID) {
			rungs = append(rungs, library.Rung{ID: r.ID, Width: r.Width, Height: r.Height})
		}
	}
	return rungs
}

// FinishTrackWork ends a task that makes tracks. The last one queues the verification.
func (s *Pipeline) FinishTrackWork(ctx context.Context, l pipeline.Lease, f pipeline.Facts, now time.Time) (pipeline.Step, error) {
	return s.endTrackWork(ctx, l, f, now, func(tx *Tx) error {
		if l.Kind != pipeline.Chunk || len(f.Damage) == 0 {
			return nil
		}
		return dropSource(ctx, tx, l.Version)
	})
}

// endTrackWork ends a task of tracks with what else it changes.
func (s *Pipeline) endTrackWork(ctx context.Context, l pipeline.Lease, f pipeline.Facts, now time.Time, also func(*Tx) error) (step pipeline.Step, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		step = pipeline.Step{}
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
		if step.RungsAdded, err = offerLadder(ctx, tx, l); err != nil {
			return err
		}
		rest, err := one(ctx, tx, scanInt64, `
			SELECT COUNT(*) FROM task WHERE version_id = ? AND state <> 'done' AND kind IN ('chunk', 'audio', 'copy', 'verify')`, string(l.Version))
		if err != nil || rest > 0 {
			return err
		}
		if err := queueFor(ctx, tx, l, []pipeline.Task{pipeline.VerifyTask()}, now); err != nil {
			return err
		}
		step.Verifying = true
		before, err := one(ctx, tx, scanInt64, `SELECT COUNT(*) FROM version WHERE id = ? AND playable_at IS NOT NULL`, string(l.Version))
		if err != nil {
			return fmt.Errorf("look whether the version can be played: %w", err)
		}
		step.Playable = before == 0
		return publish(ctx, tx, l, now)
	})
	if err != nil {
		return pipeline.Step{}, err
	}
	return step, nil
}

// offerLadder shows every rung of a version once the last of its chunks is made, and reports whether some were not shown before.
func offerLadder(ctx context.Context, tx *Tx, l pipeline.Lease) (added bool, err error) {
	if l.Kind != pipeline.Chunk {
		return false, nil
	}
	done, err := ladderDone(ctx, tx, l.Version)
	if err != nil || !done {
		return false, err
	}
	v, err := one(ctx, tx, scanVersion, `SELECT `+versionColumns+` FROM version WHERE id = ?`, string(l.Version))
	if err != nil {
		return false, fmt.Errorf("read version: %w", err)
	}
	shown, err := toJSON(rungsOf(v.Plan, pipeline.Offered(v.Plan, v.Tracks, pipeline.OfferFacts{OnDemand: v.OnDemand, LadderDone: true})))
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `UPDATE version SET rungs = ?, revision = revision + 1 WHERE id = ? AND rungs <> ?`, shown, string(l.Version), shown)
	if err != nil {
		return false, fmt.Errorf("show rungs: %w", err)
	}
	return n > 0, nil
}

// publish makes a version playable.
func publish(ctx context.Context, tx *Tx, l pipeline.Lease, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE version SET playable_at = COALESCE(playable_at, ?), revision = revision + 1 WHERE id = ?`, micros(now), string(l.Version))
	if err != nil {
		return fmt.Errorf("publish version: %w", err)
	}
	if err := promote(ctx, tx, l.Video, l.Version, now); err != nil {
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
		if err := queueStoryboard(ctx, tx, l, now); err != nil {
			return err
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

// UnfinishedVersions lists the versions that are still being made.
func (s *Pipeline) UnfinishedVersions(ctx context.Context) (list []ids.VersionID, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		list, err = many(ctx, tx, scanOne[ids.VersionID],
			`SELECT id FROM version WHERE ready_at IS NULL AND failed_code = '' AND tombstoned_at IS NULL`)
		return err
	})
	return list, err
}
