package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ffmpeg"
	"matinee/internal/ids"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// firstSegments makes what play begins with, at the priority of what somebody waits for: the first segment of the rung that comes
// first, and of the default sound. It reports whether it is there. Where these cannot be made the version is not playable yet,
// and the ladder decides; what stands in the way of any work is returned.
func (p *Pipeline) firstSegments(ctx context.Context, v Version) (bool, error) {
	var both errgroup.Group
	for _, track := range firstTracks(v.Plan) {
		both.Go(func() error {
			if err := p.firstSegment(ctx, v, track); err != nil {
				return fmt.Errorf("make the first segment of %s: %w", track, err)
			}
			return nil
		})
	}
	err := both.Wait()
	switch {
	case err == nil:
		return true, nil
	case ctx.Err() != nil, waitOf(err) != "", errs.Is(err, errs.Fenced), errors.Is(err, packaging.ErrInit), ffmpeg.Killed(err):
		return false, err
	}
	p.o.Logger.WarnContext(ctx, "the first segments cannot be made: the video is playable later", slog.String("video_id", string(v.Video)), slog.Any("error", err))
	return false, nil
}

// firstTracks names a rung and a sound that play can begin with: the source's own pictures where they are passed through, else the
// smallest rung.
func firstTracks(plan media.Plan) []string {
	var tracks []string
	switch n := len(plan.Rungs); {
	case n == 0:
	case plan.Rungs[0].Copied:
		tracks = append(tracks, plan.Rungs[0].ID)
	default:
		tracks = append(tracks, plan.Rungs[n-1].ID)
	}
	for _, a := range plan.Audio {
		if a.Default {
			return append(tracks, a.ID)
		}
	}
	if len(plan.Audio) > 0 {
		tracks = append(tracks, plan.Audio[0].ID)
	}
	return tracks
}

func (p *Pipeline) firstSegment(ctx context.Context, v Version, track string) error {
	if isCopied(v.Plan, track) {
		return p.copySegment(ctx, v, track, 0)
	}
	init, err := p.read(ctx, blob.InitKey(v.Video, v.ID, track))
	if err != nil {
		return fmt.Errorf("read init: %w", err)
	}
	source, err := p.source(ctx, v)
	if err != nil {
		return err
	}
	span, run := p.part(source, v.Plan, track, init, 0, 1, 0)
	_, err = run(ctx, func(_ string, r io.Reader) error {
		return packaging.Split(r, span, func(number int, segment []byte) error {
			_, _, err := p.putSegment(ctx, v, span, number, segment, nil)
			return err
		})
	})
	return err
}

// hasScratch reports whether the remuxed copy of a source is there.
func (p *Pipeline) hasScratch(id ids.VersionID) bool {
	_, err := os.Stat(p.scratchPath(id))
	return err == nil
}

// steps returns a function that notes in the log what was done and how long it took since the step before.
func (p *Pipeline) steps(ctx context.Context, v Version) func(done string) {
	since := time.Now()
	return func(done string) {
		now := time.Now()
		p.o.Logger.DebugContext(ctx, "a step to playable", slog.String("video_id", string(v.Video)), slog.String("step", done), slog.Duration("took", now.Sub(since)))
		since = now
	}
}
