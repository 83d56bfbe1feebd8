package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
)

// Library keeps the videos of library.
type Library struct{ db *DB }

// NewLibrary returns the store of library.
func NewLibrary(db *DB) *Library { return &Library{db: db} }

var _ library.Store = (*Library)(nil)

// videoColumns are what scanVideo reads, over video v, its owner, its current version n and its unfinished upload u.
const videoColumns = `
	v.id, v.owner_id, COALESCE(o.name, ''), v.title, v.description, v.visibility, v.state, v.created_at, v.updated_at, v.published_at, v.deleted_at,
	v.tags, COALESCE(k.slug, ''), COALESCE(v.external_id, ''), v.metadata, v.revision,
	u.received, u.length,
	n.id, n.source_id, n.file_name, n.file_type, n.source_bytes, n.duration_us, n.width, n.height, n.frame_rate, n.rungs, n.warnings, n.extra_tracks, n.chapters, n.damage, n.poster,
	n.playable_at, n.ready_at, n.failed_code, n.failed_message, n.failed_next, n.trouble`

const videoJoins = `
	LEFT JOIN category k ON k.id = v.category_id
	LEFT JOIN account o ON o.id = v.owner_id
	LEFT JOIN version n ON n.id = v.version_id
	LEFT JOIN upload u ON u.video_id = v.id AND u.completed_at IS NULL`

// CreateVideo inserts a video.
func (s *Library) CreateVideo(ctx context.Context, v library.Video) error {
	tags, err := toJSON(v.Tags)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *Tx) error {
		category, err := categoryID(ctx, tx, v.Category, "body.category")
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO video (id, owner_id, title, description, visibility, state, created_at, updated_at, tags, category_id, external_id, metadata)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			string(v.ID), string(v.Owner.ID), v.Title, v.Description, string(v.Visibility), string(v.State), micros(v.CreatedAt), micros(v.UpdatedAt),
			tags, optionalText(category), optionalText(v.ExternalID), optionalText(string(v.Metadata)))
		if err != nil {
			return fmt.Errorf("insert video: %w", err)
		}
		if err := replaceTags(ctx, tx, v.ID, v.Tags); err != nil {
			return err
		}
		return replaceSubjects(ctx, tx, v.ID, v.Visibility)
	})
}

// Video returns a video that is not in the bin.
func (s *Library) Video(ctx context.Context, id ids.VideoID) (library.Video, error) {
	return s.video(ctx, `v.id = ? AND v.deleted_at IS NULL`, id)
}

// BinnedVideo returns a video that is in the bin.
func (s *Library) BinnedVideo(ctx context.Context, id ids.VideoID) (library.Video, error) {
	return s.video(ctx, `v.id = ? AND v.deleted_at IS NOT NULL`, id)
}

func (s *Library) video(ctx context.Context, where string, id ids.VideoID) (v library.Video, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		found, err := many(ctx, tx, scanVideo, `SELECT `+videoColumns+` FROM video v`+videoJoins+` WHERE `+where, string(id))
		if err != nil {
			return fmt.Errorf("read video: %w", err)
		}
		if len(found) == 0 {
			return errs.Missing("video")
		}
		err = addProgress(ctx, tx, found)
		v = found[0]
		return err
	})
	return v, err
}

// UpdateVideo changes what the patch names.
func (s *Library) UpdateVideo(ctx context.Context, id ids.VideoID, p library.Patch, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := claimRevision(ctx, tx, id, p.Only); err != nil {
			return err
		}
		set, args, err := patchColumns(ctx, tx, id, p)
		if err != nil {
			return err
		}
		args = append(append([]any{micros(now)}, args...), string(id))
		if _, err := tx.Exec(ctx, `UPDATE video SET updated_at = ?`+set+` WHERE id = ?`, args...); err != nil {
			return fmt.Errorf("update video: %w", err)
		}
		if p.Tags != nil {
			if err := replaceTags(ctx, tx, id, *p.Tags); err != nil {
				return err
			}
		}
		if p.Visibility == nil {
			return nil
		}
		return replaceSubjects(ctx, tx, id, *p.Visibility)
	})
}

// claimRevision raises the revision of a video that is not in the bin, which makes whoever changes it next wait. It is an
// errs.Stale error when the revision was none of those given.
func claimRevision(ctx context.Context, tx *Tx, id ids.VideoID, only library.Revisions) error {
	n, err := tx.Exec(ctx, `UPDATE video SET revision = revision + 1 WHERE id = ? AND deleted_at IS NULL`, string(id))
	if err != nil {
		return fmt.Errorf("claim revision: %w", err)
	}
	if n == 0 {
		return errs.Missing("video")
	}
	revision, err := one(ctx, tx, scanInt64, `SELECT revision FROM video WHERE id = ?`, string(id))
	if err != nil {
		return fmt.Errorf("read revision: %w", err)
	}
	if !only.Allow(revision - 1) {
		return library.ErrStale()
	}
	return nil
}

