package database_test

import (
	"database/sql"
	"errors"
	"path/filepath"
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

// begun makes a video to which an upload has begun.
func (w *work) begun(t *testing.T, made bool) upload.Upload {
	t.Helper()
	v := library.Video{
		ID: ids.New[ids.VideoID](), Owner: library.Owner{ID: "o"}, Title: "x", Visibility: access.Public, State: library.Waiting, CreatedAt: w.now, UpdatedAt: w.now,
	}
	u := upload.Upload{
		ID: ids.New[ids.UploadID](), Video: v.ID, Version: ids.New[ids.VersionID](), CreatedBy: "o", Protocol: upload.Tus, Length: 10, MadeVideo: made,
		ExpiresAt: w.now.Add(time.Hour), CreatedAt: w.now, UpdatedAt: w.now,
	}
	if err := errors.Join(w.videos.CreateVideo(t.Context(), v), w.uploads.AddUpload(t.Context(), u), w.uploads.SaveOffset(t.Context(), u.ID, 5, w.now)); err != nil {
		t.Fatal(err)
	}
	return u
}

func finishedOf(u upload.Upload) upload.Finished {
	return upload.Finished{Upload: u.ID, Video: u.Video, Version: u.Version, SizeBytes: 10}
}

// bury removes what the tombstones name, as the pipeline does after the media.
func (w *work) bury(t *testing.T) (dead []pipeline.Tombstone) {
	t.Helper()
	dead, err := w.Tombstones(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dead {
		if err := w.DropVersion(t.Context(), d.Version); err != nil {
			t.Fatal(err)
		}
	}
	return dead
}

func (w *work) wantGone(t *testing.T, video ids.VideoID) {
	t.Helper()
	if _, _, err := w.VideoFacts(t.Context(), video); !errs.Is(err, errs.NotFound) {
		t.Errorf("the row of the video stays: %v", err)
	}
}

func TestPurgingEndsTheUploadAndMarksItsBytes(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		u := w.begun(t, false)
		if err := w.PurgeVideo(t.Context(), u.Video, w.now); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"more bytes":     w.uploads.SaveOffset(t.Context(), u.ID, 7, w.now),
			"the length":     w.uploads.SetLength(t.Context(), u.ID, 10, 7, w.now),
			"the last byte":  w.FinishUpload(t.Context(), finishedOf(u), pipeline.ProbeTask(), w.now),
			"another upload": w.uploads.AddUpload(t.Context(), upload.Upload{ID: ids.New[ids.UploadID](), Video: u.Video, Version: ids.New[ids.VersionID](), Length: 1}),
		} {
			if !errs.Is(err, errs.NotFound) {
				t.Errorf("%s after the purge: %v", name, err)
			}
		}
		if dead := w.bury(t); len(dead) != 1 || dead[0].Source != u.Version {
			t.Errorf("tombstones %+v, want the source of the upload", dead)
		}
		w.wantGone(t, u.Video)
	})
}

func TestAFinishAndAPurgeAtOnceLeaveNothing(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		for range 15 {
			u := w.begun(t, false)
			var both sync.WaitGroup
			both.Go(func() {
				err := w.FinishUpload(t.Context(), finishedOf(u), pipeline.ProbeTask(), w.now)
				if err != nil && !errs.Is(err, errs.NotFound) {
					t.Errorf("finish: %v", err)
				}
			})
			for range 2 { // two people purge it
				both.Go(func() {
					if err := w.PurgeVideo(t.Context(), u.Video, w.now); err != nil {
						t.Errorf("purge: %v", err)
					}
				})
			}
			both.Wait()
			if dead := w.bury(t); len(dead) != 1 || dead[0].Source != u.Version {
				t.Errorf("tombstones %+v", dead)
			}
			w.wantGone(t, u.Video)
			w.wantNothingToDo(t)
		}
	})
}

