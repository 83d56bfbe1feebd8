package s3blob

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/minio/minio-go/v7"

	"matinee/internal/blob"
	"matinee/internal/errs"
)

// List implements blob.Store, page by page.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		if err := blob.CheckPrefix(prefix); err != nil {
			yield(blob.Info{}, err)
			return
		}
		for facts := range s.objects(ctx, prefix) {
			if facts.Err != nil {
				yield(blob.Info{}, fmt.Errorf("list %s: %w", prefix, facts.Err))
				return
			}
			if !yield(infoOf(strings.TrimPrefix(facts.Key, s.prefix), facts), nil) {
				return
			}
		}
	}
}

func (s *Store) objects(ctx context.Context, prefix string) iter.Seq[minio.ObjectInfo] {
	return s.core.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.name(prefix), Recursive: true, MaxKeys: s.o.PageKeys})
}

// Delete implements blob.Store.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := blob.CheckKey(key); err != nil {
		return err
	}
	err := translate(s.core.RemoveObject(ctx, s.bucket, s.name(key), minio.RemoveObjectOptions{}), key)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return fmt.Errorf("delete: %w", err)
	}
	return nil
}

// DeletePrefix implements blob.Store. Multipart puts below the prefix end too, those of this moment and those of dead processes.
func (s *Store) DeletePrefix(ctx context.Context, prefix string) error {
	if err := blob.CheckPrefix(prefix); err != nil {
		return err
	}
	if err := errors.Join(s.endPuts(ctx, prefix), s.deleteObjects(ctx, prefix)); err != nil {
		return fmt.Errorf("delete %s: %w", prefix, err)
	}
	return nil
}

// endPuts makes the service forget the parts of all multipart puts below the prefix.
func (s *Store) endPuts(ctx context.Context, prefix string) error {
	ctx, stop := context.WithCancel(ctx) // ends the listing when we leave before its end
	defer stop()
	for put := range s.core.ListIncompleteUploads(ctx, s.bucket, s.name(prefix), true) {
		if put.Err != nil {
			return fmt.Errorf("list unfinished puts: %w", put.Err)
		}
		if err := s.abort(ctx, put.Key, put.UploadID); err != nil {
			return err
		}
	}
	return nil
}

// deleteObjects deletes a thousand objects a request.
func (s *Store) deleteObjects(ctx context.Context, prefix string) error {
	var faults []error
	found := func(yield func(minio.ObjectInfo) bool) {
		for facts := range s.objects(ctx, prefix) {
			if facts.Err != nil {
				faults = append(faults, facts.Err)
				return
			}
			if !yield(facts) {
				return
			}
		}
	}
	results, err := s.core.RemoveObjectsWithIter(ctx, s.bucket, found, minio.RemoveObjectsOptions{})
	if err != nil {
		return err
	}
	for result := range results {
		if result.Err != nil && !errs.Is(translate(result.Err, result.ObjectName), errs.NotFound) {
			faults = append(faults, result.Err)
		}
	}
	return errors.Join(faults...)
}
