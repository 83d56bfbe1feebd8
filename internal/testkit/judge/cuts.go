package judge

import (
	"fmt"

	"matinee/internal/media"
)

// CutsOf returns where the plan cuts its sound: the first AAC frame of each segment, then the end.
func CutsOf(plan media.Plan) (cuts []int64) {
	for k := range plan.Segments() + 1 {
		cuts = append(cuts, plan.AudioCut(k))
	}
	return cuts
}

// Cuts holds the rounding of sound to its rules: cuts never go back, the first is the start, the last is the end, each is within half
// an AAC frame of its boundary, and the sound covers the last picture by less than one frame.
func Cuts(plan media.Plan, cuts []int64) (faults []string) {
	if len(plan.Audio) == 0 {
		return nil
	}
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Sprintf("cuts of sound: "+format, args...))
	}
	n, total := plan.Segments(), plan.AudioFrames()
	if len(cuts) != n+1 || cuts[0] != 0 || cuts[n] != total {
		fault("%v for %d segments of %d frames", cuts, n, total)
		return faults
	}
	for k := range n {
		if cuts[k+1] < cuts[k] {
			fault("cut %d is before cut %d", k+1, k)
		}
		// In parts of 1/(48000 × rate) of a second: |cut − boundary| ≤ 512 samples, but where the sound ends before.
		cut := cuts[k] * media.AudioFrameSamples * plan.Rate.Num
		boundary := plan.Boundaries[k] * media.AudioSampleRate * plan.Rate.Den
		if off := max(cut-boundary, boundary-cut); off > media.AudioFrameSamples/2*plan.Rate.Num && cuts[k] < total {
			fault("cut %d is %d samples from its boundary", k, off/plan.Rate.Num)
		}
	}
	sound := total * media.AudioFrameSamples * plan.Rate.Num
	pictures := plan.Frames * media.AudioSampleRate * plan.Rate.Den
	if sound < pictures || sound-pictures >= media.AudioFrameSamples*plan.Rate.Num {
		fault("%d frames of sound for %d of pictures", total, plan.Frames)
	}
	return faults
}
