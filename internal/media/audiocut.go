package media

// AudioFrames returns the AAC frames of every encoded audio track: enough to cover the last picture. Of sound alone they are the
// plan's own frames.
func (p Plan) AudioFrames() int64 {
	return p.audioFrameOf().MulCeil(p.Frames)
}

// AudioCut returns the first AAC frame of segment k of an encoded audio track, the one nearest to the segment's first picture, so that sound and
// picture are cut within half an AAC frame (512 samples) of each other. AudioCut(Segments()) is AudioFrames().
func (p Plan) AudioCut(k int) int64 {
	if k >= p.Segments() {
		return p.AudioFrames()
	}
	return min(p.audioFrameOf().MulRound(p.Boundaries[k]), p.AudioFrames())
}

// CutOf is AudioCut of any audio track: one that is copied has its own frames, which begin where they began in the source. Its
// numbers count from the first frame that is kept.
func (p Plan) CutOf(a AudioTrack, k int) int64 {
	switch {
	case !a.Copied:
		return p.AudioCut(k)
	case k >= p.Segments():
		return a.Frames
	case k == 0:
		return 0
	}
	samples := Rational{p.Rate.Den * a.SampleRate, p.Rate.Num}.MulRound(p.Boundaries[k])
	return min(max(0, samples-a.OffsetSamples+AudioFrameSamples/2)/AudioFrameSamples, a.Frames)
}

// warmUp is how many AAC frames an encoder that starts in the middle makes before the first that counts: they settle its window and
// its rate control.
const warmUp = 16

// AudioWarmUp returns how many AAC frames before segment k a part of the sound that begins with it is encoded from.
func (p Plan) AudioWarmUp(k int) int64 { return min(warmUp, p.AudioCut(k)) }

// audioFrameOf is AAC frames for each picture.
func (p Plan) audioFrameOf() Rational {
	return Rational{p.Rate.Den * AudioSampleRate, p.Rate.Num * AudioFrameSamples}.reduced()
}
