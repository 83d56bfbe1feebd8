package database_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/media"
	"matinee/internal/pipeline"
	"matinee/internal/upload"
)

// work is a store of the pipeline with the stores around it and a clock.
type work struct {
	*database.Pipeline

	videos  *database.Library
	uploads *database.Uploads
	now     time.Time
}

func newWork(db *database.DB) *work {
	return &work{
		Pipeline: database.NewPipeline(db), videos: database.NewLibrary(db), uploads: database.NewUploads(db),
		now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
	}
}

// source makes a video of the owner whose source is complete.
func (w *work) source(t *testing.T, owner ids.UserID) library.Video {
	t.Helper()
	v := library.Video{
		ID: ids.New[ids.VideoID](), Owner: library.Owner{ID: owner}, Title: "x", Visibility: access.Public, State: library.Waiting, CreatedAt: w.now, UpdatedAt: w.now,
	}
	if err := w.videos.CreateVideo(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	w.arrive(t, v.ID, owner)
	return w.video(t, v.ID)
}

func (w *work) arrive(t *testing.T, video ids.VideoID, owner ids.UserID) upload.Finished {
	t.Helper()
	u := upload.Upload{
		ID: ids.New[ids.UploadID](), Video: video, Version: ids.New[ids.VersionID](), CreatedBy: owner, Protocol: upload.Put, Length: 10,
		ExpiresAt: w.now.Add(time.Hour), CreatedAt: w.now, UpdatedAt: w.now,
	}
	if err := w.uploads.AddUpload(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	f := upload.Finished{Upload: u.ID, Video: video, Version: u.Version, SizeBytes: 10, FileName: "x.mp4", FileType: "video/mp4"}
	if err := w.FinishUpload(t.Context(), f, pipeline.ProbeTask(), w.now); err != nil {
		t.Fatal(err)
	}
	return f
}

func (w *work) video(t *testing.T, id ids.VideoID) library.Video {
	t.Helper()
	v, err := w.videos.Video(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (w *work) wantState(t *testing.T, id ids.VideoID, want library.State) {
	t.Helper()
	if got := w.video(t, id).State; got != want {
		t.Errorf("the video is %s, want %s", got, want)
	}
}

func (w *work) claim(t *testing.T, kinds ...pipeline.Kind) pipeline.Lease {
	t.Helper()
	if len(kinds) == 0 {
		kinds = pipeline.Kinds()
	}
	l, err := w.ClaimTask(t.Context(), pipeline.Worker{ID: "w", Kinds: kinds}, w.now, 20*time.Second)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return l
}

// endLeases ends all leases, as if every worker had fallen silent.
func (w *work) endLeases(t *testing.T) {
	t.Helper()
	marks, err := w.Leases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range marks {
		if err := w.EndLease(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *work) wantNothingToDo(t *testing.T) {
	t.Helper()
	l, err := w.ClaimTask(t.Context(), pipeline.Worker{ID: "w", Kinds: pipeline.Kinds()}, w.now, time.Second)
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("claimed %s %d, %v; want nothing", l.Kind, l.Chunk, err)
	}
}

// planned is a plan of three chunks and one audio track, and the tasks for it.
func planned() (pipeline.Planned, []pipeline.Task) {
	plan := media.Plan{
		Rate: media.Rational{Num: 25, Den: 1}, Frames: 300, Boundaries: []int64{0, 100, 200, 300},
		Rungs: []media.Rung{{ID: "h264-240", Width: 426, Height: 240}},
		Audio: []media.AudioTrack{{ID: "audio-1"}}, Chunks: []media.Chunk{{Index: 0, Segments: 1}, {Index: 1, FirstSegment: 1, Segments: 1}, {Index: 2, FirstSegment: 2, Segments: 1}},
	}
	tasks := []pipeline.Task{{Kind: pipeline.Audio, Track: "audio-1", Rank: 20}}
	for i := range 3 {
		tasks = append(tasks, pipeline.Task{Kind: pipeline.Chunk, Chunk: i, FirstSegment: i, Segments: 1, Rank: 30, TotalUnits: 100})
	}
	return pipeline.Planned{Plan: plan, Tracks: []pipeline.TrackRow{{ID: "h264-240", Codec: "avc1.64001e"}}, Fingerprint: "f", Container: "mov"}, tasks
}

// plan claims the probe of a video and finishes it with a plan.
func (w *work) plan(t *testing.T) {
	t.Helper()
	p, tasks := planned()
	if err := w.FinishPlan(t.Context(), w.claim(t, pipeline.Probe), p, tasks, w.now); err != nil {
		t.Fatal(err)
	}
}

func TestAVideoGoesFromSourceToReady(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		w.wantState(t, v.ID, library.Processing)
		w.plan(t)
		for i := range 4 {
			w.wantState(t, v.ID, library.Processing)
			step, err := w.FinishTrackWork(t.Context(), w.claim(t, pipeline.Chunk, pipeline.Audio), pipeline.Facts{CPU: time.Second, Written: 1}, w.now)
			if err != nil || step.Playable != (i == 3) || step.Verifying != (i == 3) {
				t.Fatalf("task %d: %+v, %v", i, step, err)
			}
		}
		w.wantState(t, v.ID, library.Playable)
		facts, err := w.MediaFacts(t.Context(), v.ID, v.Version.ID)
		if err != nil || facts.Access.Owner != "o" {
			t.Errorf("media facts %+v, %v", facts, err)
		}
		report := pipeline.Verified{Report: pipeline.Report{Checks: []pipeline.Check{{Name: "n", OK: true}}}, Tracks: []pipeline.TrackRow{{ID: "h264-240", PeakBitsPerSecond: 7}}}
		if err := w.FinishVerify(t.Context(), w.claim(t, pipeline.Verify), report, w.now); err != nil {
			t.Fatal(err)
		}
		w.wantState(t, v.ID, library.Ready)
		got, err := w.CurrentVersion(t.Context(), v.ID)
		if err != nil || got.Report == nil || got.Tracks[0].PeakBitsPerSecond != 7 || got.Plan.Frames != 300 || got.Revision <= facts.Revision {
			t.Errorf("version %+v, %v", got, err)
		}
		if err := w.FinishStoryboard(t.Context(), w.claim(t, pipeline.Storyboard), pipeline.Storyboarded{}, w.now); err != nil {
			t.Fatal(err)
		}
		w.wantNothingToDo(t)
	})
}

func TestFinishingAnUploadTwiceMakesOneVersion(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		found, err := w.uploads.Unfinished(t.Context())
		if err != nil || len(found) > 0 {
			t.Fatalf("%d uploads are unfinished, %v", len(found), err)
		}
		w.claim(t, pipeline.Probe)
		w.wantNothingToDo(t)
		if v.Version == nil || v.Version.FileName != "x.mp4" {
			t.Errorf("version %+v", v.Version)
		}
	})
}

func TestALostLeaseChangesNothing(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		w.plan(t)
		old := w.claim(t, pipeline.Chunk)
		w.endLeases(t)
		fresh := w.claim(t, pipeline.Chunk)
		if fresh.ID != old.ID || fresh.Fence <= old.Fence || fresh.Crashes != 1 {
			t.Fatalf("the lease that ran out was not taken over: %+v after %+v", fresh, old)
		}
		ctx := t.Context()
		for name, write := range map[string]func() error{
			"renew":    func() error { return w.RenewLease(ctx, old, 1, w.now) },
			"finish":   func() error { _, err := w.FinishTrackWork(ctx, old, pipeline.Facts{}, w.now); return err },
			"requeue":  func() error { return w.Requeue(ctx, old, pipeline.Retry{Fault: true}) },
			"give up":  func() error { return w.GiveUp(ctx, old, media.Refusal{Code: "x"}, w.now) },
			"verify":   func() error { return w.FinishVerify(ctx, old, pipeline.Verified{}, w.now) },
			"board":    func() error { return w.FinishStoryboard(ctx, old, pipeline.Storyboarded{}, w.now) },
			"remake":   func() error { return w.Remake(ctx, old, w.now) },
			"pictures": func() error { return w.FinishPictures(ctx, old, pipeline.Pictured{Poster: "p"}, w.now) },
			"plan":     func() error { p, tasks := planned(); return w.FinishPlan(ctx, old, p, tasks, w.now) },
			"redo":     func() error { return w.RedoTasks(ctx, old, []ids.TaskID{old.ID}, "", w.now) },
		} {
			if err := write(); !errs.Is(err, errs.Fenced) {
				t.Errorf("%s under a lost lease: %v", name, err)
			}
		}
		w.wantState(t, v.ID, library.Processing)
		if err := w.RenewLease(ctx, fresh, 50, w.now.Add(20*time.Second)); err != nil {
			t.Error(err)
		}
		if got := w.video(t, v.ID).Progress.Encode; got < 0.16 || got > 0.17 {
			t.Errorf("progress %v, want 50 of 300 frames", got)
		}
	})
}

func TestEveryTaskIsClaimedOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		for i := range 8 {
			w.source(t, ids.UserID(fmt.Sprint("owner", i)))
		}
		var (
			mu      sync.Mutex
			claimed []ids.TaskID
			workers sync.WaitGroup
		)
		for i := range 4 {
			workers.Go(func() {
				misses := 0
				for misses < 20 { // a claim may find its row taken by another just now
					l, err := w.ClaimTask(t.Context(), pipeline.Worker{ID: fmt.Sprint(i), Kinds: pipeline.Kinds()}, w.now, time.Minute)
					if errs.Is(err, errs.NotFound) {
						misses++
						continue
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					claimed = append(claimed, l.ID)
					mu.Unlock()
				}
			})
		}
		workers.Wait()
		slices.Sort(claimed)
		if n := len(slices.Compact(slices.Clone(claimed))); n != 8 || len(claimed) != 8 {
			t.Errorf("%d claims of %d tasks, want 8 of 8", len(claimed), n)
		}
	})
}

func TestTheLastTwoTasksAtOncePublishOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		w.plan(t)
		var last sync.WaitGroup
		var steps [4]pipeline.Step
		for i := range 4 {
			l := w.claim(t, pipeline.Chunk, pipeline.Audio)
			last.Go(func() {
				var err error
				if steps[i], err = w.FinishTrackWork(t.Context(), l, pipeline.Facts{}, w.now); err != nil {
					t.Error(err)
				}
			})
		}
		last.Wait()
		if n := len(slices.DeleteFunc(steps[:], func(s pipeline.Step) bool { return !s.Playable || !s.Verifying })); n != 1 {
			t.Errorf("published %d times", n)
		}
		w.wantState(t, v.ID, library.Playable)
		w.claim(t, pipeline.Verify)
		w.wantNothingToDo(t)
	})
}

