package ffmpeg

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"matinee/internal/media"
)

// fragmented are the muxer options of every output: no edit list, no index, signed offsets, decode times that continue
// those of the chunk before, so that only the splitter's own numbers are new.
const (
	videoFlags = "+frag_keyframe+empty_moov+cmaf+frag_discont+skip_sidx+skip_trailer"
	audioFlags = "+empty_moov+cmaf+frag_discont+skip_sidx+skip_trailer"
)

// ChunkOptions of EncodeChunk. The zero value encodes the whole chunk for every rung, first attempt, at the server's own priority.
type ChunkOptions struct {
	Rungs    []string // ids; all that are encoded when empty
	First    int      // with Segments: the first segment to make, by its number in the plan
	Segments int      // how many of the chunk's segments to make; 0: all of them
	Attempt  int      // 0, 1, … below Attempts: decoding begins earlier each time
	Hold     bool     // hold the last picture where the source has none; with the last attempt, damage leaves no gap
	Nice     bool     // lowest priority: for everything that nobody waits for
	Observe  Observer
}

// run is some consecutive segments of a plan.
type run struct{ first, segments int }

func (r run) frames(plan media.Plan) (first, end int64) {
	return plan.Boundaries[r.first], plan.Boundaries[r.first+r.segments]
}

// runOf returns the segments that the options ask of a chunk.
func (o ChunkOptions) runOf(plan media.Plan, chunk int) (run, error) {
	if chunk < 0 || chunk >= len(plan.Chunks) {
		return run{}, fmt.Errorf("the plan has %d chunks", len(plan.Chunks))
	}
	c := plan.Chunks[chunk]
	if o.Segments == 0 {
		return run{c.FirstSegment, c.Segments}, nil
	}
	if o.Segments < 0 || o.First < c.FirstSegment || o.First+o.Segments > c.FirstSegment+c.Segments {
		return run{}, fmt.Errorf("segments %d to %d are not in the chunk", o.First, o.First+o.Segments-1)
	}
	return run{o.First, o.Segments}, nil
}

// EncodeChunk encodes one chunk of the plan, or a part of it: one process, one pipe per rung. The same plan, segments, rungs and
// attempt give the same bytes. It returns what a consumer returned, ErrHung, an *ExitError, or the context's error.
func (t *Tool) EncodeChunk(ctx context.Context, src Source, plan media.Plan, chunk int, o ChunkOptions, consume Consumer) (Usage, error) {
	size, err := src.size()
	if err != nil {
		return Usage{}, err
	}
	part, err := o.runOf(plan, chunk)
	if err != nil {
		return Usage{}, fmt.Errorf("encode chunk %d: %w", chunk, err)
	}
	rungs, err := pick(plan, o.Rungs)
	if err != nil {
		return Usage{}, err
	}
	w := &watch{observe: o.Observe, inputBytes: size}
	args := chunkArgs(src, plan, part, rungs, o, w)
	p := process{
		program: t.ffmpeg,
		args:    args,
		limits:  limits{dayOfCPU, t.memory, 64, 0},
		nice:    o.Nice,
		watch:   w,
		witness: newWitness(plan, part, o.Hold, slices.Contains(args, "-ss")),
	}
	for _, r := range rungs {
		p.outputs = append(p.outputs, output{r.ID, consume})
	}
	usage, err := t.run(ctx, p)
	if err != nil {
		return usage, fmt.Errorf("encode chunk %d: %w", chunk, err)
	}
	usage.Damage = p.witness.damage()
	return usage, nil
}

// pick returns the named rungs in the plan's order, which the cascade of scalers needs.
func pick(plan media.Plan, ids []string) ([]media.Rung, error) {
	if len(ids) == 0 {
		return plan.Encoded(), nil
	}
	for _, id := range ids {
		if r, ok := plan.Rung(id); !ok || r.Copied {
			return nil, fmt.Errorf("the plan has no rung %q to encode", id)
		}
	}
	return slices.DeleteFunc(plan.Encoded(), func(r media.Rung) bool { return !slices.Contains(ids, r.ID) }), nil
}

func chunkArgs(src Source, plan media.Plan, part run, rungs []media.Rung, o ChunkOptions, w *watch) []string {
	first, end := part.frames(plan)
	args := append(talkative(), w.arguments(firstPipe+len(rungs))...)
	args = append(args, src.opened()...)
	args = append(args, seek(plan, first, o.Attempt)...)
	args = append(args, "-i", src.url(), "-filter_complex", head(plan, first, end, o.Hold)+"[c0];"+cascade(plan, rungs))
	for i, r := range rungs {
		args = append(args, videoOutput(i, r)...)
		args = append(args, "-force_key_frames", keyFrames(plan, part))
		args = append(args, muxed(videoFlags, i)...)
	}
	return args
}

func videoOutput(i int, r media.Rung) []string {
	return append([]string{"-map", fmt.Sprintf("[o%d]", i), "-fps_mode", "passthrough", "-map_metadata", "-1", "-map_chapters", "-1"}, r.EncoderArgs...)
}

func muxed(flags string, i int) []string {
	return []string{"-f", "mp4", "-movflags", flags, "pipe:" + strconv.Itoa(firstPipe+i)}
}

// cascade scales each rung from the one above, which costs a third of scaling each from the source and looks the same.
func cascade(plan media.Plan, rungs []media.Rung) string {
	var chains []string
	for i, r := range rungs {
		chain := fmt.Sprintf("[c%d]", i)
		if i == 0 {
			chain += topScale(plan, r.Width, r.Height)
		} else {
			chain += fmt.Sprintf("scale=%d:%d:flags=lanczos", r.Width, r.Height)
		}
		chain += ",setsar=1,format=yuv420p"
		if i < len(rungs)-1 {
			chain += fmt.Sprintf(",split[o%d][c%d]", i, i+1)
		} else {
			chain += fmt.Sprintf("[o%d]", i)
		}
		chains = append(chains, chain)
	}
	return strings.Join(chains, ";")
}

// topScale scales the source's picture and brings its colour to the plan's. Of RGB the matrix is chosen here, and no filter
// before may choose it; of high dynamic range the tones are mapped after scaling, where they cost half. What such a source
// calls its colour is given, because zscale refuses to guess what a recorder forgot to say. The range is asked for only of
// sources that may have another one: the question makes the scaler copy pictures that it would pass on.
func topScale(plan media.Plan, width, height int) string {
	scale := fmt.Sprintf("scale=%d:%d:flags=lanczos", width, height)
	if !plan.Source.LimitedRange {
		scale += ":out_range=tv"
	}
	switch {
	case plan.Source.HDR != "":
		return scale + ",setparams=color_primaries=bt2020:colorspace=bt2020nc:color_trc=" + plan.Source.HDR + ":range=tv" +
			",zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv"
	case plan.Source.RGB:
		return "format=rgb24," + scale + ":out_color_matrix=bt709"
	}
	return scale
}

// keyFrames is the expression that forces a key frame at each of the boundaries; n counts the process's own frames.
func keyFrames(plan media.Plan, part run) string {
	first, _ := part.frames(plan)
	step := plan.Boundaries[part.first+1] - first
	regular := true
	var exact []string
	for k := range part.segments {
		at := plan.Boundaries[part.first+k] - first
		regular = regular && at == int64(k)*step
		exact = append(exact, fmt.Sprintf("eq(n,%d)", at))
	}
	_, end := part.frames(plan)
	regular = regular && end-first <= int64(part.segments)*step // a longer last one would be cut in two
	if regular {
		return fmt.Sprintf("expr:not(mod(n,%d))", step)
	}
	return "expr:" + strings.Join(exact, "+")
}
