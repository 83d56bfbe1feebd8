package database_test

import (
	"testing"
	"time"

	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/media"
	"matinee/internal/pipeline"
	"matinee/internal/upload"
)

// shown makes a video of the owner that is ready.
func (w *work) shown(t *testing.T, owner ids.UserID) library.Video {
	t.Helper()
	v := w.source(t, owner)
	w.ready(t, v.ID)
	return w.video(t, v.ID)
}

// playable takes the newest version so far that it can be played: what is left of it is its verification.
func (w *work) playable(t *testing.T) {
	t.Helper()
	w.plan(t)
	for range 4 {
		if _, err := w.FinishTrackWork(t.Context(), w.claim(t, pipeline.Chunk, pipeline.Audio), pipeline.Facts{}, w.now); err != nil {
			t.Fatal(err)
		}
	}
}

// arriving adds an upload of which some bytes have come.
func (w *work) arriving(t *testing.T, video ids.VideoID) upload.Upload {
	t.Helper()
	u := upload.Upload{
		ID: ids.New[ids.UploadID](), Video: video, Version: ids.New[ids.VersionID](), CreatedBy: "o", Protocol: upload.Tus, Length: 10, FileName: "next.mp4",
		ExpiresAt: w.now.Add(time.Hour), CreatedAt: w.now, UpdatedAt: w.now,
	}
	if err := w.uploads.AddUpload(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	if err := w.uploads.SaveOffset(t.Context(), u.ID, 5, w.now); err != nil {
		t.Fatal(err)
	}
	return u
}

func (w *work) answers(t *testing.T, video ids.VideoID, version ids.VersionID) bool {
	t.Helper()
	_, err := w.MediaFacts(t.Context(), video, version)
	if err != nil && !errs.Is(err, errs.NotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// wantReplacement holds the replacement of a video to a state, "" for none.
func (w *work) wantReplacement(t *testing.T, video ids.VideoID, want library.State) library.Replacement {
	t.Helper()
	var got library.Replacement
	if r := w.video(t, video).Replacement; r != nil {
		got = *r
	}
	if got.State != want {
		t.Errorf("the replacement is %q, want %q", got.State, want)
	}
	return got
}

func (w *work) wantTombstones(t *testing.T, want ...pipeline.Tombstone) {
	t.Helper()
	dead, err := w.Tombstones(t.Context())
	if err != nil || len(dead) != len(want) {
		t.Fatalf("tombstones %+v, want %+v: %v", dead, want, err)
	}
	for i := range want {
		if dead[i] != want[i] {
			t.Errorf("tombstone %+v, want %+v", dead[i], want[i])
		}
	}
}

func TestAReplacementTakesOverWhenItCanBePlayed(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.shown(t, "o")
		u := w.arriving(t, v.ID)
		if r := w.wantReplacement(t, v.ID, library.Uploading); r.Progress.Upload != 0.5 {
			t.Errorf("half of it has come, and it says %v", r.Progress)
		}
		if p := w.video(t, v.ID).Progress; p.Upload != 1 || p.Encode != 1 {
			t.Errorf("the progress of what plays is %+v", p)
		}
		if err := w.FinishUpload(t.Context(), finishedOf(u), pipeline.ProbeTask(), w.now); err != nil {
			t.Fatal(err)
		}
		if r := w.wantReplacement(t, v.ID, library.Processing); r.Version != u.Version || r.Progress.Upload != 1 {
			t.Errorf("the replacement is %+v", r)
		}
		w.wantState(t, v.ID, library.Ready)
		if w.answers(t, v.ID, u.Version) {
			t.Error("what cannot be played yet answers")
		}
		published := w.video(t, v.ID).PublishedAt
		w.now = w.now.Add(time.Minute)
		w.playable(t)
		w.wantReplacement(t, v.ID, "")
		w.wantState(t, v.ID, library.Playable)
		now := w.video(t, v.ID)
		if now.Version.ID != u.Version || !now.PublishedAt.Equal(published) || !now.Version.PlayableAt.Equal(w.now) {
			t.Errorf("the video is %+v of %+v", now, now.Version)
		}
		w.verify(t)
		w.wantState(t, v.ID, library.Ready)

		w.wantRetired(t, v, now.Version.ID)
	})
}

// wantRetired holds the version that a video had before to its time, which is over at once after this.
func (w *work) wantRetired(t *testing.T, before library.Video, current ids.VersionID) {
	t.Helper()
	list, err := w.Versions(t.Context(), before.ID)
	if err != nil || len(list) != 2 || list[0].ID != current || !list[0].Current || list[1].ID != before.Version.ID || list[1].Current {
		t.Fatalf("versions %+v, %v", list, err)
	}
	over := w.now.Add(pipeline.Grace(before.Version.Duration))
	if !list[1].RetireAt.Equal(over) || !list[0].RetireAt.IsZero() {
		t.Errorf("they retire at %s and %s, want %s", list[0].RetireAt, list[1].RetireAt, over)
	}
	for _, step := range []struct {
		at      time.Time
		answers bool
	}{{over.Add(-time.Microsecond), true}, {over, false}} {
		if n, err := w.EndRetired(t.Context(), step.at); err != nil || (n == 0) != step.answers {
			t.Errorf("%d ended at %s: %v", n, step.at, err)
		}
		if got := w.answers(t, before.ID, before.Version.ID); got != step.answers {
			t.Errorf("at %s the old one answers: %t", step.at, got)
		}
		if !w.answers(t, before.ID, current) {
			t.Error("the new one does not answer")
		}
	}
	w.wantTombstones(t, pipeline.Tombstone{Video: before.ID, Version: before.Version.ID, Source: before.Version.ID})
	if err := w.DropVersion(t.Context(), before.Version.ID); err != nil {
		t.Fatal(err)
	}
	w.wantState(t, before.ID, library.Ready)
}

func TestTheGraceIsAtLeastFourHoursAndTwiceTheDuration(t *testing.T) {
	t.Parallel()
	for duration, want := range map[time.Duration]time.Duration{0: 4 * time.Hour, 2 * time.Hour: 4 * time.Hour, 3 * time.Hour: 6 * time.Hour} {
		if got := pipeline.Grace(duration); got != want {
			t.Errorf("of %s: %s, want %s", duration, got, want)
		}
	}
}

func TestAReplacementThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.shown(t, "o")
		refuse := func() ids.VersionID {
			t.Helper()
			f := w.arrive(t, v.ID, "o")
			if err := w.GiveUp(t.Context(), w.claim(t), media.Refusal{Code: media.NotAVideo, Message: "No.", Next: "Another."}, w.now); err != nil {
				t.Fatal(err)
			}
			return f.Version
		}
		first := refuse()
		if r := w.wantReplacement(t, v.ID, library.Failed); r.Version != first || r.Failure == nil || r.Failure.Code != string(media.NotAVideo) || r.Failure.Next == "" {
			t.Errorf("its owner is told %+v", r)
		}
		w.wantState(t, v.ID, library.Ready)
		if got := w.video(t, v.ID).Version; got.ID != v.Version.ID || got.Failure != nil || got.Trouble != nil || !w.answers(t, v.ID, v.Version.ID) {
			t.Errorf("what plays is %+v", got)
		}
		w.wantTombstones(t) // its file stays until somebody says what becomes of it

		second := refuse() // another one takes its place
		w.wantReplacement(t, v.ID, library.Failed)
		w.wantTombstones(t, pipeline.Tombstone{Video: v.ID, Version: first, Source: first})
		if err := w.DropVersion(t.Context(), first); err != nil {
			t.Fatal(err)
		}

		repaired, err := w.Repair(t.Context(), v.ID, w.now) // the replacement, not what plays
		if err != nil || repaired != second {
			t.Errorf("repaired %s, %v", repaired, err)
		}
		w.wantReplacement(t, v.ID, library.Processing)
		if l := w.claim(t); l.Version != second || l.Kind != pipeline.Probe {
			t.Errorf("the work is %+v", l.Task)
		}

		if err := w.GiveUpVersion(t.Context(), v.ID, second, w.now); err != nil {
			t.Fatal(err)
		}
		w.wantReplacement(t, v.ID, "")
		w.wantState(t, v.ID, library.Ready)
		if err := w.GiveUpVersion(t.Context(), v.ID, second, w.now); !errs.Is(err, errs.NotFound) {
			t.Errorf("given up twice: %v", err)
		}
	})
}

