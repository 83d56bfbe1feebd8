package database

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/upload"
)

// Uploads keeps the grants and uploads of upload.
type Uploads struct{ db *DB }

// NewUploads returns the store of upload.
func NewUploads(db *DB) *Uploads { return &Uploads{db: db} }

var _ upload.Store = (*Uploads)(nil)

const uploadColumns = `id, video_id, version_id, grant_hash, created_by, protocol, length, received,
	filename, filetype, metadata, expires_at, completed_at, created_at, updated_at, made_video`

// VideoFacts returns what a rule may look at of a video that is not in the bin.
func (s *Uploads) VideoFacts(ctx context.Context, video ids.VideoID) (facts access.Facts, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		facts, err = one(ctx, tx, scanAccessFacts, `SELECT owner_id, visibility, state FROM video WHERE id = ? AND deleted_at IS NULL`, string(video))
		return err
	})
	return facts, err
}

func scanAccessFacts(r row) (f access.Facts, err error) {
	var state library.State
	err = r.Scan(&f.Owner, &f.Visibility, &state)
	f.Watchable = state.Watchable()
	return f, err
}

// AddGrant inserts a grant.
func (s *Uploads) AddGrant(ctx context.Context, g upload.StoredGrant) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO upload_grant (key_hash, video_id, created_by, max_bytes, cors_origin, expires_at, spent_at, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			g.Hash, string(g.Video), string(g.CreatedBy), g.MaxBytes, g.CORSOrigin, micros(g.ExpiresAt), optionalMicros(g.SpentAt), micros(g.CreatedAt))
		return err
	})
}

// GrantByHash returns a grant.
func (s *Uploads) GrantByHash(ctx context.Context, hash string) (g upload.StoredGrant, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		g, err = one(ctx, tx, scanGrant, `
			SELECT key_hash, video_id, created_by, max_bytes, cors_origin, expires_at, spent_at, created_at
			FROM upload_grant WHERE key_hash = ?`, hash)
		return err
	})
	return g, err
}

func scanGrant(r row) (g upload.StoredGrant, err error) {
	var (
		expires, created int64
		spent            sql.NullInt64
	)
	err = r.Scan(&g.Hash, &g.Video, &g.CreatedBy, &g.MaxBytes, &g.CORSOrigin, &expires, &spent, &created)
	g.ExpiresAt, g.SpentAt, g.CreatedAt = fromMicros(expires), fromOptionalMicros(spent), fromMicros(created)
	return g, err
}

// AddUpload inserts an upload while its grant is not spent, its video is not in the bin and has no other one. The video's row is
// locked first, then the grant's, as in every transaction about uploads, so that no two wait for each other on PostgreSQL.
func (s *Uploads) AddUpload(ctx context.Context, u upload.Upload) error {
	metadata, err := toJSON(u.Metadata)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *Tx) error {
		if there, err := lockVideo(ctx, tx, u.Video, `deleted_at IS NULL`); err != nil {
			return err
		} else if !there {
			return errs.Missing("video")
		}
		if u.GrantHash != "" {
			n, err := tx.Exec(ctx, `UPDATE upload_grant SET created_at = created_at WHERE key_hash = ? AND spent_at IS NULL`, u.GrantHash)
			if err != nil {
				return fmt.Errorf("lock grant: %w", err)
			}
			if n == 0 {
				return upload.ErrSpent()
			}
		}
		n, err := tx.Exec(ctx, `
			INSERT INTO upload (`+uploadColumns+`)
			VALUES (`+placeholders(16)+`) ON CONFLICT DO NOTHING`,
			string(u.ID), string(u.Video), string(u.Version), optionalText(u.GrantHash), string(u.CreatedBy), string(u.Protocol),
			optionalLength(u.Length), u.Received, u.FileName, u.FileType, metadata,
			micros(u.ExpiresAt), optionalMicros(u.CompletedAt), micros(u.CreatedAt), micros(u.UpdatedAt), flag(u.MadeVideo))
		if err != nil {
			return fmt.Errorf("insert upload: %w", err)
		}
		if n == 0 {
			return upload.ErrInProgress()
		}
		return nil
	})
}

// optionalLength stores an unknown length as NULL.
func optionalLength(n int64) any {
	if n == upload.Unknown {
		return nil
	}
	return n
}

