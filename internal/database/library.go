package database

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
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
	v.id, v.owner_id, COALESCE(o.name, ''), v.title, v.description, v.visibility, v.state, v.created_at, v.updated_at, v.published_at,
	u.received, u.length,
	n.id, n.source_id, n.file_name, n.file_type, n.source_bytes, n.duration_us, n.width, n.height, n.frame_rate, n.rungs, n.warnings, n.poster,
	n.playable_at, n.ready_at, n.failed_code, n.failed_message, n.failed_next`

const videoTables = `
	FROM video v
	LEFT JOIN account o ON o.id = v.owner_id
	LEFT JOIN version n ON n.id = v.version_id
	LEFT JOIN upload u ON u.video_id = v.id AND u.completed_at IS NULL`

// CreateVideo inserts a video.
func (s *Library) CreateVideo(ctx context.Context, v library.Video) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO video (id, owner_id, title, description, visibility, state, created_at, updated_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			string(v.ID), string(v.Owner.ID), v.Title, v.Description, string(v.Visibility), string(v.State), micros(v.CreatedAt), micros(v.UpdatedAt))
		if err != nil {
			return fmt.Errorf("insert video: %w", err)
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
		found, err := many(ctx, tx, scanVideo, `SELECT `+videoColumns+videoTables+` WHERE `+where, string(id))
		if err != nil {
			return fmt.Errorf("read video: %w", err)
		}
		if len(found) == 0 {
			return errs.Missing("video")
		}
		v = found[0]
		return addProgress(ctx, tx, &v)
	})
	return v, err
}

// Videos returns one page of the videos within the reach, the newest first.
func (s *Library) Videos(ctx context.Context, reach access.Reach, f library.Filter) (page library.Page, err error) {
	where, args := reachWhere(reach)
	where += ` AND v.deleted_at IS NULL`
	if f.Owner != "" {
		where, args = where+` AND v.owner_id = ?`, append(args, string(f.Owner))
	}
	if f.State != "" {
		where, args = where+` AND v.state = ?`, append(args, string(f.State))
	}
	if f.After != "" {
		at, id, err := parseCursor(f.After)
		if err != nil {
			return page, err
		}
		where, args = where+` AND (v.created_at < ? OR (v.created_at = ? AND v.id < ?))`, append(args, at, at, id)
	}
	args = append(args, f.Limit+1)
	err = s.db.View(ctx, func(tx *Tx) error {
		page.Videos, err = many(ctx, tx, scanVideo, `SELECT `+videoColumns+videoTables+` WHERE `+where+` ORDER BY v.created_at DESC, v.id DESC LIMIT ?`, args...)
		if err != nil {
			return fmt.Errorf("list videos: %w", err)
		}
		if len(page.Videos) > f.Limit {
			page.Videos = page.Videos[:f.Limit]
			page.Next = cursorOf(page.Videos[f.Limit-1])
		}
		for i := range page.Videos {
			if err := addProgress(ctx, tx, &page.Videos[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return page, err
}

// UpdateVideo changes what the patch names.
func (s *Library) UpdateVideo(ctx context.Context, id ids.VideoID, p library.Patch, now time.Time) error {
	set, args := []string{"updated_at = ?"}, []any{micros(now)}
	if p.Title != nil {
		set, args = append(set, "title = ?"), append(args, strings.TrimSpace(*p.Title))
	}
	if p.Description != nil {
		set, args = append(set, "description = ?"), append(args, *p.Description)
	}
	if p.Visibility != nil {
		set, args = append(set, "visibility = ?"), append(args, string(*p.Visibility))
	}
	return s.db.Update(ctx, func(tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE video SET `+strings.Join(set, ", ")+` WHERE id = ? AND deleted_at IS NULL`, append(args, string(id))...)
		if err != nil {
			return fmt.Errorf("update video: %w", err)
		}
		if n == 0 {
			return errs.Missing("video")
		}
		if p.Visibility == nil {
			return nil
		}
		return replaceSubjects(ctx, tx, id, *p.Visibility)
	})
}

