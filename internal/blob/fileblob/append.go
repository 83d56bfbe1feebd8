package fileblob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"matinee/internal/blob"
	"matinee/internal/errs"
)

// Append implements blob.Appender.
func (s *Store) Append(_ context.Context, key string, offset int64) (blob.AppendWriter, error) {
	if err := blob.CheckKey(key); err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, fmt.Errorf("append to %s at %d: negative offset", key, offset)
	}
	file, err := s.openGrowing(key, offset)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.New(errs.Conflict, "offset_mismatch", "The object does not exist.")
	}
	if err != nil {
		return nil, fmt.Errorf("append: %w", translate(err, key))
	}
	return &appendWriter{file: file, key: key, written: offset, started: offset}, nil
}

// openGrowing opens the file; a new one gets a name that survives a power cut.
func (s *Store) openGrowing(key string, offset int64) (file *os.File, err error) {
	if offset > 0 {
		return s.openAppend(key, offset)
	}
	err = s.inFolderOf(key, func() error {
		if file != nil {
			_ = file.Close() // its folder was deleted in between: nobody can reach it
		}
		file, err = s.openAppend(key, offset)
		return err
	})
	if err != nil && file != nil {
		err = errors.Join(err, file.Close())
	}
	return file, err
}

// openAppend opens the file cut to offset and standing at its end.
func (s *Store) openAppend(key string, offset int64) (*os.File, error) {
	flags := os.O_WRONLY
	if offset == 0 {
		flags |= os.O_CREATE
	}
	file, err := s.root.OpenFile(key, flags, fileMode)
	if err != nil {
		return nil, err
	}
	if err := cut(file, offset); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func cut(file *os.File, offset int64) error {
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if size < offset {
		return errs.New(errs.Conflict, "offset_mismatch", "The object has %d bytes, not %d.", size, offset)
	}
	if err := file.Truncate(offset); err != nil {
		return err
	}
	_, err = file.Seek(offset, io.SeekStart)
	return err
}

// writebackStep is how many bytes are written between two requests to the kernel to bring them to the disk, so that the
// sync at the end has little left to do.
const writebackStep = 8 << 20

type appendWriter struct {
	file    *os.File
	key     string
	written int64 // length of the object
	started int64 // up to here the kernel was asked to write
}

// Write implements io.Writer.
func (w *appendWriter) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	w.written += int64(n)
	if pending := w.written - w.started; pending >= writebackStep {
		startWriteback(w.file, w.started, pending)
		w.started = w.written
	}
	return n, translate(err, w.key)
}

// Sync implements blob.AppendWriter. The file's name was made durable when it was created.
func (w *appendWriter) Sync() error { return translate(w.file.Sync(), w.key) }

// Close implements blob.AppendWriter.
func (w *appendWriter) Close() error { return translate(w.file.Close(), w.key) }

// Total implements blob.Capacity.
func (s *Store) Total(context.Context) (int64, error) {
	var facts unix.Statfs_t
	if err := unix.Statfs(s.path, &facts); err != nil {
		return 0, fmt.Errorf("ask for the size of %s: %w", s.path, err)
	}
	return int64(facts.Blocks) * int64(facts.Bsize), nil //nolint:unconvert // Bsize has 32 bits on macOS
}

// Free implements blob.FreeSpace: what the file system gives to a process without privileges.
func (s *Store) Free(context.Context) (int64, error) {
	var facts unix.Statfs_t
	if err := unix.Statfs(s.path, &facts); err != nil {
		return 0, fmt.Errorf("ask for free space of %s: %w", s.path, err)
	}
	return int64(facts.Bavail) * int64(facts.Bsize), nil //nolint:unconvert // Bsize has 32 bits on macOS
}
