package pipeline

import (
	"context"
	"fmt"
	"math"
	"time"
)

// gauges is where the pipeline's figures are registered.
type gauges interface {
	Gauge(name, help string, read func() float64) error
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
	return nil
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