func TestARestoreAndAPurgeAtOnceEndPurged(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		for range 15 {
			v := w.source(t, "o")
			if err := w.videos.BinVideo(t.Context(), v.ID, nil, w.now); err != nil {
				t.Fatal(err)
			}
			var both sync.WaitGroup
			both.Go(func() {
				if err := w.videos.RestoreVideo(t.Context(), v.ID, w.now); err != nil && !errs.Is(err, errs.NotFound) {
					t.Errorf("restore: %v", err)
				}
			})
			both.Go(func() {
				if err := w.PurgeVideo(t.Context(), v.ID, w.now); err != nil {
					t.Errorf("purge: %v", err)
				}
			})
			both.Wait()
			if _, err := w.videos.Video(t.Context(), v.ID); !errs.Is(err, errs.NotFound) {
				t.Errorf("a purged video is shown: %v", err)
			}
			if err := w.videos.RestoreVideo(t.Context(), v.ID, w.now); !errs.Is(err, errs.NotFound) {
				t.Errorf("a purged video is restored: %v", err)
			}
			if dead := w.bury(t); len(dead) != 1 {
				t.Errorf("tombstones %+v", dead)
			}
			w.wantGone(t, v.ID)
		}
	})
}

func TestTheLastChunkAndAPurgeAtOnceLeaveNothing(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		for range 8 {
			v := w.source(t, "o")
			w.plan(t)
			for range 3 {
				if _, err := w.FinishTrackWork(t.Context(), w.claim(t, pipeline.Chunk, pipeline.Audio), pipeline.Facts{}, w.now); err != nil {
					t.Fatal(err)
				}
			}
			last := w.claim(t, pipeline.Chunk, pipeline.Audio)
			var both sync.WaitGroup
			both.Go(func() {
				_, err := w.FinishTrackWork(t.Context(), last, pipeline.Facts{}, w.now)
				if errs.Is(err, errs.Fenced) {
					err = w.LetGo(t.Context(), last)
				}
				if err != nil {
					t.Errorf("finish: %v", err)
				}
			})
			both.Go(func() {
				if err := w.PurgeVideo(t.Context(), v.ID, w.now); err != nil {
					t.Errorf("purge: %v", err)
				}
			})
			both.Wait()
			if dead := w.bury(t); len(dead) != 1 {
				t.Errorf("tombstones %+v", dead)
			}
			w.wantGone(t, v.ID)
			w.wantNothingToDo(t)
		}
	})
}

func TestAnAbandonedUploadLeavesATombstoneAndTakesTheVideoThatItMade(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		for _, made := range []bool{true, false} {
			for _, with := range []bool{true, false} {
				u := w.begun(t, made)
				removed, err := w.uploads.RemoveUpload(t.Context(), u.ID, with, w.now)
				if err != nil || !removed.Upload || removed.Video != (made && with) {
					t.Errorf("made %t, with %t: removed %+v, %v", made, with, removed, err)
				}
				if dead := w.bury(t); len(dead) != 1 || dead[0].Source != u.Version {
					t.Errorf("tombstones %+v, want the bytes of the upload", dead)
				}
				if made && with {
					w.wantGone(t, u.Video)
				} else {
					w.wantState(t, u.Video, library.Waiting)
				}
			}
		}
	})
}

func TestAReplacedVersionGoesAndTheNewOneStays(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		if err := w.GiveUp(t.Context(), w.claim(t), media.Refusal{Code: media.NotAVideo, Message: "No."}, w.now); err != nil {
			t.Fatal(err)
		}
		second := w.arrive(t, v.ID, "o")
		if dead := w.bury(t); len(dead) != 1 || dead[0].Version != v.Version.ID || dead[0].Source != v.Version.ID {
			t.Errorf("tombstones %+v, want the failed version with its own source", dead)
		}
		if got := w.video(t, v.ID); got.Version.ID != second.Version || got.State != library.Processing {
			t.Errorf("the video shows %s and is %s", got.Version.ID, got.State)
		}
	})
}

