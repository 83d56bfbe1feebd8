package clips

import (
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"matinee/internal/testkit/cook"
)

// Clip names one source.
type Clip string

// Path returns the clip's file, which is made if it is not there yet. The file is shared: do not write to it.
func Path(t testing.TB, c Clip) string {
	t.Helper()
	if name, ok := footage()[c]; ok {
		return filepath.Join(moduleRoot(t), "internal", "testkit", "clips", "footage", name)
	}
	recipe, ok := recipes()[c]
	if !ok {
		t.Fatalf("there is no clip %q", c)
	}
	path, err := cook.File(t.Context(), "clips", recipe)
	if err != nil {
		t.Fatalf("make clip %q: %v", c, err)
	}
	return path
}

// moduleRoot walks up from the test's own folder.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = parent
	}
}

// All returns the names of all clips, sorted.
func All() []Clip {
	return slices.Sorted(func(yield func(Clip) bool) {
		for _, names := range []iter.Seq[Clip]{maps.Keys(footage()), maps.Keys(recipes())} {
			for c := range names {
				if !yield(c) {
					return
				}
			}
		}
	})
}