func TestTheQueueIsFair(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		w.source(t, "many")
		w.plan(t)
		w.claim(t, pipeline.Chunk) // this owner has one running
		w.now = w.now.Add(time.Second)
		few := w.source(t, "few")
		if l := w.claim(t); l.Video != few.ID || l.Kind != pipeline.Probe {
			t.Errorf("claimed %s, want the probe of the other video: it goes before chunks", l.Kind)
		}
		p, tasks := planned()
		probe := w.source(t, "third")
		l := w.claim(t, pipeline.Probe)
		if err := w.FinishPlan(t.Context(), l, p, tasks, w.now); err != nil {
			t.Fatal(err)
		}
		if l := w.claim(t, pipeline.Chunk); l.Video != probe.ID {
			t.Error("an owner with a running task went before one without")
		}
	})
}

func TestAFreshServerTakesEveryLeaseBack(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		w.source(t, "o")
		before := w.claim(t)
		freed, err := w.FreeLeases(t.Context(), w.now)
		if err != nil || freed != 1 {
			t.Fatalf("freed %d, %v", freed, err)
		}
		after := w.claim(t)
		if after.ID != before.ID || after.Crashes != 1 || after.Faults != 0 {
			t.Errorf("claimed %+v", after)
		}
		if err := w.RenewLease(t.Context(), before, 0, w.now); !errs.Is(err, errs.Fenced) {
			t.Errorf("the lease of the process before still works: %v", err)
		}
	})
}

func TestARetryWaitsForItsTime(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		w.source(t, "o")
		l := w.claim(t)
		if err := w.Requeue(t.Context(), l, pipeline.Retry{Fault: true, Why: "no luck", NotBefore: w.now.Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		w.wantNothingToDo(t)
		w.now = w.now.Add(time.Minute)
		if l := w.claim(t); l.Faults != 1 || l.Error != "no luck" {
			t.Errorf("claimed %+v", l)
		}
	})
}

