package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/events"
	"matinee/internal/ffmpeg"
	"matinee/internal/ids"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

const (
	// shortVideo is up to what length every picture of a video is looked at, and not one of each segment.
	shortVideo = 40 * time.Second
	// maxTiles bounds the tiles of a storyboard: of a long video some segments are left out.
	maxTiles = 400
)

// StoryboardTask is what a version with pictures gets once its ladder is there.
func StoryboardTask() Task { return Task{Kind: Storyboard, Rank: rankStoryboard} }

// Storyboarded is what was made to look over the whole length of a version.
type Storyboarded struct {
	File    string         // name of the WebVTT; "" where none could be made
	Choices []PosterChoice // in the order of their times
	Poster  string         // takes the place of the version's poster; "" leaves that
	CPU     time.Duration
}

// storyboard makes small pictures of the whole length out of the smallest rung, whose segments all begin with a key frame, and
// chooses those that could be the poster. Whatever the source was, it is not read.
func (p *Pipeline) storyboard(ctx context.Context, l Lease, v Version) error {
	rungs := offeredRungs(v)
	if len(rungs) == 0 {
		return p.store.FinishStoryboard(ctx, l, Storyboarded{}, p.o.Now())
	}
	smallest := rungs[len(rungs)-1]
	board := newBoard(v.Plan, smallest)
	usage, err := p.lookOver(ctx, v, smallest.ID, board)
	if err != nil {
		return err
	}
	made := Storyboarded{CPU: usage.CPU}
	if made.File, err = p.putBoard(ctx, v, board); err != nil {
		return err
	}
	if made.Choices, err = p.putChoices(ctx, v, rungs[0].ID, board.telling()); err != nil {
		return err
	}
	if made.Poster, err = p.betterPoster(ctx, v, board, made.Choices); err != nil {
		return err
	}
	if err := p.store.FinishStoryboard(ctx, l, made, p.o.Now()); err != nil {
		return err
	}
	p.hub.Publish(events.State, l.Video)
	return nil
}

// offeredRungs are the rungs of a version, from the largest.
func offeredRungs(v Version) (rungs []media.Rung) {
	for _, r := range v.Plan.Rungs {
		if slices.ContainsFunc(v.Tracks, func(t TrackRow) bool { return t.ID == r.ID }) {
			rungs = append(rungs, r)
		}
	}
	return rungs
}

// lookOver shows the board the pictures of a rung: all of a short video, else those that segments begin with.
func (p *Pipeline) lookOver(ctx context.Context, v Version, rung string, b *board) (ffmpeg.Usage, error) {
	path := filepath.Join(p.scratch, string(ids.New[ids.TaskID]())+partSuffix)
	defer func() { _ = os.Remove(path) }()
	if err := p.writeFilm(ctx, v, rung, b.segments, path); err != nil {
		return ffmpeg.Usage{}, fmt.Errorf("gather pictures of %s: %w", rung, err)
	}
	usage, err := p.encoder.Tiles(ctx, path, b.width, b.height, b.take)
	if err != nil {
		return usage, err
	}
	return usage, b.complete()
}

// writeFilm writes what is looked over as one file: the pictures that the segments begin with, where segments are named, else all.
func (p *Pipeline) writeFilm(ctx context.Context, v Version, rung string, segments []int, path string) (err error) {
	init, err := p.read(ctx, blob.InitKey(v.Video, v.ID, rung))
	if err != nil {
		return fmt.Errorf("read init: %w", err)
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	each := func(number int, use func(io.Reader) error) error {
		object, err := p.objects.Open(ctx, segmentKey(v, rung, number))
		if err != nil {
			return err
		}
		defer object.Close()
		return use(object)
	}
	if segments != nil {
		stills, err := packaging.NewStills(out, init)
		if err != nil {
			return err
		}
		for _, number := range segments {
			if err := each(number, stills.Add); err != nil {
				return fmt.Errorf("segment %d: %w", number, err)
			}
		}
		return nil
	}
	if _, err := out.Write(init); err != nil {
		return err
	}
	for number := range v.Plan.Segments() {
		if err := each(number, func(r io.Reader) error { _, err := io.Copy(out, r); return err }); err != nil {
			return fmt.Errorf("segment %d: %w", number, err)
		}
	}
	return nil
}

// putBoard puts the sheets, then the list of what is on them.
func (p *Pipeline) putBoard(ctx context.Context, v Version, b *board) (string, error) {
	names := make([]string, len(b.sheets))
	for i, sheet := range b.sheets {
		picture, err := encodeSheet(sheet)
		if err != nil {
			return "", err
		}
		names[i] = "sheet-" + contentHash(picture) + ".jpg"
		if _, err := p.objects.Put(ctx, blob.PictureKey(v.Video, v.ID, names[i]), bytes.NewReader(picture)); err != nil {
			return "", fmt.Errorf("put sheet: %w", err)
		}
	}
	list := packaging.StoryboardVTT(b.tiles(names), v.Plan.Duration())
	name := "storyboard-" + contentHash(list) + ".vtt"
	if _, err := p.objects.Put(ctx, blob.PictureKey(v.Video, v.ID, name), bytes.NewReader(list)); err != nil {
		return "", fmt.Errorf("put storyboard: %w", err)
	}
	return name, nil
}

// putChoices puts a poster of each frame.
func (p *Pipeline) putChoices(ctx context.Context, v Version, rung string, frames []int64) (choices []PosterChoice, err error) {
	for _, frame := range frames {
		picture, err := p.frameOf(ctx, v, rung, frame, true)
		if err != nil {
			return nil, fmt.Errorf("make poster of frame %d: %w", frame, err)
		}
		name := "poster-" + contentHash(picture) + ".jpg"
		if _, err := p.objects.Put(ctx, blob.PictureKey(v.Video, v.ID, name), bytes.NewReader(picture)); err != nil {
			return nil, fmt.Errorf("put poster: %w", err)
		}
		if !slices.ContainsFunc(choices, func(c PosterChoice) bool { return c.File == name }) { // a still picture makes the same again
			choices = append(choices, PosterChoice{File: name, Seconds: v.Plan.At(frame).Seconds()})
		}
	}
	return choices, nil
}

// betterPoster returns the most telling of the choices where the version's poster says nothing or is missing, else "".
func (p *Pipeline) betterPoster(ctx context.Context, v Version, b *board, choices []PosterChoice) (string, error) {
	if len(choices) == 0 {
		return "", nil
	}
	if v.Poster != "" {
		picture, err := p.read(ctx, blob.PictureKey(v.Video, v.ID, v.Poster))
		if err != nil && !errs.Is(err, errs.NotFound) {
			return "", fmt.Errorf("read poster: %w", err)
		}
		if score, ok := scoreOfJPEG(picture); ok && score >= dull {
			return "", nil
		}
	}
	at := v.Plan.At(b.best()).Seconds()
	for _, c := range choices {
		if c.Seconds == at {
			return c.File, nil
		}
	}
	return choices[0].File, nil
}

// segmentOf is the number of the segment that holds the frame.
func segmentOf(plan media.Plan, frame int64) int {
	at, found := slices.BinarySearch(plan.Boundaries, frame)
	if !found {
		at--
	}
	return min(max(at, 0), plan.Segments()-1)
}
