package ffmpeg

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"strconv"

	"matinee/internal/media"
)

// jpegColour ends the graph of a picture that is kept as JPEG, whose colours are those of JFIF: full range, by the matrix of BT.601.
const jpegColour = ":out_range=pc:out_color_matrix=bt601,setsar=1,format=yuvj420p[o]"

// jpegOutput writes the one picture of the graph.
func jpegOutput() []string {
	return []string{
		"-map", "[o]", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", "-map_metadata", "-1",
		"-f", "image2pipe", "pipe:" + strconv.Itoa(firstPipe),
	}
}

// made is a fragmented MP4 that Matinee wrote itself, of one track.
func made(path string) Source { return Source{Path: path, Container: media.MP4} }

// StillOptions say which picture Still makes.
type StillOptions struct {
	Frame    int64 // from 0, in the order of showing
	MaxWidth int
	Nice     bool // nobody waits for it
}

// Still returns as a JPEG one frame of a rung's init segment and segments in one file.
func (t *Tool) Still(ctx context.Context, path string, o StillOptions) ([]byte, error) {
	src := made(path)
	args := append(guarded(), src.opened()...)
	args = append(args, "-threads", "1", "-i", src.url(), "-filter_complex",
		fmt.Sprintf("[0:0]trim=start_frame=%d:end_frame=%d,%s%s", o.Frame, o.Frame+1, atMost(o.MaxWidth), jpegColour))
	return t.onePicture(ctx, append(args, jpegOutput()...), o.Nice)
}

// Frame returns as a JPEG one frame of the plan as its rungs show it, no wider than maxWidth.
func (t *Tool) Frame(ctx context.Context, src Source, plan media.Plan, frame int64, maxWidth int) ([]byte, error) {
	width, height := plan.Size()
	if width > maxWidth {
		width, height = maxWidth, max(2, height*maxWidth/width)
	}
	args := append(guarded(), src.opened()...)
	args = append(args, seek(plan, frame, 0)...)
	args = append(args, "-i", src.url(), "-filter_complex",
		head(plan, frame, frame+1, true)+","+topScale(plan, width, height)+asJPEG(plan))
	return t.onePicture(ctx, append(args, jpegOutput()...), false)
}

// asJPEG brings what topScale makes to the colours of a JPEG.
func asJPEG(plan media.Plan) string {
	return ",format=yuv420p,scale=in_color_matrix=" + plan.Source.Matrix + jpegColour
}

// atMost scales to no more than the width, and never up.
func atMost(width int) string {
	return fmt.Sprintf("scale='min(%d,iw)':-2:flags=lanczos", width)
}

var errNoPicture = errors.New("make picture: nothing could be decoded")

func (t *Tool) onePicture(ctx context.Context, args []string, nice bool) ([]byte, error) {
	var jpeg []byte
	_, err := t.run(ctx, process{
		program: t.ffmpeg,
		args:    args,
		limits:  limits{60, t.memory, 64, 0},
		nice:    nice,
		outputs: []output{{"picture", func(_ string, r io.Reader) (err error) {
			jpeg, err = io.ReadAll(io.LimitReader(r, posterLimit))
			return err
		}}},
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("make picture: %w", err)
	case len(jpeg) == 0:
		return nil, errNoPicture
	}
	return jpeg, nil
}

// Tiles decodes every picture of a rung's init segment and segments in one file, in the order of showing, at a small size whose
// sides are even, in the colours of JFIF. What take is given is its until it returns; its error ends the process.
func (t *Tool) Tiles(ctx context.Context, path string, width, height int, take func(*image.YCbCr) error) (Usage, error) {
	src := made(path)
	size, err := src.size()
	if err != nil {
		return Usage{}, err
	}
	w := &watch{inputBytes: size}
	args := append(guarded(), w.arguments(firstPipe+1)...)
	args = append(args, src.opened()...)
	args = append(args, "-threads", "1", "-i", src.url(), "-filter_complex", fmt.Sprintf("[0:0]scale=%d:%d:flags=area%s", width, height, jpegColour),
		"-map", "[o]", "-fps_mode", "passthrough", "-c:v", "rawvideo", "-f", "rawvideo", "pipe:"+strconv.Itoa(firstPipe))
	usage, err := t.run(ctx, process{
		program: t.ffmpeg,
		args:    args,
		limits:  limits{dayOfCPU, t.memory, 64, 0},
		nice:    true,
		watch:   w,
		outputs: []output{{"tiles", func(_ string, r io.Reader) error { return eachPicture(r, width, height, take) }}},
	})
	if err != nil {
		return usage, fmt.Errorf("decode tiles: %w", err)
	}
	return usage, nil
}

// eachPicture reads planar 4:2:0 pictures one after the other.
func eachPicture(r io.Reader, width, height int, take func(*image.YCbCr) error) error {
	picture := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	from := bufio.NewReaderSize(r, 1<<16)
	for {
		for i, plane := range [][]byte{picture.Y, picture.Cb, picture.Cr} {
			if _, err := io.ReadFull(from, plane); i == 0 && errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return fmt.Errorf("read picture: %w", err)
			}
		}
		if err := take(picture); err != nil {
			return err
		}
	}
}
