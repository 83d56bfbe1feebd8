package media

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

const (
	smallestSide = 16   // H.264's macroblock
	longestSide  = 4096 // what every hardware decoder takes
	nearStep     = 0.9  // a step this near under the top rung would be made for nothing
	leastCap     = 100_000
)

// displaySize returns the size as shown: after rotation, with square pixels.
func displaySize(v Stream) (width, height float64) {
	width, height = float64(v.Width), float64(v.Height)
	if shape := v.PixelShape.Float(); shape > 0.1 && shape < 10 {
		width *= shape
	}
	if v.Rotation%180 == 90 {
		width, height = height, width
	}
	return width, height
}

// ladder returns the rungs of a picture, from the largest. The first has the source's own short side, or the policy's
// largest where the source is larger; then every smaller step follows, except one that is nearly as large as the first.
func ladder(v Stream, steps []Step) []Rung {
	steps = sorted(steps)
	width, height := displaySize(v)
	shrink := min(1, longestSide/max(width, height))
	width, height = width*shrink, height*shrink
	short := min(width, height)
	top := Step{ShortSide: max(smallestSide, int(short/2)*2)} // down, never up
	top.ShortSide = min(top.ShortSide, steps[0].ShortSide)
	top.CapBitsPerSecond = capFor(top.ShortSide, steps)
	rungs := []Rung{rungOf(top, width, height)}
	for _, s := range steps {
		if float64(s.ShortSide) < nearStep*float64(top.ShortSide) {
			rungs = append(rungs, rungOf(s, width, height))
		}
	}
	return rungs
}

// sorted returns the steps from the largest.
func sorted(steps []Step) []Step {
	steps = slices.Clone(steps)
	slices.SortFunc(steps, func(a, b Step) int { return b.ShortSide - a.ShortSide })
	return steps
}

func rungOf(s Step, width, height float64) Rung {
	scale := float64(s.ShortSide) / min(width, height)
	side := func(x float64) int { return min(longestSide, max(smallestSide, even(x*scale))) }
	return Rung{
		ID:               "h264-" + strconv.Itoa(s.ShortSide),
		Width:            side(width),
		Height:           side(height),
		ShortSide:        s.ShortSide,
		CapBitsPerSecond: s.CapBitsPerSecond,
	}
}

// capFor interpolates between the steps around the short side; below the smallest step the cap falls with the side.
func capFor(short int, steps []Step) int64 {
	above := steps[0]
	for _, s := range steps {
		if s.ShortSide == short {
			return s.CapBitsPerSecond
		}
		if s.ShortSide < short {
			part := float64(short-s.ShortSide) / float64(above.ShortSide-s.ShortSide)
			return s.CapBitsPerSecond + int64(part*float64(above.CapBitsPerSecond-s.CapBitsPerSecond))
		}
		above = s
	}
	return max(leastCap, above.CapBitsPerSecond*int64(short)/int64(above.ShortSide))
}

func even(x float64) int { return int(math.Round(x/2)) * 2 }

// h264Level returns the lowest level, not under 3.0, that allows the size, the rate and the cap with four reference
// pictures (ITU-T H.264 table A-1; High profile has 1.25 times the bit rate).
func h264Level(width, height int, rate Rational, bitsPerSecond int64) string {
	across, down := (width+15)/16, (height+15)/16
	blocks := int64(across * down)
	perSecond := int64(math.Ceil(float64(blocks) * rate.Float()))
	for _, l := range h264Levels() {
		side := int(math.Sqrt(float64(8 * l.frame)))
		if blocks <= l.frame && perSecond <= l.perSecond && 4*blocks <= l.buffer && bitsPerSecond <= l.kilobits*1250 && across <= side && down <= side {
			return l.name
		}
	}
	return "6.2"
}

type level struct {
	name                               string
	perSecond, frame, buffer, kilobits int64
}

func h264Levels() []level {
	return []level{
		{"3.0", 40_500, 1_620, 8_100, 10_000},
		{"3.1", 108_000, 3_600, 18_000, 14_000},
		{"3.2", 216_000, 5_120, 20_480, 20_000},
		{"4.0", 245_760, 8_192, 32_768, 20_000},
		{"4.2", 522_240, 8_704, 34_816, 50_000},
		{"5.0", 589_824, 22_080, 110_400, 135_000},
		{"5.1", 983_040, 36_864, 184_320, 240_000},
		{"5.2", 2_073_600, 36_864, 184_320, 240_000},
	}
}

// videoArgs is how a rung is encoded. Every value that reaches the init segment is given, so that nothing of the source
// leaks into it: one grey picture makes the same init as the whole film. sync-lookahead=0 makes a retry's bytes the same:
// a lookahead thread decides the last pictures of a small encode by how far it happens to be.
func videoArgs(r Rung, plan Plan, gop int64) []string {
	kilobits := func(b int64) string { return strconv.FormatInt(b/1000, 10) + "k" }
	keys := strconv.FormatInt(gop, 10)
	matrix := plan.Source.Matrix
	return []string{
		"-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-level:v", r.Level,
		"-crf", "22.5", "-maxrate", kilobits(r.CapBitsPerSecond), "-bufsize", kilobits(2 * r.CapBitsPerSecond),
		"-g", keys, "-keyint_min", keys, "-flags", "+cgop",
		"-x264-params", "scenecut=0:open-gop=0:stitchable=1:trellis=1:aq-strength=0.3:sync-lookahead=0",
		"-color_primaries", matrix, "-color_trc", matrix, "-colorspace", matrix, "-color_range", "tv", "-chroma_sample_location", "left",
		"-threads", strconv.Itoa(plan.Encoder.Threads),
		"-video_track_timescale", fmt.Sprint(plan.Timescale), "-bitexact",
	}
}