func TestAVersionIsGivenUpUnlessItIsShown(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.shown(t, "o")
		if err := w.GiveUpVersion(t.Context(), v.ID, v.Version.ID, w.now); errs.CodeOf(err) != "version_shown" || !errs.Is(err, errs.Conflict) {
			t.Errorf("what is shown: %v", err)
		}
		other := w.shown(t, "o")
		if err := w.GiveUpVersion(t.Context(), v.ID, other.Version.ID, w.now); !errs.Is(err, errs.NotFound) {
			t.Errorf("of another video: %v", err)
		}
		u := w.arriving(t, v.ID)
		if list, err := w.Versions(t.Context(), v.ID); err != nil || len(list) != 2 || list[0].ID != u.Version || list[0].State != library.Uploading {
			t.Errorf("versions %+v, %v", list, err)
		}
		if err := w.GiveUpVersion(t.Context(), v.ID, u.Version, w.now); err != nil {
			t.Fatal(err)
		}
		if err := w.uploads.SaveOffset(t.Context(), u.ID, 6, w.now); !errs.Is(err, errs.NotFound) {
			t.Errorf("the transfer goes on: %v", err)
		}
		w.wantReplacement(t, v.ID, "")
		w.wantTombstones(t, pipeline.Tombstone{Video: v.ID, Version: u.Version, Source: u.Version})

		w.arrive(t, v.ID, "o")
		w.playable(t)
		if err := w.GiveUpVersion(t.Context(), v.ID, v.Version.ID, w.now); err != nil { // a retired one, before its time
			t.Fatal(err)
		}
		if w.answers(t, v.ID, v.Version.ID) {
			t.Error("it still answers")
		}
	})
}

