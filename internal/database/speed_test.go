package database_test

import (
	"sync"
	"testing"
	"time"

	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
)

func TestMeasuredSpeedsAreKept(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		run := pipeline.Sample{Seconds: 10, CPU: 20 * time.Second, Wall: 10 * time.Second, Assumed: 1.5}
		var nodes sync.WaitGroup
		for range 4 { // of several nodes at once, each counts
			nodes.Go(func() {
				if _, err := w.LearnSpeed(t.Context(), "h264/1080/30", "h264-240", run, w.now); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		list, err := w.Speeds(t.Context())
		want := pipeline.Speed{Class: "h264/1080/30", Work: "h264-240", CPU: 2, Wall: 1, Assumed: 1.5, Seconds: 40}
		if err != nil || len(list) != 1 || list[0] != want {
			t.Errorf("kept %+v, %v", list, err)
		}
		learnt, err := w.LearnSpeed(t.Context(), want.Class, "audio", run, w.now)
		if err != nil || learnt.Work != "audio" || learnt.Seconds != 10 {
			t.Errorf("learnt %+v, %v", learnt, err)
		}
	})
}

func TestALookAtTheQueue(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		if q, err := w.Queue(t.Context()); err != nil || len(q.Groups)+len(q.Running) > 0 {
			t.Fatalf("an empty queue is %+v, %v", q, err)
		}
		fresh := w.source(t, "o")
		q, err := w.Queue(t.Context())
		if err != nil || len(q.Groups) != 1 || q.Groups[0].Planned || q.Groups[0].Tasks != 1 || q.Groups[0].Cost <= 0 {
			t.Errorf("a probe is %+v, %v", q, err)
		}
		l := w.claim(t, pipeline.Probe)
		p, tasks := laddered(5, 10*time.Second)
		if err := w.FinishPlan(t.Context(), l, p, tasks, w.now); err != nil {
			t.Fatal(err)
		}
		running := w.claim(t, pipeline.Chunk)
		if err := w.RenewLease(t.Context(), running, 40, w.now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		q, err = w.Queue(t.Context())
		if err != nil || len(q.Running) != 1 || len(q.Groups) == 0 {
			t.Fatalf("%+v, %v", q, err)
		}
		want := pipeline.RunningTask{
			Owner: "o", Version: fresh.Version.ID, Kind: pipeline.Chunk, Worker: "w", Cost: 10 * time.Second, DoneUnits: 40, TotalUnits: 100,
		}
		if q.Running[0] != want {
			t.Errorf("running is %+v, want %+v", q.Running[0], want)
		}
		last := q.Groups[len(q.Groups)-1]
		for _, g := range q.Groups {
			if g.Rank > last.Rank {
				last = g
			}
		}
		if last.Tasks != 4 || last.Cost != 40*time.Second || last.Whole != 52*time.Second || last.FirstChunk != 1 || !last.Planned || last.Owner != "o" {
			t.Errorf("the ladder is %+v", last)
		}
	})
}

func TestClaimsAtOnceNeverGiveOneTaskTwice(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		for _, owner := range []string{"a", "b", "c"} {
			w.queue(t, ids.UserID(owner), 8, time.Second)
		}
		var (
			lanes sync.WaitGroup
			mu    sync.Mutex
			seen  = map[string]int{}
		)
		for range 6 {
			lanes.Go(func() {
				for {
					l, err := w.ClaimTask(t.Context(), pipeline.Worker{ID: "w", Kinds: []pipeline.Kind{pipeline.Chunk}}, w.now, time.Minute)
					if errs.Is(err, errs.NotFound) {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					seen[string(l.ID)]++
					mu.Unlock()
				}
			})
		}
		lanes.Wait()
		for id, n := range seen {
			if n > 1 {
				t.Errorf("task %s was claimed %d times", id, n)
			}
		}
		if len(seen) != 24 {
			t.Errorf("%d of 24 chunks were claimed", len(seen))
		}
	})
}

func TestAVideoThatPlaysShowsHowFarItsLadderIs(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		v := w.source(t, "o")
		l := w.claim(t, pipeline.Probe)
		p, tasks := laddered(4, time.Second)
		p.Playable = true
		if err := w.FinishPlan(t.Context(), l, p, tasks, w.now); err != nil {
			t.Fatal(err)
		}
		w.finish(t, w.claim(t, pipeline.Chunk))
		got := w.video(t, v.ID)
		if got.State != library.Playable || got.Progress.Encode != 0.25 {
			t.Errorf("one of four chunks is done: %s, %v", got.State, got.Progress)
		}
	})
}