// Upload returns an upload.
func (s *Uploads) Upload(ctx context.Context, id ids.UploadID) (upload.Upload, error) {
	return s.upload(ctx, `id = ?`, string(id))
}

// ActiveUpload returns the upload of a video that is not completed.
func (s *Uploads) ActiveUpload(ctx context.Context, video ids.VideoID) (upload.Upload, error) {
	return s.upload(ctx, `video_id = ? AND completed_at IS NULL`, string(video))
}

func (s *Uploads) upload(ctx context.Context, where string, args ...any) (u upload.Upload, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		u, err = one(ctx, tx, scanUpload, `SELECT `+uploadColumns+` FROM upload WHERE `+where, args...)
		return err
	})
	return u, err
}

// Unfinished lists the uploads that are not completed, the oldest first.
func (s *Uploads) Unfinished(ctx context.Context) (uploads []upload.Upload, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		uploads, err = many(ctx, tx, scanUpload, `SELECT `+uploadColumns+` FROM upload WHERE completed_at IS NULL ORDER BY created_at, id`)
		return err
	})
	return uploads, err
}

func scanUpload(r row) (u upload.Upload, err error) {
	var (
		grant, metadata           sql.NullString
		length, completed         sql.NullInt64
		expires, created, updated int64
		made                      int64
	)
	err = r.Scan(&u.ID, &u.Video, &u.Version, &grant, &u.CreatedBy, &u.Protocol, &length, &u.Received,
		&u.FileName, &u.FileType, &metadata, &expires, &completed, &created, &updated, &made)
	if err != nil {
		return u, err
	}
	u.GrantHash, u.Length, u.MadeVideo = grant.String, upload.Unknown, made != 0
	if length.Valid {
		u.Length = length.Int64
	}
	u.ExpiresAt, u.CompletedAt = fromMicros(expires), fromOptionalMicros(completed)
	u.CreatedAt, u.UpdatedAt = fromMicros(created), fromMicros(updated)
	return u, fromJSON(metadata, &u.Metadata)
}

// SaveOffset writes how far an upload has come.
func (s *Uploads) SaveOffset(ctx context.Context, id ids.UploadID, received int64, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		return progressUpload(ctx, tx, id, received, now, `updated_at = ?`, micros(now))
	})
}

// SetLength writes an upload's length and how far it has come.
func (s *Uploads) SetLength(ctx context.Context, id ids.UploadID, length, received int64, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		return progressUpload(ctx, tx, id, received, now, `length = ?, updated_at = ?`, optionalLength(length), micros(now))
	})
}

// progressUpload changes an upload that is not completed. Only its first byte can change its video's state.
func progressUpload(ctx context.Context, tx *Tx, id ids.UploadID, received int64, now time.Time, set string, args ...any) error {
	before, err := one(ctx, tx, scanUpload, `SELECT `+uploadColumns+` FROM upload WHERE id = ? AND completed_at IS NULL`, string(id))
	if err != nil {
		return err
	}
	first := (before.Received > 0) != (received > 0)
	if first {
		if _, err := lockVideo(ctx, tx, before.Video, `TRUE`); err != nil {
			return err
		}
	}
	n, err := tx.Exec(ctx, `UPDATE upload SET received = ?, `+set+` WHERE id = ? AND completed_at IS NULL`,
		append(append([]any{received}, args...), string(id))...)
	if err != nil {
		return fmt.Errorf("update upload: %w", err)
	}
	if n == 0 {
		return errs.Missing("upload")
	}
	if !first {
		return nil
	}
	return refreshState(ctx, tx, before.Video, now)
}

// lockVideo makes all that changes a video's facts wait for each other on PostgreSQL, and tells whether there is such a video.
func lockVideo(ctx context.Context, tx *Tx, id ids.VideoID, where string) (there bool, err error) {
	n, err := tx.Exec(ctx, `UPDATE video SET updated_at = updated_at WHERE id = ? AND `+where, string(id))
	if err != nil {
		return false, fmt.Errorf("lock video: %w", err)
	}
	return n > 0, nil
}

