package ffmpeg

import (
	"context"

	"matinee/internal/media"
)

// FrameSums decodes frames [first, end) of the plan through the graph that EncodeChunk uses and returns ffmpeg's framemd5
// lines, without its comments.
func (t *Tool) FrameSums(ctx context.Context, src Source, plan media.Plan, first, end int64, attempt int) ([]byte, error) {
	args := append(guarded(), src.opened()...)
	args = append(args, seek(plan, first, attempt)...)
	args = append(args, "-i", src.url(), "-filter_complex", head(plan, first, end, false)+",format=yuv420p[o]",
		"-map", "[o]", "-fps_mode", "passthrough", "-f", "framemd5", "-")
	return t.output(ctx, t.ffmpeg, args...)
}

// ChunkArgs returns the arguments of EncodeChunk for all rungs.
func ChunkArgs(src Source, plan media.Plan, chunk, attempt int) []string {
	return chunkArgs(src, plan, wholeChunk(plan, chunk), plan.Rungs, ChunkOptions{Attempt: attempt}, &watch{})
}

// AudioArgs returns the arguments of EncodeAudio for the first track.
func AudioArgs(src Source, plan media.Plan) []string {
	return audioArgs(src, plan, plan.Audio[0], run{0, plan.Segments()}, &watch{})
}

// InitArgs returns the arguments of Inits.
func InitArgs(plan media.Plan) []string { return initArgs(plan) }

func wholeChunk(plan media.Plan, chunk int) run {
	return run{plan.Chunks[chunk].FirstSegment, plan.Chunks[chunk].Segments}
}
