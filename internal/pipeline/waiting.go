package pipeline

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"matinee/internal/ids"
	"matinee/internal/media"
)

// Waiting says why queued work has not begun, for whoever asks.
type Waiting struct {
	Code    string
	Message string
	Ahead   int           // tasks that go first
	ETA     time.Duration // until it is done
	Known   bool          // whether ETA is
}

// Why work waits, beside the things that tasks wait for (see [Waits]).
const (
	TurnWaits      = "turn"       // earlier work goes first
	OwnerTurnWaits = "owner_turn" // it is the turn of others, who were given less
	SlotWaits      = "slot"       // it is next, and every slot is taken
	DemandWaits    = "demand"     // it is next, and viewers wait for segments, which go first
	LaterWaits     = "not_before" // it is tried again at a set time
)

// queueFor is how old a look at the queue may be that an answer is made of.
const queueFor = 2 * time.Second

// lookout keeps the last look at the queue, so that many who ask cost one. It is safe for concurrent use.
type lookout struct {
	mu    sync.Mutex
	seen  Queue
	at    time.Time
	took  time.Duration // to look
	sorts map[ids.VersionID]sort
}

func newLookout() *lookout { return &lookout{sorts: map[ids.VersionID]sort{}} }

// sort is what the speed of a version's ladder is looked up by. It follows from the plan, which never changes.
type sort struct {
	class, work string
	assumed     float64 // CPU seconds for a second of video
}

func sortOf(plan media.Plan) sort {
	rungs := ladderOf(plan)
	return sort{classOf(plan), workOf(plan, rungs), assumedCost(plan, rungs)}
}

// maxSorts bounds how many are kept.
const maxSorts = 4096

// queue returns what waits and goes on, as it was a moment ago.
func (p *Pipeline) queue(ctx context.Context) (Queue, error) { return p.queueWithin(ctx, queueFor) }

// queueWith returns the queue with a task in it that was just seen to wait.
func (p *Pipeline) queueWith(ctx context.Context, t Task) (Queue, error) {
	q, err := p.queue(ctx)
	if _, _, found := q.find(t); err == nil && !found {
		return p.queueWithin(ctx, 0)
	}
	return q, err
}

func (p *Pipeline) queueWithin(ctx context.Context, age time.Duration) (Queue, error) {
	p.lookout.mu.Lock()
	defer p.lookout.mu.Unlock()
	if l := p.lookout; !l.at.IsZero() && time.Since(l.at) < l.keep(age) {
		return l.seen, nil
	}
	begun := time.Now()
	if err := p.refreshSpeeds(ctx); err != nil {
		return Queue{}, err
	}
	q, err := p.store.Queue(ctx)
	if err != nil {
		return Queue{}, fmt.Errorf("look at the queue: %w", err)
	}
	p.lookout.seen, p.lookout.at, p.lookout.took = q, time.Now(), time.Since(begun)
	return q, nil
}

// Of a queue so long that it is slow to look at, an older look does: whoever asks all the time takes a twentieth of the time for it.
const (
	slowLook  = 50 * time.Millisecond
	lookShare = 20
)

func (l *lookout) keep(age time.Duration) time.Duration {
	if l.took < slowLook {
		return age
	}
	return max(age, lookShare*l.took)
}

// rates returns how the work of any version turns into time.
func (p *Pipeline) rates(q Queue) rates {
	all := p.speeds.tally()
	perSlot := 1 / all.wallPerCPU()
	return rates{own: all.correction(), all: all.correction(), perSlot: perSlot, slots: p.slots(perSlot) * float64(q.workers())}
}

// ratesFor returns how the work of one version, which is known better, turns into time.
func (p *Pipeline) ratesFor(ctx context.Context, q Queue, v ids.VersionID) rates {
	r := p.rates(q)
	if s, ok := p.sortFor(ctx, v); ok && s.assumed > 0 {
		r.own = p.speeds.of(s.class, s.work, s.assumed).cpu / s.assumed
	}
	return r
}

func (p *Pipeline) sortFor(ctx context.Context, id ids.VersionID) (sort, bool) {
	p.lookout.mu.Lock()
	known, ok := p.lookout.sorts[id]
	p.lookout.mu.Unlock()
	if ok {
		return known, true
	}
	v, err := p.store.Version(ctx, id)
	if err != nil || v.Plan.Frames == 0 {
		return sort{}, false // the mean of all does
	}
	p.lookout.mu.Lock()
	defer p.lookout.mu.Unlock()
	if len(p.lookout.sorts) >= maxSorts {
		clear(p.lookout.sorts)
	}
	known = sortOf(v.Plan)
	p.lookout.sorts[id] = known
	return known, true
}

// ETA is how long it will take from now until a version is ready, the work that goes before it included. It is not known before the
// version is planned, nor after it is ready.
func (p *Pipeline) ETA(ctx context.Context, version ids.VersionID) (time.Duration, bool) {
	q, err := p.queue(ctx)
	if err != nil {
		return 0, false // an answer without it is better than none
	}
	if _, _, known := q.left(version); !known {
		return 0, false
	}
	return q.untilReady(version, p.ratesFor(ctx, q, version))
}