// patchColumns is the rest of a SET list, beginning with a comma.
func patchColumns(ctx context.Context, tx *Tx, id ids.VideoID, p library.Patch) (set string, args []any, err error) {
	add := func(column string, value any) { set, args = set+", "+column+" = ?", append(args, value) }
	if p.Title != nil {
		add("title", strings.TrimSpace(*p.Title))
	}
	if p.Description != nil {
		add("description", *p.Description)
	}
	if p.Visibility != nil {
		add("visibility", string(*p.Visibility))
	}
	if p.Tags != nil {
		tags, err := toJSON(*p.Tags)
		if err != nil {
			return "", nil, err
		}
		add("tags", tags)
	}
	if p.Category != nil {
		category, err := categoryID(ctx, tx, *p.Category, "body.category")
		if err != nil {
			return "", nil, err
		}
		add("category_id", optionalText(category))
	}
	if p.ExternalID != nil {
		add("external_id", optionalText(*p.ExternalID))
	}
	if p.Metadata != nil {
		metadata, err := mergedMetadata(ctx, tx, id, p.Metadata)
		if err != nil {
			return "", nil, err
		}
		add("metadata", optionalText(string(metadata)))
	}
	return set, args, nil
}

func mergedMetadata(ctx context.Context, tx *Tx, id ids.VideoID, patch []byte) ([]byte, error) {
	current, err := one(ctx, tx, scanText, `SELECT COALESCE(metadata, '') FROM video WHERE id = ?`, string(id))
	if err != nil {
		return nil, fmt.Errorf("read metadata: %w", err)
	}
	return library.MergeMetadata([]byte(current), patch)
}

// replaceTags writes the rows that lists are filtered by.
func replaceTags(ctx context.Context, tx *Tx, id ids.VideoID, tags []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM video_tag WHERE video_id = ?`, string(id)); err != nil {
		return fmt.Errorf("clear tags: %w", err)
	}
	for _, tag := range tags {
		_, err := tx.Exec(ctx, `INSERT INTO video_tag (tag, created_at, video_id) SELECT ?, created_at, id FROM video WHERE id = ?`, tag, string(id))
		if err != nil {
			return fmt.Errorf("insert tag: %w", err)
		}
	}
	return nil
}

// BinVideo puts a video into the bin.
func (s *Library) BinVideo(ctx context.Context, id ids.VideoID, only library.Revisions, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := claimRevision(ctx, tx, id, only); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE video SET deleted_at = ? WHERE id = ?`, micros(now), string(id))
		return err
	})
}

