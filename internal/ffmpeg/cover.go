package ffmpeg

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"matinee/internal/media"
)

// Cover returns the picture that comes with a source's sound as a JPEG no wider or higher than most, nil where there is
// none or where it cannot be read.
func (t *Tool) Cover(ctx context.Context, src Source, most int) ([]byte, error) {
	facts, err := t.facts(ctx, src)
	if err != nil {
		return nil, fmt.Errorf("probe source: %w", err)
	}
	picture, ok := facts.Cover()
	if !ok || picture.Width*picture.Height > media.MaxPixels {
		return nil, nil //nolint:nilnil // no cover is an ordinary answer
	}
	var jpeg []byte
	_, err = t.run(ctx, process{
		program: t.ffmpeg,
		args:    coverArgs(src, picture.Index, most),
		limits:  limits{600, t.memory, 64, 0},
		outputs: []output{{"cover", func(_ string, r io.Reader) (err error) {
			jpeg, err = io.ReadAll(io.LimitReader(r, posterLimit))
			return err
		}}},
	})
	if isOwnFault(err) {
		return nil, nil //nolint:nilnil // a picture that cannot be read is none
	}
	return jpeg, err
}

func coverArgs(src Source, stream, most int) []string {
	graph := fmt.Sprintf("[0:%d]scale='min(%d,iw)':'min(%d,ih)':force_original_aspect_ratio=decrease:flags=lanczos:out_range=pc,setsar=1,format=yuvj420p[o]",
		stream, most, most)
	args := append(guarded(), src.opened()...)
	return append(args, "-i", src.url(), "-filter_complex", graph, "-map", "[o]", "-frames:v", "1",
		"-c:v", "mjpeg", "-q:v", "3", "-map_metadata", "-1", "-f", "image2pipe", "pipe:"+strconv.Itoa(firstPipe))
}
