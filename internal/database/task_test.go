package database_test

import (
	"testing"

	"matinee/internal/database"
	"matinee/internal/pipeline"
)

func TestATaskNamesWhoWorksOnItAndWhoDidIt(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		w.plan(t)
		chunk := w.claim(t, pipeline.Chunk)
		if chunk.Worker != "w" {
			t.Errorf("%q works on it, want w", chunk.Worker)
		}
		if _, err := w.FinishTrackWork(t.Context(), chunk, pipeline.Facts{}, w.now); err != nil {
			t.Fatal(err)
		}
		tasks, err := w.Tasks(t.Context(), v.Version.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range tasks {
			want := ""
			if task.State == pipeline.Done {
				want = "w"
			}
			if task.Worker != want {
				t.Errorf("%s %d is %s by %q, want %q", task.Kind, task.Chunk, task.State, task.Worker, want)
			}
		}
		marks, err := w.Leases(t.Context())
		if err != nil || len(marks) > 0 {
			t.Errorf("%d leases stand, %v; want none", len(marks), err)
		}
	})
}
