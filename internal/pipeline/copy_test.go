package pipeline_test

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"

	"matinee/internal/blob"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/media"
	"matinee/internal/packaging"
	"matinee/internal/pipeline"
	"matinee/internal/testkit/clips"
)

func TestAWebSafeSourceIsPassedThrough(t *testing.T) {
	t.Parallel()
	b := setup(t)
	source := clip(t, clips.Friday)
	b.start(t)
	v := b.waitFor(t, b.send(t, source), library.Ready)
	e := b.encoding(t, v.ID)
	plan := e.Version.Plan
	if len(plan.NotCopied) > 0 || !plan.Rungs[0].Copied || !plan.Audio[0].Copied || v.Version.Rungs[0].ID != media.SourceRung {
		t.Fatalf("not passed through: %v; rungs %+v", plan.NotCopied, v.Version.Rungs)
	}
	var copied []string
	for _, task := range e.Tasks {
		switch task.Kind {
		case pipeline.Copy:
			copied = append(copied, task.Track)
		case pipeline.Audio:
			t.Errorf("%s is encoded", task.Track)
		default:
		}
	}
	if slices.Sort(copied); !slices.Equal(copied, []string{"audio-1", media.SourceRung}) {
		t.Errorf("tasks copy %v", copied)
	}
	for _, check := range e.Version.Report.Checks {
		if !check.OK {
			t.Errorf("%s: %s", check.Name, check.Detail)
		}
	}
	cut, err := packaging.OpenCopy(bytes.NewReader(source), int64(len(source)), plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, track := range copied {
		init, err := cut.Init(track)
		if err != nil || !bytes.Equal(b.read(t, blob.InitKey(v.ID, v.Version.ID, track)), init) {
			t.Errorf("%s has another init segment: %v", track, err)
		}
		for k := range plan.Segments() {
			want, err := cut.Segment(track, k)
			if err != nil {
				t.Fatal(err)
			}
			got := b.read(t, blob.SegmentKey(ids.Segment{Video: v.ID, Version: v.Version.ID, Track: track, Number: k}))
			if !bytes.Equal(got, want) {
				t.Errorf("segment %d of %s is not the source's", k, track)
			}
		}
	}
	shown, err := b.Media(t.Context(), b.owner, v.ID, v.Version.ID)
	if err != nil || shown.Presentation.Tracks[0].ID != media.SourceRung || shown.Presentation.Tracks[0].PeakBitsPerSecond == 0 {
		t.Errorf("%+v, %v", shown, err)
	}
}

func TestASegmentThatIsCopiedIsPutOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.rows.later.Store(true) // nothing but what is asked for is made
	b.start(t)
	v := b.waitFor(t, b.send(t, clip(t, clips.Friday)), library.Playable)
	segments := b.encoding(t, v.ID).Version.Plan.Segments()
	var all sync.WaitGroup
	for range 4 {
		for k := range segments {
			for _, track := range []string{media.SourceRung, "audio-1"} {
				all.Go(func() {
					if err := b.EnsureSegment(t.Context(), ids.Segment{Video: v.ID, Version: v.Version.ID, Track: track, Number: k}, "x"); err != nil {
						t.Error(err)
					}
				})
			}
		}
	}
	all.Wait()
	wins := 0
	for key, n := range b.disk.wins() {
		if strings.Contains(key, "/source/") || strings.Contains(key, "/audio-1/") {
			wins++
			if n != 1 {
				t.Errorf("%s was put %d times", key, n)
			}
		}
	}
	if wins != 2*segments {
		t.Errorf("%d segments were put, want %d of two tracks: %v", wins, segments, b.disk.wins())
	}
}

func TestADamagedSourceIsNoLongerPassedThrough(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	v := b.waitFor(t, b.send(t, clip(t, clips.Spoilt)), library.Ready)
	if !b.encoding(t, v.ID).Version.Plan.Rungs[0].Copied {
		t.Fatal("the plan did not mean to pass it through")
	}
	shown, err := b.Media(t.Context(), b.owner, v.ID, v.Version.ID)
	if err != nil || slices.ContainsFunc(shown.Presentation.Tracks, func(p packaging.Track) bool { return p.ID == media.SourceRung }) {
		t.Errorf("offered: %+v, %v", shown, err)
	}
	if slices.ContainsFunc(v.Version.Rungs, func(r library.Rung) bool { return r.ID == media.SourceRung }) || len(v.Version.Rungs) == 0 {
		t.Errorf("shown: %+v", v.Version.Rungs)
	}
	if !slices.Contains(v.Version.Warnings, pipeline.SourceDamaged) {
		t.Errorf("its owner is told %q", v.Version.Warnings)
	}
}
