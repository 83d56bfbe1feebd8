package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	seeks         = 50
	seekMost      = time.Minute // a viewer has left long before
	mostSeekP50   = 3           // seconds
	mostSeekP95   = 5
	seekSeed      = 20261124
	encodedFilm   = "60 min, 1080p, HEVC"
	passedFilm    = "60 min, 1080p, index at the end"
	firstAtMinute = 5 // what lies before it may have been made by the ladder already
)

// seek measures how soon picture and sound of a far position are there, of an hour that was just uploaded: from the request to
// the end of both segments. The ladder is being made meanwhile, as it is for a viewer.
func (b *bench) seek(ctx context.Context) error {
	data := b.in("seek")
	if err := b.addAccount(ctx, data); err != nil {
		return err
	}
	return b.serving(ctx, data, func(s *server) error {
		for _, name := range []string{encodedFilm, passedFilm} {
			up, err := b.uploadFilm(ctx, s, name)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if err := errors.Join(b.seekIn(ctx, up, name), up.remove(ctx)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	})
}

func (b *bench) seekIn(ctx context.Context, up *uploaded, name string) error {
	s, err := up.stream(ctx)
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(seekSeed, 1))
	var took []float64
	refused := 0
	for range seeks {
		second := firstAtMinute*60 + random.Float64()*(whole(s.picture)-firstAtMinute*60)
		begun := time.Now()
		again, err := s.press(ctx, second, "one viewer")
		if err != nil {
			return fmt.Errorf("seek to %.0f s: %w", second, err)
		}
		took = append(took, time.Since(begun).Seconds())
		refused += again
	}
	note := fmt.Sprintf("%d random positions before the ladder is there, smallest rung; told to wait %d times; load %s", seeks, refused, firstLine("/proc/loadavg"))
	b.report.atMost("far seek to picture and sound, p50: "+name, "s", mostSeekP50, note, []float64{quantile(took, 0.5)})
	b.report.atMost("far seek to picture and sound, p95: "+name, "s", mostSeekP95, "", []float64{quantile(took, 0.95)})
	b.report.atMost("far seek, all: "+name, "s", 0, "", took)
	return nil
}

// press gets what is seen and heard at an instant, both at once, and returns how often the viewer was told to wait.
func (s stream) press(ctx context.Context, second float64, viewer string) (refused int, err error) {
	ctx, cancel := context.WithTimeout(ctx, seekMost)
	defer cancel()
	var picture, sound int
	err = together(ctx,
		func(ctx context.Context) (err error) {
			picture, err = fetch(ctx, s.picture[at(s.picture, second)].url, viewer)
			return err
		},
		func(ctx context.Context) (err error) {
			sound, err = fetch(ctx, s.sound[at(s.sound, second)].url, viewer)
			return err
		})
	return picture + sound, errors.Join(err, ctx.Err())
}
