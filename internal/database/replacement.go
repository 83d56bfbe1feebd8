package database

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
	"matinee/internal/upload"
)

// seats are the places that a video has for versions. Every change of them locks the video first.
type seats struct {
	owner    ids.UserID
	current  ids.VersionID // the one that is shown; "" for none
	next     ids.VersionID // the one that is to take its place; "" for none
	playable bool          // the current one: whatever comes waits behind it
	failed   bool          // the next one
	other    bool          // the next one is made from another source
}

// lockSeats returns the seats of a video that is not purged, and makes whoever changes them next wait.
func lockSeats(ctx context.Context, tx *Tx, video ids.VideoID) (s seats, err error) {
	if there, err := lockVideo(ctx, tx, video, `purged = 0`); err != nil {
		return s, err
	} else if !there {
		return s, errs.Missing("video")
	}
	return one(ctx, tx, scanSeats, `
		SELECT v.owner_id, COALESCE(v.version_id, ''), COALESCE(v.next_version_id, ''), n.playable_at, COALESCE(x.failed_code, '') <> '',
		       COALESCE(x.source_id, '') <> COALESCE(n.source_id, '')
		FROM video v LEFT JOIN version n ON n.id = v.version_id LEFT JOIN version x ON x.id = v.next_version_id
		WHERE v.id = ?`, string(video))
}

func scanSeats(r row) (s seats, err error) {
	var playable sql.NullInt64
	err = r.Scan(&s.owner, &s.current, &s.next, &playable, &s.failed, &s.other)
	s.playable = playable.Valid
	return s, err
}

// FinishUpload makes a version of a complete upload: the current one where nothing can be played yet, else the one that is to
// take the place of what plays.
func (s *Pipeline) FinishUpload(ctx context.Context, f upload.Finished, probe pipeline.Task, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		places, err := lockSeats(ctx, tx, f.Video)
		if err != nil {
			return err
		}
		already, err := finishUpload(ctx, tx, f.Upload, now)
		if err != nil || already {
			return err
		}
		v := pipeline.Version{ID: f.Version, Video: f.Video, Source: f.Version, FileName: f.FileName, SourceBytes: f.SizeBytes}
		if err := seat(ctx, tx, places, v, f.FileType, now); err != nil {
			return err
		}
		if err := insertTasks(ctx, tx, v, places.owner, []pipeline.Task{probe}, now); err != nil {
			return err
		}
		return refreshState(ctx, tx, f.Video, now)
	})
}

// seat inserts a version and gives it its place. What it supersedes is tombstoned: whatever is unfinished, never what plays.
func seat(ctx context.Context, tx *Tx, s seats, v pipeline.Version, fileType string, now time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO version (id, video_id, source_id, file_name, file_type, source_bytes, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		string(v.ID), string(v.Video), string(v.Source), v.FileName, fileType, v.SourceBytes, micros(now))
	if err != nil {
		return fmt.Errorf("insert version: %w", err)
	}
	place := `version_id = ?, next_version_id = NULL`
	superseded := []ids.VersionID{s.current, s.next}
	if s.playable {
		place, superseded = `next_version_id = ?`, superseded[1:]
	}
	for _, id := range superseded {
		if err := tombstone(ctx, tx, id, now); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE video SET `+place+`, updated_at = ? WHERE id = ?`, string(v.ID), micros(now), string(v.Video)); err != nil {
		return fmt.Errorf("seat version: %w", err)
	}
	return nil
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

// promote shows a version that has just become playable, where it was to take the place of another. That one is retired: players
// that hold its addresses are served until its time is over.
func promote(ctx context.Context, tx *Tx, video ids.VideoID, version ids.VersionID, now time.Time) error {
	s, err := lockSeats(ctx, tx, video)
	if errs.Is(err, errs.NotFound) {
		return nil // purged: nothing of it is shown any more
	}
	if err != nil || s.next != version {
		return err
	}
	if err := retire(ctx, tx, s.current, now); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE video SET version_id = next_version_id, next_version_id = NULL, updated_at = ? WHERE id = ?`, micros(now), string(video))
	if err != nil {
		return fmt.Errorf("show version: %w", err)
	}
	return nil
}

