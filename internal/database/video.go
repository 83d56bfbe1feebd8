package database

import (
	"database/sql"
	"errors"
	"time"

	"matinee/internal/ids"
	"matinee/internal/library"
)

// videoColumns are what scanVideo reads, over video v, its owner, its current version n, the next one x and its unfinished
// upload u.
const videoColumns = `
	v.id, v.owner_id, COALESCE(o.name, ''), v.title, v.description, v.visibility, v.state, v.created_at, v.updated_at, v.published_at, v.deleted_at,
	v.tags, COALESCE(k.slug, ''), COALESCE(v.external_id, ''), v.metadata, v.revision, v.poster,
	u.received, u.length,
	x.id, COALESCE(x.failed_code, ''), COALESCE(x.failed_message, ''), COALESCE(x.failed_next, ''), x.trouble,
	n.id, n.source_id, n.file_name, n.file_type, n.source_bytes, n.duration_us, n.width, n.height, n.frame_rate, n.rungs, n.warnings, n.extra_tracks, n.chapters, n.damage, n.poster, n.storyboard,
	n.playable_at, n.ready_at, n.failed_code, n.failed_message, n.failed_next, n.trouble`

const videoJoins = `
	LEFT JOIN category k ON k.id = v.category_id
	LEFT JOIN account o ON o.id = v.owner_id
	LEFT JOIN version n ON n.id = v.version_id
	LEFT JOIN version x ON x.id = v.next_version_id
	LEFT JOIN upload u ON u.video_id = v.id AND u.completed_at IS NULL`

func scanVideo(r row) (library.Video, error) {
	var (
		v                  library.Video
		n                  nullVersion
		created, updated   int64
		published, deleted sql.NullInt64
		received, length   sql.NullInt64
		next               nullNext
		tags, metadata     sql.NullString
		poster             sql.NullString
	)
	err := r.Scan(&v.ID, &v.Owner.ID, &v.Owner.Name, &v.Title, &v.Description, &v.Visibility, &v.State, &created, &updated, &published, &deleted,
		&tags, &v.Category, &v.ExternalID, &metadata, &v.Revision, &poster,
		&received, &length,
		&next.id, &next.failed.Code, &next.failed.Message, &next.failed.Next, &next.trouble,
		&n.id, &n.source, &n.fileName, &n.fileType, &n.bytes, &n.duration, &n.width, &n.height, &n.rate, &n.rungs, &n.warnings, &n.tracks, &n.chapters, &n.damage, &n.poster, &n.storyboard,
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
	if err := errors.Join(fromJSON(tags, &v.Tags), fromJSON(poster, &v.Poster)); err != nil {
		return v, err
	}
	if v.Version, err = n.version(); err != nil {
		return v, err
	}
	v.Replacement, err = next.replacement(v)
	return v, err
}

// nullNext is the outer-joined version that is to take the place of the one that is shown.
type nullNext struct {
	id, trouble sql.NullString
	failed      library.Failure
}

// replacement is what becomes of a source that is to take the place of the one that is shown: an upload is newer than a version.
func (n nullNext) replacement(v library.Video) (*library.Replacement, error) {
	switch {
	case v.Replacing():
		return &library.Replacement{State: library.Uploading}, nil
	case !n.id.Valid:
		return nil, nil
	}
	r := &library.Replacement{Version: ids.VersionID(n.id.String), State: library.Processing, Failure: failure(n.failed)}
	if r.Failure != nil {
		r.State = library.Failed
	}
	return r, fromJSON(n.trouble, &r.Trouble)
}

// nullVersion is the outer-joined half of a video's row.
type nullVersion struct {
	id, source, fileName, fileType, rungs, warnings, poster, code, message, next sql.NullString
	tracks, chapters, damage, trouble, storyboard                                sql.NullString
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
		Width: int(n.width.Int64), Height: int(n.height.Int64), FrameRate: n.rate.Float64, Poster: n.poster.String, Storyboard: n.storyboard.String,
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
