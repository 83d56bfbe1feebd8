package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"matinee/internal/access"
	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

// Storage is what the media of an instance take and have.
type Storage struct {
	FreeBytes    int64
	TotalBytes   *int64 // nil where the store cannot tell
	MediaBytes   int64  // sources and what was made from them, by the rows
	ScratchBytes int64
}

// StorageStore sums up what lies in the object store. It is part of Store.
type StorageStore interface {
	// MediaBytes sums up the sources and the tracks of all versions.
	MediaBytes(ctx context.Context) (int64, error)
}

// sized is the ability of an object store to say how much it holds at most.
type sized interface {
	Total(ctx context.Context) (int64, error)
}

// Storage returns how much room there is, for administrators.
func (p *Pipeline) Storage(ctx context.Context, viewer access.Viewer) (s Storage, err error) {
	if err := access.Check(viewer, access.ManageSystem, access.Facts{}, "storage", p.o.Now()); err != nil {
		return s, err
	}
	if s.FreeBytes, err = p.objects.Free(ctx); err != nil {
		return s, fmt.Errorf("ask for free space: %w", err)
	}
	if store, ok := p.objects.(sized); ok {
		total, err := store.Total(ctx)
		if err != nil {
			return s, fmt.Errorf("ask for all space: %w", err)
		}
		s.TotalBytes = &total
	}
	if s.MediaBytes, err = p.store.MediaBytes(ctx); err != nil {
		return s, fmt.Errorf("sum up media: %w", err)
	}
	s.ScratchBytes, err = folderBytes(p.scratch)
	return s, err
}

// folderBytes sums up the files below a folder. One that goes while it is counted counts nothing.
func folderBytes(folder string) (total int64, err error) {
	err = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return ignoreMissing(err)
		}
		info, err := entry.Info()
		if err != nil {
			return ignoreMissing(err)
		}
		total += info.Size()
		return nil
	})
	return total, err
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// SourceFile is the open file that a video was made from.
type SourceFile struct {
	blob.Object

	Name string // as it was uploaded; "" where it had none
}

// Source opens the file that a video was made from, for those who may edit it; the caller closes it. It is an errs.Conflict
// error before the source is complete.
func (p *Pipeline) Source(ctx context.Context, viewer access.Viewer, video ids.VideoID) (SourceFile, error) {
	if err := p.mayEdit(ctx, viewer, video); err != nil {
		return SourceFile{}, err
	}
	v, err := p.store.CurrentVersion(ctx, video)
	if errs.Is(err, errs.NotFound) {
		return SourceFile{}, errNoSource()
	}
	if err != nil {
		return SourceFile{}, err
	}
	object, err := p.objects.Open(ctx, blob.SourceKey(v.Video, v.Source))
	if errs.Is(err, errs.NotFound) {
		return SourceFile{}, errNoSource()
	}
	return SourceFile{Object: object, Name: v.FileName}, err
}

func errNoSource() error {
	return errs.New(errs.Conflict, "no_source", "This video has no source yet.")
}
