package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"matinee/internal/ids"
	"matinee/internal/media"
)

// Whether a lease has ended is never read off a clock on the wall: such clocks jump. Whoever looks for silent workers counts, on
// a clock that only goes forward, for how long it has seen a lease without a renewal. A node that is alone knows better: what
// it does not hold itself, nobody holds.

// holdings are the leases that this process works under.
type holdings struct {
	claiming sync.RWMutex // held for writing by whoever compares the rows with the holdings
	mu       sync.Mutex
	leases   map[ids.TaskID]Lease
	work     map[ids.TaskID]underWay
}

// underWay is work that goes on.
type underWay struct {
	lease Lease
	begun time.Time
	units func() int64 // that are done
}

func newHoldings() *holdings {
	return &holdings{leases: map[ids.TaskID]Lease{}, work: map[ids.TaskID]underWay{}}
}

// begin notes that the work under a lease goes on, until the lease is dropped.
func (h *holdings) begin(l Lease, units func() int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.work[l.ID] = underWay{lease: l, begun: time.Now(), units: units}
}

// reaches reports whether the ladder, or the pass over a sound, will have made the segment of an ask within d, at the speed that it
// was seen to have.
func (h *holdings) reaches(plan media.Plan, a Ask, d time.Duration) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.work {
		if w.lease.Version == a.Version && w.makes(a) && w.within(unitsUntil(plan, a), d) {
			return true
		}
	}
	return false
}

func (w underWay) makes(a Ask) bool {
	if a.Sound {
		return w.lease.Kind == Audio && w.lease.Track == a.Track
	}
	return w.lease.Kind == Chunk && w.lease.Chunk == a.Chunk
}

// within reports whether so many units will be done after d. Of work that has shown nothing yet nothing is known.
func (w underWay) within(needed int64, d time.Duration) bool {
	done := w.units()
	if done <= 0 {
		return false
	}
	spent := time.Since(w.begun)
	return float64(spent)*float64(needed-done)/float64(done) <= float64(d)
}

// lookahead is how many pictures an encoder holds back.
const lookahead = 48

// unitsUntil is how many units a task has done when it has put the segment of an ask.
func unitsUntil(plan media.Plan, a Ask) int64 {
	if a.Sound {
		return plan.AudioCut(a.Number+1) * media.AudioFrameSamples
	}
	chunkFirst, chunkEnd := plan.ChunkFrames(a.Chunk)
	_, end := plan.SegmentFrames(a.Number)
	return min(end+lookahead, chunkEnd) - chunkFirst
}

// claim runs a claim and holds its lease, as one step for whoever compares.
func (h *holdings) claim(claim func() (Lease, error)) (Lease, error) {
	h.claiming.RLock()
	defer h.claiming.RUnlock()
	l, err := claim()
	if err == nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.leases[l.ID] = l
	}
	return l, err
}

func (h *holdings) drop(l Lease) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.leases[l.ID].Fence == l.Fence {
		delete(h.leases, l.ID)
		delete(h.work, l.ID)
	}
}

func (h *holdings) has(id ids.TaskID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, ok := h.leases[id]
	return ok
}

// worksOn reports whether this process works on the version, under a lease that stands or under a lost one.
func (h *holdings) worksOn(v ids.VersionID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.leases {
		if l.Version == v {
			return true
		}
	}
	return false
}

// reap ends the leases of silent workers until ctx ends.
func (p *Pipeline) reap(ctx context.Context) {
	tick := time.NewTicker(p.o.Lease / 4)
	defer tick.Stop()
	seen := map[Mark]time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := p.endSilentLeases(ctx, seen); err != nil && ctx.Err() == nil {
			p.o.Logger.WarnContext(ctx, "silent workers could not be looked for", slog.Any("error", err))
		}
	}
}

// endSilentLeases looks once. seen holds since when each lease has not been renewed, as far as this process saw.
func (p *Pipeline) endSilentLeases(ctx context.Context, seen map[Mark]time.Time) error {
	silent, err := p.silentLeases(ctx, seen)
	if err != nil {
		return fmt.Errorf("list leases: %w", err)
	}
	for _, m := range silent {
		if err := p.store.EndLease(ctx, m); err != nil {
			return fmt.Errorf("end the lease of task %s: %w", m.Task, err)
		}
		p.o.Logger.WarnContext(ctx, "a worker fell silent: its task is free again", slog.String("task_id", string(m.Task)))
		p.Wake()
		p.sweepSoon()
	}
	return nil
}

func (p *Pipeline) silentLeases(ctx context.Context, seen map[Mark]time.Time) (silent []Mark, err error) {
	p.held.claiming.Lock()
	defer p.held.claiming.Unlock()
	marks, err := p.store.Leases(ctx)
	if err != nil {
		return nil, err
	}
	now := time.Now() // its monotonic part counts
	still := map[Mark]bool{}
	for _, m := range marks {
		still[m] = true
		if p.held.has(m.Task) {
			continue
		}
		since, known := seen[m]
		if !known {
			seen[m] = now
		}
		if p.alone.Load() || known && now.Sub(since) > p.o.Lease {
			silent = append(silent, m)
		}
	}
	for m := range seen {
		if !still[m] {
			delete(seen, m)
		}
	}
	return silent, nil
}
