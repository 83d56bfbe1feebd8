package ffmpeg_test

import (
	"errors"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/test/hostile"
)

const (
	mostMemory = 2 << 30 // bytes that a question may take at most
	mostCPU    = 20 * time.Second
)

// Nothing else of this package runs meanwhile, so that what all children used is what these files cost.
func TestHostileFilesAreRefusedOrContained(t *testing.T) { //nolint:paralleltest // it measures
	tool := openTool(t, ffmpeg.Options{})
	for _, tt := range []struct {
		name string
		take func(path string) error
	}{
		{"taken as far as it goes, behind all layers", func(path string) error { return playStart(t, tool, path) }},
		{"looked at, with the arguments and limits alone", func(path string) error {
			return refusalOf(t.Context(), t, tool.Unfenced(), path)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) { takeAll(t, tt.take) })
	}
	if most := childrenUsage(t).Maxrss * 1024; most > mostMemory {
		t.Errorf("a process had %d MiB in memory", most>>20)
	}
}

func takeAll(t *testing.T, take func(path string) error) {
	t.Helper()
	dir := t.TempDir()
	trap := hostile.Set(t, dir)
	for _, f := range hostile.Write(t, dir, trap.Aims) {
		t.Run(f.Name, func(t *testing.T) {
			before := childrenCPU(t)
			err := take(f.Path)
			refusal, refused := errors.AsType[*media.Refusal](err)
			if played := err == nil && f.Plays; !played && (!refused || !slices.Contains(f.Want, refusal.Code)) {
				t.Errorf("got %v, want one of %q, or to play: %t", err, f.Want, f.Plays)
			}
			if sprung := trap.Sprung(); len(sprung) > 0 {
				t.Errorf("sprung: %q", sprung)
			}
			used := childrenCPU(t) - before
			if used > mostCPU {
				t.Errorf("it cost %v of CPU", used)
			}
			t.Logf("%v of CPU: %v", used, err)
		})
	}
}

// playStart takes a file as far as it goes: to its first chunk, its first sound and its poster, where it has them.
func playStart(t *testing.T, tool *ffmpeg.Tool, path string) error {
	t.Helper()
	container, err := media.Sniff(headOf(t, path))
	if err != nil {
		return err
	}
	src := ffmpeg.Source{Path: path, Container: container}
	probe, err := tool.Probe(t.Context(), path, container)
	if err != nil {
		return err
	}
	if _, needed := media.NeedsPrepare(probe); needed {
		copied := ffmpeg.Source{Path: filepath.Join(t.TempDir(), "copy.mkv"), Container: ffmpeg.PreparedContainer}
		if _, err := tool.Prepare(t.Context(), src, copied.Path, nil); err != nil {
			return contained(t, err)
		}
		if probe, err = tool.Probe(t.Context(), copied.Path, copied.Container); err != nil {
			return err
		}
		src = copied
	}
	plan, err := media.NewPlan(probe, media.Policy{}, media.EncoderInfo{Version: tool.Version()})
	if err != nil {
		return err
	}
	for _, audio := range plan.Audio {
		if _, err := tool.EncodeAudio(t.Context(), src, plan, audio.ID, ffmpeg.AudioOptions{}, drain); err != nil {
			return contained(t, err)
		}
	}
	if len(plan.Chunks) == 0 {
		return nil
	}
	if _, err = tool.EncodeChunk(t.Context(), src, plan, 0, ffmpeg.ChunkOptions{Hold: true}, drain); err != nil {
		return contained(t, err)
	}
	_, err = tool.Poster(t.Context(), src, plan, 0, 320)
	return contained(t, err)
}

// contained is the end of a process that a hostile file broke: it ended by itself, and a video would say that it is unreadable.
func contained(t *testing.T, err error) error {
	t.Helper()
	if exit, ok := errors.AsType[*ffmpeg.ExitError](err); ok {
		t.Logf("contained: %v", exit)
		return media.Refuse(media.Unreadable)
	}
	return err
}

func childrenUsage(t *testing.T) syscall.Rusage {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage); err != nil {
		t.Fatal(err)
	}
	return usage
}

func childrenCPU(t *testing.T) time.Duration {
	t.Helper()
	usage := childrenUsage(t)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
