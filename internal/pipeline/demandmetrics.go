package pipeline

import (
	"errors"
)

// registerDemand adds what viewers wait for.
func (p *Pipeline) registerDemand(m gauges) error {
	figure := func(read func(demandFigures) float64) func() float64 {
		return func() float64 {
			f, _ := p.desk.counted()
			return read(f)
		}
	}
	return errors.Join(
		m.Gauge("matinee_demand_asked_total", "Requests for a segment that did not exist yet.", figure(func(f demandFigures) float64 { return float64(f.asked) })),
		m.Gauge("matinee_demand_made_total", "Segments that were made on demand.", figure(func(f demandFigures) float64 { return float64(f.made) })),
		m.Gauge("matinee_demand_waited_seconds_total", "How long requests for such segments have waited, all together.",
			figure(func(f demandFigures) float64 { return f.waited.Seconds() })),
		m.Gauge("matinee_demand_busy_total", "Requests for such segments that were told to come back.", figure(func(f demandFigures) float64 { return float64(f.busy) })),
		m.Gauge("matinee_demand_waiting", "Requests that wait for a segment now.", func() float64 {
			_, waiting := p.desk.counted()
			return float64(waiting)
		}),
	)
}