func TestANewerReplacementSupersedesAnUnfinishedOne(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.shown(t, "o")
		first := w.arrive(t, v.ID, "o")
		w.plan(t)
		lease := w.claim(t, pipeline.Chunk)
		second := w.arrive(t, v.ID, "o")
		if _, err := w.FinishTrackWork(t.Context(), lease, pipeline.Facts{}, w.now); !errs.Is(err, errs.Fenced) {
			t.Errorf("who works on it is told %v", err)
		}
		w.wantTombstones(t) // its worker may still put something
		if freed, err := w.FreeLeases(t.Context(), w.now); err != nil || freed > 1 {
			t.Errorf("freed %d, %v", freed, err)
		}
		w.wantTombstones(t, pipeline.Tombstone{Video: v.ID, Version: first.Version, Source: first.Version})
		w.playable(t)
		if got := w.video(t, v.ID).Version.ID; got != second.Version {
			t.Errorf("it shows %s, want %s", got, second.Version)
		}
	})
}

func TestBeforeAnythingPlaysAnotherSourceTakesThePlaceAtOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		u := w.arriving(t, v.ID)
		w.wantState(t, v.ID, library.Processing)
		w.wantReplacement(t, v.ID, library.Uploading)
		if err := w.GiveUp(t.Context(), w.claim(t), media.Refusal{Code: media.NotAVideo, Message: "No."}, w.now); err != nil {
			t.Fatal(err)
		}
		w.wantState(t, v.ID, library.Uploading) // nothing else is left to tell
		w.wantReplacement(t, v.ID, "")
		if err := w.FinishUpload(t.Context(), finishedOf(u), pipeline.ProbeTask(), w.now); err != nil {
			t.Fatal(err)
		}
		w.wantState(t, v.ID, library.Processing)
		w.wantTombstones(t, pipeline.Tombstone{Video: v.ID, Version: v.Version.ID, Source: v.Version.ID})
		third := w.arrive(t, v.ID, "o")
		if got := w.video(t, v.ID); got.Version.ID != third.Version || got.Replacement != nil {
			t.Errorf("the video is %+v", got)
		}
	})
}

func TestAReplacementGoesOnAfterAKill(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.shown(t, "o")
		f := w.arrive(t, v.ID, "o")
		kill := func() {
			t.Helper()
			if _, err := w.FreeLeases(t.Context(), w.now); err != nil {
				t.Fatal(err)
			}
			w.wantState(t, v.ID, library.Ready)
			w.wantReplacement(t, v.ID, library.Processing)
		}
		if err := w.FinishUpload(t.Context(), f, pipeline.ProbeTask(), w.now); err != nil { // the sweep of uploads finishes it again
			t.Fatal(err)
		}
		w.claim(t, pipeline.Probe)
		kill()
		w.plan(t)
		w.claim(t, pipeline.Chunk)
		kill()
		for range 4 {
			if _, err := w.FinishTrackWork(t.Context(), w.claim(t, pipeline.Chunk, pipeline.Audio), pipeline.Facts{}, w.now); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.FinishUpload(t.Context(), f, pipeline.ProbeTask(), w.now); err != nil {
			t.Fatal(err)
		}
		w.verify(t)
		w.wantState(t, v.ID, library.Ready)
		if got := w.video(t, v.ID).Version.ID; got != f.Version {
			t.Errorf("it shows %s", got)
		}
	})
}

func TestTheOwnerIsToldWhatAReplacementWaitsFor(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.shown(t, "o")
		f := w.arrive(t, v.ID, "o")
		err := w.Requeue(t.Context(), w.claim(t, pipeline.Probe), pipeline.Retry{
			Wait: pipeline.DiskFull, Trouble: &pipeline.Trouble{Code: "disk_full", Message: "m", Next: "n"}, NotBefore: w.now.Add(time.Minute),
		})
		if err != nil {
			t.Fatal(err)
		}
		if r := w.wantReplacement(t, v.ID, library.Processing); r.Trouble == nil || r.Trouble.Code != "disk_full" || r.Failure != nil {
			t.Errorf("its owner is told %+v", r)
		}
		if got := w.video(t, v.ID).Version.Trouble; got != nil {
			t.Errorf("what plays is in trouble: %+v", got)
		}
		if repaired, err := w.Repair(t.Context(), v.ID, w.now); err != nil || repaired != f.Version {
			t.Errorf("repaired %s, %v", repaired, err)
		}
		w.claim(t, pipeline.Probe) // at once
		if r := w.wantReplacement(t, v.ID, library.Processing); r.Trouble != nil {
			t.Errorf("after the repair: %+v", r.Trouble)
		}
	})
}
