package database

import (
	"context"
	"fmt"
	"time"

	"matinee/internal/ids"
	"matinee/internal/pipeline"
)

// PurgeVideo hides a video for good and tombstones its versions.
func (s *Pipeline) PurgeVideo(ctx context.Context, video ids.VideoID, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE video SET deleted_at = COALESCE(deleted_at, ?), purged = 1 WHERE id = ?`, micros(now), string(video))
		if err != nil {
			return fmt.Errorf("hide video: %w", err)
		}
		versions, err := many(ctx, tx, scanOne[ids.VersionID],
			`SELECT id FROM version WHERE video_id = ? AND tombstoned_at IS NULL`, string(video))
		if err != nil {
			return fmt.Errorf("list versions: %w", err)
		}
		for _, id := range versions {
			if err := tombstone(ctx, tx, id, now); err != nil {
				return err
			}
		}
		if _, err := entomb(ctx, tx, video, `video_id = ?`, string(video), now); err != nil {
			return err
		}
		return dropEmptyVideo(ctx, tx, video)
	})
}

// entomb ends the transfers to a video that the condition names. Each leaves a tombstone, so that its bytes are removed even when
// the process that takes them dies now.
func entomb(ctx context.Context, tx *Tx, video ids.VideoID, where, arg string, now time.Time) (ended int, err error) {
	versions, err := many(ctx, tx, scanOne[ids.VersionID], `DELETE FROM upload WHERE `+where+` AND completed_at IS NULL RETURNING version_id`, arg)
	if err != nil {
		return 0, fmt.Errorf("end uploads: %w", err)
	}
	for _, id := range versions {
		_, err := tx.Exec(ctx, `
			INSERT INTO version (id, video_id, source_id, source_bytes, created_at, tombstoned_at) VALUES (?, ?, ?, 0, ?, ?)`,
			string(id), string(video), string(id), micros(now), micros(now))
		if err != nil {
			return 0, fmt.Errorf("entomb upload: %w", err)
		}
	}
	return len(versions), nil
}

// BinnedBefore lists what has been in the bin since before the instant.
func (s *Pipeline) BinnedBefore(ctx context.Context, before time.Time) (list []ids.VideoID, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		list, err = many(ctx, tx, scanOne[ids.VideoID],
			`SELECT id FROM video WHERE deleted_at < ? AND purged = 0 ORDER BY deleted_at LIMIT 100`, micros(before))
		return err
	})
	return list, err
}

// Tombstones lists versions whose media can go now: no lease stands that might still put something.
func (s *Pipeline) Tombstones(ctx context.Context) (list []pipeline.Tombstone, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		list, err = many(ctx, tx, func(r row) (t pipeline.Tombstone, err error) {
			err = r.Scan(&t.Video, &t.Version, &t.Source, &t.Purged)
			return t, err
		}, `
			SELECT n.video_id, n.id,
			       CASE WHEN EXISTS (SELECT 1 FROM version o WHERE o.source_id = n.source_id AND o.tombstoned_at IS NULL) THEN '' ELSE n.source_id END,
			       EXISTS (SELECT 1 FROM video v WHERE v.id = n.video_id AND v.purged = 1)
			FROM version n
			WHERE n.tombstoned_at IS NOT NULL
			  AND NOT EXISTS (SELECT 1 FROM task t WHERE t.version_id = n.id AND t.lease_owner IS NOT NULL)
			ORDER BY n.tombstoned_at LIMIT 100`)
		return err
	})
	return list, err
}

// DropVersion forgets a version whose media are gone.
func (s *Pipeline) DropVersion(ctx context.Context, id ids.VersionID) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		video, err := one(ctx, tx, scanText, `SELECT video_id FROM version WHERE id = ? AND tombstoned_at IS NOT NULL`, string(id))
		if err != nil {
			return fmt.Errorf("read version: %w", err)
		}
		for _, statement := range []string{`DELETE FROM task WHERE version_id = ?`, `DELETE FROM version WHERE id = ?`} {
			if _, err := tx.Exec(ctx, statement, string(id)); err != nil {
				return fmt.Errorf("drop version: %w", err)
			}
		}
		return dropEmptyVideo(ctx, tx, ids.VideoID(video))
	})
}

// dropEmptyVideo forgets a purged video once nothing of it is left.
func dropEmptyVideo(ctx context.Context, tx *Tx, video ids.VideoID) error {
	left, err := one(ctx, tx, scanInt64, `
		SELECT COUNT(*) FROM video WHERE id = ? AND (purged = 0 OR EXISTS (SELECT 1 FROM version n WHERE n.video_id = video.id))`, string(video))
	if err != nil {
		return fmt.Errorf("look for what is left of a video: %w", err)
	}
	if left > 0 {
		return nil
	}
	return dropVideo(ctx, tx, video)
}

func dropVideo(ctx context.Context, tx *Tx, video ids.VideoID) error {
	for _, statement := range []string{
		`DELETE FROM upload_grant WHERE video_id = ?`,
		`DELETE FROM upload WHERE video_id = ?`,
		`DELETE FROM video_subject WHERE video_id = ?`,
		`DELETE FROM video WHERE id = ?`,
	} {
		if _, err := tx.Exec(ctx, statement, string(video)); err != nil {
			return fmt.Errorf("drop video: %w", err)
		}
	}
	return nil
}
