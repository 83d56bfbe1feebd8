package ffmpeg

import (
	"context"
	"fmt"
	"strings"

	"matinee/internal/media"
)

// Inits encodes one grey picture per rung and a breath of silence per audio track with the plan's own arguments. The init
// segments of these streams are those of every real one, so playlists can name codecs before anything is encoded. Tracks that are
// copied have none here.
func (t *Tool) Inits(ctx context.Context, plan media.Plan, consume Consumer) (Usage, error) {
	if len(plan.Encoded())+len(plan.EncodedAudio()) == 0 {
		return Usage{}, nil
	}
	p := process{program: t.ffmpeg, args: initArgs(plan), limits: limits{600, t.memory, 64, 0}}
	for _, r := range plan.Encoded() {
		p.outputs = append(p.outputs, output{r.ID, consume})
	}
	for _, a := range plan.EncodedAudio() {
		p.outputs = append(p.outputs, output{a.ID, consume})
	}
	usage, err := t.run(ctx, p)
	if err != nil {
		return usage, fmt.Errorf("encode init segments: %w", err)
	}
	return usage, nil
}

func initArgs(plan media.Plan) []string {
	var graph []string
	rungs, audio := plan.Encoded(), plan.EncodedAudio()
	for i, r := range rungs {
		graph = append(graph, fmt.Sprintf("color=c=gray:s=%dx%d:r=%s,trim=end_frame=1,setsar=1,format=yuv420p[o%d]", r.Width, r.Height, plan.Rate, i))
	}
	for i := range audio {
		graph = append(graph, fmt.Sprintf("anullsrc=r=%d:cl=stereo,atrim=end_sample=%d[a%d]", media.AudioSampleRate, 2*media.AudioFrameSamples, i))
	}
	args := append(guarded(), "-filter_complex", strings.Join(graph, ";"))
	for i, r := range rungs {
		args = append(append(args, videoOutput(i, r)...), muxed(videoFlags, i)...)
	}
	for i, a := range audio {
		args = append(args, "-map", fmt.Sprintf("[a%d]", i), "-map_metadata", "-1")
		args = append(append(args, a.EncoderArgs...), "-frag_duration", "1000000")
		args = append(args, muxed(audioFlags, len(rungs)+i)...)
	}
	return args
}
