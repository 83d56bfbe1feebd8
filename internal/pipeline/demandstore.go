package pipeline

import (
	"context"
	"time"

	"matinee/internal/ids"
)

// Ask is a viewer's wait for a segment that does not exist.
type Ask struct {
	ids.Segment

	Viewer string
	Sound  bool      // not pictures
	Chunk  int       // that the segment is made with
	Until  time.Time // it is forgotten then, unless it is asked again
}

// Served is how a demand task ended.
type Served struct {
	Have    []int    // segments that exist now: nobody has to wait for them
	Viewers []string // who asked
	Made    int      // segments that were made for them
	Drop    bool     // nobody is served by this task any more
}

// Pressure is what else waits while a demand task is worked on.
type Pressure struct {
	Asks   []Ask // for segments of the task itself
	Others int64 // tasks that wait for the same slots
}

// ServedWindow is how far back it counts what a viewer got.
const ServedWindow = time.Minute

// DemandStore keeps who waits for which segment, and the tasks that make them. It is part of Store.
type DemandStore interface {
	// Ask notes an ask, or that it goes on, and queues the task that makes its segment unless there is one.
	Ask(ctx context.Context, a Ask, now time.Time) error
	// Withdraw forgets an ask. A task that was not begun goes with the last ask for it.
	Withdraw(ctx context.Context, a Ask) error
	// ClaimDemand leases the demand task for pictures, or for sound, whose turn it is: that of the viewer who got least within
	// ServedWindow, then of the oldest ask. It is an errs.NotFound error when there is none. What nobody asks for any more goes.
	ClaimDemand(ctx context.Context, w Worker, sound bool, now time.Time, ttl time.Duration) (Lease, error)
	// DemandPressure returns what waits beside, or within, the task of a lease.
	DemandPressure(ctx context.Context, l Lease, now time.Time) (Pressure, error)
	// DemandQueue counts the demand tasks for pictures, or for sound, that wait for a slot.
	DemandQueue(ctx context.Context, sound bool, now time.Time) (int64, error)
	// EndDemand ends the task of a lease. It is queued again while there are asks that it did not answer, and goes otherwise.
	EndDemand(ctx context.Context, l Lease, s Served, now time.Time) error
}

// DemandRank is the rank of demand tasks, by which those for sound and those for pictures are told apart.
func DemandRank(sound bool) int {
	if sound {
		return rankDemandSound
	}
	return rankDemand
}
