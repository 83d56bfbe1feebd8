package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// demandAttempts is how often a run of segments is tried, decoding from earlier each time. What needs more is left to the ladder.
const demandAttempts = 2

// errYield ends a process whose slot somebody else waits for.
var errYield = errors.New("another viewer waits")

// demand is the work on one demand task.
type demand struct {
	p       *Pipeline
	l       Lease
	v       Version
	sound   bool
	init    []byte
	viewers map[string]bool
	made    int
	last    time.Time // when the last segment was put, or the process begun

	mu   sync.Mutex
	have map[int]bool // segments that are known to exist
}

// serveDemand makes what is asked for of one track and chunk: from the first missing segment that somebody asks for to the end of the
// chunk, or to what exists. It stops after any segment when another task waits for its slot.
func (p *Pipeline) serveDemand(ctx context.Context, l Lease, v Version) error {
	if v.Prepared && !p.hasScratch(v.ID) {
		return errs.New(errs.Internal, "", "The scratch copy of version %s is gone.", v.ID)
	}
	init, err := p.read(ctx, blob.InitKey(v.Video, v.ID, l.Track))
	if err != nil {
		return fmt.Errorf("read init of %s: %w", l.Track, err)
	}
	d := &demand{p: p, l: l, v: v, init: init, have: map[int]bool{}, viewers: map[string]bool{}}
	_, d.sound = v.Plan.AudioTrack(l.Track)
	for {
		pressure, err := p.store.DemandPressure(ctx, l, p.o.Now())
		if err != nil {
			return fmt.Errorf("read asks: %w", err)
		}
		first, n, err := d.next(ctx, pressure.Asks)
		if err != nil {
			return err
		}
		if n == 0 || d.made > 0 && pressure.Others > 0 && !p.desk.hasIdle(d.sound) {
			return p.store.EndDemand(ctx, l, d.served(), p.o.Now())
		}
		if err := d.make(ctx, first, n); err != nil && !errors.Is(err, errYield) {
			return err
		}
	}
}

func (d *demand) served() Served {
	s := Served{Made: d.made}
	d.mu.Lock()
	defer d.mu.Unlock()
	for number := range d.have {
		s.Have = append(s.Have, number)
	}
	for viewer := range d.viewers {
		s.Viewers = append(s.Viewers, viewer)
	}
	return s
}

// next returns the run of missing segments that begins with the first one that somebody asks for; none: n is 0.
func (d *demand) next(ctx context.Context, asks []Ask) (first, n int, err error) {
	first = -1
	for _, a := range asks {
		d.viewers[a.Viewer] = true
		there, err := d.has(ctx, a.Number)
		if err != nil {
			return 0, 0, err
		}
		if !there && (first < 0 || a.Number < first) {
			first = a.Number
		}
	}
	if first < 0 {
		return 0, 0, nil
	}
	_, _, end := chunkOf(d.v.Plan, first)
	for n = 1; first+n < end; n++ {
		there, err := d.has(ctx, first+n)
		if err != nil {
			return 0, 0, err
		}
		if there {
			break
		}
	}
	return first, n, nil
}

func (d *demand) has(ctx context.Context, number int) (bool, error) {
	if d.knows(number) {
		return true, nil
	}
	there, err := d.p.hasSegment(ctx, segmentID(d.v, d.l.Track, number))
	if there {
		d.found(number)
	}
	return there, err
}

func (d *demand) knows(number int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.have[number]
}

func (d *demand) found(number int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.have[number] = true
}

// make runs one process for n segments from the first. It ends with errYield when somebody else's turn has come.
func (d *demand) make(ctx context.Context, first, n int) error {
	var err error
	for attempt := range demandAttempts {
		if err = d.attempt(ctx, first, n, attempt); !errors.Is(err, packaging.ErrSpan) || d.sound {
			return err
		}
		for ; n > 0 && d.knows(first); n-- {
			first++
		}
	}
	return err
}

func (d *demand) attempt(ctx context.Context, first, n, attempt int) error {
	source, err := d.p.source(ctx, d.v)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	var watching sync.WaitGroup
	watching.Go(func() { d.yieldUnasked(ctx, cancel) })
	defer func() {
		cancel(nil)
		watching.Wait()
	}()
	d.last = time.Now()
	span, run := d.p.part(source, d.v.Plan, d.l.Track, d.init, first, n, attempt)
	usage, err := run(ctx, func(_ string, r io.Reader) error {
		return packaging.Split(r, span, func(number int, segment []byte) error {
			if _, _, err := d.p.putSegment(ctx, d.v, span, number, segment, nil); err != nil {
				return err
			}
			d.note(number)
			return d.mustYield(ctx, first, number == first+n-1)
		})
	})
	if err != nil {
		return fmt.Errorf("make segments: %w", err)
	}
	if seconds := spanTime(span, 0, n).Seconds(); !d.sound {
		d.p.learn(ctx, d.v.Plan, []string{d.l.Track}, seconds, usage.CPU, usage.Wall)
	}
	return nil
}