// retiredRank puts what is still to be made of a retired version behind all other work.
const retiredRank = 1000

func retire(ctx context.Context, tx *Tx, id ids.VersionID, now time.Time) error {
	duration, err := one(ctx, tx, scanInt64, `SELECT duration_us FROM version WHERE id = ?`, string(id))
	if err != nil {
		return fmt.Errorf("read the length of a version: %w", err)
	}
	at := now.Add(pipeline.Grace(time.Duration(duration) * time.Microsecond))
	if _, err := tx.Exec(ctx, `UPDATE version SET retire_at = ? WHERE id = ?`, micros(at), string(id)); err != nil {
		return fmt.Errorf("retire version: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE task SET rank = rank + ? WHERE version_id = ? AND kind <> 'demand'`, retiredRank, string(id))
	if err != nil {
		return fmt.Errorf("put off the work on a retired version: %w", err)
	}
	return nil
}

// EndRetired tombstones the retired versions whose time is over.
func (s *Pipeline) EndRetired(ctx context.Context, now time.Time) (ended int, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		over, err := many(ctx, tx, scanOne[ids.VersionID], `
			SELECT id FROM version WHERE retire_at <= ? AND tombstoned_at IS NULL ORDER BY retire_at LIMIT 100`, micros(now))
		if err != nil {
			return fmt.Errorf("list retired versions: %w", err)
		}
		for _, id := range over {
			if err := tombstone(ctx, tx, id, now); err != nil {
				return err
			}
		}
		ended = len(over)
		return nil
	})
	return ended, err
}

// GiveUpVersion removes a version that is not shown, or the upload that would become it.
func (s *Pipeline) GiveUpVersion(ctx context.Context, video ids.VideoID, version ids.VersionID, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		places, err := lockSeats(ctx, tx, video)
		switch {
		case err != nil:
			return err
		case version == places.current:
			return errs.New(errs.Conflict, "version_shown", "This is what viewers see. Replace it, or delete the video.")
		case version == places.next:
			return dropNext(ctx, tx, video, places, now)
		}
		n, err := one(ctx, tx, scanInt64, `SELECT COUNT(*) FROM version WHERE id = ? AND video_id = ? AND tombstoned_at IS NULL`, string(version), string(video))
		if err != nil {
			return fmt.Errorf("look for a version: %w", err)
		}
		if n > 0 {
			return tombstone(ctx, tx, version, now)
		}
		return giveUpUpload(ctx, tx, video, version, now)
	})
}

// dropNext gives up the version that is to take the place of the one that is shown.
func dropNext(ctx context.Context, tx *Tx, video ids.VideoID, places seats, now time.Time) error {
	if err := tombstone(ctx, tx, places.next, now); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE video SET next_version_id = NULL, updated_at = ? WHERE id = ?`, micros(now), string(video)); err != nil {
		return fmt.Errorf("give up the next version: %w", err)
	}
	return refreshState(ctx, tx, video, now)
}

// giveUpUpload ends the transfer that would become the version.
func giveUpUpload(ctx context.Context, tx *Tx, video ids.VideoID, version ids.VersionID, now time.Time) error {
	there, err := one(ctx, tx, scanInt64, `SELECT COUNT(*) FROM upload WHERE video_id = ? AND version_id = ? AND completed_at IS NULL`, string(video), string(version))
	if err != nil {
		return fmt.Errorf("look for an upload: %w", err)
	}
	if there == 0 {
		return errs.Missing("version")
	}
	if _, err := entomb(ctx, tx, video, `version_id = ?`, string(version), now); err != nil {
		return err
	}
	return refreshState(ctx, tx, video, now)
}

// Remake starts over with a new version from the same source. One that plays goes on playing until the new one does.
func (s *Pipeline) Remake(ctx context.Context, l pipeline.Lease, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := endTask(ctx, tx, l, `state = 'failed', lease_owner = NULL, lease_until = NULL`); err != nil {
			return err
		}
		places, err := lockSeats(ctx, tx, l.Video)
		if err != nil {
			return err
		}
		plays := l.Version == places.current && places.playable
		switch {
		case l.Version != places.current && l.Version != places.next:
			return nil // retired: nobody needs more of it
		case plays && places.next != "" && !places.failed:
			return nil // another one takes its place anyway
		}
		n, err := tx.Exec(ctx, `UPDATE version SET remakes = remakes + 1 WHERE id = ? AND remakes < ?`, string(l.Version), pipeline.MaxRemakes)
		if err != nil {
			return fmt.Errorf("count remakes: %w", err)
		}
		if n == 0 || plays && places.failed { // what failed waits for its owner's word
			return errs.New(errs.Conflict, "encoder_unstable", "The version was made anew %d times.", pipeline.MaxRemakes)
		}
		if _, err = remake(ctx, tx, places, l.Version, now); err != nil || !plays {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE task SET state = 'failed', error = ? WHERE version_id = ? AND state = 'queued' AND kind <> 'demand'`,
			"The version is made anew.", string(l.Version))
		return err
	})
}