// RemoveUpload deletes an upload that is not completed and leaves a tombstone for its object.
func (s *Uploads) RemoveUpload(ctx context.Context, id ids.UploadID, withVideo bool, now time.Time) (removed upload.Removed, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		removed = upload.Removed{}
		found, err := many(ctx, tx, scanUpload, `SELECT `+uploadColumns+` FROM upload WHERE id = ? AND completed_at IS NULL`, string(id))
		if err != nil || len(found) == 0 {
			return err
		}
		video := found[0].Video
		if _, err := lockVideo(ctx, tx, video, `TRUE`); err != nil {
			return err
		}
		ended, err := entomb(ctx, tx, video, `id = ?`, string(id), now)
		if err != nil {
			return err
		}
		removed.Upload = ended > 0
		if withVideo && found[0].MadeVideo && removed.Upload {
			removed.Video, err = dropBareVideo(ctx, tx, video)
		}
		if err != nil || removed.Video {
			return err
		}
		return refreshState(ctx, tx, video, now)
	})
	if err != nil {
		return upload.Removed{}, err
	}
	return removed, nil
}

// dropBareVideo forgets a video that has no version.
func dropBareVideo(ctx context.Context, tx *Tx, video ids.VideoID) (dropped bool, err error) {
	const bare = `NOT EXISTS (SELECT 1 FROM version n WHERE n.video_id = video.id AND n.tombstoned_at IS NULL)`
	if dropped, err = lockVideo(ctx, tx, video, bare); err != nil || !dropped {
		return false, err
	}
	return true, dropVideo(ctx, tx, video)
}

// AnnouncedRest sums what is still to come to the uploads that run, all but one.
func (s *Uploads) AnnouncedRest(ctx context.Context, except ids.UploadID, since time.Time) (rest int64, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		// The cast is for PostgreSQL, whose sum of BIGINT is NUMERIC. One announcement of 2^62 must not overflow the sum.
		rest, err = one(ctx, tx, scanInt64, `
			SELECT CAST(COALESCE(SUM(CASE WHEN length - received > 1000000000000000 THEN 1000000000000000 ELSE length - received END), 0) AS BIGINT)
			FROM upload WHERE completed_at IS NULL AND length > received AND updated_at >= ? AND id <> ?`, micros(since), string(except))
		return err
	})
	return rest, err
}

// Forget deletes grants and completed uploads that expired before the given time.
func (s *Uploads) Forget(ctx context.Context, before time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM upload WHERE completed_at IS NOT NULL AND expires_at < ?`, micros(before)); err != nil {
			return fmt.Errorf("delete completed uploads: %w", err)
		}
		_, err := tx.Exec(ctx, `
			DELETE FROM upload_grant WHERE expires_at < ?
			AND NOT EXISTS (SELECT 1 FROM upload u WHERE u.grant_hash = upload_grant.key_hash AND u.completed_at IS NULL)`, micros(before))
		if err != nil {
			return fmt.Errorf("delete expired grants: %w", err)
		}
		return nil
	})
}

// finishUpload marks an upload completed and its grant spent, within the transaction that makes its source a version. It
// reports whether that was done before; an unknown upload is an errs.NotFound.
func finishUpload(ctx context.Context, tx *Tx, id ids.UploadID, now time.Time) (already bool, err error) {
	u, err := one(ctx, tx, scanUpload, `SELECT `+uploadColumns+` FROM upload WHERE id = ?`, string(id))
	if err != nil {
		return false, err
	}
	if u.GrantHash != "" { // before the upload, as AddUpload does
		if _, err := tx.Exec(ctx, `UPDATE upload_grant SET spent_at = COALESCE(spent_at, ?) WHERE key_hash = ?`, micros(now), u.GrantHash); err != nil {
			return false, fmt.Errorf("spend grant: %w", err)
		}
	}
	n, err := tx.Exec(ctx, `UPDATE upload SET completed_at = ?, received = COALESCE(length, received), updated_at = ? WHERE id = ? AND completed_at IS NULL`,
		micros(now), micros(now), string(id))
	if err != nil {
		return false, fmt.Errorf("complete upload: %w", err)
	}
	if n == 0 {
		return true, nil
	}
	// What was granted before this upload began was meant for what it has filled now, not for what might replace that.
	_, err = tx.Exec(ctx, `UPDATE upload_grant SET spent_at = ? WHERE video_id = ? AND spent_at IS NULL AND created_at <= ?`,
		micros(now), string(u.Video), micros(u.CreatedAt))
	if err != nil {
		return false, fmt.Errorf("spend the grants of before: %w", err)
	}
	return false, nil
}
