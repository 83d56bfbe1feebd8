package database_test

import (
	"testing"

	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/library"
	"matinee/internal/pipeline"
)

func TestAVersionMadeAnewSharesTheSource(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.shown(t, "o")
		bytes, err := w.MediaBytes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Reencode(t.Context(), v.ID, w.now); err != nil {
			t.Fatal(err)
		}
		again, err := w.Reencode(t.Context(), v.ID, w.now) // starts over
		if err != nil {
			t.Fatal(err)
		}
		if shared, err := w.MediaBytes(t.Context()); err != nil || shared != bytes {
			t.Errorf("three versions of a source take %d bytes, one takes %d: %v", shared, bytes, err)
		}
		w.wantState(t, v.ID, library.Ready)
		w.playable(t)
		if got := w.video(t, v.ID).Version; got.ID != again || got.SourceID != v.Version.ID {
			t.Errorf("it shows %+v", got)
		}
		if _, err := w.EndRetired(t.Context(), w.now.Add(pipeline.Grace(v.Version.Duration))); err != nil {
			t.Fatal(err)
		}
		dead, err := w.Tombstones(t.Context())
		if err != nil || len(dead) != 2 {
			t.Fatalf("tombstones %+v, %v", dead, err)
		}
		for _, d := range dead {
			if d.Source != "" {
				t.Errorf("the source that is in use goes with %+v", d)
			}
		}
		if err := w.PurgeVideo(t.Context(), v.ID, w.now); err != nil {
			t.Fatal(err)
		}
		w.endLeases(t)
		dead, err = w.Tombstones(t.Context())
		if err != nil || len(dead) != 3 {
			t.Fatalf("tombstones %+v, %v", dead, err)
		}
		for _, d := range dead { // whichever is removed last, the source goes
			if d.Source != v.Version.ID {
				t.Errorf("the source stays with %+v", d)
			}
		}
	})
}

func TestReencodingWaitsForAReplacementFromAnotherSource(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.shown(t, "o")
		next := w.arrive(t, v.ID, "o")
		if _, err := w.Reencode(t.Context(), v.ID, w.now); errs.CodeOf(err) != "replacement_in_progress" {
			t.Errorf("encoding again what is being replaced: %v", err)
		}
		o := w.begin(t, pipeline.RepairOperation, v.ID, next.Version)
		if err := w.CancelOperation(t.Context(), o.ID, w.now); err != nil {
			t.Fatal(err)
		}
		w.wantReplacement(t, v.ID, "")
		w.wantState(t, v.ID, library.Ready)
		w.wantOperation(t, o.ID, pipeline.OperationCancelled)
		w.wantTombstones(t, pipeline.Tombstone{Video: v.ID, Version: next.Version, Source: next.Version})
		w.arriving(t, v.ID)
		if _, err := w.Reencode(t.Context(), v.ID, w.now); errs.CodeOf(err) != "upload_in_progress" {
			t.Errorf("encoding again what is about to be replaced: %v", err)
		}
	})
}

func TestAnEncoderThatChangedMakesANextVersionOfWhatPlays(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		w.playable(t)
		if err := w.Remake(t.Context(), w.claim(t, pipeline.Verify), w.now); err != nil {
			t.Fatal(err)
		}
		w.wantState(t, v.ID, library.Playable)
		next := w.wantReplacement(t, v.ID, library.Processing).Version
		if err := w.Remake(t.Context(), w.claim(t), w.now); err != nil { // the next one, in its place
			t.Fatal(err)
		}
		anew := w.wantReplacement(t, v.ID, library.Processing).Version
		if anew == next || anew == v.Version.ID {
			t.Errorf("it was not made anew: %s", anew)
		}
		w.playable(t)
		if got := w.video(t, v.ID).Version; got.ID != anew || got.SourceID != v.Version.ID {
			t.Errorf("it shows %+v", got)
		}
	})
}
