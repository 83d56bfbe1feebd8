package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/media"
)

const (
	patienceOfAsk = 6 * time.Second        // how long a request waits for its segment
	pollOfAsk     = 100 * time.Millisecond // how often it looks whether another node has made it; longer each time
	maxPollOfAsk  = 500 * time.Millisecond
	renewAsk      = 2 * time.Second // how often it says that it still waits
	standsFor     = 5 * time.Second // how long an ask stands beyond the moment for which its viewer was told to come back
	withdrawAsk   = 5 * time.Second // how long a request that ends may take to say so
	loneChunk     = 7               // segments of sound alone that are made together
)

// EnsureSegment returns nil once the segment can be read from the store: at once where it exists or is copied from the source, else
// when it was made, by the ladder where that is about to reach it, or on demand. It never waits longer than 6 s. Then, and
// when too many wait already, it is an errs.Busy error with the code segment_busy that says when to come back; the viewer keeps
// the place in the queue until then. Of a track that is not offered, or a number that the plan has not, it is an errs.NotFound.
//
// Viewer names who asks, the same for all requests of one: whoever got least in the last minute is served next. An ask whose
// request is cancelled is withdrawn.
func (p *Pipeline) EnsureSegment(ctx context.Context, s ids.Segment, viewer string) error {
	facts, err := p.store.MediaFacts(ctx, s.Video, s.Version)
	if err != nil {
		return err
	}
	shown, err := p.shown(ctx, s.Version, facts.Revision)
	if err != nil {
		return err
	}
	v := shown.version
	if s.Number < 0 || s.Number >= v.Plan.Segments() || !slices.Contains(shown.offer, s.Track) {
		return errs.Missing("segment")
	}
	if there, err := p.hasSegment(ctx, s); err != nil || there {
		return err
	}
	if isCopied(v.Plan, s.Track) {
		return p.copySegment(ctx, v, s.Track, s.Number)
	}
	return p.await(ctx, v, askFor(v.Plan, s, viewer))
}

func (p *Pipeline) hasSegment(ctx context.Context, s ids.Segment) (bool, error) {
	_, err := p.objects.Stat(ctx, blob.SegmentKey(s))
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

func isCopied(plan media.Plan, track string) bool {
	rung, _ := plan.Rung(track)
	audio, _ := plan.AudioTrack(track)
	return rung.Copied || audio.Copied
}

// askFor is the ask for a segment.
func askFor(plan media.Plan, s ids.Segment, viewer string) Ask {
	_, sound := plan.AudioTrack(s.Track)
	chunk, _, _ := chunkOf(plan, s.Number)
	return Ask{Segment: s, Viewer: viewer, Sound: sound, Chunk: chunk}
}

// chunkOf returns the chunk that a segment is in, with the first segment and the end of that. Sound alone has no chunks; its
// segments are made in runs of the same length.
func chunkOf(plan media.Plan, number int) (chunk, first, end int) {
	for _, c := range plan.Chunks {
		if number < c.FirstSegment+c.Segments {
			return c.Index, c.FirstSegment, c.FirstSegment + c.Segments
		}
	}
	chunk = number / loneChunk
	return chunk, chunk * loneChunk, min((chunk+1)*loneChunk, plan.Segments())
}

// await waits for the segment of an ask.
func (p *Pipeline) await(ctx context.Context, v Version, a Ask) error {
	key := demandKey(a.Version, a.Track, a.Chunk)
	if p.desk.isHopeless(key, p.o.Now()) {
		return busy(latestAgain)
	}
	bell, leave, err := p.desk.enter(a)
	if err != nil {
		return err
	}
	if unwanted, some := p.desk.comesBack(a); some {
		p.withdraw(ctx, unwanted)
	}
	w := wait{p: p, v: v, ask: a, key: key, begun: time.Now()}
	err = w.run(ctx, bell)
	if last := leave(); !last || w.asked.IsZero() {
		return err
	}
	if errs.Is(err, errs.Busy) && ctx.Err() == nil && !p.desk.isHopeless(key, p.o.Now()) {
		return p.keepPlace(ctx, w.ask, err)
	}
	p.withdraw(ctx, a)
	return err
}

// wait is one request's wait for a segment.
type wait struct {
	p     *Pipeline
	v     Version
	ask   Ask
	key   string
	begun time.Time
	asked time.Time // when the ask was noted last; zero: not yet
}

func (w *wait) run(ctx context.Context, bell *bell) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patienceOfAsk, errPatience)
	defer cancel()
	for pause := pollOfAsk; ; pause = min(pause*3/2, maxPollOfAsk) {
		if err := w.askOrTrust(ctx); err != nil {
			return w.ended(ctx, err)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return w.ended(ctx, ctx.Err())
		case <-bell.rung:
			timer.Stop()
			return nil
		case <-timer.C:
		}
		if there, err := w.p.hasSegment(ctx, w.ask.Segment); err != nil || there {
			return w.ended(ctx, err)
		}
		if w.p.desk.isHopeless(w.key, w.p.o.Now()) {
			return busy(latestAgain)
		}
	}
}

var errPatience = errors.New("a request has waited long enough")

// ended turns the end of a wait into what its caller is told: who has waited long enough is told when to come back.
func (w *wait) ended(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), errPatience) {
		return busy(w.p.desk.meanOf(w.ask.Sound))
	}
	return err
}

// askOrTrust notes the ask, or that it goes on, unless the ladder will have made the segment before the wait is over.
func (w *wait) askOrTrust(ctx context.Context) error {
	left := patienceOfAsk - time.Since(w.begun)
	switch {
	case w.asked.IsZero() && w.p.held.reaches(w.v.Plan, w.ask, left):
		return nil
	case !w.asked.IsZero() && time.Since(w.asked) < renewAsk:
		return nil
	}
	now := w.p.o.Now()
	w.ask.Until = now.Add(left + standsFor)
	if err := w.p.store.Ask(ctx, w.ask, now); err != nil {
		return fmt.Errorf("ask for a segment: %w", err)
	}
	w.asked = time.Now()
	w.p.desk.wakes.ring()
	return nil
}

// keepPlace lets an ask stand whose request ends, until its viewer was told to come back.
func (p *Pipeline) keepPlace(ctx context.Context, a Ask, err error) error {
	p.desk.refused()
	now := p.o.Now()
	queued, qerr := p.store.DemandQueue(ctx, a.Sound, now)
	if qerr != nil {
		queued = 1
	}
	told := busy(p.desk.meanOf(a.Sound) * time.Duration(queued) / time.Duration(p.demandSlots(a.Sound)))
	a.Until = now.Add(told.RetryAfter + standsFor)
	if aerr := p.store.Ask(ctx, a, now); aerr != nil {
		return err
	}
	p.desk.keep(a, now)
	return told
}

// withdraw forgets an ask that nobody stands behind. What cannot be forgotten now expires.
func (p *Pipeline) withdraw(ctx context.Context, a Ask) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), withdrawAsk)
	defer cancel()
	if err := p.store.Withdraw(ctx, a); err != nil {
		p.o.Logger.WarnContext(ctx, "an ask stands until it expires", slog.String("video_id", string(a.Video)), slog.Any("error", err))
	}
}

func (p *Pipeline) demandSlots(sound bool) int {
	if sound {
		return soundSlots
	}
	return p.o.DemandSlots
}

// soundSlots are demand tasks for sound at the same time: each takes a moment.
const soundSlots = 1