// remake seats a new version from the source of another one.
func remake(ctx context.Context, tx *Tx, places seats, id ids.VersionID, now time.Time) (ids.VersionID, error) {
	old, err := one(ctx, tx, scanVersion, `SELECT `+versionColumns+` FROM version WHERE id = ?`, string(id))
	if err != nil {
		return "", fmt.Errorf("read version: %w", err)
	}
	fileType, err := one(ctx, tx, scanText, `SELECT file_type FROM version WHERE id = ?`, string(id))
	if err != nil {
		return "", fmt.Errorf("read file type: %w", err)
	}
	fresh := pipeline.Version{ID: ids.New[ids.VersionID](), Video: old.Video, Source: old.Source, FileName: old.FileName, SourceBytes: old.SourceBytes}
	if err := seat(ctx, tx, places, fresh, fileType, now); err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `UPDATE version SET remakes = (SELECT o.remakes FROM version o WHERE o.id = ?) WHERE id = ?`, string(old.ID), string(fresh.ID))
	if err != nil {
		return "", fmt.Errorf("hand over the count of remakes: %w", err)
	}
	if err := insertTasks(ctx, tx, fresh, places.owner, []pipeline.Task{pipeline.ProbeTask()}, now); err != nil {
		return "", err
	}
	return fresh.ID, refreshState(ctx, tx, old.Video, now)
}

// Versions lists the versions of a video, and the upload that is to become one.
func (s *Pipeline) Versions(ctx context.Context, video ids.VideoID) (list []pipeline.ListedVersion, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		arriving, err := many(ctx, tx, scanArriving, `
			SELECT version_id, filename, COALESCE(length, 0), created_at FROM upload WHERE video_id = ? AND completed_at IS NULL AND received > 0`, string(video))
		if err != nil {
			return fmt.Errorf("read upload: %w", err)
		}
		made, err := many(ctx, tx, scanListedVersion, `
			SELECT n.id, n.id = COALESCE(v.version_id, ''), n.file_name, n.source_bytes, n.created_at, n.playable_at, n.ready_at, n.retire_at,
			       n.failed_code, n.failed_message, n.failed_next
			FROM version n JOIN video v ON v.id = n.video_id
			WHERE n.video_id = ? AND n.tombstoned_at IS NULL ORDER BY n.created_at DESC, n.id DESC`, string(video))
		list = slices.Concat(arriving, made)
		return err
	})
	return list, err
}

func scanArriving(r row) (v pipeline.ListedVersion, err error) {
	var created int64
	err = r.Scan(&v.ID, &v.FileName, &v.SourceBytes, &created)
	v.State, v.CreatedAt = library.Uploading, fromMicros(created)
	return v, err
}

func scanListedVersion(r row) (v pipeline.ListedVersion, err error) {
	var (
		created                 int64
		playable, ready, retire sql.NullInt64
		failed                  library.Failure
	)
	err = r.Scan(&v.ID, &v.Current, &v.FileName, &v.SourceBytes, &created, &playable, &ready, &retire, &failed.Code, &failed.Message, &failed.Next)
	v.CreatedAt, v.RetireAt, v.Failure = fromMicros(created), fromOptionalMicros(retire), failure(failed)
	v.State = library.StateOf(library.Facts{
		HasVersion: true, Failed: failed.Code != "", PlayableAt: fromOptionalMicros(playable), ReadyAt: fromOptionalMicros(ready),
	})
	return v, err
}
