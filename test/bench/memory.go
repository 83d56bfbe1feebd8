package main

import (
	"context"
	"errors"
)

const maxIdleMegabytes = 120

// memory measures an idle server: started on the stocked folder, one request answered, nothing left to do.
func (b *bench) memory(ctx context.Context) error {
	stocked, err := b.stocked(ctx)
	if err != nil {
		return err
	}
	var resident, peak []float64
	for range b.repeat {
		err := b.serving(ctx, stocked.data, func(s *server) error {
			if err := errors.Join(s.get(ctx, "/api/v1/instance"), settled(ctx, s.pid())); err != nil {
				return err
			}
			now, err1 := megabytes(s.pid(), "VmRSS")
			most, err2 := megabytes(s.pid(), "VmHWM")
			resident, peak = append(resident, now), append(peak, most)
			return errors.Join(err1, err2)
		})
		if err != nil {
			return err
		}
	}
	b.report.atMost("memory of an idle server", "MB", maxIdleMegabytes, "VmRSS, after one request", resident)
	b.report.atMost("the most since its start", "MB", maxIdleMegabytes, "VmHWM", peak)
	return nil
}
