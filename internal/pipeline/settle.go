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
	switch {
	case err == nil:
		return finished
	case errs.Is(err, errs.Fenced):
		return lost
	case draining:
		return released
	case isRefusal(err):
		return refused
	case errors.Is(err, packaging.ErrInit):
		return remake
	case errs.Is(err, errs.NoSpace):
		return waiting
	case ffmpeg.Killed(err) && t.Crashes < maxCrashes:
		return crashed
	case t.Faults < maxFaults && !ffmpeg.Killed(err):
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
	if what != finished && what != released {
		level = slog.LevelWarn
	}
	log.Log(ctx, level, "task ended", slog.String("outcome", string(what)), slog.Any("error", err))
	if err := p.write(ctx, l, what, err); err != nil && !errs.Is(err, errs.Fenced) {
		log.ErrorContext(ctx, "the end of a task could not be written", slog.Any("error", err))
	}
	if what != lost && what != released {
		p.hub.Publish(events.State, l.Video)
	}
	p.Wake()
}

func (p *Pipeline) write(ctx context.Context, l Lease, what outcome, err error) error {
	now := p.o.Now()
	switch what {
	case released:
		return p.store.Requeue(ctx, l, Retry{Why: "The server stopped.", NotBefore: now})
	case crashed:
		return p.store.Requeue(ctx, l, Retry{Crash: true, Why: err.Error(), NotBefore: now})
	case faulty:
		return p.store.Requeue(ctx, l, Retry{Fault: true, Why: err.Error(), NotBefore: now.Add(backoff(l.Faults))})
	case waiting:
		return p.store.Requeue(ctx, l, Retry{Why: err.Error(), NotBefore: now.Add(15 * time.Second)})
	case remake:
		return p.store.Remake(ctx, l, now)
	case refused:
		return p.giveUp(ctx, l, refusalOf(err), now)
	case finished, lost: // written by the task itself, or by nobody
	}
	return nil
}

// giveUp ends a task for good. A video can do without its poster: that task alone is given up.
func (p *Pipeline) giveUp(ctx context.Context, l Lease, r media.Refusal, now time.Time) error {
	if l.Kind == Pictures {
		return p.store.FinishPictures(ctx, l, "", now)
	}
	return p.store.GiveUp(ctx, l, r, now)
}

// backoff is how long a faulty task waits: 1 s, 2 s, 4 s …
func backoff(faults int) time.Duration { return time.Second << min(faults, 6) }

// refusalOf puts an error that no retry cured into words for the owner.
func refusalOf(err error) media.Refusal {
	if r, ok := errors.AsType[*media.Refusal](err); ok {
		return *r
	}
	const again = "Press Repair to try again. If it fails again, export the file in another format and upload that."
	switch {
	case errors.Is(err, ffmpeg.ErrHung):
		return media.Refusal{Code: "encoder_hung", Message: "The encoder stopped making progress on this file.", Next: again}
	case ffmpeg.Killed(err):
		return media.Refusal{Code: "encoder_killed", Message: "The encoder was killed again and again, perhaps for want of memory.", Next: again}
	case errors.Is(err, packaging.ErrSpan):
		return media.Refusal{Code: "damaged_source", Message: "A part of the file cannot be decoded completely.", Next: again}
	}
	return media.Refusal{Code: "encoding_failed", Message: "The file could not be encoded.", Next: again}
}
