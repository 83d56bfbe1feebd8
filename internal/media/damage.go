package media

import (
	"cmp"
	"slices"
)

// maxDamageRanges bounds how finely damage is told: beyond it the nearest ranges are told as one.
const maxDamageRanges = 100

// FrameRange is the frames [First, End) of a plan.
type FrameRange struct {
	First int64 `json:"first"`
	End   int64 `json:"end"`
}

// Frames returns how many frames the range has.
func (r FrameRange) Frames() int64 { return max(0, r.End-r.First) }

// MergeFrames returns the union of ranges in their order, empty ones left out.
func MergeFrames(ranges []FrameRange) []FrameRange {
	sorted := slices.DeleteFunc(slices.Clone(ranges), func(r FrameRange) bool { return r.Frames() == 0 })
	slices.SortFunc(sorted, func(a, b FrameRange) int { return cmp.Compare(a.First, b.First) })
	var out []FrameRange
	for _, r := range sorted {
		if n := len(out); n > 0 && r.First <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, r.End)
			continue
		}
		out = append(out, r)
	}
	return out
}

// Damage is the frames of a version that do not show what the source had there.
type Damage struct {
	Frames int64
	Ranges []FrameRange // in their order, apart from each other
}

// DamageOf sums what the workers of a version have found.
func DamageOf(found []FrameRange) Damage {
	d := Damage{Ranges: MergeFrames(found)}
	for _, r := range d.Ranges {
		d.Frames += r.Frames()
	}
	for len(d.Ranges) > maxDamageRanges {
		d.Ranges = joinNearest(d.Ranges)
	}
	return d
}

// joinNearest makes one of the two ranges that are nearest to each other.
func joinNearest(ranges []FrameRange) []FrameRange {
	nearest := 1
	for i := 2; i < len(ranges); i++ {
		if ranges[i].First-ranges[i-1].End < ranges[nearest].First-ranges[nearest-1].End {
			nearest = i
		}
	}
	ranges[nearest-1].End = ranges[nearest].End
	return slices.Delete(ranges, nearest, nearest+1)
}
