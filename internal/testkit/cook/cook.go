package cook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// Recipe is how a file is made, in a folder of its own.
//
// A step is the arguments of one ffmpeg command, split at spaces except between single quotes; or, where it begins with a word
// after an at sign, one of the steps that damage files, see damage.go. Without steps the file holds Bytes.
type Recipe struct {
	File  string // name of the result
	Steps []string
	Bytes string
}

// File returns the path of what the recipe makes, in a part of the cache of the caller's name. The file is shared: it must not be
// written to.
func File(ctx context.Context, part string, r Recipe) (string, error) {
	dir, err := folderOf(part, r)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, r.File)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", fmt.Errorf("make the cache: %w", err)
	}
	scratch, err := os.MkdirTemp(filepath.Dir(dir), ".making-")
	if err != nil {
		return "", fmt.Errorf("make the cache: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	if err := r.follow(ctx, scratch); err != nil {
		return "", fmt.Errorf("make %s: %w", r.File, err)
	}
	// Another process may have been faster: its result is as good.
	if err := os.Rename(scratch, dir); err != nil {
		if _, there := os.Stat(path); there != nil {
			return "", errors.Join(err, there)
		}
	}
	return path, nil
}

func (r Recipe) follow(ctx context.Context, dir string) error {
	if len(r.Steps) == 0 {
		return os.WriteFile(filepath.Join(dir, r.File), []byte(r.Bytes), 0o644)
	}
	for _, step := range r.Steps {
		words := fields(step)
		if len(words) > 0 && strings.HasPrefix(words[0], "@") {
			if err := damage(dir, words); err != nil {
				return fmt.Errorf("%s: %w", step, err)
			}
			continue
		}
		cmd := exec.CommandContext(ctx, "ffmpeg", append([]string{"-nostdin", "-y", "-v", "error"}, words...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("ffmpeg %s: %w: %s", step, err, out)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, r.File)); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the recipe makes no %s", r.File)
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

func folderOf(part string, r Recipe) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache: %w", err)
	}
	version, err := ffmpegVersion()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", r.File, r.Steps, r.Bytes, version))
	return filepath.Join(cache, "matinee-test", part, hex.EncodeToString(sum[:12])), nil
}

var ffmpegVersion = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("ffmpeg", "-version").Output()
	if err != nil {
		return "", fmt.Errorf("tests need ffmpeg (Debian and Ubuntu: apt-get install ffmpeg): %w", err)
	}
	first, _, _ := strings.Cut(string(out), "\n")
	return first, nil
})
