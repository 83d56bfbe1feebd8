package clips

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
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
	path, err := produce(t, recipe)
	if err != nil {
		t.Fatalf("make clip %q: %v", c, err)
	}
	return path
}

// recipe is how a clip is made: commands of ffmpeg in the clip's folder, or bytes.
type recipe struct {
	file  string // name of the result
	steps []string
	bytes string
}

func produce(t testing.TB, r recipe) (string, error) {
	t.Helper()
	dir, err := cacheDir(r)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, r.file)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	scratch, err := os.MkdirTemp(filepath.Dir(dir), ".making-") //nolint:usetesting // a clip is renamed into the cache, so it is made on the cache's own disk
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	if err := r.cook(t, scratch); err != nil {
		return "", err
	}
	// Another test may have been faster: its result is as good.
	if err := os.Rename(scratch, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, err := os.Stat(path); err != nil {
			return "", err
		}
	}
	return path, nil
}

func (r recipe) cook(t testing.TB, dir string) error {
	if len(r.steps) == 0 {
		return os.WriteFile(filepath.Join(dir, r.file), []byte(r.bytes), 0o644)
	}
	for _, step := range r.steps {
		args := append([]string{"-nostdin", "-y", "-v", "error"}, fields(step)...)
		cmd := exec.CommandContext(t.Context(), "ffmpeg", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("ffmpeg %s: %w: %s", step, err, out)
		}
	}
	return nil
}

// fields splits at spaces; what must not be split stands between single quotes.
func fields(step string) []string {
	var out []string
	for i, part := range strings.Split(step, "'") {
		if i%2 == 1 {
			out = append(out, part)
			continue
		}
		out = append(out, strings.Fields(part)...)
	}
	return out
}

func cacheDir(r recipe) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	version, err := ffmpegVersion()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", r.file, r.steps, r.bytes, version))
	return filepath.Join(cache, "matinee-test", "clips", hex.EncodeToString(sum[:12])), nil
}

var ffmpegVersion = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("ffmpeg", "-version").Output()
	if err != nil {
		return "", fmt.Errorf("tests need ffmpeg (Debian and Ubuntu: apt-get install ffmpeg): %w", err)
	}
	first, _, _ := strings.Cut(string(out), "\n")
	return first, nil
})

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
