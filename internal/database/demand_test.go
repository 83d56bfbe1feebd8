package database_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
)

// viewing is a planned video that viewers wait for.
type viewing struct {
	*work

	video library.Video
}

func newViewing(t *testing.T, db *database.DB) *viewing {
	t.Helper()
	w := newWork(db)
	v := w.source(t, "o")
	w.plan(t)
	return &viewing{w, v}
}

func (w *viewing) askOf(viewer string, chunk int) pipeline.Ask {
	return pipeline.Ask{
		Segment: ids.Segment{Video: w.video.ID, Version: w.video.Version.ID, Track: "h264-240", Number: chunk},
		Viewer:  viewer, Chunk: chunk, Until: w.now.Add(10 * time.Second),
	}
}

func (w *viewing) ask(t *testing.T, viewer string, chunk int) pipeline.Ask {
	t.Helper()
	a := w.askOf(viewer, chunk)
	if err := w.Ask(t.Context(), a, w.now); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Millisecond)
	return a
}

func (w *viewing) claimDemand(t *testing.T) pipeline.Lease {
	t.Helper()
	l, err := w.ClaimDemand(t.Context(), pipeline.Worker{ID: "w"}, false, w.now, 20*time.Second)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return l
}

func (w *viewing) end(t *testing.T, l pipeline.Lease, s pipeline.Served) {
	t.Helper()
	if err := w.EndDemand(t.Context(), l, s, w.now); err != nil {
		t.Fatal(err)
	}
}

// wantDemand holds the demand tasks of the video to a number, whatever their state.
func (w *viewing) wantDemand(t *testing.T, want int) {
	t.Helper()
	tasks, err := w.Tasks(t.Context(), w.video.Version.ID)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, task := range tasks {
		if task.Kind == pipeline.Demand {
			n++
		}
	}
	if n != want {
		t.Errorf("%d demand tasks, want %d", n, want)
	}
}

func (w *viewing) wantNoDemand(t *testing.T) {
	t.Helper()
	if l, err := w.ClaimDemand(t.Context(), pipeline.Worker{ID: "w"}, false, w.now, time.Second); !errs.Is(err, errs.NotFound) {
		t.Errorf("claimed chunk %d, %v; want nothing", l.Chunk, err)
	}
}

func TestADemandTaskIsOneHoweverManyAsk(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newViewing(t, db)
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				if err := w.Ask(t.Context(), w.askOf(fmt.Sprint(i), 1), w.now); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.wantDemand(t, 1)
		l := w.claimDemand(t)
		w.ask(t, "late", 1)
		w.wantNoDemand(t)
		p, err := w.DemandPressure(t.Context(), l, w.now)
		if err != nil || len(p.Asks) != 13 || p.Others != 0 {
			t.Errorf("pressure %+v, %v", p, err)
		}
		w.end(t, l, pipeline.Served{Have: []int{1}, Made: 1})
		w.wantDemand(t, 0)
	})
}

func TestATaskGoesWithTheLastAskForIt(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newViewing(t, db)
		one, two := w.ask(t, "one", 1), w.ask(t, "two", 1)
		withdraw := func(a pipeline.Ask) {
			if err := w.Withdraw(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
		withdraw(one)
		w.wantDemand(t, 1)
		withdraw(two)
		w.wantDemand(t, 0)
		three := w.ask(t, "three", 1)
		l := w.claimDemand(t)
		withdraw(three)
		w.wantDemand(t, 1) // it is worked on
		w.end(t, l, pipeline.Served{})
		w.wantDemand(t, 0)
		w.ask(t, "gone", 2)
		w.now = w.now.Add(time.Minute)
		w.ask(t, "here", 1)
		if l := w.claimDemand(t); l.Chunk != 1 {
			t.Errorf("claimed chunk %d", l.Chunk)
		}
		w.wantDemand(t, 1) // the other one has expired
	})
}

func TestWhatATaskDidNotAnswerIsQueuedAgain(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newViewing(t, db)
		w.ask(t, "a", 1)
		l := w.claimDemand(t)
		other := w.askOf("b", 1)
		other.Number = 2
		if err := w.Ask(t.Context(), other, w.now); err != nil {
			t.Fatal(err)
		}
		w.end(t, l, pipeline.Served{Have: []int{1}, Made: 1})
		again := w.claimDemand(t)
		if again.ID != l.ID || again.Fence == l.Fence {
			t.Errorf("claimed %+v", again)
		}
		if err := w.EndDemand(t.Context(), l, pipeline.Served{}, w.now); !errs.Is(err, errs.Fenced) {
			t.Errorf("a lost lease ended the task: %v", err)
		}
		w.end(t, again, pipeline.Served{Drop: true})
		w.wantDemand(t, 0)
		w.wantNoDemand(t)
	})
}

