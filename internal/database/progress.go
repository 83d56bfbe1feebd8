package database

import (
	"context"
	"fmt"

	"matinee/internal/ids"
	"matinee/internal/library"
)

// addProgress sums the tasks of the videos that are being made, in one statement; others need no sum.
func addProgress(ctx context.Context, tx *Tx, videos []library.Video) error {
	making := map[ids.VersionID]*library.Progress{}
	var versions []any
	for i := range videos {
		v := &videos[i]
		v.Progress = library.Progress{Upload: uploadProgress(v)}
		switch {
		case v.Version == nil:
		case v.State == library.Ready:
			v.Progress.Encode = 1
		default:
			making[v.Version.ID], versions = &v.Progress, append(versions, string(v.Version.ID))
		}
		if r := v.Replacement; r != nil {
			r.Progress.Upload = replacementProgress(v)
			if r.Version != "" {
				making[r.Version], versions = &r.Progress, append(versions, string(r.Version))
			}
		}
	}
	if len(versions) == 0 {
		return nil
	}
	sums, err := many(ctx, tx, scanProgress, `
		SELECT version_id, CAST(COALESCE(SUM(done_units), 0) AS BIGINT), CAST(COALESCE(SUM(total_units), 0) AS BIGINT)
		FROM task t WHERE (kind = 'chunk' OR (kind = 'audio' AND NOT EXISTS (SELECT 1 FROM task c WHERE c.version_id = t.version_id AND c.kind = 'chunk')))
		  AND version_id IN (`+placeholders(len(versions))+`) GROUP BY version_id`, versions...)
	if err != nil {
		return fmt.Errorf("sum progress: %w", err)
	}
	for _, sum := range sums {
		p := making[sum.version]
		p.Encode = sum.Encode
	}
	return nil
}

// uploadProgress is how far the source of a video has come. Another one that replaces it has a progress of its own.
func uploadProgress(v *library.Video) float64 {
	switch {
	case v.Version != nil && (v.Upload == nil || v.State != library.Uploading):
		return 1
	case v.Upload != nil:
		return v.Upload.Progress()
	}
	return 0
}

func replacementProgress(v *library.Video) float64 {
	if v.Replacement.State != library.Uploading {
		return 1
	}
	return v.Upload.Progress()
}

// versionProgress is how far the chunks of a version are, or its sound where it has no pictures.
type versionProgress struct {
	library.Progress

	version ids.VersionID
}

func scanProgress(r row) (p versionProgress, err error) {
	var (
		done, total int64
	)
	err = r.Scan(&p.version, &done, &total)
	if total > 0 {
		p.Encode = float64(done) / float64(total)
	}
	return p, err
}
