package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"matinee/internal/ids"
)

// Whether a lease has ended is never read off a clock on the wall: such clocks jump. Whoever looks for silent workers counts, on
// a clock that only goes forward, for how long it has seen a lease without a renewal. A node that is alone knows better: what
// it does not hold itself, nobody holds.

// holdings are the leases that this process works under.
type holdings struct {
	claiming sync.RWMutex // held for writing by whoever compares the rows with the holdings
	mu       sync.Mutex
	leases   map[ids.TaskID]Lease
}

func newHoldings() *holdings { return &holdings{leases: map[ids.TaskID]Lease{}} }

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
