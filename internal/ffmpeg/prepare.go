package ffmpeg

import (
	"context"
	"fmt"

	"matinee/internal/media"
)

// PreparedContainer is what Prepare writes: probe and plan the copy with it.
const PreparedContainer = media.Matroska

// Prepare remuxes src, which cannot be sought (media.NeedsPrepare), into a new Matroska file at dst. Pictures are copied;
// sound becomes FLAC, because copying it ends the whole remux at the first damaged header. On an error dst may exist and
// is the caller's to delete.
func (t *Tool) Prepare(ctx context.Context, src Source, dst string, observe Observer) (Usage, error) {
	size, err := src.size()
	if err != nil {
		return Usage{}, err
	}
	w := &watch{observe: observe, inputBytes: size}
	usage, err := t.run(ctx, process{
		program: t.ffmpeg,
		args:    prepareArgs(src, dst, w),
		limits:  limits{dayOfCPU, t.memory, 64, uint64(4*size) + 256<<20}, // FLAC of a low bit rate grows
		watch:   w,
	})
	if err != nil {
		return usage, fmt.Errorf("prepare source: %w", err)
	}
	return usage, nil
}

func prepareArgs(src Source, dst string, w *watch) []string {
	args := append(guarded(), w.arguments(firstPipe)...)
	args = append(args, src.opened()...)
	return append(args, "-i", src.url(), "-map", "0:V:0", "-c:v", "copy", "-map", "0:a?", "-c:a", "flac",
		"-f", string(PreparedContainer), "-n", fileURL(dst))
}
