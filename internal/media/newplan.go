package media

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

const (
	tailTolerance  = 0.5 // seconds that the sound may outlast the picture before the picture is held for it
	checkFrom      = time.Hour
	framesAPacket  = 60   // of a long source: more are a timestamp's doing, not a slow slide show's
	bytesASegment  = 2048 // of a long source: the least that four seconds of anything take
	audioBitRate   = 128_000
	largestSeconds = 1e9 // no clock of a container starts 30 years in
	unseen         = 2   // frames that nobody notices: sound often starts a coder's delay early
)

// NewPlan decides everything about a version from the source's facts. A source that cannot be planned is a *Refusal:
// TooLong, TimestampsOutOfRange, UnknownDuration or one of Probe's own. Any other error is the policy's.
func NewPlan(p Probe, policy Policy, encoder EncoderInfo) (Plan, error) {
	if err := p.check(); err != nil {
		return Plan{}, err
	}
	if err := policy.check(); err != nil {
		return Plan{}, err
	}
	policy = policy.withDefaults()
	encoder.Threads = cmp.Or(encoder.Threads, 2)
	v, hasPictures := p.Video()
	if !hasPictures {
		return soundPlan(p, policy, encoder)
	}
	plan := Plan{Encoder: encoder}
	rate, phase := chooseRate(v, p.Cadence, policy.MaxFrameRate)
	plan.Rate = rate
	plan.Timescale, plan.FrameDuration = trackTimescale(rate)
	plan.Source = sourceFacts(v, p.Cadence, rate, phase)
	plan.Source.CutOff = p.CutOff
	audio, hasAudio := defaultAudio(p)
	if err := plan.setLength(p, v, audio, hasAudio); err != nil {
		return Plan{}, err
	}
	if err := plan.checkLength(p, v, policy); err != nil {
		return Plan{}, err
	}
	gop := plan.setSegments(policy)
	plan.setRungs(v, policy, gop)
	plan.setTracks(p, audio)
	plan.Notes = notes(p, v, plan)
	return plan, nil
}

// setTracks takes over what comes beside the pictures.
func (p *Plan) setTracks(probe Probe, audio Stream) {
	p.Audio = audioTracks(probe, audio)
	p.Subtitles = subtitleTracks(probe)
	p.Chapters = chaptersOf(probe, *p)
}

func sourceFacts(v Stream, c *Cadence, rate Rational, phase int64) SourceFacts {
	f := SourceFacts{
		VideoStream:  v.Index,
		TimeBase:     v.TimeBase,
		CentreTicks:  v.StartTicks,
		Width:        v.Width,
		Height:       v.Height,
		Interlaced:   isInterlaced(v.FieldOrder),
		HDR:          highDynamicRange(v.ColourTransfer),
		RGB:          isRGB(v.PixelFormat),
		LimitedRange: isLimitedRange(v),
		Varying:      c != nil,
	}
	if c != nil {
		f.CentreTicks = c.FirstTicks - phaseTicks(rate, v.TimeBase, phase)
	}
	if v.Rotation%180 == 90 {
		f.Width, f.Height = f.Height, f.Width
	}
	f.Matrix = matrixOf(v, f)
	return f
}

// isLimitedRange reports whether the pictures are surely limited-range YUV: said so, or of a plain YUV format that says nothing,
// which decoders and scalers take for limited range.
func isLimitedRange(v Stream) bool {
	switch v.ColourRange {
	case "tv":
		return strings.HasPrefix(v.PixelFormat, "yuv4")
	case "", "unknown":
		return slices.Contains([]string{"yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le"}, v.PixelFormat)
	}
	return false
}

func highDynamicRange(transfer string) string {
	switch transfer {
	case "smpte2084", "arib-std-b67":
		return transfer
	}
	return ""
}

func isInterlaced(order string) bool {
	switch order {
	case "tt", "bb", "tb", "bt":
		return true
	}
	return false
}

func isRGB(format string) bool {
	for _, prefix := range []string{"rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8", "x2rgb", "x2bgr", "monow", "monob"} {
		if strings.HasPrefix(format, prefix) {
			return true
		}
	}
	return false
}

// matrixOf keeps the colour of standard definition as it was made instead of converting it: only the tag differs. An
// untagged small picture is taken for standard definition, as players do.
func matrixOf(v Stream, f SourceFacts) string {
	switch v.ColourMatrix {
	case "smpte170m", "bt470bg":
		return "smpte170m"
	case "", "unknown", "unspecified":
		if f.HDR == "" && !f.RGB && min(v.Width, v.Height) < 720 {
			return "smpte170m"
		}
	}
	return "bt709"
}

func defaultAudio(p Probe) (Stream, bool) {
	tracks := p.Audio()
	for _, s := range tracks {
		if s.Default {
			return s, true
		}
	}
	if len(tracks) == 0 {
		return Stream{}, false
	}
	return tracks[0], true
}

