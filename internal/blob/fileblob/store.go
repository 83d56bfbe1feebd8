package fileblob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"matinee/internal/blob"
	"matinee/internal/errs"
)

const (
	folderMode = 0o750
	fileMode   = 0o640
	// copyBuffer is how many bytes of an object are in memory while it is written.
	copyBuffer = 256 << 10
	// attempts is how often a write is begun again when a delete of the same prefix took its folder away.
	attempts = 5
)

// Store is a blob store in a folder. It is safe for concurrent use.
type Store struct {
	root *os.Root
	path string // absolute
}

var (
	_ blob.Store     = (*Store)(nil)
	_ blob.Appender  = (*Store)(nil)
	_ blob.Local     = (*Store)(nil)
	_ blob.FreeSpace = (*Store)(nil)
	_ blob.Capacity  = (*Store)(nil)
)

// Open returns the store in the folder, which is made when missing, and removes what a crash left unfinished in it.
func Open(folder string) (*Store, error) {
	path, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("resolve media folder: %w", err)
	}
	if err := os.MkdirAll(path, folderMode); err != nil {
		return nil, fmt.Errorf("make media folder: %w", err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("open media folder: %w", err)
	}
	s := &Store{root: root, path: path}
	if err := s.resetTemp(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return s, nil
}

// Close releases the folder. Objects that are open stay readable.
func (s *Store) Close() error { return s.root.Close() }

// Put implements blob.Store.
func (s *Store) Put(ctx context.Context, key string, r io.Reader) (int64, error) {
	if err := blob.CheckKey(key); err != nil {
		return 0, err
	}
	temp, n, err := s.writeTemp(ctx, r)
	if err != nil {
		return 0, fmt.Errorf("put %s: %w", key, err)
	}
	if err := s.inFolderOf(key, func() error { return s.root.Rename(temp, key) }); err != nil {
		return 0, fmt.Errorf("put %s: %w", key, errors.Join(translate(err, key), s.root.Remove(temp)))
	}
	return n, nil
}

// PutIfAbsent implements blob.Store by link(2), which makes a name only once.
func (s *Store) PutIfAbsent(ctx context.Context, key string, data []byte) (bool, error) {
	if err := blob.CheckKey(key); err != nil {
		return false, err
	}
	if _, err := s.root.Stat(key); err == nil {
		return false, s.syncFolder(parent(key))
	}
	temp, _, err := s.writeTemp(ctx, bytes.NewReader(data))
	if err != nil {
		return false, fmt.Errorf("put %s: %w", key, err)
	}
	err = s.inFolderOf(key, func() error { return s.root.Link(temp, key) })
	lost := errors.Is(err, fs.ErrExist)
	if lost {
		err = s.syncFolder(parent(key)) // the winner may not have come to it, and the caller relies on the object now
	}
	if err := errors.Join(translate(err, key), s.root.Remove(temp)); err != nil {
		return false, fmt.Errorf("put %s: %w", key, err)
	}
	return !lost, nil
}

// Open implements blob.Store. The object's reader is an *os.File.
func (s *Store) Open(_ context.Context, key string) (blob.Object, error) {
	if err := blob.CheckKey(key); err != nil {
		return blob.Object{}, err
	}
	file, err := s.root.Open(key)
	if err != nil {
		return blob.Object{}, translate(err, key)
	}
	facts, err := file.Stat()
	if err != nil {
		return blob.Object{}, errors.Join(translate(err, key), file.Close())
	}
	if !facts.Mode().IsRegular() {
		return blob.Object{}, errors.Join(missing(), file.Close())
	}
	return blob.Object{ReadSeekCloser: file, Info: infoOf(key, facts)}, nil
}

// Stat implements blob.Store.
func (s *Store) Stat(_ context.Context, key string) (blob.Info, error) {
	if err := blob.CheckKey(key); err != nil {
		return blob.Info{}, err
	}
	facts, err := s.root.Stat(key)
	if err != nil {
		return blob.Info{}, translate(err, key)
	}
	if !facts.Mode().IsRegular() {
		return blob.Info{}, missing()
	}
	return infoOf(key, facts), nil
}

// Path implements blob.Local.
func (s *Store) Path(key string) (string, error) {
	if err := blob.CheckKey(key); err != nil {
		return "", err
	}
	return filepath.Join(s.path, filepath.FromSlash(key)), nil
}

func infoOf(key string, facts fs.FileInfo) blob.Info {
	return blob.Info{Key: key, SizeBytes: facts.Size(), ModTime: facts.ModTime()}
}

func missing() error { return errs.Missing("object") }

// translate turns an error of the file system into a kind.
func translate(err error, key string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return missing()
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errs.New(errs.NoSpace, "no_space", "The disk that keeps the media is full.")
	}
	return fmt.Errorf("object %s: %w", key, err)
}
