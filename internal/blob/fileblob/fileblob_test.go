package fileblob_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"matinee/internal/blob"
	"matinee/internal/blob/blobtest"
	"matinee/internal/blob/fileblob"
	"matinee/internal/errs"
)

func open(t *testing.T, folder string) *fileblob.Store {
	t.Helper()
	s, err := fileblob.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(t *testing.T) blob.Store { return open(t, t.TempDir()) })
}

func TestOpeningRemovesWhatACrashLeft(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	open(t, folder)
	left := filepath.Join(folder, ".tmp", "left")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, folder)
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("the unfinished file is still there: %v", err)
	}
}

func TestPutsLeaveNoTemporaryFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, folder)
	for range 2 {
		if _, err := s.PutIfAbsent(t.Context(), "v/a/x", []byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Put(t.Context(), "v/a/y", strings.NewReader("y")); err != nil {
			t.Fatal(err)
		}
	}
	left, err := os.ReadDir(filepath.Join(folder, ".tmp"))
	if err != nil || len(left) != 0 {
		t.Errorf("%d temporary files, %v", len(left), err)
	}
}

func TestAnObjectIsAFileOfTheSystem(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	if _, err := s.Put(t.Context(), "v/a/x", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	object, err := s.Open(t.Context(), "v/a/x")
	if err != nil {
		t.Fatal(err)
	}
	defer object.Close()
	if _, ok := object.ReadSeekCloser.(*os.File); !ok {
		t.Errorf("the reader is a %T: the kernel cannot send it", object.ReadSeekCloser)
	}
}

func TestALinkDoesNotLeadOutOfTheFolder(t *testing.T) {
	t.Parallel()
	folder, outside := t.TempDir(), t.TempDir()
	s := open(t, folder)
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(folder, "v")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), "v/secret"); err == nil {
		t.Error("a link led out of the folder")
	}
	if _, err := s.Put(t.Context(), "v/new", strings.NewReader("x")); err == nil {
		t.Error("a put followed a link out of the folder")
	}
}

func TestTheStoreMakesItsFolder(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "data", "media"))
	if _, err := s.Stat(t.Context(), "v/none"); !errs.Is(err, errs.NotFound) {
		t.Errorf("stat of a missing object: %v", err)
	}
}

func TestAFileWhereTheFolderShouldBeIsAnError(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "media")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := fileblob.Open(path); err == nil {
		t.Error("a file was opened as a store", s.Close())
	}
}