func TestAGivenUpVideoFailsAndIsRepaired(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		w.plan(t)
		refusal := media.Refusal{Code: "encoding_failed", Message: "No.", Next: "Do."}
		if err := w.GiveUp(t.Context(), w.claim(t, pipeline.Chunk), refusal, w.now); err != nil {
			t.Fatal(err)
		}
		w.wantState(t, v.ID, library.Failed)
		if f := w.video(t, v.ID).Version.Failure; f == nil || f.Code != "encoding_failed" || f.Next != "Do." {
			t.Errorf("failure %+v", f)
		}
		w.wantNothingToDo(t)
		if _, err := w.Repair(t.Context(), v.ID, w.now); err != nil {
			t.Fatal(err)
		}
		w.wantState(t, v.ID, library.Processing)
		for range 4 {
			if _, err := w.FinishTrackWork(t.Context(), w.claim(t, pipeline.Chunk, pipeline.Audio), pipeline.Facts{}, w.now); err != nil {
				t.Fatal(err)
			}
		}
		w.wantState(t, v.ID, library.Playable)
	})
}

func TestAFailureAfterItWasPlayableKeepsItPlayable(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		w.plan(t)
		for range 4 {
			if _, err := w.FinishTrackWork(t.Context(), w.claim(t, pipeline.Chunk, pipeline.Audio), pipeline.Facts{}, w.now); err != nil {
				t.Fatal(err)
			}
		}
		verify := w.claim(t, pipeline.Verify)
		tasks, err := w.Tasks(t.Context(), v.Version.ID)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(tasks, func(t pipeline.Task) bool { return t.Kind == pipeline.Chunk })
		if err := w.RedoTasks(t.Context(), verify, []ids.TaskID{tasks[i].ID}, "torn", w.now); err != nil {
			t.Fatal(err)
		}
		again := w.claim(t, pipeline.Chunk)
		if again.ID != tasks[i].ID || again.Faults != 1 {
			t.Errorf("claimed %+v", again)
		}
		if err := w.GiveUp(t.Context(), again, media.Refusal{Code: "x", Message: "m"}, w.now); err != nil {
			t.Fatal(err)
		}
		w.wantState(t, v.ID, library.Playable)
	})
}

func TestARemadeVersionKeepsTheSource(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		w.plan(t)
		if err := w.Remake(t.Context(), w.claim(t, pipeline.Chunk), w.now); err != nil {
			t.Fatal(err)
		}
		fresh := w.video(t, v.ID).Version
		if fresh.ID == v.Version.ID || fresh.SourceID != v.Version.SourceID || fresh.FileType != "video/mp4" {
			t.Errorf("the new version is %+v", fresh)
		}
		if l := w.claim(t); l.Kind != pipeline.Probe || l.Version != fresh.ID {
			t.Errorf("claimed %s of %s", l.Kind, l.Version)
		}
		dead, err := w.Tombstones(t.Context())
		if err != nil || len(dead) != 1 || dead[0].Version != v.Version.ID || dead[0].Source != "" {
			t.Errorf("tombstones %+v, %v; the source must stay", dead, err)
		}
	})
}

func TestPurgingWaitsForRunningWork(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		running := w.claim(t)
		if err := w.PurgeVideo(t.Context(), v.ID, w.now); err != nil {
			t.Fatal(err)
		}
		if _, err := w.videos.Video(t.Context(), v.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("a purged video is found: %v", err)
		}
		if err := w.videos.RestoreVideo(t.Context(), v.ID, w.now); !errs.Is(err, errs.NotFound) {
			t.Errorf("a purged video is restored: %v", err)
		}
		if dead, err := w.Tombstones(t.Context()); err != nil || len(dead) > 0 {
			t.Errorf("its media go while a worker may still put some: %+v, %v", dead, err)
		}
		if err := w.RenewLease(t.Context(), running, 0, w.now); !errs.Is(err, errs.Fenced) {
			t.Errorf("the worker is not told: %v", err)
		}
		if err := w.LetGo(t.Context(), running); err != nil {
			t.Fatal(err)
		}
		dead, err := w.Tombstones(t.Context())
		if err != nil || len(dead) != 1 || dead[0].Source != v.Version.ID {
			t.Fatalf("tombstones %+v, %v", dead, err)
		}
		if err := w.DropVersion(t.Context(), dead[0].Version); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.VideoFacts(t.Context(), v.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("the row of a purged video stays: %v", err)
		}
	})
}
