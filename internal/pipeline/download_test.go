package pipeline_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
	"matinee/internal/testkit/clips"
)

func TestADownloadIsTheRungAsOneFile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	id := b.send(t, clip(t, clips.Feature))
	v := b.boarded(t, id)
	plan := b.encoding(t, id).Version.Plan
	for name, c := range map[string]struct {
		rung, audio string
		streams     int
	}{"by default": {"", "", 2}, "another sound": {plan.Rungs[0].ID, "audio-2", 2}, "the smallest rung alone": {plan.Rungs[len(plan.Rungs)-1].ID, pipeline.WithoutSound, 1}} {
		d, err := b.Download(t.Context(), b.owner, id, c.rung, c.audio)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := io.ReadAll(d)
		if err := errors.Join(err, d.Close()); err != nil || int64(len(whole)) != d.SizeBytes {
			t.Fatalf("%s: %d of %d bytes, %v", name, len(whole), d.SizeBytes, err)
		}
		path := filepath.Join(t.TempDir(), "whole.mp4")
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "warning", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", path).CombinedOutput()
		packets := strings.Fields(string(out))
		if err != nil || len(packets) != c.streams || packets[0] != fmt.Sprint(plan.Frames) {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
	for name, c := range map[string][2]string{"no such rung": {"h264-9999", ""}, "no such sound": {"", "audio-9"}, "a sound for a rung": {"audio-1", ""}} {
		if _, err := b.Download(t.Context(), b.owner, id, c[0], c[1]); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	key := blob.SegmentKey(ids.Segment{Video: id, Version: v.Version.ID, Track: plan.Rungs[0].ID, Number: plan.Segments() - 1})
	if err := b.objects.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if d, err := b.Download(t.Context(), b.owner, id, "", pipeline.WithoutSound); len(plan.Rungs) > 1 && (err != nil || d.Rung != plan.Rungs[1].ID) {
		t.Errorf("while the largest rung lacks a segment: %s, %v", d.Rung, err)
	}
	if _, err := b.Download(t.Context(), b.owner, id, plan.Rungs[0].ID, "audio-3"); errs.CodeOf(err) != "not_complete" {
		t.Errorf("a rung that lacks a segment: %v", err)
	}
}

func TestSoundAloneIsDownloadedWithoutPictures(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	v := b.waitFor(t, b.send(t, clip(t, clips.CoverArt)), library.Ready)
	d, err := b.Download(t.Context(), b.owner, v.ID, "", "")
	if err != nil || !d.SoundOnly || d.Rung != "" {
		t.Fatalf("got %+v, %v", d, err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if e := b.encoding(t, v.ID); e.Version.Storyboard != "" || len(e.Version.PosterChoices) > 0 {
		t.Errorf("sound has a storyboard: %+v", e.Version)
	}
	if _, err := b.ChooseFrame(t.Context(), b.owner, v.ID, 1); !errs.Is(err, errs.Invalid) {
		t.Errorf("a frame of sound: %v", err)
	}
}
