package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"matinee/internal/errs"
	"matinee/internal/events"
)

// Run works on tasks until ctx ends, then gives back what it holds. With alone set this node is the only one: every lease
// that stands is a left-over of the process before.
func (p *Pipeline) Run(ctx context.Context, alone bool) error {
	p.alone.Store(alone)
	if alone {
		if err := p.takeOver(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
	if err := p.refreshSpeeds(ctx); err != nil && ctx.Err() == nil {
		p.o.Logger.WarnContext(ctx, "measured speeds are unknown: costs are assumed", slog.Any("error", err))
	}
	var lanes errgroup.Group
	for range p.ladderLanes() {
		lanes.Go(func() error { p.taskLane(ctx, p.ladderKinds); return nil })
	}
	lanes.Go(func() error { p.taskLane(ctx, LightKinds); return nil })
	lanes.Go(func() error { p.taskLane(ctx, QuickKinds); return nil })
	for range p.demandSlots(false) {
		lanes.Go(func() error { p.demandLane(ctx, false); return nil })
	}
	for range p.demandSlots(true) {
		lanes.Go(func() error { p.demandLane(ctx, true); return nil })
	}
	lanes.Go(func() error { p.sweep(ctx); return nil })
	lanes.Go(func() error { p.reap(ctx); return nil })
	return lanes.Wait()
}

func (p *Pipeline) takeOver(ctx context.Context) error {
	freed, err := p.store.FreeLeases(ctx, p.o.Now())
	if err != nil {
		return fmt.Errorf("free the leases of the process before: %w", err)
	}
	if freed > 0 {
		p.o.Logger.InfoContext(ctx, "took over tasks of the process before", slog.Int64("tasks", freed))
	}
	return p.tidyScratch(ctx)
}

// taskLane does tasks of the kinds, which it asks for before each.
func (p *Pipeline) taskLane(ctx context.Context, kinds func() []Kind) {
	p.lane(ctx, func() (Lease, error) {
		return p.store.ClaimTask(ctx, Worker{ID: p.o.WorkerID, Kinds: kinds()}, p.o.Now(), p.o.Lease)
	}, p.wakes, func() func() { return func() {} })
}

// lane does one task after the other. While it has none, what rest returned is still to be called.
func (p *Pipeline) lane(ctx context.Context, claim func() (Lease, error), woken *wakes, rest func() (end func())) {
	wake, end := woken.listen()
	defer end()
	pause := p.o.Poll
	idle := func(d time.Duration) {
		defer rest()()
		idle(ctx, wake, d)
	}
	for ctx.Err() == nil {
		did, err := p.step(ctx, claim)
		switch {
		case err != nil:
			if ctx.Err() == nil {
				p.o.Logger.ErrorContext(ctx, "the queue cannot be read", slog.Any("error", err), slog.Duration("again_in", pause))
			}
			idle(pause)
			pause = min(2*pause, maxPause)
		case !did:
			idle(p.o.Poll)
			pause = p.o.Poll
		default:
			pause = p.o.Poll
		}
	}
}

// maxPause bounds how long a queue that cannot be read is left alone.
const maxPause = 16 * time.Second

// idle waits for new work, but no longer than so long.
func idle(ctx context.Context, wake <-chan struct{}, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

// step claims one task and does it. It reports whether there was one.
func (p *Pipeline) step(ctx context.Context, claim func() (Lease, error)) (bool, error) {
	lease, err := p.held.claim(claim)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("claim a task: %w", err)
	}
	defer p.held.drop(lease)
	p.do(ctx, lease)
	return true, nil
}

// do works on a leased task, renewing the lease meanwhile, and settles how it ended.
func (p *Pipeline) do(ctx context.Context, l Lease) {
	log := p.o.Logger.With(slog.String("task_id", string(l.ID)), slog.String("kind", string(l.Kind)),
		slog.String("video_id", string(l.Video)), slog.Int("chunk", l.Chunk))
	level := slog.LevelInfo
	if l.Kind == Demand { // there are many, and a metric counts them
		level = slog.LevelDebug
	}
	log.Log(ctx, level, "task begun", slog.Int("attempt", l.attempt()+1))
	begun := p.o.Now()

	work, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var done atomic.Int64
	p.held.begin(l, done.Load)
	beating := make(chan struct{})
	go func() {
		defer close(beating)
		p.heartbeat(work, cancel, l, &done)
	}()
	err := p.perform(work, l, done.Store)
	if cause := context.Cause(work); err != nil && cause != nil && ctx.Err() == nil {
		err = cause // the lease was lost: that is why the work ended
	}
	cancel(nil)
	<-beating

	// The outcome must be written even while the server drains.
	settling, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer stop()
	p.settle(settling, l, err, ctx.Err() != nil, log.With(slog.Duration("took", p.o.Now().Sub(begun))))
}

func (p *Pipeline) perform(ctx context.Context, l Lease, progress func(units int64)) error {
	if l.Crashes > maxCrashes {
		return errCrashes
	}
	v, err := p.store.Version(ctx, l.Version)
	if err != nil {
		return fmt.Errorf("read version: %w", err)
	}
	if l.Kind == Verify {
		err = p.checkInits(ctx, v)
	} else {
		err = p.checkSpace(ctx)
	}
	if err == nil {
		err = p.work(ctx, l, v, progress)
	}
	return p.diagnose(ctx, l, v, err)
}

func (p *Pipeline) work(ctx context.Context, l Lease, v Version, progress func(units int64)) error {
	switch l.Kind {
	case Probe:
		return p.probe(ctx, l, v)
	case Demand:
		return p.serveDemand(ctx, l, v)
	case Prepare:
		return p.prepare(ctx, l, v)
	case Copy:
		return p.copyTrack(ctx, l, v, progress)
	case Chunk:
		return p.inSlot(ctx, v.Plan, func() error { return p.encodeChunk(ctx, l, v, progress) })
	case Audio:
		return p.encodeAudio(ctx, l, v, progress)
	case Pictures:
		return p.makePictures(ctx, l, v)
	case Verify:
		return p.verify(ctx, l, v)
	case Storyboard:
		return p.storyboard(ctx, l, v)
	}
	return fmt.Errorf("unknown kind of task %q", l.Kind)
}

// heartbeat renews the lease until ctx ends. A lost lease cancels the work, which kills its process.
func (p *Pipeline) heartbeat(ctx context.Context, cancel context.CancelCauseFunc, l Lease, done *atomic.Int64) {
	tick := time.NewTicker(p.o.Heartbeat)
	defer tick.Stop()
	var told int64
	renewed := time.Now() // its monotonic part counts: nobody else waits less than a lease after this
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		units, asked := done.Load(), time.Now()
		err := p.store.RenewLease(ctx, l, units, p.o.Now().Add(p.o.Lease))
		if errs.Is(err, errs.Fenced) {
			cancel(err)
			return
		}
		if err == nil {
			renewed = asked
		} else if !errors.Is(err, context.Canceled) {
			p.o.Logger.WarnContext(ctx, "a lease could not be renewed", slog.String("task_id", string(l.ID)), slog.Any("error", err))
		}
		if !p.alone.Load() && time.Since(renewed) > p.o.Lease {
			cancel(errs.New(errs.Fenced, "", "The lease of task %s could not be renewed in time.", l.ID))
			return
		}
		if units != told {
			told = units
			p.hub.Publish(events.Progress, l.Video)
		}
	}
}
