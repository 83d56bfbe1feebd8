package media

import (
	"math"
	"slices"
	"time"
)

const (
	copyCapFactor  = 3   // a passed-through rung may have so many times the bit rate that its size is encoded with
	sampleOverhead = 16  // bytes that a sample takes in a segment beside its own
	pieceOverhead  = 256 // bytes that a segment has beside its samples
	shortestCopy   = time.Second
	squareEnough   = 0.01 // of a pixel's shape
	clocksAgree    = 1e-3 // seconds between the sample tables and the decoder
	finestTick     = 10   // ticks that a frame must have for a tick to be a rounding
)

// copyPicture decides whether the source's pictures may be passed through. If so the plan's boundaries and chunks follow the
// source's key frames, and the rung is returned.
func (p *Plan) copyPicture(v Stream, source Tables, policy Policy) (Rung, CopyCode) {
	why := pictureFits(v, p, policy)
	var track *SampleTable
	if why == "" {
		track, why = source.track(v.Index, "vide")
	}
	if why == "" {
		why = p.tableFits(track, v)
	}
	if why != "" {
		return Rung{}, why
	}
	exact := *p
	exact.trustCount(int64(track.count))
	bounds, why := exact.keyBounds(track)
	if why == "" {
		why = exact.onGrid(track, bounds)
	}
	if why != "" {
		return Rung{}, why
	}
	config, _ := readAVCConfig(track.AVCConfig)
	rung := Rung{ID: SourceRung, Copied: true, Width: v.Width, Height: v.Height, ShortSide: min(v.Width, v.Height), Level: config.level}
	rung.CapBitsPerSecond = p.peak(track, bounds)
	if rung.CapBitsPerSecond > copyCapFactor*capOf(rung.ShortSide, policy.Ladder) {
		return Rung{}, BitRateTooHigh
	}
	p.trustCount(int64(track.count))
	p.Boundaries = bounds
	p.setChunks(policy)
	return rung, ""
}

// track returns the tables of a stream, which ffmpeg numbers as they stand in the file.
func (t Tables) track(stream int, handler string) (*SampleTable, CopyCode) {
	if t.Why != "" {
		return nil, t.Why
	}
	if stream < 0 || stream >= len(t.Tracks) {
		return nil, TimelineDiffers
	}
	track := &t.Tracks[stream]
	if track.Why != "" {
		return nil, track.Why
	}
	if track.Handler != handler {
		return nil, TimelineDiffers
	}
	return track, ""
}

// pictureFits judges what the probe has found.
func pictureFits(v Stream, p *Plan, policy Policy) CopyCode {
	if why := lookFits(v, p.Source); why != "" {
		return why
	}
	switch {
	case v.AverageRate.Float() > float64(policy.MaxFrameRate)+0.1:
		return RateTooHigh
	case p.Source.Varying:
		return NotConstantRate
	case p.Source.Lead > 0:
		return SoundFirst
	case p.Frames > p.Source.VideoFrames:
		return PictureTooShort
	case p.Duration() < shortestCopy:
		return TooShort
	}
	return ""
}

// lookFits judges whether players show the pictures as the encoded ones are shown.
func lookFits(v Stream, f SourceFacts) CopyCode {
	shape := v.PixelShape.Float()
	switch {
	case v.Codec != "h264":
		return NotH264
	case f.CutOff:
		return CopyCutOff
	case v.Rotation != 0:
		return Rotated
	case shape != 0 && math.Abs(shape-1) > squareEnough:
		return NotSquare
	case max(v.Width, v.Height) > longestSide:
		return TooLarge
	case v.PixelFormat != "yuv420p" && v.PixelFormat != "yuvj420p":
		return UnplayableCoding
	case f.HDR != "":
		return HighDynamicRange
	case f.Interlaced:
		return InterlacedCoding
	}
	return ""
}

// tableFits judges what the file says of the track, and that the decoder reads it alike.
func (p *Plan) tableFits(t *SampleTable, v Stream) CopyCode {
	first := t.Shown(0)
	switch {
	case t.Turned:
		return Rotated
	case t.shift.odd || t.shift.begin > first:
		return EditList
	case math.Abs(t.movieSeconds(first)-v.TimeBase.Seconds(v.StartTicks)) > clocksAgree:
		return TimelineDiffers
	case max(int64(t.count)-p.Frames, p.Frames-int64(t.count)) > 1:
		return NotConstantRate
	case len(t.Keys) == 0 || t.Keys[0].Sample != 0:
		return OpenGOP
	}
	return ""
}

// trustCount takes the number of pictures from the file's list: how long a file says that its last one lasts is often wrong.
func (p *Plan) trustCount(n int64) { p.Frames, p.Source.VideoFrames = n, n }

