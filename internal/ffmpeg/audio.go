package ffmpeg

import (
	"context"
	"fmt"
	"strconv"
	"time"

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
	return t.encodeAudio(ctx, src, plan, track, run{0, plan.Segments()}, o, consume)
}

// EncodeAudioPart encodes some segments of an audio track, from number first, for a listener who is ahead of EncodeAudio. Its joints
// with other parts are right to the sample where the container's clock is, and within a millisecond elsewhere. The first packets
// of the stream, plan.AudioWarmUp and the priming, settle the encoder.
func (t *Tool) EncodeAudioPart(ctx context.Context, src Source, plan media.Plan, track string, first, segments int, o AudioOptions, consume Consumer) (Usage, error) {
	if first < 0 || segments < 1 || first+segments > plan.Segments() {
		return Usage{}, fmt.Errorf("encode audio: the plan has no segments %d to %d", first, first+segments-1)
	}
	return t.encodeAudio(ctx, src, plan, track, run{first, segments}, o, consume)
}

func (t *Tool) encodeAudio(ctx context.Context, src Source, plan media.Plan, track string, part run, o AudioOptions, consume Consumer) (Usage, error) {
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
		args:    audioArgs(src, plan, audio, part, w),
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

func audioArgs(src Source, plan media.Plan, audio media.AudioTrack, part run, w *watch) []string {
	begin := plan.AudioCut(part.first) - plan.AudioWarmUp(part.first)
	args := append(guarded(), w.arguments(firstPipe+1)...)
	args = append(args, src.opened()...)
	args = append(args, "-copyts")
	args = append(args, seekSound(plan, begin)...)
	args = append(args, "-i", src.url(), "-filter_complex", audioGraph(plan, audio, begin, plan.AudioCut(part.first+part.segments)),
		"-map", "[o]", "-map_metadata", "-1", "-map_chapters", "-1")
	args = append(args, audio.EncoderArgs...)
	return append(args, append([]string{"-frag_duration", "1000000"}, muxed(audioFlags, 0)...)...)
}

// soundPreroll is how much earlier than its first sample a part of the sound is decoded from: more than any codec remembers.
const soundPreroll = time.Second

// seekSound are the options that begin to read shortly before an AAC frame of the output.
func seekSound(plan media.Plan, frame int64) []string {
	at := plan.ZeroSeconds() + float64(frame*media.AudioFrameSamples)/media.AudioSampleRate - soundPreroll.Seconds()
	if frame == 0 || at <= 0 {
		return nil
	}
	return []string{"-noaccurate_seek", "-seek_timestamp", "1", "-ss", strconv.FormatFloat(at, 'f', 6, 64)}
}

// audioGraph puts the sound between two AAC frames on the output's timeline: silence before it, after it, and where its clock
// jumps. min_comp is small because drifts under it are never corrected. One AAC frame more than promised fills the encoder's delay.
func audioGraph(plan media.Plan, audio media.AudioTrack, begin, end int64) string {
	samples := (end - begin + 1) * media.AudioFrameSamples
	return fmt.Sprintf("[0:%d]aformat=sample_fmts=fltp:channel_layouts=stereo,aresample=%d,asetpts=round(PTS-(%.9f)*SR)%s,"+
		"aresample=async=1:min_comp=0.001:min_hard_comp=0.1:first_pts=0,apad,atrim=start_pts=0:end_pts=%d[o]",
		audio.Stream, media.AudioSampleRate, plan.ZeroSeconds(), shift(begin), samples)
}

func shift(begin int64) string {
	if begin == 0 {
		return ""
	}
	return fmt.Sprintf("-%d", begin*media.AudioFrameSamples)
}
