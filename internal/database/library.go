package database

import (
	"context"
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
