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
// TooLong, TimestampsOutOfRange, UnknownDuration or one of Probe's own. Any other error is the policy's. Nothing is passed through.
func NewPlan(p Probe, policy Policy, encoder EncoderInfo) (Plan, error) {
	return newPlan(p, nil, policy, encoder)
}

// NewCopyingPlan is NewPlan that passes through what of the source players can show as it is: the picture as SourceRung, and AAC. Why
// it does not is in the plan's NotCopied.
func NewCopyingPlan(p Probe, source Tables, policy Policy, encoder EncoderInfo) (Plan, error) {
	return newPlan(p, &source, policy, encoder)
}

func newPlan(p Probe, source *Tables, policy Policy, encoder EncoderInfo) (Plan, error) {
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
		return soundPlan(p, source, policy, encoder)
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
	plan.setSegments(policy)
	plan.setRungs(v, source, policy)
	plan.setTracks(p, audio)
	if source != nil {
		plan.copySound(*source, p.Audio())
	}
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
		Codec:        v.Codec,
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
	f.Matrix, f.Untagged = matrixOf(v, f), isUntagged(v)
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

func isUntagged(v Stream) bool {
	return slices.Contains([]string{"", "unknown", "unspecified"}, v.ColourMatrix)
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

// shortestTail is how long the last segment must be to be one of its own.
const shortestTail = 500 * time.Millisecond

// setSegments lays the regular grid and groups it into chunks.
func (p *Plan) setSegments(policy Policy) {
	gop := p.framesOf(policy.Segment)
	var begins []int64
	for at := int64(0); at < p.Frames; at += gop {
		begins = append(begins, at)
	}
	p.Boundaries = p.withoutTail(begins)
	p.setChunks(policy)
}

// withoutTail ends a list of where segments begin; a last one that is too short belongs to the one before.
func (p *Plan) withoutTail(begins []int64) []int64 {
	if last := len(begins) - 1; last > 0 && float64(p.Frames-begins[last]) < shortestTail.Seconds()*p.Rate.Float() {
		begins = begins[:last]
	}
	return append(begins, p.Frames)
}

// framesOf returns how many frames are nearest to a length, at least 1.
func (p *Plan) framesOf(d time.Duration) int64 {
	return max(1, int64(math.Round(d.Seconds()*p.Rate.Float())))
}

// setChunks groups the segments into chunks as long as the policy's would be of regular ones.
func (p *Plan) setChunks(policy Policy) {
	p.Chunks = nil
	gop, size := p.framesOf(policy.Segment), policy.FirstChunkSegments
	for first := 0; first < p.Segments(); size = policy.ChunkSegments {
		n := 1
		for first+n < p.Segments() && p.Boundaries[first+n]-p.Boundaries[first] < int64(size)*gop {
			n++
		}
		p.Chunks = append(p.Chunks, Chunk{Index: len(p.Chunks), FirstSegment: first, Segments: n})
		first += n
	}
}

// longestSegment returns the frames of the longest segment.
func (p *Plan) longestSegment() (most int64) {
	for k := range p.Segments() {
		most = max(most, p.Boundaries[k+1]-p.Boundaries[k])
	}
	return most
}

// setRungs decides whether the picture is passed through, and what is encoded.
func (p *Plan) setRungs(v Stream, source *Tables, policy Policy) {
	p.Rungs = ladder(v, policy.Ladder)
	if source != nil {
		copied, why := p.copyPicture(v, *source, policy)
		if why == "" {
			p.Rungs = withCopy(copied, p.Rungs)
		} else {
			p.refuseCopy(SourceRung, why)
		}
	}
	gop := p.longestSegment()
	for i := range p.Rungs {
		if r := &p.Rungs[i]; !r.Copied {
			r.Level = h264Level(r.Width, r.Height, p.Rate, r.CapBitsPerSecond)
			r.EncoderArgs = videoArgs(*r, *p, gop)
		}
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
