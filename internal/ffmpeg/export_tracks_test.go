package ffmpeg

import (
	"slices"
	"strings"

	"matinee/internal/media"
)

// Witness returns the damage that a witness of the chunk finds in what a process said, handed over in steps of so many bytes, and
// what it leaves for the log.
func Witness(plan media.Plan, chunk int, hold, seeked bool, said string, step int) (damage []media.FrameRange, log string) {
	var rest strings.Builder
	w := newWitness(plan, wholeChunk(plan, chunk), hold, seeked)
	w.said = &rest
	for piece := range slices.Chunk([]byte(said), step) {
		_, _ = w.Write(piece)
	}
	return w.damage(), rest.String()
}

// PrepareArgs returns the arguments of Prepare.
func PrepareArgs(src Source, facts media.Probe, dst string) []string {
	return prepareArgs(src, facts, dst, &watch{})
}

// SubtitleArgs returns the arguments of Subtitles.
func SubtitleArgs(src Source, plan media.Plan) []string {
	return subtitleArgs(src, plan.Subtitles, &watch{})
}

// CoverArgs returns the arguments of Cover.
func CoverArgs(src Source, stream, most int) []string { return coverArgs(src, stream, most) }
