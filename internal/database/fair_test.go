package database_test

import (
	"testing"
	"time"

	"matinee/internal/database"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
)

// laddered is the work of a plan of so many chunks, each of so much CPU time.
func laddered(chunks int, cost time.Duration) (pipeline.Planned, []pipeline.Task) {
	p, _ := planned()
	tasks := []pipeline.Task{{Kind: pipeline.Audio, Track: "audio-1", Rank: 20, Cost: time.Second}, {Kind: pipeline.Pictures, Rank: 25, Cost: time.Second}}
	for i := range chunks {
		t := pipeline.Task{Kind: pipeline.Chunk, Chunk: i, FirstSegment: i, Segments: 1, Rank: 30, TotalUnits: 100, Cost: cost}
		if i == 0 {
			t.Rank = 20
		}
		tasks = append(tasks, t)
	}
	return p, tasks
}

// queue makes a video of the owner and plans it.
func (w *work) queue(t *testing.T, owner ids.UserID, chunks int, cost time.Duration) library.Video {
	t.Helper()
	v := w.source(t, owner)
	l := w.claim(t, pipeline.Probe)
	p, tasks := laddered(chunks, cost)
	if err := w.FinishPlan(t.Context(), l, p, tasks, w.now); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Second)
	return v
}

func (w *work) finish(t *testing.T, l pipeline.Lease) {
	t.Helper()
	w.now = w.now.Add(time.Second)
	var err error
	if l.Kind == pipeline.Pictures {
		err = w.FinishPictures(t.Context(), l, pipeline.Pictured{}, w.now)
	} else {
		_, err = w.FinishTrackWork(t.Context(), l, pipeline.Facts{CPU: time.Second, Written: 1}, w.now)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestASingleClipGoesBeforeTheRestOfAHundredUploads(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		for range 100 {
			w.queue(t, "many", 4, 30*time.Second)
		}
		running := w.claim(t, pipeline.Chunk) // one slot, in the middle of a long ladder
		for range 110 {                       // past the first chunks, into the ladders
			w.finish(t, running)
			running = w.claim(t, pipeline.Chunk)
		}
		light := w.claim(t, pipeline.Audio)

		clip := w.source(t, "one")
		probe := w.claim(t)
		if probe.Video != clip.ID || probe.Kind != pipeline.Probe {
			t.Fatalf("the %s of %s was claimed, want the clip's probe", probe.Kind, probe.Video)
		}
		p, tasks := laddered(3, 5*time.Second)
		if err := w.FinishPlan(t.Context(), probe, p, tasks, w.now); err != nil {
			t.Fatal(err)
		}
		w.finish(t, light)
		if l := w.claim(t, pipeline.Audio, pipeline.Pictures); l.Video != clip.ID || l.Kind != pipeline.Audio {
			t.Errorf("the light lane does the %s of another first", l.Kind)
		}
		w.finish(t, running)
		if l := w.claim(t, pipeline.Chunk); l.Video != clip.ID || l.Chunk != 0 {
			t.Errorf("chunk %d of another goes before the clip's first", l.Chunk)
		}
	})
}

func TestTwoOwnersShareByWorkNotByTasks(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		heavy := w.queue(t, "heavy", 30, 40*time.Second)
		w.queue(t, "light", 60, 10*time.Second)
		given := map[ids.VideoID]time.Duration{}
		for range 25 {
			l := w.claim(t, pipeline.Chunk)
			if l.Rank == 20 {
				w.finish(t, l)
				continue
			}
			given[l.Video] += map[bool]time.Duration{true: 40 * time.Second, false: 10 * time.Second}[l.Video == heavy.ID]
			w.finish(t, l)
		}
		var shares []time.Duration
		for _, share := range given {
			shares = append(shares, share)
		}
		if len(shares) != 2 || max(shares[0], shares[1])-min(shares[0], shares[1]) > 40*time.Second {
			t.Errorf("the owners were given %v of CPU time", shares)
		}
	})
}

func TestWhoWasIdleIsNotPaidBackForIt(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		w.queue(t, "early", 40, 10*time.Second)
		for range 20 {
			w.finish(t, w.claim(t, pipeline.Chunk))
		}
		late := w.queue(t, "late", 40, 10*time.Second)
		w.finish(t, w.claim(t, pipeline.Chunk)) // its first chunk
		own := 0
		for range 10 {
			l := w.claim(t, pipeline.Chunk)
			if l.Video == late.ID {
				own++
			}
			w.finish(t, l)
		}
		if own < 4 || own > 6 {
			t.Errorf("whoever came late was given %d of 10 chunks", own)
		}
	})
}

func TestTheShortestOfAnOwnersVideosGoesFirst(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		w := newWork(db)
		w.queue(t, "o", 50, 30*time.Second)
		clip := w.queue(t, "o", 3, 30*time.Second)
		for range 2 { // what makes both playable
			w.finish(t, w.claim(t, pipeline.Chunk))
		}
		for i := 1; i < 3; i++ {
			l := w.claim(t, pipeline.Chunk)
			if l.Video != clip.ID || l.Chunk != i {
				t.Errorf("chunk %d of the film goes before chunk %d of the clip", l.Chunk, i)
			}
			w.finish(t, l)
		}
	})
}
