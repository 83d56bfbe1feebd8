package database_test

import (
	"slices"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
)

// begin begins an operation on a version of the video, the one that is shown where none is named.
func (w *work) begin(t *testing.T, kind pipeline.OperationKind, video ids.VideoID, version ...ids.VersionID) pipeline.Operation {
	t.Helper()
	w.now = w.now.Add(time.Second)
	o, err := w.BeginOperation(t.Context(), pipeline.Operation{
		ID: ids.New[ids.OperationID](), Kind: kind, Video: video, Version: slices.Concat(version, []ids.VersionID{""})[0], By: "u1", CreatedAt: w.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (w *work) wantOperation(t *testing.T, id ids.OperationID, want pipeline.OperationState) pipeline.Operation {
	t.Helper()
	o, facts, err := w.Operation(t.Context(), id)
	if err != nil || o.State != want || facts.Owner == "" {
		t.Errorf("the operation is %+v of %+v, want %s: %v", o, facts, want, err)
	}
	return o
}

// ready takes a video with a source through its work.
func (w *work) ready(t *testing.T, video ids.VideoID) {
	t.Helper()
	w.plan(t)
	for range 4 {
		if _, err := w.FinishTrackWork(t.Context(), w.claim(t, pipeline.Chunk, pipeline.Audio), pipeline.Facts{}, w.now); err != nil {
			t.Fatal(err)
		}
	}
	w.verify(t)
	w.wantState(t, video, library.Ready)
}

func (w *work) verify(t *testing.T) {
	t.Helper()
	if err := w.FinishVerify(t.Context(), w.claim(t, pipeline.Verify), pipeline.Verified{}, w.now); err != nil {
		t.Fatal(err)
	}
}

func TestAnOperationFollowsTheWorkAndKeepsItsOutcome(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "u1")
		first := w.begin(t, pipeline.RepairOperation, v.ID)
		w.wantOperation(t, first.ID, pipeline.OperationRunning)
		if again := w.begin(t, pipeline.RepairOperation, v.ID); again.ID != first.ID {
			t.Error("the same work is two operations")
		}
		w.ready(t, v.ID)
		if o := w.wantOperation(t, first.ID, pipeline.OperationDone); o.Progress != 1 || o.EndedAt.IsZero() {
			t.Errorf("done: %+v", o)
		}
		if _, err := w.Repair(t.Context(), v.ID, w.now); err != nil { // another verification
			t.Fatal(err)
		}
		second := w.begin(t, pipeline.RepairOperation, v.ID)
		w.wantOperation(t, second.ID, pipeline.OperationRunning)
		w.wantOperation(t, first.ID, pipeline.OperationDone)
		fresh, err := w.Reencode(t.Context(), v.ID, w.now)
		if err != nil || fresh == second.Version {
			t.Fatalf("it is no new version: %s, %v", fresh, err)
		}
		third := w.begin(t, pipeline.ReencodeOperation, v.ID, fresh)
		w.wantState(t, v.ID, library.Ready) // it plays on
		w.verify(t)                         // the repair goes on too
		w.wantOperation(t, second.ID, pipeline.OperationDone)
		w.wantOperation(t, third.ID, pipeline.OperationRunning)
		w.ready(t, v.ID)
		w.wantOperation(t, third.ID, pipeline.OperationDone)
		w.wantOperation(t, second.ID, pipeline.OperationDone)

		if _, err := w.Repair(t.Context(), v.ID, w.now); err != nil {
			t.Fatal(err)
		}
		fourth := w.begin(t, pipeline.RepairOperation, v.ID)
		w.arrive(t, v.ID, "u1")
		w.playable(t)
		w.wantOperation(t, fourth.ID, pipeline.OperationCancelled) // of a version that is not shown any more
	})
}

func TestACancelledOperationLeavesNothingRunningAndNothingStuck(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "u1")
		o := w.begin(t, pipeline.RepairOperation, v.ID)
		lease := w.claim(t, pipeline.Probe)
		if err := w.CancelOperation(t.Context(), o.ID, w.now); err != nil {
			t.Fatal(err)
		}
		if err := w.RenewLease(t.Context(), lease, 0, w.now.Add(time.Minute)); !errs.Is(err, errs.Fenced) {
			t.Errorf("who works on it is told %v", err)
		}
		w.wantNothingToDo(t)
		w.wantState(t, v.ID, library.Failed)
		w.wantOperation(t, o.ID, pipeline.OperationCancelled)
		if err := w.CancelOperation(t.Context(), o.ID, w.now); errs.CodeOf(err) != "operation_ended" {
			t.Errorf("cancelled twice: %v", err)
		}
		if _, err := w.Repair(t.Context(), v.ID, w.now); err != nil {
			t.Fatal(err)
		}
		w.ready(t, v.ID)

		if _, err := w.Repair(t.Context(), v.ID, w.now); err != nil {
			t.Fatal(err)
		}
		again := w.begin(t, pipeline.RepairOperation, v.ID)
		if err := w.CancelOperation(t.Context(), again.ID, w.now); err != nil {
			t.Fatal(err)
		}
		w.wantNothingToDo(t)
		w.wantState(t, v.ID, library.Ready) // what was ready stays so
	})
}

func TestOperationsAreListedForWhoMayEditTheVideo(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		mine, theirs := w.source(t, "u1"), w.source(t, "u2")
		a, b := w.begin(t, pipeline.RepairOperation, mine.ID), w.begin(t, pipeline.RepairOperation, theirs.ID)
		list := func(v access.Viewer, f pipeline.OperationFilter) (got []ids.OperationID) {
			t.Helper()
			f.Limit = 10
			found, err := w.Operations(t.Context(), access.ReachOf(v, access.EditVideo, w.now), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range found {
				got = append(got, o.ID)
			}
			return got
		}
		owner := access.Viewer{User: "u1", Role: access.Uploader}
		if got := list(owner, pipeline.OperationFilter{}); len(got) != 1 || got[0] != a.ID {
			t.Errorf("the owner's: %v", got)
		}
		if got := list(access.Viewer{Local: true}, pipeline.OperationFilter{}); len(got) != 2 || got[0] != b.ID {
			t.Errorf("an administrator's: %v", got)
		}
		if got := list(access.Viewer{Local: true}, pipeline.OperationFilter{After: b.ID, Video: mine.ID}); len(got) != 1 || got[0] != a.ID {
			t.Errorf("those before: %v", got)
		}
		if got := list(access.Viewer{}, pipeline.OperationFilter{}); got != nil {
			t.Errorf("a stranger's: %v", got)
		}
		w.now = w.now.Add(pipeline.OperationRetention + time.Hour)
		w.begin(t, pipeline.RetryOperation, mine.ID)
		if _, _, err := w.Operation(t.Context(), a.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("an old one: %v", err)
		}
	})
}