// keyBounds makes segments of what lies between the keys.
func (p *Plan) keyBounds(t *SampleTable) ([]int64, CopyCode) {
	var bounds []int64
	for _, k := range t.Keys {
		if k.Why != "" {
			return nil, k.Why
		}
		bounds = append(bounds, int64(k.Sample))
	}
	bounds = p.withoutTail(bounds)
	most := int64(math.Ceil((farthestKeys + shortestTail).Seconds() * p.Rate.Float()))
	for k := range len(bounds) - 1 {
		if bounds[k+1]-bounds[k] > most {
			return nil, KeyFramesTooFar
		}
	}
	return bounds, ""
}

// onGrid reports whether each segment shows each of its frames once, at the plan's times, the first one first.
func (p *Plan) onGrid(t *SampleTable, bounds []int64) CopyCode {
	for k := range len(bounds) - 1 {
		if why := p.segmentOnGrid(t, bounds[k], bounds[k+1]); why != "" {
			return why
		}
	}
	if t.shift.lengthTicks > 0 && t.lastShown() >= t.shift.begin+t.shift.lengthTicks {
		return EditList
	}
	return ""
}

// segmentOnGrid judges the samples [from, to). A tick is forgiven where ticks are fine: many clocks cannot say a frame's length.
func (p *Plan) segmentOnGrid(t *SampleTable, from, to int64) CopyCode {
	first, tick := t.Shown(0), p.Rate.Num
	frame := int64(t.Timescale) * p.Rate.Den // in parts of a tick
	forgiven := tick
	if frame < finestTick*tick {
		forgiven = 0
	}
	seen := make([]bool, to-from)
	for i := from; i < to; i++ {
		shown := t.Shown(int(i)) - first
		if shown < 0 || shown > math.MaxInt64/2/tick {
			return NotConstantRate
		}
		slot := (shown*tick + frame/2) / frame
		if off := shown*tick - slot*frame; off > forgiven || off < -forgiven {
			return NotConstantRate
		}
		switch slot -= from; {
		case i == from && slot != 0:
			return OpenGOP
		case slot >= 0 && slot < int64(len(seen)) && !seen[slot]:
			seen[slot] = true
		case slot < 0 || slot >= int64(len(seen)) && to < p.Frames:
			return OpenGOP
		default: // one is there twice, or missing before the end
			return NotConstantRate
		}
	}
	return ""
}

// lastShown returns the latest time of any sample: it is among the last that are decoded.
func (t *SampleTable) lastShown() int64 {
	last := t.Shown(t.count - 1)
	for i := max(0, t.count-64); i < t.count; i++ {
		last = max(last, t.Shown(i))
	}
	return last
}

// slotOf returns the number of the frame that a sample of a track on the grid shows.
func (t *SampleTable) slotOf(p *Plan, sample int, first int64) int64 {
	frame := int64(t.Timescale) * p.Rate.Den
	return ((t.Shown(sample)-first)*p.Rate.Num + frame/2) / frame
}

// Slots returns the frames of the plan that the samples [first, end) of a copied rung show.
func (t *SampleTable) Slots(p Plan, first, end int) []int64 {
	begin := t.Shown(0)
	out := make([]int64, 0, end-first)
	for i := first; i < end; i++ {
		out = append(out, t.slotOf(&p, i, begin))
	}
	return out
}

// peak returns the highest bit rate of a segment, with what a segment adds.
func (p *Plan) peak(t *SampleTable, bounds []int64) (most int64) {
	for k := range len(bounds) - 1 {
		most = max(most, rateOf(t, int(bounds[k]), int(bounds[k+1]), p.Rate.Inverse().Seconds(bounds[k+1]-bounds[k])))
	}
	return most
}

func rateOf(t *SampleTable, first, end int, seconds float64) int64 {
	bytes := int64(pieceOverhead)
	for i := first; i < end; i++ {
		bytes += int64(t.Size(i)) + sampleOverhead
	}
	return int64(float64(bytes)*8/seconds) + 1
}

// capOf is capFor also of sizes above the ladder, whose bits grow with the side.
func capOf(short int, ladder []Step) int64 {
	steps := sorted(ladder)
	if top := steps[0]; short >= top.ShortSide {
		return top.CapBitsPerSecond * int64(short) * int64(short) / int64(top.ShortSide*top.ShortSide)
	}
	return capFor(short, steps)
}

// withCopy puts the copied rung above the smaller steps: none is encoded that is nearly as large. One is encoded in any case: for
// players that the source's own coding does not suit, and because only a decoder finds damage.
func withCopy(copied Rung, encoded []Rung) []Rung {
	smaller := slices.DeleteFunc(slices.Clone(encoded), func(r Rung) bool {
		return float64(r.ShortSide) >= nearStep*float64(copied.ShortSide)
	})
	if len(smaller) == 0 {
		smaller = encoded[len(encoded)-1:]
	}
	return append([]Rung{copied}, smaller...)
}