// waitingOf says why the next work of a version has not begun, of the version's tasks. It is nil where some of it goes on, or none
// is left.
func (p *Pipeline) waitingOf(ctx context.Context, tasks []Task) *Waiting {
	var next *Task
	for i, t := range tasks {
		if t.State == Running && t.Kind != Demand {
			return nil
		}
		if t.State == Queued && t.Kind != Demand && t.Kind != Storyboard && (next == nil || t.Rank < next.Rank || t.Rank == next.Rank && t.Chunk < next.Chunk) {
			next = &tasks[i]
		}
	}
	if next == nil {
		return nil
	}
	q, err := p.queueWith(ctx, *next)
	if err != nil {
		return nil // an answer without it is better than none
	}
	w := q.why(*next, p.ratesFor(ctx, q, next.Version), p.o.Now())
	return &w
}

// why says why a queued task has not begun.
func (q Queue) why(t Task, r rates, now time.Time) Waiting {
	at, own, known := q.find(t)
	a := q.aheadOf(at, 0)
	a.tasks, a.cost = a.tasks+own.tasks, a.cost+own.cost
	w := Waiting{Ahead: a.tasks, Known: known, ETA: r.clock(t.Cost, a.cost, 0)}
	w.Code, w.Message = q.reason(t, a, own, now)
	if w.Code == LaterWaits || t.Waiting != "" {
		w.ETA = max(w.ETA, t.NotBefore.Sub(now))
	}
	w.Known = w.Known && t.Waiting == ""
	return w
}

// find returns where a task stands, and what of its own version goes before it.
func (q Queue) find(t Task) (at place, own ahead, known bool) {
	at = place{version: t.Version, rank: t.Rank, created: t.CreatedAt}
	for _, r := range q.Running {
		if r.Version == t.Version {
			own.cost += r.rest()
		}
	}
	for _, g := range q.Groups {
		switch {
		case g.Version != t.Version || g.Rank > t.Rank:
		case g.Rank < t.Rank:
			own.tasks, own.cost = own.tasks+g.Tasks, own.cost+g.Cost
		default:
			at, known = g.place(), true
			earlier := min(max(0, t.Chunk-g.FirstChunk), g.Tasks-1)
			own.tasks, own.cost = own.tasks+earlier, own.cost+g.Cost*time.Duration(earlier)/time.Duration(g.Tasks)
		}
	}
	return at, own, known
}

func (q Queue) reason(t Task, a, own ahead, now time.Time) (code, message string) {
	later := t.NotBefore.After(now) && t.NotBefore.Before(now.Add(MaxWait))
	switch {
	case t.Waiting == DiskFull:
		return string(DiskFull), "It waits for free space on the disk."
	case t.Waiting == StoreUnreadable:
		return string(StoreUnreadable), "It waits for a file that cannot be read or written just now."
	case t.Waiting == DatabaseUnavailable:
		return string(DatabaseUnavailable), "It waits for the database, which did not answer."
	case later:
		return LaterWaits, fmt.Sprintf("The last attempt went wrong. It is tried again in %d s.", int(t.NotBefore.Sub(now).Seconds())+1)
	case a.tasks == 0 && q.Demanded > 0:
		return DemandWaits, "It is next. Segments that viewers wait for go first."
	case a.tasks == 0:
		return SlotWaits, "It is next. It begins when a piece of the work that goes on is done."
	case a.others && own.tasks == 0:
		return OwnerTurnWaits, fmt.Sprintf("Videos of others have their turn first: %s.", pieces(a.tasks))
	}
	return TurnWaits, fmt.Sprintf("Earlier work goes first: %s.", pieces(a.tasks))
}

func pieces(n int) string {
	if n == 1 {
		return "1 piece of work"
	}
	return fmt.Sprintf("%d pieces of work", n)
}

// explain adds to listed tasks why they wait and how long they take.
func (p *Pipeline) explain(ctx context.Context, list []ListedTask) error {
	open := func(t ListedTask) bool {
		return t.Kind != Demand && t.Kind != Storyboard && (t.State == Queued || t.State == Running)
	}
	first := slices.IndexFunc(list, open) // the newest: an older look may not have it
	if first < 0 {
		return nil
	}
	q, err := p.queueWith(ctx, list[first].Task)
	if err != nil {
		return err
	}
	r := p.rates(q)
	for i := range list {
		t := &list[i]
		switch {
		case !open(*t):
		case t.State == Queued:
			w := q.why(t.Task, r, p.o.Now())
			t.Why, t.ETA, t.ETAKnown = &w, w.ETA, w.Known
		default:
			rest := RunningTask{Cost: t.Cost, DoneUnits: t.DoneUnits, TotalUnits: t.TotalUnits}.rest()
			t.ETA, t.ETAKnown = r.clock(rest, 0, rest), t.TotalUnits > 0 && t.Cost > 0
		}
	}
	return nil
}