func TestTheViewerWhoGotLeastIsNext(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newViewing(t, db)
		w.ask(t, "greedy", 0)
		w.end(t, w.claimDemand(t), pipeline.Served{Have: []int{0}, Viewers: []string{"greedy"}, Made: 7})
		w.ask(t, "greedy", 1)
		w.ask(t, "modest", 2)
		if l := w.claimDemand(t); l.Chunk != 2 {
			t.Errorf("chunk %d goes first", l.Chunk)
		}
		w.claimDemand(t)
		w.now = w.now.Add(2 * time.Minute) // what one got is forgotten, and age decides
		w.ask(t, "greedy", 0)
		for _, chunk := range []int{0} {
			if l := w.claimDemand(t); l.Chunk != chunk {
				t.Errorf("chunk %d goes first, want %d", l.Chunk, chunk)
			}
		}
	})
}

func TestASilentDemandWorkerLosesItsTaskAndARestartForgetsThemAll(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newViewing(t, db)
		w.ask(t, "a", 1)
		l := w.claimDemand(t)
		w.endLeases(t)
		again := w.claimDemand(t)
		if again.ID != l.ID || again.Crashes != 1 {
			t.Errorf("claimed %+v", again)
		}
		w.ask(t, "b", 2)
		if _, err := w.FreeLeases(t.Context(), w.now); err != nil {
			t.Fatal(err)
		}
		w.wantDemand(t, 0)
		w.wantNoDemand(t)
	})
}

func TestDemandIsNoPartOfWhatAVersionNeeds(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newViewing(t, db)
		w.ask(t, "a", 1)
		l := w.claimDemand(t)
		if _, err := w.RetryTask(t.Context(), l.ID, w.now); !errs.Is(err, errs.NotFound) {
			t.Errorf("a demand task is tried again: %v", err)
		}
		for i := range 4 {
			step, err := w.FinishTrackWork(t.Context(), w.claim(t, pipeline.Chunk, pipeline.Audio), pipeline.Facts{}, w.now)
			if err != nil || step.Verifying != (i == 3) {
				t.Fatalf("task %d: %+v, %v", i, step, err)
			}
		}
		if err := w.PurgeVideo(t.Context(), w.video.ID, w.now); err != nil {
			t.Fatal(err)
		}
		if dead, err := w.Tombstones(t.Context()); err != nil || len(dead) != 0 {
			t.Errorf("%v are buried while segments of it may be put, %v", dead, err)
		}
		if err := w.EndDemand(t.Context(), l, pipeline.Served{}, w.now); !errs.Is(err, errs.Fenced) {
			t.Errorf("a purged video's task ended: %v", err)
		}
		if err := w.LetGo(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		if dead, err := w.Tombstones(t.Context()); err != nil || len(dead) != 1 {
			t.Errorf("%v are buried, %v", dead, err)
		}
	})
}

// TestViewersWhoComeAndGoLeaveNothingQueued has many viewers ask and withdraw at once while workers serve: in the end there is no
// task without an ask and no ask without a task.
func TestViewersWhoComeAndGoLeaveNothingQueued(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newViewing(t, db)
		now := w.now
		serve := func() {
			l, err := w.ClaimDemand(t.Context(), pipeline.Worker{ID: "w"}, false, now, time.Second)
			if errs.Is(err, errs.NotFound) {
				return
			}
			if err == nil {
				err = w.EndDemand(t.Context(), l, pipeline.Served{}, now)
			}
			if err != nil {
				t.Error(err)
			}
		}
		var all sync.WaitGroup
		for i := range 6 {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			all.Go(func() {
				for range 20 {
					a := w.askOf(fmt.Sprint(i), random.IntN(3))
					if err := w.Ask(t.Context(), a, now); err != nil {
						t.Error(err)
					}
					serve()
					if err := w.Withdraw(t.Context(), a); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		w.wantDemand(t, 0)
		for chunk := range 3 {
			w.ask(t, "last", chunk)
			w.end(t, w.claimDemand(t), pipeline.Served{Have: []int{chunk}})
		}
		w.wantDemand(t, 0)
	})
}
