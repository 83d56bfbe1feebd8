package database

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/media"
	"matinee/internal/pipeline"
)

// soundOf lists the audio tracks of a plan as a video's page shows them.
func soundOf(plan media.Plan) []library.Track {
	var list []library.Track
	for _, a := range plan.Audio {
		list = append(list, library.Track{
			ID: a.ID, Kind: library.AudioTrack, Language: cmp.Or(a.Language, "und"), Label: a.Label, Role: string(cmp.Or(a.Role, media.Main)), Default: a.Default,
		})
	}
	return list
}

// DropTrack ends a version's claim to the track of a task.
func (s *Pipeline) DropTrack(ctx context.Context, l pipeline.Lease, warning string, now time.Time) (pipeline.Step, error) {
	return s.endTrackWork(ctx, l, pipeline.Facts{}, now, func(tx *Tx) error {
		if err := addWarning(ctx, tx, l.Version, warning); err != nil {
			return err
		}
		v, err := one(ctx, tx, scanVersion, `SELECT `+versionColumns+` FROM version WHERE id = ?`, string(l.Version))
		if err != nil {
			return fmt.Errorf("read version: %w", err)
		}
		if err := dropTracks(ctx, tx, v, func(id string) bool { return id == l.Track }); err != nil {
			return err
		}
		extra, err := toJSON(withDefault(slices.DeleteFunc(v.Extra, func(t library.Track) bool { return t.ID == l.Track })))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE version SET extra_tracks = ? WHERE id = ?`, extra, string(l.Version))
		return err
	})
}

// dropTracks ends a version's claim to tracks, and the listing of those that are rungs.
func dropTracks(ctx context.Context, tx *Tx, v pipeline.Version, gone func(id string) bool) error {
	left := slices.DeleteFunc(v.Tracks, func(t pipeline.TrackRow) bool { return gone(t.ID) })
	tracks, err := toJSON(left)
	if err != nil {
		return err
	}
	shown, err := one(ctx, tx, func(r row) (list []library.Rung, err error) {
		var text sql.NullString
		if err := r.Scan(&text); err != nil {
			return nil, err
		}
		err = fromJSON(text, &list)
		return list, err
	}, `SELECT rungs FROM version WHERE id = ?`, string(v.ID))
	if err != nil {
		return fmt.Errorf("read rungs: %w", err)
	}
	rungs, err := toJSON(slices.DeleteFunc(shown, func(r library.Rung) bool { return gone(r.ID) }))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE version SET tracks = ?, rungs = ?, revision = revision + 1 WHERE id = ?`, tracks, rungs, string(v.ID))
	return err
}

// dropSource ends a version's claim to the pictures that are passed through: a decoder has met with damage in them. Ours hides it, a
// browser's may stop.
func dropSource(ctx context.Context, tx *Tx, id ids.VersionID) error {
	v, err := one(ctx, tx, scanVersion, `SELECT `+versionColumns+` FROM version WHERE id = ?`, string(id))
	if err != nil {
		return fmt.Errorf("read version: %w", err)
	}
	isCopied := func(id string) bool {
		rung, _ := v.Plan.Rung(id)
		return rung.Copied
	}
	if !slices.ContainsFunc(v.Tracks, func(t pipeline.TrackRow) bool { return isCopied(t.ID) }) {
		return nil
	}
	if err := addWarning(ctx, tx, id, pipeline.SourceDamaged); err != nil {
		return err
	}
	return dropTracks(ctx, tx, v, isCopied)
}

// withDefault makes the first sound the default one where the planned default is gone, as the playlists do.
func withDefault(list []library.Track) []library.Track {
	isSound := func(t library.Track) bool { return t.Kind == library.AudioTrack }
	if slices.ContainsFunc(list, func(t library.Track) bool { return isSound(t) && t.Default }) {
		return list
	}
	if first := slices.IndexFunc(list, isSound); first >= 0 {
		list[first].Default = true
	}
	return list
}

// FinishPictures stores what was made beside the tracks. Made again, it takes the place of what was there.
func (s *Pipeline) FinishPictures(ctx context.Context, l pipeline.Lease, p pipeline.Pictured, now time.Time) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := finishTask(ctx, tx, l, pipeline.Facts{}, now); err != nil {
			return err
		}
		// Locking the version makes an audio track that is dropped meanwhile wait on PostgreSQL.
		if _, err := tx.Exec(ctx, `UPDATE version SET poster = ?, revision = revision + 1 WHERE id = ?`, p.Poster, string(l.Version)); err != nil {
			return fmt.Errorf("store poster: %w", err)
		}
		for _, w := range p.Warnings {
			if err := addWarning(ctx, tx, l.Version, w); err != nil {
				return err
			}
		}
		return replaceSubtitles(ctx, tx, l.Version, p.Subtitles)
	})
}

func replaceSubtitles(ctx context.Context, tx *Tx, id ids.VersionID, subtitles []library.Track) error {
	v, err := one(ctx, tx, scanVersion, `SELECT `+versionColumns+` FROM version WHERE id = ?`, string(id))
	if err != nil {
		return fmt.Errorf("read version: %w", err)
	}
	sound := slices.DeleteFunc(v.Extra, func(t library.Track) bool { return t.Kind == library.SubtitleTrack })
	text, err := toJSON(append(sound, subtitles...))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE version SET extra_tracks = ? WHERE id = ?`, text, string(id))
	return err
}

// FoundDamage reads the facts of the version's chunks.
func (s *Pipeline) FoundDamage(ctx context.Context, id ids.VersionID) (found []media.FrameRange, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		chunks, err := many(ctx, tx, func(r row) (f pipeline.Facts, err error) {
			var text sql.NullString
			if err := r.Scan(&text); err != nil {
				return f, err
			}
			err = fromJSON(text, &f)
			return f, err
		}, `SELECT facts FROM task WHERE version_id = ? AND kind = 'chunk'`, string(id))
		for _, c := range chunks {
			found = append(found, c.Damage...)
		}
		return err
	})
	return found, err
}

// addWarning tells the owner something about a version, once; "" is nothing to tell.
func addWarning(ctx context.Context, tx *Tx, id ids.VersionID, warning string) error {
	if warning == "" {
		return nil
	}
	warnings, err := one(ctx, tx, func(r row) (list []string, err error) {
		var text sql.NullString
		if err := r.Scan(&text); err != nil {
			return nil, err
		}
		err = fromJSON(text, &list)
		return list, err
	}, `SELECT warnings FROM version WHERE id = ?`, string(id))
	if err != nil {
		return fmt.Errorf("read warnings: %w", err)
	}
	if slices.Contains(warnings, warning) {
		return nil
	}
	text, err := toJSON(append(warnings, warning))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE version SET warnings = ? WHERE id = ?`, text, string(id))
	return err
}
