package pipeline

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"matinee/internal/ids"
)

// This file is inside the package because the model is a function of values that nobody outside makes.

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func evenRates(slots int) rates { return rates{own: 1, all: 1, perSlot: 1, slots: float64(slots)} }

// ladderGroup is a version's ladder of so many chunks of 10 s of CPU time.
func ladderGroup(owner, version string, chunks int, age time.Duration) Group {
	cost := time.Duration(chunks) * 10 * time.Second
	return Group{
		Owner: ids.UserID(owner), Version: ids.VersionID(version), Rank: rankChunk, Whole: cost, CreatedAt: noon.Add(-age), Planned: true, Tasks: chunks, Cost: cost,
	}
}

func TestWhatGoesFirst(t *testing.T) {
	t.Parallel()
	others := make([]Group, 0, 100)
	for i := range 100 {
		others = append(others, ladderGroup("many", fmt.Sprintf("m%03d", i), 20, time.Hour))
	}
	clip := ladderGroup("one", "clip", 3, 0)
	film := ladderGroup("one", "film", 300, 2*time.Hour)
	for _, c := range []struct {
		name   string
		groups []Group
		at     Group
		tasks  int
		cost   time.Duration
		others bool
	}{
		{"an empty queue", nil, clip, 0, 0, false},
		{"a hundred videos of another owner", others, clip, 0, 0, false},
		{"an own shorter video", []Group{clip, film}, film, 3, 30 * time.Second, false},
		{"an own longer video", []Group{clip, film}, clip, 0, 0, false},
		{"an own shorter video, and as much of the other owner's", append([]Group{clip}, others...), film, 6, 60 * time.Second, true},
		{"what makes videos of others playable", []Group{{Owner: "many", Version: "m", Rank: rankFirstChunk, Tasks: 4, Cost: 8 * time.Second}}, clip, 4, 8 * time.Second, true},
		{"what goes later", []Group{{Owner: "many", Version: "m", Rank: rankChunk + 1, Tasks: 4, Cost: 8 * time.Second}}, clip, 0, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := Queue{Groups: c.groups}.aheadOf(c.at.place(), 0)
			if got.tasks != c.tasks || got.cost != c.cost || got.others != c.others {
				t.Errorf("%d tasks of %v, others' %t; want %d of %v, %t", got.tasks, got.cost, got.others, c.tasks, c.cost, c.others)
			}
		})
	}
}

func TestUntilReadyCountsWhatIsServedMeanwhile(t *testing.T) {
	t.Parallel()
	clip, film := ladderGroup("one", "clip", 3, 0), ladderGroup("many", "film", 300, time.Hour)
	running := RunningTask{Owner: "many", Version: "film", Kind: Chunk, Cost: 10 * time.Second, DoneUnits: 50, TotalUnits: 100}
	q := Queue{Groups: []Group{clip, film}, Running: []RunningTask{running}}
	for _, c := range []struct {
		name    string
		version ids.VersionID
		slots   int
		want    time.Duration
	}{
		{"a clip shares with the film, of which a chunk goes on", "clip", 1, 60 * time.Second},
		{"two slots halve it", "clip", 2, 30 * time.Second},
		{"the film gives way to the clip", "film", 1, 3005*time.Second + 30*time.Second},
	} {
		if got, known := q.untilReady(c.version, evenRates(c.slots)); !known || got != c.want {
			t.Errorf("%s: %v, %t; want %v", c.name, got, known, c.want)
		}
	}
	if _, known := q.untilReady("none", evenRates(1)); known {
		t.Error("a version without work has an estimate")
	}
}

// TestTheEstimateFallsSteadily plays the queue on a clock of its own: chunks are claimed, advance and end at the measured pace. The
// estimate never rises by more than a chunk's rounding, and is right in the end and all along.
func TestTheEstimateFallsSteadily(t *testing.T) {
	t.Parallel()
	for _, others := range []int{0, 5} {
		t.Run(fmt.Sprintf("beside %d videos of another owner", others), func(t *testing.T) {
			t.Parallel()
			w := newWorld(others)
			total, ok := w.queue().untilReady("mine", evenRates(1))
			if !ok {
				t.Fatal("no estimate")
			}
			before, begun := total, w.now
			for {
				left, ok := w.queue().untilReady("mine", evenRates(1))
				if !ok {
					break
				}
				if left > before+100*time.Millisecond {
					t.Fatalf("at %v the estimate rises from %v to %v", w.now, before, left)
				}
				if off := w.now - begun + left - total; off.Abs() > 11*time.Second { // a chunk of the other owner may be in the way
					t.Fatalf("at %v the end has moved by %v", w.now, off)
				}
				before = left
				w.step(500 * time.Millisecond)
			}
			if took := w.now - begun; (took - total).Abs() > 11*time.Second {
				t.Errorf("it took %v, %v was promised", took, total)
			}
		})
	}
}

// world is a queue of one slot in which one CPU second takes a second.
type world struct {
	now     time.Duration
	groups  []Group
	running *RunningTask
	done    time.Duration
	given   map[ids.UserID]time.Duration
}

