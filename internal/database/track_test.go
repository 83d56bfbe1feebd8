package database_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"matinee/internal/database"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/media"
	"matinee/internal/pipeline"
)

// several is a plan of one chunk, two sounds, subtitles and chapters, and the tasks for it.
func several() (pipeline.Planned, []pipeline.Task) {
	plan := media.Plan{
		Rate: media.Rational{Num: 25, Den: 1}, Frames: 100, Boundaries: []int64{0, 100},
		Rungs:     []media.Rung{{ID: "h264-240", Width: 426, Height: 240}},
		Audio:     []media.AudioTrack{{ID: "audio-1", Language: "en", Label: "English", Role: media.Main, Default: true}, {ID: "audio-2", Label: "Audio", Role: media.Commentary}},
		Subtitles: []media.SubtitleTrack{{ID: "subtitles-1", Label: "Deutsch"}},
		Chapters:  []media.Chapter{{Title: "Opening"}, {StartSeconds: 2.5, Title: "The end"}},
		Chunks:    []media.Chunk{{Segments: 1}},
	}
	tasks := []pipeline.Task{
		{Kind: pipeline.Audio, Track: "audio-1", Rank: 20}, {Kind: pipeline.Audio, Track: "audio-2", Rank: 21},
		{Kind: pipeline.Pictures, Rank: 25}, {Kind: pipeline.Chunk, Rank: 30, Segments: 1},
	}
	tracks := []pipeline.TrackRow{{ID: "h264-240", Codec: "avc1"}, {ID: "audio-1", Codec: "mp4a"}, {ID: "audio-2", Codec: "mp4a"}}
	return pipeline.Planned{Plan: plan, Tracks: tracks, Fingerprint: "f", Container: "mov"}, tasks
}

func TestAVersionKnowsItsTracksAndChapters(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		p, tasks := several()
		if err := w.FinishPlan(t.Context(), w.claim(t, pipeline.Probe), p, tasks, w.now); err != nil {
			t.Fatal(err)
		}
		sounds := []library.Track{
			{ID: "audio-1", Kind: library.AudioTrack, Language: "en", Label: "English", Role: "main", Default: true},
			{ID: "audio-2", Kind: library.AudioTrack, Language: "und", Label: "Audio", Role: "commentary"},
		}
		got := w.video(t, v.ID).Version
		if !slices.Equal(got.Tracks, sounds) || got.Damage != nil || !slices.Equal(got.Chapters, []library.Chapter{{Title: "Opening"}, {StartSeconds: 2.5, Title: "The end"}}) {
			t.Errorf("planned: %+v", got)
		}
		text := library.Track{ID: "subtitles-1", Kind: library.SubtitleTrack, Language: "de", Label: "Deutsch", Role: "subtitle", File: "hash.vtt"}
		made := pipeline.Pictured{Poster: "poster-x.jpg", Subtitles: []library.Track{text}, Warnings: []string{"One is empty."}}
		if err := w.FinishPictures(t.Context(), w.claim(t, pipeline.Pictures), made, w.now); err != nil {
			t.Fatal(err)
		}
		got = w.video(t, v.ID).Version
		if !slices.Equal(got.Tracks, append(sounds, text)) || got.Poster != "poster-x.jpg" || !slices.Equal(got.Warnings, []string{"One is empty."}) {
			t.Errorf("with pictures: %+v", got)
		}
		kept, err := w.CurrentVersion(t.Context(), v.ID)
		if err != nil || !slices.Equal(kept.Extra, got.Tracks) {
			t.Errorf("the pipeline reads %+v, %v", kept.Extra, err)
		}
	})
}

