package judge

import (
	"cmp"
	"fmt"

	"matinee/internal/media"
)

// mostSilence is how much shorter than the picture sound that is passed through may be, in parts of a second.
const mostSilence = 2

// CutsOf returns where the plan cuts a track of sound: the first AAC frame of each segment, then the end.
func CutsOf(plan media.Plan, a media.AudioTrack) (cuts []int64) {
	for k := range plan.Segments() + 1 {
		cuts = append(cuts, plan.CutOf(a, k))
	}
	return cuts
}

func soundRate(a media.AudioTrack) int64 { return cmp.Or(a.SampleRate, media.AudioSampleRate) }

func soundFrames(plan media.Plan, a media.AudioTrack) int64 {
	return cmp.Or(a.Frames, plan.AudioFrames())
}

// Cuts holds the rounding of sound to its rules: cuts never go back, the first is the start, the last is the end, each is within half
// an AAC frame of its boundary, and the sound covers the last picture by less than one frame. Sound that is passed through has
// something in every segment, and may end half a second early.
func Cuts(plan media.Plan, a media.AudioTrack, cuts []int64) (faults []string) {
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Sprintf("cuts of sound: "+format, args...))
	}
	rate, frames := soundRate(a), soundFrames(plan, a)
	n := plan.Segments()
	if len(cuts) != n+1 || cuts[0] != 0 || cuts[n] != frames {
		fault("%v for %d segments of %d frames", cuts, n, frames)
		return faults
	}
	for k := range n {
		if cuts[k+1] < cuts[k] || a.Copied && cuts[k+1] == cuts[k] {
			fault("cut %d is not after cut %d", k+1, k)
		}
		// In parts of 1/(sample rate × rate) of a second: |cut − boundary| ≤ 512 samples, but where the sound begins or ends.
		cut := (a.OffsetSamples + cuts[k]*media.AudioFrameSamples) * plan.Rate.Num
		boundary := plan.Boundaries[k] * rate * plan.Rate.Den
		if off := max(cut-boundary, boundary-cut); off > media.AudioFrameSamples/2*plan.Rate.Num && cuts[k] < frames && k > 0 {
			fault("cut %d is %d samples from its boundary", k, off/plan.Rate.Num)
		}
	}
	sound := (a.OffsetSamples + frames*media.AudioFrameSamples) * plan.Rate.Num
	pictures := plan.Frames * rate * plan.Rate.Den
	missing := int64(0)
	if a.Copied {
		missing = rate * plan.Rate.Num / mostSilence
	}
	if sound < pictures-missing || sound-pictures >= media.AudioFrameSamples*plan.Rate.Num {
		fault("%d frames of sound for %d of pictures", frames, plan.Frames)
	}
	return faults
}