// BinVideo puts a video into the bin.
func (s *Library) BinVideo(ctx context.Context, id ids.VideoID, now time.Time) error {
	return s.setDeleted(ctx, id, micros(now), `deleted_at IS NULL`)
}

// RestoreVideo takes a video out of the bin.
func (s *Library) RestoreVideo(ctx context.Context, id ids.VideoID, _ time.Time) error {
	return s.setDeleted(ctx, id, nil, `deleted_at IS NOT NULL AND purged = 0`)
}

func (s *Library) setDeleted(ctx context.Context, id ids.VideoID, at any, where string) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		n, err := tx.Exec(ctx, `UPDATE video SET deleted_at = ? WHERE id = ? AND `+where, at, string(id))
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

// addProgress sums the tasks of a video that is being made; others need no sum.
func addProgress(ctx context.Context, tx *Tx, v *library.Video) error {
	v.Progress = library.Progress{Upload: uploadProgress(v), Encode: 0}
	if v.Version == nil {
		return nil
	}
	if v.State.Watchable() {
		v.Progress.Encode = 1
		return nil
	}
	p, err := one(ctx, tx, scanProgress, `
		SELECT CAST(COALESCE(SUM(done_units), 0) AS BIGINT), CAST(COALESCE(SUM(total_units), 0) AS BIGINT), MIN(started_at)
		FROM task WHERE version_id = ? AND kind = 'chunk'`, string(v.Version.ID))
	if err != nil {
		return fmt.Errorf("sum progress: %w", err)
	}
	v.Progress.Encode, v.Progress.EncodedAt = p.Encode, p.EncodedAt
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

func scanProgress(r row) (p library.Progress, err error) {
	var (
		done, total int64
		begun       sql.NullInt64
	)
	err = r.Scan(&done, &total, &begun)
	if total > 0 {
		p.Encode = float64(done) / float64(total)
	}
	p.EncodedAt = fromOptionalMicros(begun)
	return p, err
}

func scanVideo(r row) (library.Video, error) {
	var (
		v                           library.Video
		n                           nullVersion
		created, updated            int64
		published, received, length sql.NullInt64
	)
	err := r.Scan(&v.ID, &v.Owner.ID, &v.Owner.Name, &v.Title, &v.Description, &v.Visibility, &v.State, &created, &updated, &published,
		&received, &length,
		&n.id, &n.source, &n.fileName, &n.fileType, &n.bytes, &n.duration, &n.width, &n.height, &n.rate, &n.rungs, &n.warnings, &n.poster,
		&n.playable, &n.ready, &n.code, &n.message, &n.next)
	if err != nil {
		return v, err
	}
	v.CreatedAt, v.UpdatedAt, v.PublishedAt = fromMicros(created), fromMicros(updated), fromOptionalMicros(published)
	if received.Valid {
		v.Upload = &library.Upload{ReceivedBytes: received.Int64, LengthBytes: length.Int64}
	}
	v.Version, err = n.version()
	return v, err
}

// nullVersion is the outer-joined half of a video's row.
type nullVersion struct {
	id, source, fileName, fileType, rungs, warnings, poster, code, message, next sql.NullString
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
	if err := fromJSON(n.warnings, &v.Warnings); err != nil {
		return nil, err
	}
	return v, fromJSON(n.rungs, &v.Rungs)
}

// cursorOf names the last video of a page; parseCursor reads it back.
func cursorOf(v library.Video) string {
	return strconv.FormatInt(micros(v.CreatedAt), 36) + "-" + string(v.ID)
}

func parseCursor(cursor string) (at int64, id string, err error) {
	stamp, rest, _ := strings.Cut(cursor, "-")
	at, err = strconv.ParseInt(stamp, 36, 64)
	video, idErr := ids.Parse[ids.VideoID](rest)
	if err != nil || idErr != nil {
		return 0, "", errs.InvalidField("query.cursor", "This is not a cursor of this list. Start at the first page.")
	}
	return at, string(video), nil
}
