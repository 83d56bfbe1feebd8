package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"matinee/client"
)

// memo is what a run keeps of an upload, so that another run with the same file goes on. It holds the upload's address, which is
// the right to fill the video, and so is readable by its owner alone.
type memo struct {
	UploadURL string `json:"upload_url"`
	VideoID   string `json:"video_id"`
	WatchURL  string `json:"watch_url"`

	file *os.File // locked by this run; nil where nothing can be kept
}

// remember returns the memo of a file at a server: that of an earlier run, or an empty one. A file that has another size or was
// changed since is another file. Its error says that another run is sending the file at this moment.
func remember(p process, server string, f localFile) (*memo, error) {
	folder, err := memoFolder(p.lookup)
	if err == nil {
		err = os.MkdirAll(folder, 0o700)
	}
	if err != nil {
		fmt.Fprintf(p.errors, "matinee: %s: an upload that breaks off cannot be continued by another run: %v\n", f.name, err)
		return &memo{}, nil
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d\n%d", server, f.path, f.size, f.changed.UnixNano()))
	file, err := os.OpenFile(filepath.Join(folder, hex.EncodeToString(sum[:16])+".json"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("remember the upload: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(errors.New("another run is uploading this file"), file.Close())
	}
	m := &memo{file: file}
	if err := json.NewDecoder(file).Decode(m); err != nil {
		*m = memo{file: file} // empty, or torn by a crash: a new upload
	}
	return m, nil
}

// memoFolder follows the XDG Base Directory Specification.
func memoFolder(lookup func(string) (string, bool)) (string, error) {
	if state, ok := lookup("XDG_STATE_HOME"); ok && filepath.IsAbs(state) {
		return filepath.Join(state, "matinee", "uploads"), nil
	}
	home, ok := lookup("HOME")
	if !ok || !filepath.IsAbs(home) {
		return "", errors.New("neither XDG_STATE_HOME nor HOME names a folder to remember it in")
	}
	return filepath.Join(home, ".local", "state", "matinee", "uploads"), nil
}

// keep writes down what another run needs.
func (m *memo) keep(uploadURL string, v client.Video) error {
	m.UploadURL, m.VideoID, m.WatchURL = uploadURL, v.ID, v.WatchURL
	if m.file == nil {
		return nil
	}
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("remember the upload: %w", err)
	}
	_, seek := m.file.Seek(0, io.SeekStart)
	if err := errors.Join(seek, m.file.Truncate(0)); err != nil {
		return fmt.Errorf("remember the upload: %w", err)
	}
	if _, err := m.file.Write(text); err != nil {
		return fmt.Errorf("remember the upload: %w", err)
	}
	return m.file.Sync()
}

// forget removes the memo: there is nothing to go on with.
func (m *memo) forget() error {
	if m.file == nil {
		return nil
	}
	if err := os.Remove(m.file.Name()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("forget the upload: %w", err)
	}
	return nil
}

// close lets another run have the file. A memo without content is removed.
func (m *memo) close() {
	if m.file == nil {
		return
	}
	if m.UploadURL == "" {
		_ = os.Remove(m.file.Name())
	}
	_ = m.file.Close()
}
