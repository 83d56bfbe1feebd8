package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// gauges is where the pipeline's figures are registered.
type gauges interface {
	Gauge(name, help string, read func() float64) error
	Gauges(name, help string, labels []string, read func(set func(value float64, labels ...string))) error
}

// scrapeTimeout bounds what one figure may cost.
const scrapeTimeout = 2 * time.Second

// Register adds what an operator watches: the queue's length, the work that goes on, and the space that is left.
func (p *Pipeline) Register(m gauges) error {
	for _, g := range []struct {
		name, help string
		read       func(context.Context) (int64, error)
	}{
		{"matinee_tasks_queued", "Media tasks that wait for a worker.", p.counting(Queued)},
		{"matinee_tasks_running", "Media tasks that a worker has leased.", p.counting(Running)},
		{"matinee_tasks_failed", "Media tasks that were given up and not repaired.", p.counting(GivenUp)},
		{"matinee_tasks_waiting_disk_full", "Media tasks that wait for free space.", p.countingWaits(DiskFull)},
		{"matinee_tasks_waiting_store_unreadable", "Media tasks that wait for a file that cannot be read or written.", p.countingWaits(StoreUnreadable)},
		{"matinee_tasks_waiting_database_unavailable", "Media tasks that wait since the database did not answer.", p.countingWaits(DatabaseUnavailable)},
		{"matinee_store_free_bytes", "Bytes that still fit into the media store.", p.objects.Free},
	} {
		if err := m.Gauge(g.name, g.help, figure(g.read)); err != nil {
			return fmt.Errorf("register %s: %w", g.name, err)
		}
	}
	return errors.Join(p.registerPace(m), p.registerDemand(m))
}

// registerPace adds how much work there is, how long it has waited, and what work costs here.
func (p *Pipeline) registerPace(m gauges) error {
	labels := []string{"class", "work"}
	return errors.Join(
		m.Gauge("matinee_queue_cpu_seconds", "CPU time that the queued media work is assumed to take.", p.lookingAt(func(q Queue) float64 {
			var work time.Duration
			for _, g := range q.Groups {
				work += g.Cost
			}
			return work.Seconds()
		})),
		m.Gauge("matinee_queue_wait_seconds", "How long ago the oldest queued media work was queued; 0 for an empty queue.", p.lookingAt(func(q Queue) float64 {
			var longest time.Duration
			for _, g := range q.Groups {
				longest = max(longest, p.o.Now().Sub(g.CreatedAt))
			}
			return longest.Seconds()
		})),
		m.Gauges("matinee_encode_cpu_seconds_per_second", "CPU seconds for a second of video, as measured, by the class of the source and the rungs that one run makes.",
			labels, p.speedsBy(func(s Speed) float64 { return s.CPU })),
		m.Gauges("matinee_encode_seconds_per_second", "Seconds for a second of video in one slot, as measured.",
			labels, p.speedsBy(func(s Speed) float64 { return s.Wall })),
	)
}

func (p *Pipeline) speedsBy(value func(Speed) float64) func(set func(float64, ...string)) {
	return func(set func(float64, ...string)) {
		for _, s := range p.speeds.list() {
			set(value(s), s.Class, s.Work)
		}
	}
}

func (p *Pipeline) lookingAt(read func(Queue) float64) func() float64 {
	return func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
		defer cancel()
		q, err := p.queue(ctx)
		if err != nil {
			return math.NaN()
		}
		return read(q)
	}
}

func (p *Pipeline) counting(state TaskState) func(context.Context) (int64, error) {
	return func(ctx context.Context) (int64, error) { return p.store.CountTasks(ctx, state) }
}

func (p *Pipeline) countingWaits(w Wait) func(context.Context) (int64, error) {
	return func(ctx context.Context) (int64, error) { return p.store.CountWaiting(ctx, w) }
}

// figure reads a value for a scrape. One that cannot be read is not a number, so that nobody takes it for zero.
func figure(read func(context.Context) (int64, error)) func() float64 {
	return func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
		defer cancel()
		n, err := read(ctx)
		if err != nil {
			return math.NaN()
		}
		return float64(n)
	}
}