func (d *demand) note(number int) {
	now := time.Now()
	d.p.desk.took(d.sound, now.Sub(d.last))
	d.last = now
	d.found(number)
	d.made++
}

// yieldUnasked ends the process at once when another task waits for this slot while nobody waits for this one: what is made ahead
// of a viewer must not keep another one waiting. It returns when ctx ends.
func (d *demand) yieldUnasked(ctx context.Context, cancel context.CancelCauseFunc) {
	rung, end := d.p.desk.wakes.listen()
	defer end()
	for {
		select {
		case <-ctx.Done():
			return
		case <-rung:
		}
		pressure, err := d.p.store.DemandPressure(ctx, d.l, d.p.o.Now())
		if err != nil || pressure.Others == 0 || d.p.desk.hasIdle(d.sound) {
			continue
		}
		if !slices.ContainsFunc(pressure.Asks, func(a Ask) bool { return !d.knows(a.Number) }) {
			cancel(errYield)
			return
		}
	}
}

// mustYield returns errYield when another task waits for this slot, or when somebody asks for a segment before the first one of this
// run: that viewer has waited for as long as this segment took.
func (d *demand) mustYield(ctx context.Context, first int, last bool) error {
	if last {
		return nil
	}
	pressure, err := d.p.store.DemandPressure(ctx, d.l, d.p.o.Now())
	if err != nil {
		return fmt.Errorf("look who waits: %w", err)
	}
	if pressure.Others > 0 && !d.p.desk.hasIdle(d.sound) {
		return errYield
	}
	for _, a := range pressure.Asks {
		if a.Number < first && !d.knows(a.Number) {
			return errYield
		}
	}
	return nil
}

// part returns the span of n segments of an encoded track and how they are made, at the priority of what somebody waits for.
func (p *Pipeline) part(src ffmpeg.Source, plan media.Plan, track string, init []byte, first, n, attempt int) (packaging.Span, func(context.Context, ffmpeg.Consumer) (ffmpeg.Usage, error)) {
	if _, sound := plan.AudioTrack(track); sound {
		return packaging.AudioPartSpan(plan, track, init, first, n), func(ctx context.Context, consume ffmpeg.Consumer) (ffmpeg.Usage, error) {
			return p.encoder.EncodeAudioPart(ctx, src, plan, track, first, n, ffmpeg.AudioOptions{}, consume)
		}
	}
	chunk, _, _ := chunkOf(plan, first)
	options := ffmpeg.ChunkOptions{Rungs: []string{track}, First: first, Segments: n, Attempt: attempt}
	return packaging.VideoSpan(plan, track, init, first, n), func(ctx context.Context, consume ffmpeg.Consumer) (ffmpeg.Usage, error) {
		return p.encoder.EncodeChunk(ctx, src, plan, chunk, options, consume)
	}
}

// demandLane serves one demand task after the other.
func (p *Pipeline) demandLane(ctx context.Context, sound bool) {
	p.lane(ctx, func() (Lease, error) {
		return p.store.ClaimDemand(ctx, Worker{ID: p.o.WorkerID, Kinds: []Kind{Demand}}, sound, p.o.Now(), p.o.Lease)
	}, p.desk.wakes, func() func() { return p.desk.rest(sound) })
}

// writeDemand ends a demand task. It never fails a video: what went wrong is left to the ladder, and whoever waits is told so.
func (p *Pipeline) writeDemand(ctx context.Context, l Lease, what outcome, err error) error {
	now := p.o.Now()
	switch what {
	case released:
		return p.store.Requeue(ctx, l, Retry{Why: "The server stopped.", NotBefore: now})
	case crashed:
		return p.store.Requeue(ctx, l, Retry{Crash: true, Why: err.Error(), NotBefore: now.Add(backoffOfCrash(l.Crashes))})
	case faulty, waiting, remake, refused:
		p.desk.giveUp(demandKey(l.Version, l.Track, l.Chunk), now)
		p.o.Logger.WarnContext(ctx, "a segment cannot be made on demand", slog.String("video_id", string(l.Video)),
			slog.String("track", l.Track), slog.Int("chunk", l.Chunk), slog.Any("error", err))
		return p.store.EndDemand(ctx, l, Served{Drop: true}, now)
	case finished, lost: // written by the task itself, or by nobody
	}
	return nil
}
