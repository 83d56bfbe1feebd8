package blobtest

import (
	"os"
	"testing"

	"matinee/internal/blob"
	"matinee/internal/errs"
)

// runAbilities runs the tests of what the store can do beyond the port.
func runAbilities(t *testing.T, fresh func(t *testing.T) blob.Store) {
	t.Helper()
	runAbility(t, fresh, map[string]func(*testing.T, blob.Store, blob.Appender){
		"appending grows an object in place":         appendGrows,
		"appending cuts what lies beyond the offset": appendCuts,
		"appending beyond the end is a conflict":     appendBeyond,
	})
	runAbility(t, fresh, map[string]func(*testing.T, blob.Store, blob.Local){"a local path names the object's bytes": localPath})
	runAbility(t, fresh, map[string]func(*testing.T, blob.Store, blob.FreeSpace){"the free space is more than nothing": freeSpace})
	runAbility(t, fresh, map[string]func(*testing.T, blob.Store, blob.Capacity){"the capacity is more than the free space": capacity})
}

func runAbility[A any](t *testing.T, fresh func(t *testing.T) blob.Store, tests map[string]func(*testing.T, blob.Store, A)) {
	t.Helper()
	if _, able := fresh(t).(A); !able {
		return
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := fresh(t)
			test(t, s, s.(A))
		})
	}
}

func appendGrows(t *testing.T, s blob.Store, a blob.Appender) {
	const key = "v/a/1/source"
	appendTo(t, a, key, 0, "first ")
	wantBytes(t, s, key, []byte("first "))
	appendTo(t, a, key, 6, "second")
	wantBytes(t, s, key, []byte("first second"))
	appendTo(t, a, key, 12, "")
	wantBytes(t, s, key, []byte("first second"))
}

func appendCuts(t *testing.T, s blob.Store, a blob.Appender) {
	const key = "v/a/1/source"
	appendTo(t, a, key, 0, "first second")
	appendTo(t, a, key, 6, "third")
	wantBytes(t, s, key, []byte("first third"))
	appendTo(t, a, key, 0, "again")
	wantBytes(t, s, key, []byte("again"))
}

func appendBeyond(t *testing.T, s blob.Store, a blob.Appender) {
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

func localPath(t *testing.T, s blob.Store, l blob.Local) {
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

func freeSpace(t *testing.T, _ blob.Store, f blob.FreeSpace) {
	if free, err := f.Free(t.Context()); err != nil || free <= 0 {
		t.Errorf("Free = %d, %v", free, err)
	}
}

func capacity(t *testing.T, s blob.Store, c blob.Capacity) {
	total, err := c.Total(t.Context())
	if err != nil || total <= 0 {
		t.Fatalf("Total = %d, %v", total, err)
	}
	if f, ok := s.(blob.FreeSpace); ok {
		if free, err := f.Free(t.Context()); err != nil || free > total {
			t.Errorf("%d of %d bytes are free, %v", free, total, err)
		}
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
