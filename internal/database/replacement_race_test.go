package database_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/library"
	"matinee/internal/pipeline"
	"matinee/internal/upload"
)

// TestReplacementsAndTheirEndsMeet runs what ends a replacement against each other, in every pair, and holds what is left to what
// every order allows: a version is shown that plays, or nothing of the video is left.
func TestReplacementsAndTheirEndsMeet(t *testing.T) {
	t.Parallel()
	type world struct {
		*work

		video library.Video
		lease pipeline.Lease // of the last task before the replacement can be played
		up    upload.Upload  // a newer one that is whole
	}
	acts := map[string]func(t *testing.T, w *world) error{
		"it becomes playable": func(t *testing.T, w *world) error {
			_, err := w.FinishTrackWork(t.Context(), w.lease, pipeline.Facts{}, w.now)
			return err
		},
		"a newer one comes": func(t *testing.T, w *world) error {
			return w.FinishUpload(t.Context(), finishedOf(w.up), pipeline.ProbeTask(), w.now)
		},
		"the video is purged": func(t *testing.T, w *world) error { return w.PurgeVideo(t.Context(), w.video.ID, w.now) },
		"it is given up": func(t *testing.T, w *world) error {
			return w.GiveUpVersion(t.Context(), w.video.ID, w.lease.Version, w.now)
		},
		"the video is repaired": func(t *testing.T, w *world) error { _, err := w.Repair(t.Context(), w.video.ID, w.now); return err },
		"old ones end": func(t *testing.T, w *world) error {
			_, err := w.EndRetired(t.Context(), w.now.Add(24*time.Hour))
			return err
		},
	}
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		for one := range acts {
			for other := range acts {
				if one > other {
					continue
				}
				w := &world{work: newWork(db)}
				w.video = w.shown(t, "o")
				w.arrive(t, w.video.ID, "o")
				w.plan(t)
				for range 3 {
					if _, err := w.FinishTrackWork(t.Context(), w.claim(t, pipeline.Chunk, pipeline.Audio), pipeline.Facts{}, w.now); err != nil {
						t.Fatal(err)
					}
				}
				w.lease = w.claim(t, pipeline.Chunk, pipeline.Audio)
				w.up = w.arriving(t, w.video.ID)
				var wg sync.WaitGroup
				for _, name := range []string{one, other} {
					wg.Go(func() {
						err := acts[name](t, w)
						if err != nil && !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Fenced) && !errs.Is(err, errs.Conflict) {
							t.Errorf("%s while %s: %v", name, other, err)
						}
					})
				}
				wg.Wait()
				w.wantWhole(t, w.video, fmt.Sprintf("%s while %s", one, other))
				// Nothing of it stays for the next pair.
				if err := w.PurgeVideo(t.Context(), w.video.ID, w.now); err != nil && !errs.Is(err, errs.NotFound) {
					t.Fatal(err)
				}
				w.endLeases(t)
				dead, err := w.Tombstones(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range dead {
					if err := w.DropVersion(t.Context(), d.Version); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	})
}

// wantWhole holds a video that was ready to what no order of events may break.
func (w *work) wantWhole(t *testing.T, before library.Video, what string) {
	t.Helper()
	v, err := w.videos.Video(t.Context(), before.ID)
	if errs.Is(err, errs.NotFound) {
		return // purged
	}
	if err != nil {
		t.Fatal(err)
	}
	if !v.State.Watchable() || v.Version == nil || v.Version.PlayableAt.IsZero() || !w.answers(t, v.ID, v.Version.ID) {
		t.Errorf("%s: the video is %s and shows %+v", what, v.State, v.Version)
	}
	list, err := w.Versions(t.Context(), v.ID)
	if err != nil {
		t.Fatal(err)
	}
	shown, waiting := 0, 0
	for _, n := range list {
		switch {
		case n.Current:
			shown++
		case n.State == library.Processing:
			waiting++
		}
	}
	if shown != 1 || waiting > 1 || (waiting == 1) != (v.Replacement != nil && v.Replacement.State == library.Processing || v.Replacement != nil && v.Replacement.State == library.Uploading && waiting == 1) {
		t.Errorf("%s: %d are shown and %d wait: %+v", what, shown, waiting, list)
	}
}
