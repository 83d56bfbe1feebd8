package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"matinee/internal/access"
	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/events"
	"matinee/internal/ffmpeg"
	"matinee/internal/ids"
	"matinee/internal/library"
)

// Bounds of the posters that people choose.
const (
	// MaxPosterBytes bounds an image that is sent as a poster.
	MaxPosterBytes = 10 << 20
	// chosenPrefix begins the names of posters that belong to a video and not to one of its versions.
	chosenPrefix = "chosen-"
)

// PosterChoice is a picture of a version that can be its video's poster.
type PosterChoice struct {
	File    string  `json:"file"`
	Seconds float64 `json:"seconds"` // from the start
}

// PictureStore keeps the pictures that stand for a video. It is part of Store.
type PictureStore interface {
	// FinishStoryboard ends a storyboard task.
	FinishStoryboard(ctx context.Context, l Lease, s Storyboarded, now time.Time) error
	// ChosenPoster returns the poster that somebody chose for a video, nil for none.
	ChosenPoster(ctx context.Context, video ids.VideoID) (*library.ChosenPoster, error)
	// ChoosePoster makes the poster the video's, nil its version's own, and returns the one that was chosen before.
	ChoosePoster(ctx context.Context, video ids.VideoID, poster *library.ChosenPoster, now time.Time) (before *library.ChosenPoster, err error)
}

// Posters are the picture that stands for a video, and those that could.
type Posters struct {
	Version ids.VersionID         // whose media show them; "" before one can be played
	Current *library.ChosenPoster // nil: none yet
	Choices []PosterChoice        // in the order of their times
}

// easel is where posters are made while somebody waits: one at a time, so that requests cannot fill the machine with encoders.
type easel struct {
	turn   chan struct{} // holds a token while a poster is made
	change sync.Mutex    // held while a video's poster is changed and the one before removed
}

func newEasel() *easel { return &easel{turn: make(chan struct{}, 1)} }

// Posters returns the posters of a video that the viewer may edit.
func (p *Pipeline) Posters(ctx context.Context, viewer access.Viewer, video ids.VideoID) (Posters, error) {
	if err := p.mayEdit(ctx, viewer, video); err != nil {
		return Posters{}, err
	}
	return p.posters(ctx, video)
}

func (p *Pipeline) posters(ctx context.Context, video ids.VideoID) (all Posters, err error) {
	if all.Current, err = p.store.ChosenPoster(ctx, video); err != nil {
		return all, err
	}
	v, err := p.store.CurrentVersion(ctx, video)
	if errs.Is(err, errs.NotFound) {
		return all, nil
	}
	if err != nil {
		return all, err
	}
	if !v.PlayableAt.IsZero() {
		all.Version, all.Choices = v.ID, v.PosterChoices
	}
	if all.Current == nil && v.Poster != "" {
		all.Current = &library.ChosenPoster{File: v.Poster, Origin: library.AutomaticPoster}
		for _, c := range v.PosterChoices {
			if c.File == v.Poster {
				all.Current.Seconds = new(c.Seconds)
			}
		}
	}
	return all, nil
}

// ChooseFrame makes the frame that the video shows at the time its poster. It is an errs.Conflict error before the video can be
// played, and an errs.Busy one when the picture could not be made in time.
func (p *Pipeline) ChooseFrame(ctx context.Context, viewer access.Viewer, video ids.VideoID, seconds float64) (Posters, error) {
	if err := p.mayEdit(ctx, viewer, video); err != nil {
		return Posters{}, err
	}
	v, err := p.store.CurrentVersion(ctx, video)
	switch {
	case errs.Is(err, errs.NotFound):
		return Posters{}, errNoSource()
	case err != nil:
		return Posters{}, err
	case v.PlayableAt.IsZero():
		return Posters{}, errs.New(errs.Conflict, "not_playable", "This video cannot be played yet.")
	case v.Plan.SoundOnly():
		return Posters{}, errs.InvalidField("body.time_seconds", "This video has no pictures. Send an image.")
	case !(seconds >= 0 && seconds <= v.Plan.Duration().Seconds()):
		return Posters{}, errs.InvalidField("body.time_seconds", "The video has %.3f seconds.", v.Plan.Duration().Seconds())
	}
	frame := min(v.Plan.Frames-1, int64(math.Floor(seconds*v.Plan.Rate.Float()+1e-3))) // a time is a little off in binary
	picture, err := p.inTurn(ctx, func(ctx context.Context) ([]byte, error) { return p.frame(ctx, v, frame) })
	if err != nil {
		return Posters{}, err
	}
	at := v.Plan.At(frame).Seconds()
	return p.choosePoster(ctx, video, picture, library.ChosenPoster{Origin: library.FramePoster, Seconds: &at})
}

// ChooseImage makes an image its poster. The image is decoded and written anew: nothing of what came is kept. One that cannot be
// decoded is an errs.Invalid error. It is an errs.Conflict error before the source is complete.
func (p *Pipeline) ChooseImage(ctx context.Context, viewer access.Viewer, video ids.VideoID, image []byte) (Posters, error) {
	if err := p.mayEdit(ctx, viewer, video); err != nil {
		return Posters{}, err
	}
	// A poster goes with the versions of its video: one without any would leave it behind.
	if _, err := p.store.CurrentVersion(ctx, video); errs.Is(err, errs.NotFound) {
		return Posters{}, errNoSource()
	} else if err != nil {
		return Posters{}, err
	}
	picture, err := p.inTurn(ctx, func(ctx context.Context) ([]byte, error) { return p.image(ctx, image) })
	if err != nil {
		return Posters{}, err
	}
	return p.choosePoster(ctx, video, picture, library.ChosenPoster{Origin: library.UploadedPoster})
}

