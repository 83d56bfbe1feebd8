package database

import (
	"context"
	"database/sql"
	"fmt"

	"matinee/internal/pipeline"
)

// mediaSize is what a version takes by its row.
type mediaSize struct {
	source int64
	tracks []pipeline.TrackRow
}

// MediaBytes sums up the sources and the tracks of all versions. A source that several versions share counts once.
func (s *Pipeline) MediaBytes(ctx context.Context) (total int64, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		sizes, err := many(ctx, tx, func(r row) (m mediaSize, err error) {
			var tracks sql.NullString
			if err := r.Scan(&m.source, &tracks); err != nil {
				return m, err
			}
			return m, fromJSON(tracks, &m.tracks)
		}, `SELECT CASE WHEN id = (SELECT MIN(o.id) FROM version o WHERE o.source_id = version.source_id) THEN source_bytes ELSE 0 END, tracks FROM version`)
		if err != nil {
			return fmt.Errorf("read sizes: %w", err)
		}
		for _, m := range sizes {
			total += m.source
			for _, t := range m.tracks {
				total += t.Bytes
			}
		}
		return nil
	})
	return total, err
}
