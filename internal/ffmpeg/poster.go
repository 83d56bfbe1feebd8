package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"matinee/internal/media"
)

const (
	posterLimit = 8 << 20
	posterPick  = 24 // pictures of which the most typical is taken
)

// Poster returns a JPEG of a typical picture at or soon after the time, no wider than maxWidth; past the end it is one of
// the first pictures.
func (t *Tool) Poster(ctx context.Context, src Source, plan media.Plan, at time.Duration, maxWidth int) ([]byte, error) {
	jpeg, err := t.picture(ctx, src, plan, at, maxWidth)
	if err == nil && len(jpeg) == 0 && at > 0 {
		jpeg, err = t.picture(ctx, src, plan, 0, maxWidth)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("make poster: %w", err)
	case len(jpeg) == 0:
		return nil, errors.New("make poster: no picture could be decoded")
	}
	return jpeg, nil
}

func (t *Tool) picture(ctx context.Context, src Source, plan media.Plan, at time.Duration, maxWidth int) ([]byte, error) {
	size, err := src.size()
	if err != nil {
		return nil, err
	}
	var jpeg []byte
	w := &watch{inputBytes: size}
	_, err = t.run(ctx, process{
		program: t.ffmpeg,
		args:    posterArgs(src, plan, at, maxWidth, w),
		limits:  limits{600, t.memory, 64, 0},
		watch:   w,
		outputs: []output{{"poster", func(_ string, r io.Reader) (err error) {
			jpeg, err = io.ReadAll(io.LimitReader(r, posterLimit))
			return err
		}}},
	})
	return jpeg, err
}

func posterArgs(src Source, plan media.Plan, at time.Duration, maxWidth int, w *watch) []string {
	width, height := plan.Size()
	if maxWidth > 0 && width > maxWidth {
		width, height = maxWidth, max(1, height*maxWidth/width)
	}
	graph := fmt.Sprintf("[0:%d]", plan.Source.VideoStream)
	if plan.Source.Interlaced {
		graph += "bwdif=mode=send_frame,"
	}
	graph += fmt.Sprintf("thumbnail=%d,%s", posterPick, topScale(plan, width, height)) + asJPEG(plan)
	args := append(guarded(), w.arguments(firstPipe+1)...)
	args = append(args, src.opened()...)
	args = append(args, "-threads", strconv.Itoa(plan.Encoder.Threads))
	if at > 0 {
		args = append(args, "-ss", strconv.FormatFloat(at.Seconds(), 'f', 3, 64))
	}
	return append(append(args, "-i", src.url(), "-filter_complex", graph), jpegOutput()...)
}