func TestALeaseThatWasRenewedIsNotEnded(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		w.source(t, "o")
		l := w.claim(t)
		before, err := w.Leases(t.Context())
		if err != nil || len(before) != 1 || before[0].Task != l.ID {
			t.Fatalf("leases %+v, %v", before, err)
		}
		if err := w.RenewLease(t.Context(), l, 1, w.now.Add(30*time.Second)); err != nil {
			t.Fatal(err)
		}
		if err := w.EndLease(t.Context(), before[0]); err != nil {
			t.Fatal(err)
		}
		if err := w.RenewLease(t.Context(), l, 2, w.now.Add(40*time.Second)); err != nil {
			t.Errorf("a lease that was renewed in time is lost: %v", err)
		}
		w.endLeases(t)
		if again := w.claim(t); again.Crashes != 1 || again.Faults != 0 {
			t.Errorf("claimed %+v", again)
		}
	})
}

func TestARetryFarAheadMeansThatTheClockWasSetBack(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		w.source(t, "o")
		if err := w.Requeue(t.Context(), w.claim(t), pipeline.Retry{Fault: true, NotBefore: w.now.Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		w.wantNothingToDo(t)
		w.now = w.now.Add(-time.Hour)
		w.claim(t)
	})
}

func TestWhatATaskWaitsForIsTold(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		retry := pipeline.Retry{Wait: pipeline.DiskFull, Trouble: &pipeline.Trouble{Code: "disk_full", Message: "Full.", Next: "Free."}, Why: "full", NotBefore: w.now}
		for want := range 2 {
			l := w.claim(t)
			if l.Waits != want || l.Faults+l.Crashes > 0 || l.Waiting != "" {
				t.Errorf("claimed %+v", l.Task)
			}
			if err := w.Requeue(t.Context(), l, retry); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.video(t, v.ID).Version.Trouble; got == nil || got.Code != "disk_full" || got.Next != "Free." {
			t.Errorf("the owner is told %+v", got)
		}
		if n, err := w.CountWaiting(t.Context(), pipeline.DiskFull); err != nil || n != 1 {
			t.Errorf("%d tasks wait, %v", n, err)
		}
		w.plan(t)
		if got := w.video(t, v.ID).Version.Trouble; got != nil {
			t.Errorf("the trouble is over and told: %+v", got)
		}
	})
}

func TestAVersionIsNotMadeAnewForEver(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		for range pipeline.MaxRemakes {
			if err := w.Remake(t.Context(), w.claim(t), w.now); err != nil {
				t.Fatal(err)
			}
		}
		l := w.claim(t)
		if err := w.Remake(t.Context(), l, w.now); !errs.Is(err, errs.Conflict) {
			t.Fatalf("made anew once more: %v", err)
		}
		if err := w.RenewLease(t.Context(), l, 0, w.now); err != nil {
			t.Errorf("the refusal changed something: %v", err)
		}
		if err := w.GiveUp(t.Context(), l, media.Refusal{Code: "encoder_unstable", Message: "m"}, w.now); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Repair(t.Context(), v.ID, w.now); err != nil {
			t.Fatal(err)
		}
		if err := w.Remake(t.Context(), w.claim(t), w.now); err != nil {
			t.Errorf("after a repair it counts from the start: %v", err)
		}
	})
}

func TestALockedDatabaseIsBusyAndComesBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "matinee.db")
	w := newWork(open(t, path))
	w.source(t, "o")
	other, err := sql.Open("sqlite", "file:"+path+"?_txlock=exclusive")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	lock, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.ClaimTask(t.Context(), pipeline.Worker{ID: "w", Kinds: pipeline.Kinds()}, w.now, time.Second)
	if !errs.Is(err, errs.Busy) || errs.CodeOf(err) != string(pipeline.DatabaseUnavailable) {
		t.Errorf("a locked database: %v", err)
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	w.claim(t)
}
