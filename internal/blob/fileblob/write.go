package fileblob

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"matinee/internal/blob"
	"matinee/internal/errs"
)

// tempFolder holds files that are not objects yet. No key begins with a dot.
const tempFolder = ".tmp"

// resetTemp empties the folder for temporary files.
func (s *Store) resetTemp() error {
	if err := s.root.RemoveAll(tempFolder); err != nil {
		return fmt.Errorf("remove unfinished files: %w", err)
	}
	if err := s.root.Mkdir(tempFolder, folderMode); err != nil {
		return fmt.Errorf("make folder for unfinished files: %w", err)
	}
	return nil
}

// writeTemp writes r to a temporary file and syncs it. On an error no file is left.
func (s *Store) writeTemp(ctx context.Context, r io.Reader) (name string, n int64, err error) {
	name = path.Join(tempFolder, rand.Text())
	file, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return "", 0, translate(err, name)
	}
	n, err = copyTo(ctx, file, r)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err != nil {
		return "", 0, errors.Join(translate(err, name), s.root.Remove(name))
	}
	return name, n, nil
}

// copyTo copies with a bounded buffer until r ends or ctx is done.
func copyTo(ctx context.Context, w io.Writer, r io.Reader) (n int64, err error) {
	buf := make([]byte, copyBuffer)
	for {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		read, readErr := r.Read(buf)
		written, err := w.Write(buf[:read])
		n += int64(written)
		if err != nil {
			return n, err
		}
		if errors.Is(readErr, io.EOF) {
			return n, nil
		}
		if readErr != nil {
			return n, fmt.Errorf("read: %w", readErr)
		}
	}
}

// inFolderOf runs what names the key, makes its folder first where that is missing, and syncs the folder after.
func (s *Store) inFolderOf(key string, name func() error) error {
	folder := parent(key)
	for range attempts {
		err := name()
		if err == nil {
			err = s.syncFolder(folder)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := s.makeFolder(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return fmt.Errorf("folder %s is being deleted", folder)
}

// makeFolder makes a folder and those above it, each synced into its own parent.
func (s *Store) makeFolder(folder string) error {
	if folder == "." {
		return nil
	}
	err := s.root.Mkdir(folder, folderMode)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		if err := s.makeFolder(parent(folder)); err != nil {
			return err
		}
		err = s.root.Mkdir(folder, folderMode)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return s.syncFolder(parent(folder))
}

func (s *Store) syncFolder(folder string) error {
	dir, err := s.root.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Delete implements blob.Store.
func (s *Store) Delete(_ context.Context, key string) error {
	if err := blob.CheckKey(key); err != nil {
		return err
	}
	facts, err := s.root.Lstat(key)
	if errs.Is(translate(err, key), errs.NotFound) || err == nil && facts.IsDir() {
		return nil
	}
	if err := s.root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete: %w", translate(err, key))
	}
	return s.prune(parent(key))
}

// DeletePrefix implements blob.Store.
func (s *Store) DeletePrefix(_ context.Context, prefix string) error {
	if err := blob.CheckPrefix(prefix); err != nil {
		return err
	}
	folder := strings.TrimSuffix(prefix, "/")
	if facts, err := s.root.Lstat(folder); err == nil && !facts.IsDir() {
		return nil // an object of that name, and so nothing below it
	}
	if err := s.root.RemoveAll(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete %s: %w", prefix, err)
	}
	return s.prune(parent(folder))
}

// prune removes folders that became empty, from the given one upwards, and syncs the first that stays.
func (s *Store) prune(folder string) error {
	for ; folder != "."; folder = parent(folder) {
		if err := s.root.Remove(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
			break // not empty: somebody else's objects
		}
	}
	if err := s.syncFolder(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("sync %s: %w", folder, err)
	}
	return nil
}

func parent(key string) string { return path.Dir(key) }