// setLength fixes the lead and how many frames are promised. The phase comes from the picture and the lead is whole
// frames: shifting the picture by the sound's start would put source times on the edges of slots and lose pictures.
func (p *Plan) setLength(probe Probe, v, audio Stream, hasAudio bool) error {
	rate, centre := p.Rate.Float(), p.Source.TimeBase.Seconds(p.Source.CentreTicks)
	if math.Abs(centre) > largestSeconds || math.Abs(audio.StartSeconds) > largestSeconds {
		return Refuse(TimestampsOutOfRange)
	}
	if hasAudio && audio.StartSeconds < centre {
		p.Source.Lead = int64(math.Round((centre - audio.StartSeconds) * rate))
	}
	zero := p.ZeroSeconds()
	end, ok := videoEnd(probe, v)
	if !ok {
		return Refuse(UnknownDuration)
	}
	p.Source.VideoFrames = max(1, frameCount((end-zero)*rate), p.Source.Lead+1)
	p.Frames = p.Source.VideoFrames
	if last := audio.StartSeconds + audio.DurationSeconds; hasAudio && audio.DurationSeconds > 0 && last-end > tailTolerance {
		p.Frames = max(p.Frames, frameCount((last-zero)*rate))
	}
	return nil
}

func videoEnd(p Probe, v Stream) (seconds float64, ok bool) {
	switch {
	case v.DurationSeconds > 0:
		return v.TimeBase.Seconds(v.StartTicks) + v.DurationSeconds, true
	case p.Cadence != nil && p.Cadence.Packets > 0:
		return v.TimeBase.Seconds(p.Cadence.LastTicks + p.Cadence.StepTicks), true
	case p.DurationSeconds > 0:
		return p.StartSeconds + p.DurationSeconds, true
	}
	return 0, false
}

func frameCount(x float64) int64 {
	return int64(math.Round(min(max(x, 0), math.MaxInt32))) // a plan of more frames is refused just after
}

// checkLength refuses plans of absurd length, before anything as long as them is made.
func (p *Plan) checkLength(probe Probe, v Stream, policy Policy) error {
	length := time.Duration(float64(p.Frames) / p.Rate.Float() * float64(time.Second))
	packets := v.Packets
	if probe.Cadence != nil {
		packets = probe.Cadence.Packets
	}
	segments := int64(length / policy.Segment)
	if length > checkFrom {
		if packets > 0 && p.Frames > framesAPacket*packets || probe.SizeBytes > 0 && segments*bytesASegment > probe.SizeBytes {
			return Refuse(TimestampsOutOfRange)
		}
	}
	if length > policy.MaxDuration {
		return Refuse(TooLong)
	}
	return nil
}

// setSegments lays the regular grid and groups it into chunks. It returns the frames of a whole segment.
func (p *Plan) setSegments(policy Policy) int64 {
	gop := max(1, int64(math.Round(policy.Segment.Seconds()*p.Rate.Float())))
	for at := int64(0); at < p.Frames; at += gop {
		p.Boundaries = append(p.Boundaries, at)
	}
	p.Boundaries = append(p.Boundaries, p.Frames)
	size := policy.FirstChunkSegments
	for first := 0; first < p.Segments(); size = policy.ChunkSegments {
		n := min(size, p.Segments()-first)
		p.Chunks = append(p.Chunks, Chunk{Index: len(p.Chunks), FirstSegment: first, Segments: n})
		first += n
	}
	return gop
}

func (p *Plan) setRungs(v Stream, policy Policy, gop int64) {
	p.Rungs = ladder(v, policy.Ladder)
	for i := range p.Rungs {
		r := &p.Rungs[i]
		r.Level = h264Level(r.Width, r.Height, p.Rate, r.CapBitsPerSecond)
		r.EncoderArgs = videoArgs(*r, *p, gop)
	}
}

func notes(p Probe, v Stream, plan Plan) []string {
	var out []string
	add := func(yes bool, format string, args ...any) {
		if yes {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	add(p.Cadence != nil, "variable frame rate, made constant at %s", plan.Rate)
	add(plan.Source.Lead > unseen, "the picture starts later than the sound: the first picture is held for %d frames", plan.Source.Lead)
	add(plan.Frames > plan.Source.VideoFrames, "the sound outlasts the picture: the last picture is held for %d frames", plan.Frames-plan.Source.VideoFrames)
	add(v.Rotation != 0, "rotated by %d degrees", v.Rotation)
	add(plan.Source.Interlaced, "interlaced, made progressive")
	add(plan.Source.HDR != "", "high dynamic range, tone-mapped")
	return append(out, p.LeftOut()...)
}

// LeftOut says, for a person to read, what of the source's tracks is not kept.
func (p Probe) LeftOut() []string {
	var out []string
	if n := len(p.Audio()); n > MaxAudioTracks {
		out = append(out, fmt.Sprintf("%d audio tracks: %d are kept", n, MaxAudioTracks))
	}
	silent := 0
	for _, s := range p.Streams {
		if s.Kind == AudioStream && s.Codec == "" {
			silent++
		}
	}
	if silent > 0 {
		out = append(out, fmt.Sprintf("audio tracks in a format that cannot be decoded here: %d; they are left out", silent))
	}
	if n := p.pictureSubtitles(); n > 0 {
		out = append(out, fmt.Sprintf("subtitle tracks that are pictures, not text: %d; they cannot be shown", n))
	}
	return out
}
