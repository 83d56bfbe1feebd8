package media

import "math"

// snapTolerance is how near a rate must be to a standard one to be taken for it.
const snapTolerance = 0.0005

func standardRates() []Rational {
	return []Rational{{24000, 1001}, {24, 1}, {25, 1}, {30000, 1001}, {30, 1}, {48, 1}, {50, 1}, {60000, 1001}, {60, 1}, {10, 1}, {12, 1}, {25, 2}, {15, 1}, {20, 1}}
}

// chooseRate returns the output's constant rate and the phase of the first picture in sixteenths of a slot.
func chooseRate(v Stream, c *Cadence, most int64) (rate Rational, phase int64) {
	if hasConstantRate(v) && v.AverageRate.Float() <= float64(most)+0.1 {
		return tidyRate(v.BaseRate), 0
	}
	if c != nil {
		if best, ok := c.best(most); ok {
			return best.Rate, best.PhaseSixteenths
		}
	}
	return thinnedRate(v, most), 0
}

// tidyRate snaps to a standard rate, else keeps the source's own, rounded to thousandths where its terms are too large for
// a track's timescale.
func tidyRate(r Rational) Rational {
	for _, s := range standardRates() {
		if math.Abs(s.Float()-r.Float()) <= s.Float()*snapTolerance {
			return s
		}
	}
	if r.Num > 100_000 || r.Den > 100_000 || r.Float() < 0.1 {
		r = Rational{max(100, int64(math.Round(r.Float()*1000))), 1000}
	}
	return r.reduced()
}

// thinnedRate is the choice without packet times: the average, divided by a whole number until the policy allows it.
func thinnedRate(v Stream, most int64) Rational {
	average := v.AverageRate
	if !average.Known() {
		average = v.BaseRate
	}
	if !average.Known() {
		return Rational{25, 1}
	}
	if by := int64(math.Ceil(average.Float()/float64(most) - 0.002)); by > 1 {
		average = Rational{int64(math.Round(average.Float() * 1000 / float64(by))), 1000}
	}
	return tidyRate(average)
}

// trackTimescale returns ticks a second and ticks a frame: exact for every rate, and fine enough that players which round
// to milliseconds do not drift.
func trackTimescale(r Rational) (timescale, frame uint32) {
	if r.Den == 1001 {
		return uint32(r.Num), 1001
	}
	return uint32(r.Num * 1000), uint32(r.Den * 1000)
}
