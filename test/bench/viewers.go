package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	viewerTime  = 24 * time.Second // that each viewer watches in a round
	mostViewers = 32
)

// viewers measures how many viewers at random positions of a video that must be encoded are served at the pace of playing, while
// its ladder is made. It doubles their number until one of them stands still.
func (b *bench) viewers(ctx context.Context) error {
	data := b.in("viewers")
	if err := b.addAccount(ctx, data); err != nil {
		return err
	}
	return b.serving(ctx, data, func(s *server) error {
		up, err := b.uploadFilm(ctx, s, encodedFilm)
		if err != nil {
			return err
		}
		stream, err := up.stream(ctx)
		if err != nil {
			return err
		}
		sustained := 0
		var story string
		for n := 1; n <= mostViewers; n *= 2 {
			stalls, err := stream.watchedBy(ctx, n)
			if err != nil {
				return err
			}
			story += fmt.Sprintf("%d viewers: %d stood still; ", n, stalls)
			if stalls > 0 {
				break
			}
			sustained = n
		}
		note := story + "load " + firstLine("/proc/loadavg")
		b.report.atLeast("viewers at once on demand, smallest rung: "+encodedFilm, "", 0, note, []float64{float64(sustained)})
		return up.remove(ctx)
	})
}

// watchedBy has so many viewers watch from random positions and returns how many of them stood still after their first picture.
func (s stream) watchedBy(ctx context.Context, n int) (stalls int, err error) {
	group, ctx := errgroup.WithContext(ctx)
	random := rand.New(rand.NewPCG(seekSeed, uint64(n)))
	var stood atomic.Int64
	for i := range n {
		from := firstAtMinute*60 + random.Float64()*(whole(s.picture)-firstAtMinute*60-2*viewerTime.Seconds())
		group.Go(func() error {
			still, err := s.watch(ctx, from, fmt.Sprintf("viewer %d of %d", i, n))
			if still {
				stood.Add(1)
			}
			return err
		})
	}
	err = group.Wait()
	return int(stood.Load()), err
}

// watch plays from an instant and reports whether it had to stand still: a segment came later than the one before had ended.
func (s stream) watch(ctx context.Context, from float64, viewer string) (still bool, err error) {
	if _, err := s.press(ctx, from, viewer); err != nil {
		return false, err
	}
	ends := time.Now() // of what the viewer has
	for first, played := at(s.picture, from), 0; played < int(viewerTime/time.Second); {
		length := s.picture[first].seconds
		ends = ends.Add(time.Duration(length * float64(time.Second)))
		from += length
		played += int(length)
		if first++; first >= len(s.picture) {
			return still, nil
		}
		if _, err := s.press(ctx, from, viewer); err != nil {
			return still, err
		}
		if now := time.Now(); now.After(ends) {
			still, ends = true, now
		}
		if err := pause(ctx, time.Until(ends)-time.Duration(length*float64(time.Second))); err != nil { // one segment ahead is enough
			return still, err
		}
	}
	return still, nil
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
