package media

import (
	"cmp"
	"math"
	"slices"
)

// Cadence is what replaying a stream's packet times taught: how many pictures each candidate rate would keep.
type Cadence struct {
	Packets    int64       `json:"packets"`
	FirstTicks int64       `json:"first_ticks"` // earliest presentation time
	LastTicks  int64       `json:"last_ticks"`  // latest presentation time
	StepTicks  int64       `json:"step_ticks"`  // median distance of two pictures
	Candidates []Candidate `json:"candidates"`
}

// Candidate is one constant rate with one phase: the first picture sits PhaseSixteenths/16 of a slot off a slot's centre.
type Candidate struct {
	Rate            Rational `json:"rate"`
	PhaseSixteenths int64    `json:"phase_sixteenths"`
	Kept            int64    `json:"kept"` // pictures that have a slot of their own
}

// keepTolerance is the share of pictures that a lower rate may lose more than the best one: a phone clip of 30 pictures a
// second should not become 60 for two pictures in a thousand.
const keepTolerance = 0.005

// fastestCandidate is the highest of candidateRates.
const fastestCandidate = 60

// NeedsCadence reports whether the packet times of the leading stream must be read before it can be planned: of pictures the rate
// is not constant, not known, or above the fastest candidate's; of sound alone the length is only guessed.
func NeedsCadence(p Probe) bool {
	v, ok := p.Video()
	if !ok {
		sound, ok := p.Leading()
		return ok && (p.Container == MP3 || sound.DurationSeconds <= 0 && p.DurationSeconds <= 0)
	}
	return ok && (!hasConstantRate(v) || v.AverageRate.Float() > fastestCandidate+0.1)
}

func hasConstantRate(v Stream) bool {
	base, average := v.BaseRate.Float(), v.AverageRate.Float()
	return base > 0 && average > 0 && math.Abs(base-average) <= base*0.01
}

// Replay puts packet times of one stream into the slots of every candidate rate and phase, as the encoder's filter will.
// The order of ticks does not matter; the slice is sorted. It returns nil where there is nothing to replay.
func Replay(ticks []int64, timeBase Rational) *Cadence {
	if len(ticks) == 0 || !timeBase.Known() {
		return nil
	}
	slices.Sort(ticks)
	first, last := ticks[0], ticks[len(ticks)-1]
	c := &Cadence{Packets: int64(len(ticks)), FirstTicks: first, LastTicks: last, StepTicks: medianStep(ticks)}
	for _, rate := range candidateRates() {
		for _, phase := range []int64{0, 4, -4, 6, -6} {
			centre := first - phaseTicks(rate, timeBase, phase)
			c.Candidates = append(c.Candidates, Candidate{rate, phase, slotsFilled(ticks, centre, rate, timeBase)})
		}
	}
	return c
}

// best returns the lowest rate that keeps as many pictures as any, within keepTolerance, with its best phase. Rates above
// most do not count; false where none is left.
func (c Cadence) best(most int64) (Candidate, bool) {
	fitting := slices.DeleteFunc(slices.Clone(c.Candidates), func(x Candidate) bool { return x.Rate.Float() > float64(most) })
	if len(fitting) == 0 {
		return Candidate{}, false
	}
	kept := func(a, b Candidate) int { return cmp.Compare(a.Kept, b.Kept) }
	enough := float64(slices.MaxFunc(fitting, kept).Kept) * (1 - keepTolerance)
	fitting = slices.DeleteFunc(fitting, func(x Candidate) bool { return float64(x.Kept) < enough })
	return slices.MinFunc(fitting, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(a.Rate.Float(), b.Rate.Float()), -kept(a, b))
	}), true
}

func candidateRates() []Rational {
	return []Rational{{10, 1}, {12, 1}, {15, 1}, {20, 1}, {24000, 1001}, {24, 1}, {25, 1}, {30000, 1001}, {30, 1}, {50, 1}, {60000, 1001}, {60, 1}}
}

// phaseTicks is the length of sixteenths/16 of a slot.
func phaseTicks(rate, timeBase Rational, sixteenths int64) int64 {
	slot := 1 / (rate.Float() * timeBase.Float())
	return int64(math.Round(slot * float64(sixteenths) / 16))
}

func slotsFilled(ticks []int64, centre int64, rate, timeBase Rational) int64 {
	perTick := rate.Float() * timeBase.Float()
	filled, before := int64(0), int64(math.MinInt64)
	for _, t := range ticks {
		if slot := int64(math.Round(float64(t-centre) * perTick)); slot != before {
			filled, before = filled+1, slot
		}
	}
	return filled
}

func medianStep(ticks []int64) int64 {
	if len(ticks) < 2 {
		return 0
	}
	steps := make([]int64, len(ticks)-1)
	for i := range steps {
		steps[i] = ticks[i+1] - ticks[i]
	}
	slices.Sort(steps)
	return steps[len(steps)/2]
}
