package ffmpeg

import (
	"context"
	"fmt"

	"matinee/internal/media"
)

// AudioOptions of EncodeAudio. The zero value works.
type AudioOptions struct {
	Nice    bool // lowest priority
	Observe Observer
}

// EncodeAudio encodes one audio track from its start to its end in one pass: joints between chunks of sound are heard
// where a container's clock is coarse. The first packet of the stream is the encoder's priming. It returns what
// EncodeChunk returns.
func (t *Tool) EncodeAudio(ctx context.Context, src Source, plan media.Plan, track string, o AudioOptions, consume Consumer) (Usage, error) {
	size, err := src.size()
	if err != nil {
		return Usage{}, err
	}
	audio, ok := plan.AudioTrack(track)
	if !ok {
		return Usage{}, fmt.Errorf("encode audio: the plan has no track %q", track)
	}
	w := &watch{observe: o.Observe, inputBytes: size}
	usage, err := t.run(ctx, process{
		program: t.ffmpeg,
		args:    audioArgs(src, plan, audio, w),
		limits:  limits{dayOfCPU, t.memory, 64, 0},
		nice:    o.Nice,
		outputs: []output{{track, consume}},
		watch:   w,
	})
	if err != nil {
		return usage, fmt.Errorf("encode audio track %s: %w", track, err)
	}
	return usage, nil
}

func audioArgs(src Source, plan media.Plan, audio media.AudioTrack, w *watch) []string {
	args := append(guarded(), w.arguments(firstPipe+1)...)
	args = append(args, src.opened()...)
	args = append(args, "-copyts", "-i", src.url(), "-filter_complex", audioGraph(plan, audio), "-map", "[o]", "-map_metadata", "-1", "-map_chapters", "-1")
	args = append(args, audio.EncoderArgs...)
	return append(args, append([]string{"-frag_duration", "1000000"}, muxed(audioFlags, 0)...)...)
}

// audioGraph puts the sound on the output's timeline: silence before it, after it, and where its clock jumps. min_comp is
// small because drifts under it are never corrected. One AAC frame more than promised fills the encoder's delay.
func audioGraph(plan media.Plan, audio media.AudioTrack) string {
	samples := (plan.AudioFrames() + 1) * media.AudioFrameSamples
	return fmt.Sprintf("[0:%d]aformat=sample_fmts=fltp:channel_layouts=stereo,aresample=%d,asetpts=round(PTS-(%.9f)*SR),"+
		"aresample=async=1:min_comp=0.001:min_hard_comp=0.1:first_pts=0,apad,atrim=start_pts=0:end_pts=%d[o]",
		audio.Stream, media.AudioSampleRate, plan.ZeroSeconds(), samples)
}
