package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// verify reads every segment back and holds it to the plan. Bad ones are made again; when all are good the version is ready.
func (p *Pipeline) verify(ctx context.Context, l Lease, v Version) error {
	var (
		found Verified
		bad   []badSegment
	)
	sums, err := p.sums(ctx, v)
	if err != nil {
		return err
	}
	for _, row := range v.Tracks {
		track, worse, err := p.verifyTrack(ctx, v, row.ID, sums)
		if err != nil {
			return err
		}
		found.Tracks = append(found.Tracks, track)
		bad = append(bad, worse...)
	}
	if len(bad) > 0 {
		return p.redo(ctx, l, v, bad)
	}
	damage, err := p.damage(ctx, v)
	if err != nil {
		return err
	}
	found.Damage = damage
	found.Report = Report{Checks: checksOf(v.Plan, len(v.Tracks)), At: p.o.Now().UTC()}
	if err := p.store.FinishVerify(ctx, l, found, p.o.Now()); err != nil {
		return err
	}
	p.removeScratch(ctx, v.ID)
	p.copies.forget(v.ID)
	p.o.Logger.InfoContext(ctx, "video is ready", slog.String("video_id", string(v.Video)))
	return nil
}

// removeScratch removes the copy of a source that no task needs any more.
func (p *Pipeline) removeScratch(ctx context.Context, id ids.VersionID) {
	if err := os.Remove(p.scratchPath(id)); err != nil && !os.IsNotExist(err) {
		p.o.Logger.WarnContext(ctx, "a scratch copy could not be removed", slog.Any("error", err))
	}
}

type badSegment struct {
	track  string
	number int
	why    error
}

func (p *Pipeline) verifyTrack(ctx context.Context, v Version, id string, sums Sums) (TrackRow, []badSegment, error) {
	init, err := p.read(ctx, blob.InitKey(v.Video, v.ID, id))
	if err != nil {
		return TrackRow{}, nil, fmt.Errorf("read init of %s: %w", id, err)
	}
	codec, err := packaging.Codec(init)
	if err != nil {
		return TrackRow{}, nil, fmt.Errorf("name codec of %s: %w", id, err)
	}
	var (
		span  = wholeTrack(v.Plan, id, init)
		track = TrackRow{ID: id, Codec: codec}
		bad   []badSegment
	)
	for k := range v.Plan.Segments() {
		_, facts, err := p.goodSegment(ctx, v, span, k, sums)
		if err != nil && ctx.Err() != nil {
			return TrackRow{}, nil, err
		}
		if err != nil {
			bad = append(bad, badSegment{id, k, err})
			continue
		}
		track.Bytes += int64(facts.Bytes)
		track.PeakBitsPerSecond = max(track.PeakBitsPerSecond, rate(int64(facts.Bytes), spanTime(span, k, k+1)))
	}
	track.AverageBitsPerSecond = rate(track.Bytes, spanTime(span, 0, v.Plan.Segments()))
	return track, bad, nil
}

func wholeTrack(plan media.Plan, id string, init []byte) packaging.Span {
	if _, ok := plan.AudioTrack(id); ok {
		return packaging.AudioSpan(plan, id, init)
	}
	return packaging.VideoSpan(plan, id, init, 0, plan.Segments())
}

// spanTime is how long segments [from, to) of a span play.
func spanTime(s packaging.Span, from, to int) time.Duration {
	samples := s.Bounds[to] - s.Bounds[from]
	return time.Duration(float64(samples) * float64(s.SampleDuration) / float64(s.Timescale) * float64(time.Second))
}

// rate is bits a second, rounded up.
func rate(bytes int64, d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return int64(float64(bytes)*8/d.Seconds()) + 1
}

// redo queues the tasks that make the bad segments.
func (p *Pipeline) redo(ctx context.Context, l Lease, v Version, bad []badSegment) error {
	tasks, err := p.store.Tasks(ctx, v.ID)
	if err != nil {
		return fmt.Errorf("read tasks: %w", err)
	}
	again := map[ids.TaskID]bool{}
	for _, b := range bad {
		p.o.Logger.WarnContext(ctx, "a bad segment was found", slog.String("video_id", string(v.Video)),
			slog.String("track", b.track), slog.Int("segment", b.number), slog.Any("error", b.why))
		for _, t := range tasks {
			if t.makes(v.Plan, b) {
				again[t.ID] = true
			}
		}
	}
	list := make([]ids.TaskID, 0, len(again))
	for id := range again {
		list = append(list, id)
	}
	if len(list) == 0 {
		return errs.New(errs.Internal, "", "No task makes the bad segments.")
	}
	return p.store.RedoTasks(ctx, l, list, fmt.Sprintf("%d segments did not pass the verification.", len(bad)), p.o.Now())
}

// makes reports whether the task's work holds the segment.
func (t Task) makes(plan media.Plan, b badSegment) bool {
	switch t.Kind {
	case Audio, Copy:
		return t.Track == b.track
	case Chunk:
		rung, isRung := plan.Rung(b.track)
		return isRung && !rung.Copied && b.number >= t.FirstSegment && b.number < t.FirstSegment+t.Segments
	case Probe, Prepare, Pictures, Verify:
	}
	return false
}

// damage sums what the chunks have found; nil is none.
func (p *Pipeline) damage(ctx context.Context, v Version) (*library.Damage, error) {
	found, err := p.store.FoundDamage(ctx, v.ID)
	if err != nil {
		return nil, fmt.Errorf("read damage: %w", err)
	}
	sum := media.DamageOf(found)
	if sum.Frames == 0 {
		return nil, nil //nolint:nilnil // no damage is the ordinary case
	}
	damage := &library.Damage{Frames: sum.Frames}
	for _, r := range sum.Ranges {
		damage.Ranges = append(damage.Ranges, library.Range{StartSeconds: v.Plan.At(r.First).Seconds(), EndSeconds: v.Plan.At(r.End).Seconds()})
	}
	return damage, nil
}

// checksOf words what a version that passed was held to.
func checksOf(plan media.Plan, tracks int) []Check {
	checks := []Check{{"every segment exists", true, fmt.Sprintf("%d segments of %d tracks", plan.Segments(), tracks)}}
	if !plan.SoundOnly() {
		checks = append(checks,
			Check{"every rung has the planned frames", true, fmt.Sprintf("%d frames in each of %d rungs", plan.Frames, len(plan.Rungs))},
			Check{"every segment starts at its boundary with a key frame", true, "the same in all rungs"},
			Check{"every frame is on the grid once", true, fmt.Sprintf("%s frames a second", plan.Rate)},
		)
	}
	for _, a := range plan.Audio {
		if a.Default {
			checks = append(checks, endsCheck(plan, a))
		}
	}
	return checks
}

// endsCheck tells how far the ends of sound and picture are apart. Sound that is passed through may end a little before.
func endsCheck(plan media.Plan, a media.AudioTrack) Check {
	span := packaging.AudioSpan(plan, a.ID, nil)
	sound := span.End()
	drift := (sound - plan.Duration()).Abs()
	allowed := max(plan.At(1), 22*time.Millisecond)
	if a.Copied {
		allowed = 500 * time.Millisecond
	}
	return Check{"sound and picture end together", drift <= allowed, fmt.Sprintf("%d ms apart", drift.Milliseconds())}
}
