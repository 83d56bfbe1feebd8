package blobtest

import (
	"os"
	"testing"

	"matinee/internal/blob"
	"matinee/internal/errs"
)

// ability returns what the store can do beyond the port, and skips the test where it cannot.
func ability[A any](t *testing.T, s blob.Store) A {
	t.Helper()
	a, ok := s.(A)
	if !ok {
		t.Skipf("a %T has no such ability", s)
	}
	return a
}

func appendGrows(t *testing.T, s blob.Store) {
	a := ability[blob.Appender](t, s)
	const key = "v/a/1/source"
	appendTo(t, a, key, 0, "first ")
	wantBytes(t, s, key, []byte("first "))
	appendTo(t, a, key, 6, "second")
	wantBytes(t, s, key, []byte("first second"))
	appendTo(t, a, key, 12, "")
	wantBytes(t, s, key, []byte("first second"))
}

func appendCuts(t *testing.T, s blob.Store) {
	a := ability[blob.Appender](t, s)
	const key = "v/a/1/source"
	appendTo(t, a, key, 0, "first second")
	appendTo(t, a, key, 6, "third")
	wantBytes(t, s, key, []byte("first third"))
	appendTo(t, a, key, 0, "again")
	wantBytes(t, s, key, []byte("again"))
}

func appendBeyond(t *testing.T, s blob.Store) {
	a := ability[blob.Appender](t, s)
	const key = "v/a/1/source"
	if _, err := a.Append(t.Context(), key, 1); !errs.Is(err, errs.Conflict) {
		t.Errorf("appending to a missing object: %v", err)
	}
	appendTo(t, a, key, 0, "first")
	if _, err := a.Append(t.Context(), key, 6); !errs.Is(err, errs.Conflict) {
		t.Errorf("appending beyond the end: %v", err)
	}
	if _, err := a.Append(t.Context(), key, -1); err == nil {
		t.Error("a negative offset was accepted")
	}
	wantBytes(t, s, key, []byte("first"))
}

func localPath(t *testing.T, s blob.Store) {
	l := ability[blob.Local](t, s)
	put(t, s, "v/a/x", []byte("bytes"))
	path, err := l.Path("v/a/x")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "bytes" {
		t.Errorf("read %q, %v", got, err)
	}
	if _, err := l.Path("../x"); err == nil {
		t.Error("a malformed key has a path")
	}
}

func freeSpace(t *testing.T, s blob.Store) {
	if free, err := ability[blob.FreeSpace](t, s).Free(t.Context()); err != nil || free <= 0 {
		t.Errorf("Free = %d, %v", free, err)
	}
}

func appendTo(t *testing.T, a blob.Appender, key string, offset int64, text string) {
	t.Helper()
	w, err := a.Append(t.Context(), key, offset)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Error(err)
	}
	if err := w.Sync(); err != nil {
		t.Error(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}