func TestAVersionGoesOnWithoutADroppedTrack(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		p, tasks := several()
		if err := w.FinishPlan(t.Context(), w.claim(t, pipeline.Probe), p, tasks, w.now); err != nil {
			t.Fatal(err)
		}
		first := w.claim(t, pipeline.Audio)
		if _, err := w.FinishTrackWork(t.Context(), w.claim(t, pipeline.Audio), pipeline.Facts{Written: 1}, w.now); err != nil {
			t.Fatal(err)
		}
		if _, err := w.FinishTrackWork(t.Context(), w.claim(t, pipeline.Chunk), pipeline.Facts{Written: 1}, w.now); err != nil {
			t.Fatal(err)
		}
		step, err := w.DropTrack(t.Context(), first, "It is left out.", w.now)
		if err != nil || !step.Playable {
			t.Fatalf("%+v, %v", step, err)
		}
		kept, err := w.CurrentVersion(t.Context(), v.ID)
		if err != nil || len(kept.Tracks) != 2 || kept.Tracks[1].ID != "audio-2" || len(kept.Extra) != 1 || kept.Extra[0].ID != "audio-2" || !kept.Extra[0].Default {
			t.Errorf("tracks %+v, %+v, %v", kept.Tracks, kept.Extra, err)
		}
		if got := w.video(t, v.ID); !slices.Equal(got.Version.Warnings, []string{"It is left out."}) || got.State != library.Playable {
			t.Errorf("the video is %s and its owner is told %q", got.State, got.Version.Warnings)
		}
	})
}

func TestDamageIsKeptAndTold(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		w.plan(t)
		want := []media.FrameRange{{First: 10, End: 20}, {First: 110, End: 120}}
		for range 4 {
			l, facts := w.claim(t, pipeline.Chunk, pipeline.Audio), pipeline.Facts{Written: 1}
			if l.Kind == pipeline.Chunk && l.Chunk < 2 {
				facts.Damage = want[l.Chunk : l.Chunk+1]
			}
			if _, err := w.FinishTrackWork(t.Context(), l, facts, w.now); err != nil {
				t.Fatal(err)
			}
		}
		// A chunk that is looked at again and found whole was not decoded again: what is known of it stays.
		verify := w.claim(t, pipeline.Verify)
		tasks, err := w.Tasks(t.Context(), v.Version.ID)
		if err != nil {
			t.Fatal(err)
		}
		again := slices.IndexFunc(tasks, func(t pipeline.Task) bool { return t.Kind == pipeline.Chunk && t.Chunk == 0 })
		if err := w.RedoTasks(t.Context(), verify, []ids.TaskID{tasks[again].ID}, "why", w.now); err != nil {
			t.Fatal(err)
		}
		if _, err := w.FinishTrackWork(t.Context(), w.claim(t, pipeline.Chunk), pipeline.Facts{Adopted: 3}, w.now); err != nil {
			t.Fatal(err)
		}
		found, err := w.FoundDamage(t.Context(), v.Version.ID)
		if err != nil || !slices.Equal(media.MergeFrames(found), want) {
			t.Errorf("found %v, %v", found, err)
		}
		damage := &library.Damage{Frames: 20, Ranges: []library.Range{{StartSeconds: 0.4, EndSeconds: 0.8}, {StartSeconds: 4.4, EndSeconds: 4.8}}}
		if err := w.FinishVerify(t.Context(), w.claim(t, pipeline.Verify), pipeline.Verified{Damage: damage}, w.now); err != nil {
			t.Fatal(err)
		}
		got := w.video(t, v.ID).Version
		if !reflect.DeepEqual(got.Damage, damage) || !strings.Contains(strings.Join(got.Warnings, " "), "up to 20 pictures could not be decoded") {
			t.Errorf("damage %+v, warnings %q", got.Damage, got.Warnings)
		}
	})
}

func TestProgressOfSoundAloneIsThatOfItsSound(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		p, _ := several()
		p.Plan.Rungs, p.Plan.Chunks = nil, nil
		tasks := []pipeline.Task{{Kind: pipeline.Audio, Track: "audio-1", TotalUnits: 1000}, {Kind: pipeline.Pictures, Rank: 99}}
		if err := w.FinishPlan(t.Context(), w.claim(t, pipeline.Probe), p, tasks, w.now); err != nil {
			t.Fatal(err)
		}
		if err := w.RenewLease(t.Context(), w.claim(t, pipeline.Audio), 250, w.now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		got := w.video(t, v.ID)
		if got.Progress.Encode != 0.25 || got.Version.FrameRate != 0 || len(got.Version.Rungs) != 0 {
			t.Errorf("progress %v, %v frames a second, %d rungs", got.Progress.Encode, got.Version.FrameRate, len(got.Version.Rungs))
		}
	})
}