// ResetPoster gives a video back the poster of its version.
func (p *Pipeline) ResetPoster(ctx context.Context, viewer access.Viewer, video ids.VideoID) error {
	if err := p.mayEdit(ctx, viewer, video); err != nil {
		return err
	}
	return p.changePoster(ctx, video, nil)
}

// inTurn makes a picture when no other is made, both within Options.PosterPatience.
func (p *Pipeline) inTurn(ctx context.Context, work func(context.Context) ([]byte, error)) ([]byte, error) {
	bounded, cancel := context.WithTimeout(ctx, p.o.PosterPatience)
	defer cancel()
	busy := func() error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		e := errs.New(errs.Busy, "busy", "The server is too busy to make this picture now. Try again in a moment.")
		e.RetryAfter = p.o.PosterPatience
		return e
	}
	select {
	case p.easel.turn <- struct{}{}:
	case <-bounded.Done():
		return nil, busy()
	}
	defer func() { <-p.easel.turn }()
	picture, err := work(bounded)
	if err != nil && bounded.Err() != nil {
		return nil, busy()
	}
	return picture, err
}

func (p *Pipeline) choosePoster(ctx context.Context, video ids.VideoID, picture []byte, chosen library.ChosenPoster) (Posters, error) {
	chosen.File = chosenPrefix + contentHash(picture) + ".jpg"
	p.easel.change.Lock()
	defer p.easel.change.Unlock()
	if _, err := p.objects.Put(ctx, blob.VideoPictureKey(video, chosen.File), bytes.NewReader(picture)); err != nil {
		return Posters{}, fmt.Errorf("put poster: %w", err)
	}
	if err := p.changePosterLocked(ctx, video, &chosen); err != nil {
		return Posters{}, err
	}
	return p.posters(ctx, video)
}

func (p *Pipeline) changePoster(ctx context.Context, video ids.VideoID, chosen *library.ChosenPoster) error {
	p.easel.change.Lock()
	defer p.easel.change.Unlock()
	return p.changePosterLocked(ctx, video, chosen)
}

// changePosterLocked removes the poster before. Where that fails, it goes with the video.
func (p *Pipeline) changePosterLocked(ctx context.Context, video ids.VideoID, chosen *library.ChosenPoster) error {
	before, err := p.store.ChoosePoster(ctx, video, chosen, p.o.Now())
	if err != nil {
		if chosen != nil && errs.Is(err, errs.NotFound) { // it was deleted meanwhile
			err = errors.Join(err, p.objects.Delete(ctx, blob.VideoPictureKey(video, chosen.File)))
		}
		return err
	}
	p.hub.Publish(events.State, video)
	if before == nil || chosen != nil && before.File == chosen.File {
		return nil
	}
	if err := p.objects.Delete(ctx, blob.VideoPictureKey(video, before.File)); err != nil {
		p.o.Logger.WarnContext(ctx, "an old poster stays until its video goes", slog.String("video_id", string(video)), slog.Any("error", err))
	}
	return nil
}

// frame makes a picture of one frame of the plan: from the largest rung where it is there, as viewers see it, else from the source.
func (p *Pipeline) frame(ctx context.Context, v Version, frame int64) ([]byte, error) {
	top := v.Plan.Rungs[0].ID
	for _, t := range v.Tracks {
		if t.ID != top {
			continue
		}
		picture, err := p.frameOf(ctx, v, top, frame, false)
		if !errs.Is(err, errs.NotFound) {
			return picture, err
		}
	}
	source, err := p.source(ctx, v)
	if err != nil {
		return nil, err
	}
	return p.encoder.Frame(ctx, source, v.Plan, frame, posterWidth)
}

// frameOf makes a picture of one frame of a rung, an errs.NotFound error where its segment is not there.
func (p *Pipeline) frameOf(ctx context.Context, v Version, rung string, frame int64, nice bool) ([]byte, error) {
	number := segmentOf(v.Plan, frame)
	init, err := p.read(ctx, blob.InitKey(v.Video, v.ID, rung))
	if err != nil {
		return nil, fmt.Errorf("read init: %w", err)
	}
	segment, err := p.read(ctx, segmentKey(v, rung, number))
	if err != nil {
		return nil, fmt.Errorf("read segment: %w", err)
	}
	first, _ := v.Plan.SegmentFrames(number)
	return p.fromFile(append(init, segment...), func(path string) ([]byte, error) {
		return p.encoder.Still(ctx, path, ffmpeg.StillOptions{Frame: frame - first, MaxWidth: posterWidth, Nice: nice})
	})
}

// image makes a poster of an image that somebody sent.
func (p *Pipeline) image(ctx context.Context, image []byte) ([]byte, error) {
	container, err := ffmpeg.SniffImage(image)
	if err != nil {
		return nil, err
	}
	return p.fromFile(image, func(path string) ([]byte, error) {
		return p.encoder.Image(ctx, ffmpeg.Source{Path: path, Container: container}, posterWidth)
	})
}

// fromFile works on bytes as a file, which ends with the work.
func (p *Pipeline) fromFile(content []byte, work func(path string) ([]byte, error)) ([]byte, error) {
	path := filepath.Join(p.scratch, string(ids.New[ids.TaskID]())+partSuffix)
	defer func() { _ = os.Remove(path) }()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return nil, fmt.Errorf("write scratch file: %w", err)
	}
	return work(path)
}
