package media

import "math"

const (
	latestSound  = 0.1 // seconds after the picture
	soundMissing = 0.5 // seconds that the picture may outlast the sound
	mostSoundBit = 640_000
	aacLC        = 2
	lowestRate   = 32_000
	highestRate  = 48_000
)

// copySound decides for each audio track whether the source's own AAC may be passed through.
func (p *Plan) copySound(source Tables, streams []Stream) {
	for i := range p.Audio {
		copied, why := p.copiedTrack(p.Audio[i], source, streams)
		if why == "" {
			p.Audio[i] = copied
			continue
		}
		p.refuseCopy(p.Audio[i].ID, why)
	}
}

func (p *Plan) refuseCopy(track string, why CopyCode) {
	p.NotCopied = append(p.NotCopied, NotCopied{track, why, why.Message()})
}

// copiedTrack returns the track as it is when passed through.
func (p *Plan) copiedTrack(a AudioTrack, source Tables, streams []Stream) (AudioTrack, CopyCode) {
	if p.Source.CutOff {
		return a, CopyCutOff
	}
	for _, s := range streams {
		if s.Index == a.Stream && s.Codec != "aac" {
			return a, NotAAC
		}
	}
	t, why := source.track(a.Stream, "soun")
	if why != "" {
		return a, why
	}
	channels, rate, why := readAudioConfig(t)
	if why != "" {
		return a, why
	}
	if why := t.evenFrames(rate); why != "" {
		return a, why
	}
	a.Copied, a.SampleRate, a.Channels, a.EncoderArgs = true, rate, channels, nil
	if why := p.placeSound(&a, t); why != "" {
		return a, why
	}
	a.BitsPerSecond = rateOf(t, int(a.FirstFrame), int(a.FirstFrame+a.Frames), float64(a.Frames*AudioFrameSamples)/float64(rate))
	if a.BitsPerSecond > mostSoundBit {
		return a, BitRateTooHigh
	}
	return a, ""
}

// readAudioConfig reads an AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1).
func readAudioConfig(t *SampleTable) (channels int, rate int64, why CopyCode) {
	if len(t.AudioConfig) == 0 {
		return 0, 0, SoundEntry
	}
	b := &bitReader{data: t.AudioConfig}
	object, frequency, layout := b.bits(5), b.bits(4), b.bits(4)
	shortFrames, dependsOnCore, extension := b.flag(), b.flag(), b.flag()
	switch rates := [...]int64{96000, 88200, 64000, 48000, 44100, 32000}; {
	case b.ended || object != aacLC || shortFrames || dependsOnCore || extension || hasSBR(b):
		return 0, 0, NotAACLC
	case layout != 1 && layout != 2:
		return 0, 0, SoundChannels
	case int(frequency) >= len(rates) || rates[frequency] > highestRate || rates[frequency] < lowestRate:
		return 0, 0, SoundSampleRate
	default:
		return int(layout), rates[frequency], ""
	}
}

// hasSBR looks for the extension that says whether half of the sound is coded otherwise.
func hasSBR(b *bitReader) bool {
	const sync, object = 0x2b7, 5
	return b.left() > 16 && b.bits(11) == sync && b.bits(5) == object && b.flag()
}

// evenFrames reports whether the track is a row of frames of 1,024 samples, on the clock of its samples.
func (t *SampleTable) evenFrames(rate int64) CopyCode {
	if int64(t.Timescale) != rate {
		return SoundSampleRate
	}
	if len(t.offsets) > 0 {
		return SoundGaps
	}
	for i, run := range t.times {
		last := i == len(t.times)-1 && int(run.sample) == t.count-1
		if run.duration != AudioFrameSamples && !last {
			return SoundGaps
		}
	}
	return ""
}

// placeSound finds the frames that are kept and where they lie on the output's timeline: those before its zero, and those that only
// warm the decoder up, are left out.
func (p *Plan) placeSound(a *AudioTrack, t *SampleTable) CopyCode {
	if t.shift.odd {
		return EditList
	}
	rate := float64(a.SampleRate)
	zero := math.Round((t.movieSeconds(0) - p.ZeroSeconds()) * rate) // where frame 0 would be, in samples
	if math.Abs(zero) > maxSeconds*rate {
		return SoundLate
	}
	begin := max(t.shift.begin, -int64(zero), 0)
	a.FirstFrame = ceilDiv(begin, AudioFrameSamples)
	a.OffsetSamples = int64(zero) + a.FirstFrame*AudioFrameSamples
	if float64(a.OffsetSamples) > latestSound*rate {
		return SoundLate
	}
	length := p.Rate.Inverse().Seconds(p.Frames) * rate
	a.Frames = min(int64(t.count)-a.FirstFrame, ceilDiv(int64(math.Ceil(length-1e-6))-a.OffsetSamples, AudioFrameSamples))
	if t.shift.lengthTicks > 0 {
		a.Frames = min(a.Frames, ceilDiv(t.shift.begin+t.shift.lengthTicks, AudioFrameSamples)-a.FirstFrame)
	}
	if a.Frames < 1 || length-float64(a.OffsetSamples+a.Frames*AudioFrameSamples) > soundMissing*rate {
		return SoundTooShort
	}
	for k := range p.Segments() {
		if p.CutOf(*a, k) >= p.CutOf(*a, k+1) {
			return SoundTooShort
		}
	}
	return ""
}

// ceilDiv is a/b rounded up, for a positive b.
func ceilDiv(a, b int64) int64 {
	q := a / b
	if a > 0 && a%b != 0 {
		q++
	}
	return q
}