// RestoreVideo takes a video out of the bin.
func (s *Library) RestoreVideo(ctx context.Context, id ids.VideoID, _ time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE video SET deleted_at = NULL, revision = revision + 1 WHERE id = ? AND deleted_at IS NOT NULL AND purged = 0`, string(id))
		if err == nil && n == 0 {
			return errs.Missing("video")
		}
		return err
	})
}

func replaceSubjects(ctx context.Context, tx *Tx, id ids.VideoID, v access.Visibility) error {
	if _, err := tx.Exec(ctx, `DELETE FROM video_subject WHERE video_id = ?`, string(id)); err != nil {
		return fmt.Errorf("clear subjects: %w", err)
	}
	for _, subject := range access.SubjectsOf(v) {
		if _, err := tx.Exec(ctx, `INSERT INTO video_subject (video_id, subject) VALUES (?, ?)`, string(id), string(subject)); err != nil {
			return fmt.Errorf("insert subject: %w", err)
		}
	}
	return nil
}

// addProgress sums the tasks of the videos that are being made, in one statement; others need no sum.
func addProgress(ctx context.Context, tx *Tx, videos []library.Video) error {
	making := map[ids.VersionID]*library.Video{}
	var versions []any
	for i := range videos {
		v := &videos[i]
		v.Progress = library.Progress{Upload: uploadProgress(v)}
		switch {
		case v.Version == nil:
		case v.State.Watchable():
			v.Progress.Encode = 1
		default:
			making[v.Version.ID], versions = v, append(versions, string(v.Version.ID))
		}
	}
	if len(versions) == 0 {
		return nil
	}
	sums, err := many(ctx, tx, scanProgress, `
		SELECT version_id, CAST(COALESCE(SUM(done_units), 0) AS BIGINT), CAST(COALESCE(SUM(total_units), 0) AS BIGINT), MIN(started_at)
		FROM task t WHERE (kind = 'chunk' OR (kind = 'audio' AND NOT EXISTS (SELECT 1 FROM task c WHERE c.version_id = t.version_id AND c.kind = 'chunk')))
		  AND version_id IN (`+placeholders(len(versions))+`) GROUP BY version_id`, versions...)
	if err != nil {
		return fmt.Errorf("sum progress: %w", err)
	}
	for _, sum := range sums {
		v := making[sum.version]
		v.Progress.Encode, v.Progress.EncodedAt = sum.Encode, sum.EncodedAt
	}
	return nil
}

func uploadProgress(v *library.Video) float64 {
	switch {
	case v.Upload != nil && v.Upload.LengthBytes > 0:
		return float64(v.Upload.ReceivedBytes) / float64(v.Upload.LengthBytes)
	case v.Version != nil && v.Upload == nil:
		return 1
	}
	return 0
}

// versionProgress is how far the chunks of a version are, or its sound where it has no pictures.
type versionProgress struct {
	library.Progress

	version ids.VersionID
}

func scanProgress(r row) (p versionProgress, err error) {
	var (
		done, total int64
		begun       sql.NullInt64
	)
	err = r.Scan(&p.version, &done, &total, &begun)
	if total > 0 {
		p.Encode = float64(done) / float64(total)
	}
	p.EncodedAt = fromOptionalMicros(begun)
	return p, err
}

func scanVideo(r row) (library.Video, error) {
	var (
		v                  library.Video
		n                  nullVersion
		created, updated   int64
		published, deleted sql.NullInt64
		received, length   sql.NullInt64
		tags, metadata     sql.NullString
	)
	err := r.Scan(&v.ID, &v.Owner.ID, &v.Owner.Name, &v.Title, &v.Description, &v.Visibility, &v.State, &created, &updated, &published, &deleted,
		&tags, &v.Category, &v.ExternalID, &metadata, &v.Revision,
		&received, &length,
		&n.id, &n.source, &n.fileName, &n.fileType, &n.bytes, &n.duration, &n.width, &n.height, &n.rate, &n.rungs, &n.warnings, &n.tracks, &n.chapters, &n.damage, &n.poster,
		&n.playable, &n.ready, &n.code, &n.message, &n.next, &n.trouble)
	if err != nil {
		return v, err
	}
	v.CreatedAt, v.UpdatedAt, v.PublishedAt = fromMicros(created), fromMicros(updated), fromOptionalMicros(published)
	v.DeletedAt = fromOptionalMicros(deleted)
	if received.Valid {
		v.Upload = &library.Upload{ReceivedBytes: received.Int64, LengthBytes: length.Int64}
	}
	if metadata.Valid {
		v.Metadata = []byte(metadata.String)
	}
	if err := fromJSON(tags, &v.Tags); err != nil {
		return v, err
	}
	v.Version, err = n.version()
	return v, err
}

// nullVersion is the outer-joined half of a video's row.
type nullVersion struct {
	id, source, fileName, fileType, rungs, warnings, poster, code, message, next sql.NullString
	tracks, chapters, damage, trouble                                            sql.NullString
	bytes, duration, width, height, playable, ready                              sql.NullInt64
	rate                                                                         sql.NullFloat64
}

func (n nullVersion) version() (*library.Version, error) {
	if !n.id.Valid {
		return nil, nil
	}
	v := &library.Version{
		ID: ids.VersionID(n.id.String), SourceID: ids.VersionID(n.source.String), FileName: n.fileName.String, FileType: n.fileType.String,
		SourceBytes: n.bytes.Int64, Duration: time.Duration(n.duration.Int64) * time.Microsecond,
		Width: int(n.width.Int64), Height: int(n.height.Int64), FrameRate: n.rate.Float64, Poster: n.poster.String,
		PlayableAt: fromOptionalMicros(n.playable), ReadyAt: fromOptionalMicros(n.ready),
	}
	if n.code.String != "" {
		v.Failure = &library.Failure{Code: n.code.String, Message: n.message.String, Next: n.next.String}
	}
	err := errors.Join(fromJSON(n.warnings, &v.Warnings), fromJSON(n.rungs, &v.Rungs), fromJSON(n.tracks, &v.Tracks),
		fromJSON(n.chapters, &v.Chapters), fromJSON(n.damage, &v.Damage), fromJSON(n.trouble, &v.Trouble))
	if v.Damage != nil {
		v.Warnings = append(v.Warnings, v.Damage.Words())
	}
	return v, err
}
