package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const maxFirstAnswer = 500 // milliseconds

// firstAnswers are the times from the start of the process to the first answers of both addresses.
type firstAnswers struct{ ready, instance []float64 }

// start measures the time to the first answered request, on an empty folder and on the stocked one.
func (b *bench) start(ctx context.Context) error {
	stocked, err := b.stocked(ctx)
	if err != nil {
		return err
	}
	var empty, used firstAnswers
	for i := range b.repeat + 2 {
		err := inTurns(i,
			func() error { return b.startOn(ctx, b.in(fmt.Sprintf("empty-%d", i)), &empty) },
			func() error { return b.startOn(ctx, stocked.data, &used) })
		if err != nil {
			return err
		}
	}
	note := fmt.Sprintf("%d videos", stockedVideos+1)
	b.report.atMost("start to first /readyz, empty folder", "ms", maxFirstAnswer, "with all tables made", empty.ready)
	b.report.atMost("start to first /api/v1/instance, empty folder", "ms", maxFirstAnswer, "", empty.instance)
	b.report.atMost("start to first /readyz, folder with data", "ms", maxFirstAnswer, note, used.ready)
	b.report.atMost("start to first /api/v1/instance, folder with data", "ms", maxFirstAnswer, note, used.instance)
	return nil
}

// startOn starts a server once and ends it.
func (b *bench) startOn(ctx context.Context, data string, f *firstAnswers) error {
	return b.serving(ctx, data, func(s *server) error {
		ready := s.get(ctx, "/readyz")
		f.ready = append(f.ready, milliseconds(time.Since(s.started)))
		instance := s.get(ctx, "/api/v1/instance")
		f.instance = append(f.instance, milliseconds(time.Since(s.started)))
		return errors.Join(ready, instance)
	})
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }
