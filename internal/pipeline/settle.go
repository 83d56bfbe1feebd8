package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"matinee/internal/errs"
	"matinee/internal/events"
	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// Bounds of patience with one task.
const (
	maxFaults  = 6  // the work itself went wrong
	maxCrashes = 25 // the worker or its process was killed from outside
)

// errCrashes ends a task that was begun too often by workers that died of it.
var errCrashes = errors.New("every worker that began this died")

// outcome is what an ended attempt leads to.
type outcome string

const (
	finished outcome = "finished"
	lost     outcome = "lost"     // somebody else has the task: nothing to write
	released outcome = "released" // the server stops: give it back as it is
	crashed  outcome = "crashed"  // killed from outside: try again
	faulty   outcome = "faulty"   // went wrong: try again, later each time
	waiting  outcome = "waiting"  // something outside is missing, such as free space: try again, count nothing
	remake   outcome = "remake"   // this version cannot go on with this encoder
	refused  outcome = "refused"  // no attempt will help
)

// judge decides what an attempt's error leads to.
func judge(err error, t Task, draining bool) outcome {
	killed := ffmpeg.Killed(err) || errors.Is(err, ffmpeg.ErrStopped)
	switch {
	case err == nil:
		return finished
	case errs.Is(err, errs.Fenced):
		return lost
	case draining:
		return released
	case isRefusal(err):
		return refused
	case waitOf(err) != "":
		return waiting
	case errors.Is(err, packaging.ErrInit):
		return remake
	case killed && t.Crashes < maxCrashes:
		return crashed
	case t.Faults < maxFaults && !killed && !errors.Is(err, errCrashes):
		return faulty
	}
	return refused
}

func isRefusal(err error) bool {
	_, ok := errors.AsType[*media.Refusal](err)
	return ok
}

// settle writes how an attempt ended. What it cannot write, the end of the lease will.
func (p *Pipeline) settle(ctx context.Context, l Lease, err error, draining bool, log *slog.Logger) {
	what := judge(err, l.Task, draining)
	level := slog.LevelInfo
	switch {
	case what != finished && what != released:
		level = slog.LevelWarn
	case l.Kind == Demand:
		level = slog.LevelDebug
	}
	log.Log(ctx, level, "task ended", slog.String("outcome", string(what)), slog.Any("error", err))
	werr := p.writeUntilDone(ctx, l, what, err)
	switch {
	case errs.Is(werr, errs.Fenced):
		what = lost
	case werr != nil:
		log.ErrorContext(ctx, "the end of a task could not be written", slog.Any("error", werr))
	}
	if what == lost {
		p.letGo(ctx, l, log)
	}
	if l.Kind == Demand { // it changes nothing that a video's page shows
		p.desk.wakes.ring()
		return
	}
	if what != lost && what != released {
		p.hub.Publish(events.State, l.Video)
	}
	p.Wake()
}

// letGo tells whoever waits to remove the media that nothing comes any more.
func (p *Pipeline) letGo(ctx context.Context, l Lease, log *slog.Logger) {
	if err := p.store.LetGo(ctx, l); err != nil {
		log.WarnContext(ctx, "a lost lease stays until it is found silent", slog.Any("error", err))
	}
	p.sweepSoon()
}

// settleEvery is how long the first repetition of a write waits, and each next one twice as long.
const settleEvery = 50 * time.Millisecond

// writeUntilDone writes an outcome, again and again while the database does not take it and ctx lasts.
func (p *Pipeline) writeUntilDone(ctx context.Context, l Lease, what outcome, err error) error {
	for pause := settleEvery; ; pause = min(2*pause, time.Second) {
		werr := p.write(ctx, l, what, err)
		if werr == nil || waitOf(werr) == "" {
			return werr
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return werr
		case <-timer.C:
		}
	}
}

func (p *Pipeline) write(ctx context.Context, l Lease, what outcome, err error) error {
	if l.Kind == Demand {
		return p.writeDemand(ctx, l, what, err)
	}
	now := p.o.Now()
	switch what {
	case released:
		return p.store.Requeue(ctx, l, Retry{Why: "The server stopped.", NotBefore: now})
	case crashed:
		return p.store.Requeue(ctx, l, Retry{Crash: true, Why: err.Error(), NotBefore: now.Add(backoffOfCrash(l.Crashes))})
	case faulty:
		return p.store.Requeue(ctx, l, Retry{Fault: true, Why: err.Error(), NotBefore: now.Add(backoff(l.Faults))})
	case waiting:
		w := waitOf(err)
		return p.store.Requeue(ctx, l, Retry{Wait: w, Trouble: w.trouble(), Why: err.Error(), NotBefore: now.Add(backoffOfWait(l.Waits))})
	case remake:
		if err := p.store.Remake(ctx, l, now); !errs.Is(err, errs.Conflict) {
			return err
		}
		return p.giveUp(ctx, l, *failure(EncoderUnstable), now)
	case refused:
		return p.giveUp(ctx, l, refusalOf(err), now)
	case finished, lost: // written by the task itself, or by nobody
	}
	return nil
}

// giveUp ends a task for good. A video can do without its poster and its storyboard, and without a sound that is not its last track: those tasks
// alone are given up.
func (p *Pipeline) giveUp(ctx context.Context, l Lease, r media.Refusal, now time.Time) error {
	if l.Kind == Pictures {
		return p.store.FinishPictures(ctx, l, Pictured{}, now)
	}
	if l.Kind == Storyboard {
		return p.store.FinishStoryboard(ctx, l, Storyboarded{}, now)
	}
	if r.Code == DamagedSource || r.Code == EncodingFailed { // other codes say nothing about this one track
		if left, err := p.leaveOut(ctx, l, now); left || err != nil {
			return err
		}
	}
	return p.store.GiveUp(ctx, l, r, now)
}

// backoffOfCrash is how long a task waits whose process was killed: not at all at first, then 1 s, 2 s, 4 s, 8 s.
func backoffOfCrash(crashes int) time.Duration {
	if crashes < 3 {
		return 0
	}
	return time.Second << min(crashes-3, 3)
}

// backoff is how long a faulty task waits: 1 s, 2 s, 4 s …
func backoff(faults int) time.Duration { return time.Second << min(faults, 6) }