func newWorld(others int) *world {
	w := &world{given: map[ids.UserID]time.Duration{}}
	w.groups = append(w.groups, ladderGroup("me", "mine", 30, 0))
	for i := range others {
		w.groups = append(w.groups, ladderGroup("other", fmt.Sprintf("o%d", i), 20, time.Hour))
	}
	w.claim()
	return w
}

func (w *world) queue() Queue {
	q := Queue{Groups: w.groups}
	if w.running != nil {
		q.Running = []RunningTask{*w.running}
	}
	return q
}

func (w *world) claim() {
	w.running, w.done = nil, 0
	best := -1
	for i, g := range w.groups {
		if g.Tasks == 0 {
			continue
		}
		if best < 0 || w.given[g.Owner] < w.given[w.groups[best].Owner] || g.Owner == w.groups[best].Owner && g.place().before(w.groups[best].place()) {
			best = i
		}
	}
	if best < 0 {
		return
	}
	g := &w.groups[best]
	cost := g.Cost / time.Duration(g.Tasks)
	g.Tasks, g.Cost = g.Tasks-1, g.Cost-cost
	w.given[g.Owner] += cost
	w.running = &RunningTask{Owner: g.Owner, Version: g.Version, Kind: Chunk, Cost: cost, TotalUnits: 1000}
	if g.Tasks == 0 {
		w.groups = append(w.groups[:best:best], w.groups[best+1:]...)
	}
}

func (w *world) step(d time.Duration) {
	w.now += d
	w.done += d
	w.running.DoneUnits = int64(1000 * float64(w.done) / float64(w.running.Cost))
	if w.done >= w.running.Cost {
		w.claim()
	}
}

func TestEstimatesAreNeverNegativeAndGrowWithTheQueue(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		q := Queue{Groups: []Group{ladderGroup("o0", "mine", 1+r.IntN(50), time.Duration(r.IntN(100))*time.Second)}}
		before, slots := time.Duration(0), evenRates(1+r.IntN(3))
		for i := range 20 {
			left, known := q.untilReady("mine", slots)
			if !known || left <= 0 || left < before {
				t.Fatalf("seed %d, step %d: %v after %v", seed, i, left, before)
			}
			before = left
			g := ladderGroup(fmt.Sprint("o", r.IntN(4)), fmt.Sprint("v", i), 1+r.IntN(80), time.Duration(r.IntN(100))*time.Second)
			g.Rank = []int{rankFirstChunk, rankChunk}[r.IntN(2)]
			q.Groups = append(q.Groups, g)
			if r.IntN(3) == 0 {
				q.Running = append(q.Running, RunningTask{Owner: g.Owner, Version: g.Version, Kind: Chunk, Cost: time.Minute, DoneUnits: int64(r.IntN(200)), TotalUnits: 100})
			}
		}
	}
}

func TestWhyATaskWaits(t *testing.T) {
	t.Parallel()
	mine := ladderGroup("one", "clip", 3, 0)
	running := []RunningTask{{Owner: "many", Version: "film", Kind: Chunk, Cost: time.Minute, TotalUnits: 100}}
	firsts := Group{Owner: "many", Version: "m", Rank: rankFirstChunk, Tasks: 4, Cost: 8 * time.Second}
	next := Task{Version: "clip", Rank: rankChunk, Kind: Chunk, State: Queued, Cost: 10 * time.Second}
	with := func(change func(*Task)) Task {
		task := next
		change(&task)
		return task
	}
	for _, c := range []struct {
		code  string
		queue Queue
		task  Task
		ahead int
		known bool
	}{
		{SlotWaits, Queue{Groups: []Group{mine}, Running: running}, next, 0, true},
		{DemandWaits, Queue{Groups: []Group{mine}, Running: running, Demanded: 2}, next, 0, true},
		{TurnWaits, Queue{Groups: []Group{mine}}, with(func(t *Task) { t.Chunk = 2 }), 2, true},
		{OwnerTurnWaits, Queue{Groups: []Group{mine, firsts}}, next, 4, true},
		{LaterWaits, Queue{Groups: []Group{mine}}, with(func(t *Task) { t.NotBefore = noon.Add(20 * time.Second) }), 0, true},
		{string(DiskFull), Queue{Groups: []Group{mine}}, with(func(t *Task) { t.Waiting = DiskFull }), 0, false},
		{string(StoreUnreadable), Queue{Groups: []Group{mine}}, with(func(t *Task) { t.Waiting = StoreUnreadable }), 0, false},
		{string(DatabaseUnavailable), Queue{Groups: []Group{mine}}, with(func(t *Task) { t.Waiting = DatabaseUnavailable }), 0, false},
	} {
		got := c.queue.why(c.task, evenRates(1), noon)
		if got.Code != c.code || got.Message == "" || got.Ahead != c.ahead || got.Known != c.known || got.ETA < 0 {
			t.Errorf("%s: %+v", c.code, got)
		}
	}
}
