package fileblob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"

	"matinee/internal/blob"
)

// List implements blob.Store.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		if err := blob.CheckPrefix(prefix); err != nil {
			yield(blob.Info{}, err)
			return
		}
		folder := strings.TrimSuffix(prefix, "/")
		err := fs.WalkDir(s.root.FS(), folder, func(key string, entry fs.DirEntry, err error) error {
			if err := errors.Join(err, ctx.Err()); err != nil {
				return passOver(err)
			}
			if !entry.Type().IsRegular() || key == folder {
				return nil
			}
			facts, err := entry.Info()
			if err != nil {
				return passOver(err)
			}
			if !yield(infoOf(key, facts), nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(blob.Info{}, fmt.Errorf("list %s: %w", prefix, err))
		}
	}
}

// passOver forgives what was deleted while the list ran, or was never there.
func passOver(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
