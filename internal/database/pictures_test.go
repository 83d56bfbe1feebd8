package database_test

import (
	"reflect"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
)

func TestAReadyVideoGetsItsStoryboard(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		w.ready(t, v.ID)
		v = w.video(t, v.ID)
		if v.State != library.Ready || v.Version.Storyboard != "" {
			t.Errorf("the video waits for its storyboard: %s %+v", v.State, v.Version)
		}
		// It was given up: a repair verifies and tries again, though nobody waits for it.
		if err := w.FinishStoryboard(t.Context(), w.claim(t, pipeline.Storyboard), pipeline.Storyboarded{}, w.now); err != nil {
			t.Fatal(err)
		}
		w.wantNothingToDo(t)
		repair := func() {
			t.Helper()
			if _, err := w.Repair(t.Context(), v.ID, w.now); err != nil {
				t.Fatal(err)
			}
		}
		repair()
		w.verify(t)
		repair() // with the storyboard still to be made
		w.verify(t)
		made := pipeline.Storyboarded{
			File: "storyboard-a.vtt", Poster: "poster-b.jpg", CPU: time.Second,
			Choices: []pipeline.PosterChoice{{File: "poster-a.jpg", Seconds: 0.04}, {File: "poster-b.jpg", Seconds: 2.5}},
		}
		before, err := w.CurrentVersion(t.Context(), v.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.FinishStoryboard(t.Context(), w.claim(t, pipeline.Storyboard), made, w.now); err != nil {
			t.Fatal(err)
		}
		w.wantNothingToDo(t)
		kept, err := w.CurrentVersion(t.Context(), v.ID)
		if err != nil || kept.Storyboard != made.File || kept.Poster != made.Poster || !reflect.DeepEqual(kept.PosterChoices, made.Choices) || kept.Revision <= before.Revision {
			t.Errorf("kept %+v, %v", kept, err)
		}
		if shown := w.video(t, v.ID); shown.Version.Storyboard != made.File || shown.PosterFile() != made.Poster {
			t.Errorf("shown %+v", shown.Version)
		}
		repair()
		w.verify(t)
		w.wantNothingToDo(t) // there is one
	})
}

func TestAnOperationDoesNotWaitForAStoryboard(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		w.ready(t, v.ID)
		v = w.video(t, v.ID)
		w.claim(t, pipeline.Storyboard)
		if _, err := w.Repair(t.Context(), v.ID, w.now); err != nil {
			t.Fatal(err)
		}
		o, err := w.BeginOperation(t.Context(), pipeline.Operation{ID: ids.New[ids.OperationID](), Kind: pipeline.RepairOperation, Video: v.ID, CreatedAt: w.now})
		if err != nil {
			t.Fatal(err)
		}
		w.verify(t)
		if o, _, err = w.Operation(t.Context(), o.ID); err != nil || o.State != pipeline.OperationDone {
			t.Errorf("the operation is %s, %v", o.State, err)
		}
	})
}

func TestAChosenPosterBelongsToTheVideo(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		choose := func(p *library.ChosenPoster) *library.ChosenPoster {
			t.Helper()
			before, err := w.ChoosePoster(t.Context(), v.ID, p, w.now)
			if err != nil {
				t.Fatal(err)
			}
			return before
		}
		frame := &library.ChosenPoster{File: "chosen-a.jpg", Origin: library.FramePoster, Seconds: new(1.5)}
		sent := &library.ChosenPoster{File: "chosen-b.jpg", Origin: library.UploadedPoster}
		if before := choose(frame); before != nil {
			t.Errorf("before the first: %+v", before)
		}
		if before := choose(sent); !reflect.DeepEqual(before, frame) {
			t.Errorf("before the second: %+v", before)
		}
		w.arrive(t, v.ID, "o") // another source
		if now := w.video(t, v.ID); !reflect.DeepEqual(now.Poster, sent) || now.Revision != v.Revision {
			t.Errorf("with another source: %+v", now.Poster)
		}
		page, err := w.videos.Videos(t.Context(), access.Reach{All: true}, library.Filter{Sort: library.Sorts()[0], Limit: 1})
		if err != nil || !reflect.DeepEqual(page.Videos[0].Poster, sent) {
			t.Errorf("in a list: %+v, %v", page.Videos, err)
		}
		choose(nil)
		if chosen, err := w.ChosenPoster(t.Context(), v.ID); chosen != nil || err != nil {
			t.Errorf("after it was taken back: %+v, %v", chosen, err)
		}
		if err := w.videos.BinVideo(t.Context(), v.ID, nil, w.now); err != nil {
			t.Fatal(err)
		}
		if _, err := w.ChoosePoster(t.Context(), v.ID, sent, w.now); !errs.Is(err, errs.NotFound) {
			t.Errorf("of a video in the bin: %v", err)
		}
	})
}
