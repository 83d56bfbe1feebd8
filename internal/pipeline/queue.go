package pipeline

import (
	"cmp"
	"math"
	"strings"
	"time"

	"matinee/internal/ids"
)

// Queue is all work that waits or goes on, as one look at the store found it. Demand and storyboards are not in it: the one is over in
// seconds, the other goes when nothing else waits.
type Queue struct {
	Groups   []Group
	Running  []RunningTask
	Demanded int // demand tasks that wait or go on
}

// Group is the queued tasks of one version and rank.
type Group struct {
	Owner      ids.UserID
	Version    ids.VersionID
	Rank       int
	Whole      time.Duration // CPU time of all that was queued with them
	CreatedAt  time.Time
	Planned    bool // they are more than a look at the source
	FirstChunk int  // the lowest number of a chunk
	Tasks      int
	Cost       time.Duration // CPU time, as assumed
}

// RunningTask is a task that a worker has leased.
type RunningTask struct {
	Owner      ids.UserID
	Version    ids.VersionID
	Kind       Kind
	Worker     string
	Cost       time.Duration
	DoneUnits  int64
	TotalUnits int64
}

// rest is the CPU time that a running task still takes.
func (t RunningTask) rest() time.Duration {
	if t.TotalUnits <= 0 {
		return t.Cost / 2
	}
	done := min(1, max(0, float64(t.DoneUnits)/float64(t.TotalUnits)))
	return time.Duration(float64(t.Cost) * (1 - done))
}

// place is a place in the queue: that of one group, or of one that is not there yet.
type place struct {
	owner   ids.UserID
	version ids.VersionID
	rank    int
	whole   time.Duration
	created time.Time
}

func (g Group) place() place { return place{g.Owner, g.Version, g.Rank, g.Whole, g.CreatedAt} }

// before tells which of two places of one owner is served first, as the store's claim does.
func (p place) before(o place) bool {
	return cmp.Or(cmp.Compare(p.rank, o.rank), cmp.Compare(p.whole, o.whole), p.created.Compare(o.created), strings.Compare(string(p.version), string(o.version))) < 0
}

// ahead is what is served before a place.
type ahead struct {
	tasks   int           // that have not begun
	cost    time.Duration // CPU time, as assumed
	running time.Duration // beside it: what goes on
	others  bool          // some of it is other owners'
}

// aheadOf returns what of other versions is served between now and the end of so much own work at a place (0: its begin): what
// goes on, lower ranks, whoever they belong to, and of one rank the owner's own earlier groups, and as much of each other owner's
// as the owner is given meanwhile.
func (q Queue) aheadOf(at place, own time.Duration) ahead {
	var a ahead
	others := map[ids.UserID]*ahead{}
	of := func(owner ids.UserID) *ahead {
		if others[owner] == nil {
			others[owner] = &ahead{}
		}
		return others[owner]
	}
	for _, t := range q.Running {
		switch {
		case t.Version == at.version:
		case t.Owner == at.owner:
			a.cost += t.rest()
		default:
			of(t.Owner).running += t.rest()
		}
	}
	mine := own
	for _, g := range q.Groups {
		switch {
		case g.Version == at.version, g.Rank > at.rank:
		case g.Rank < at.rank, g.Owner == at.owner && g.place().before(at):
			a.tasks, a.cost, a.others = a.tasks+g.Tasks, a.cost+g.Cost, a.others || g.Owner != at.owner
			if g.Rank == at.rank {
				mine += g.Cost
			}
		case g.Owner != at.owner:
			of(g.Owner).tasks += g.Tasks
			of(g.Owner).cost += g.Cost
		}
	}
	for _, o := range others {
		a.cost += max(o.running, min(o.running+o.cost, mine))
		if queued := min(o.cost, mine); queued > 0 {
			a.tasks += int(math.Ceil(float64(o.tasks) * float64(queued) / float64(o.cost)))
			a.others = true
		}
	}
	return a
}

// left is what of a version's own work is still to be done: CPU time as assumed, and its last place in the queue. It is not known
// before the version is planned.
func (q Queue) left(v ids.VersionID) (work time.Duration, last place, known bool) {
	for _, t := range q.Running {
		if t.Version == v && t.Kind != Probe && t.Kind != Prepare {
			work, known = work+t.rest(), true
			last = place{owner: t.Owner, version: v, rank: last.rank, whole: last.whole, created: last.created}
		}
	}
	for _, g := range q.Groups {
		if g.Version != v || !g.Planned {
			continue
		}
		work, known = work+g.Cost, true
		if g.Rank >= last.rank {
			last = g.place()
		}
	}
	return work, last, known
}

// workers counts the nodes that work, at least one.
func (q Queue) workers() int {
	seen := map[string]bool{}
	for _, t := range q.Running {
		seen[t.Worker] = true
	}
	return max(1, len(seen))
}

// rates turn assumed CPU time into time on the clock.
type rates struct {
	own     float64 // by how much the assumption is too low for the version that is asked about
	all     float64 // and for all others
	perSlot float64 // CPU seconds that a slot gives a task in a second
	slots   float64 // of all workers
}

// clock is how long the work of one version and of others takes together, of which one piece cannot be shared out.
func (r rates) clock(own, others, piece time.Duration) time.Duration {
	shared := (float64(own)*r.own + float64(others)*r.all) / (r.perSlot * r.slots)
	return time.Duration(max(shared, float64(piece)*r.own/r.perSlot))
}

// untilReady is how long a version's work will take from now, everything that goes before it included.
func (q Queue) untilReady(v ids.VersionID, r rates) (time.Duration, bool) {
	work, last, known := q.left(v)
	if !known {
		return 0, false
	}
	return r.clock(work, q.aheadOf(last, work).cost, q.longestRunning(v)), true
}

// longestRunning is the longest rest of a version's chunks that are being made.
func (q Queue) longestRunning(v ids.VersionID) (longest time.Duration) {
	for _, t := range q.Running {
		if t.Version == v && t.Kind == Chunk {
			longest = max(longest, t.rest())
		}
	}
	return longest
}
