package ffmpeg

import (
	"context"
	"fmt"
	"strconv"

	"matinee/internal/media"
)

// PreparedContainer is what Prepare writes: probe and plan the copy with it.
const PreparedContainer = media.Matroska

// soundBytesPerSecond bounds what a second of one audio track takes in the copy: six channels of 16 bits.
const soundBytesPerSecond = 600_000

// Prepare remuxes src, which cannot be sought (media.NeedsPrepare), into a new Matroska file at dst. Pictures and text
// subtitles are copied; sound becomes FLAC, because copying it ends the whole remux at the first damaged header. What a
// plan has no use for stays behind. On an error dst may exist and is the caller's to delete.
func (t *Tool) Prepare(ctx context.Context, src Source, dst string, observe Observer) (Usage, error) {
	size, err := src.size()
	if err != nil {
		return Usage{}, err
	}
	facts, err := t.facts(ctx, src)
	if err != nil {
		return Usage{}, fmt.Errorf("probe source: %w", err)
	}
	w := &watch{observe: observe, inputBytes: size}
	usage, err := t.run(ctx, process{
		program: t.ffmpeg,
		args:    prepareArgs(src, facts, dst, w),
		limits:  limits{dayOfCPU, t.memory, 64, preparedBytes(size, facts)},
		watch:   w,
	})
	if err != nil {
		return usage, fmt.Errorf("prepare source: %w", err)
	}
	return usage, nil
}

// preparedBytes bounds the copy: sound of a low bit rate grows.
func preparedBytes(size int64, facts media.Probe) uint64 {
	tracks := min(len(facts.Audio()), media.MaxAudioTracks)
	return uint64(4*size) + 256<<20 + uint64(facts.DurationSeconds*soundBytesPerSecond)*uint64(tracks)
}

func prepareArgs(src Source, facts media.Probe, dst string, w *watch) []string {
	args := append(guarded(), w.arguments(firstPipe)...)
	args = append(args, src.opened()...)
	// Several small pictures share one packet of a program stream, and one time. Matroska wants a time for each.
	args = append(args, "-fflags", "+genpts", "-i", src.url())
	if v, ok := facts.Video(); ok {
		args = append(args, "-map", input(v.Index), "-c:v", "copy")
	}
	sound := facts.Audio()
	for _, a := range sound[:min(len(sound), media.MaxAudioTracks)] {
		args = append(args, "-map", input(a.Index))
	}
	args = append(args, "-c:a", "flac")
	for _, s := range facts.TextSubtitles() {
		args = append(args, "-map", input(s.Index))
	}
	// The process overwrites an empty file that was made for it: its user may make none. A file that was there is refused before.
	return append(args, "-c:s", "copy", "-f", string(PreparedContainer), "-y", fileURL(dst))
}

// input names a stream of the source by its absolute index.
func input(index int) string { return "0:" + strconv.Itoa(index) }
