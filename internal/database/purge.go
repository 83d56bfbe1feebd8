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
		return dropEmptyVideo(ctx, tx, video)
	})
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
func (s *Pipeline) Tombstones(ctx context.Context, now time.Time) (list []pipeline.Tombstone, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		list, err = many(ctx, tx, func(r row) (t pipeline.Tombstone, err error) {
			err = r.Scan(&t.Video, &t.Version, &t.Source)
			return t, err
		}, `
			SELECT n.video_id, n.id,
			       CASE WHEN EXISTS (SELECT 1 FROM version o WHERE o.source_id = n.source_id AND o.id <> n.id) THEN '' ELSE n.source_id END
			FROM version n
			WHERE n.tombstoned_at IS NOT NULL
			  AND NOT EXISTS (SELECT 1 FROM task t WHERE t.version_id = n.id AND t.lease_until >= ?)
			ORDER BY n.tombstoned_at LIMIT 100`, micros(now))
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
	const gone = `(SELECT id FROM video WHERE id = ? AND purged = 1 AND NOT EXISTS (SELECT 1 FROM version WHERE video_id = video.id))`
	for _, statement := range []string{
		`DELETE FROM upload_grant WHERE video_id IN ` + gone,
		`DELETE FROM upload WHERE completed_at IS NOT NULL AND video_id IN ` + gone,
		`DELETE FROM video_subject WHERE video_id IN ` + gone,
		`DELETE FROM video WHERE id IN ` + gone,
	} {
		if _, err := tx.Exec(ctx, statement, string(video)); err != nil {
			return fmt.Errorf("drop video: %w", err)
		}
	}
	return nil
}
