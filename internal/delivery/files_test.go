package delivery

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"matinee/internal/blob"
)

// newFile opens a file with a few bytes.
func newFile(t *testing.T, key string) (*os.File, blob.Info) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file, blob.Info{Key: key, SizeBytes: int64(len(key))}
}

func closed(f *openFile) bool {
	_, err := f.Stat()
	return errors.Is(err, os.ErrClosed)
}

func TestAnOpenFileIsSharedAndClosedAfterAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFiles()
		first := f.add(newFile(t, "a"))
		second := f.take("a")
		if second != first {
			t.Fatal("the second user has another file")
		}
		first.release()
		second.release()
		if closed(first) {
			t.Fatal("the file was closed at once")
		}
		busy := f.take("a")
		<-time.After(2 * filesLast)
		synctest.Wait()
		if f.take("a") != nil {
			t.Error("the file is kept for ever")
		}
		if closed(busy) {
			t.Error("the file was closed while it was sent")
		}
		if busy.release(); !closed(first) {
			t.Error("the last user left and the file is open")
		}
	})
}

func TestOfTwoThatOpenAFileAtOnceOneKeepsIt(t *testing.T) {
	t.Parallel()
	f := newFiles()
	kept, other := f.add(newFile(t, "a")), f.add(newFile(t, "a"))
	if other.release(); !closed(other) {
		t.Error("the one that is not kept stays open")
	}
	if kept.release(); closed(kept) {
		t.Error("the one that is kept was closed")
	}
}

func TestOpenFilesAreBounded(t *testing.T) {
	t.Parallel()
	f := newFiles()
	var all []*openFile
	for i := range maxFiles + 50 {
		o := f.add(newFile(t, fmt.Sprint(i)))
		o.release()
		all = append(all, o)
	}
	open := 0
	for _, o := range all {
		if !closed(o) {
			open++
		}
	}
	if open != maxFiles || len(f.kept) != maxFiles {
		t.Errorf("%d files are open, %d are kept", open, len(f.kept))
	}
}

func TestManyUseOneFile(t *testing.T) {
	t.Parallel()
	f := newFiles()
	f.add(newFile(t, "a")).release()
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 200 {
				o := f.take("a")
				if o == nil {
					continue
				}
				if _, err := o.ReadAt(make([]byte, 1), 0); err != nil {
					t.Error(err)
				}
				o.release()
			}
		})
	}
	all.Wait()
}
