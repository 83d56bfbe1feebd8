package media_test

import (
	"math"
	"testing"

	"matinee/internal/media"
)

func TestAConstantRateIsKeptOrTidied(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ base, average, want media.Rational }{
		"film":                       {media.Rational{Num: 24000, Den: 1001}, media.Rational{Num: 24000, Den: 1001}, media.Rational{Num: 24000, Den: 1001}},
		"12.5":                       {media.Rational{Num: 25, Den: 2}, media.Rational{Num: 25, Den: 2}, media.Rational{Num: 25, Den: 2}},
		"29.97 by milliseconds":      {media.Rational{Num: 2997, Den: 100}, media.Rational{Num: 2997, Den: 100}, media.Rational{Num: 30000, Den: 1001}},
		"7/3 is odd but constant":    {media.Rational{Num: 7, Den: 3}, media.Rational{Num: 7, Den: 3}, media.Rational{Num: 7, Den: 3}},
		"terms beyond a timescale":   {media.Rational{Num: 17_000_001, Den: 1_000_000}, media.Rational{Num: 17_000_001, Den: 1_000_000}, media.Rational{Num: 17, Den: 1}},
		"average off by half a part": {media.Rational{Num: 25, Den: 1}, media.Rational{Num: 2490, Den: 100}, media.Rational{Num: 25, Den: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := probeOf(c.base, 10)
			p.Streams[0].AverageRate = c.average
			if media.NeedsCadence(p) {
				t.Error("packet times are wanted")
			}
			plan, err := media.NewPlan(p, media.Policy{}, media.EncoderInfo{})
			if err != nil || plan.Rate != c.want {
				t.Errorf("rate %s, %v; want %s", plan.Rate, err, c.want)
			}
		})
	}
}

func TestWithoutPacketTimesAFastRateIsThinned(t *testing.T) {
	t.Parallel()
	for rate, want := range map[media.Rational]media.Rational{
		{Num: 120, Den: 1}:       {Num: 60, Den: 1},
		{Num: 240, Den: 1}:       {Num: 60, Den: 1},
		{Num: 120000, Den: 1001}: {Num: 60000, Den: 1001},
		{Num: 100, Den: 1}:       {Num: 50, Den: 1},
	} {
		p := probeOf(rate, 10)
		if !media.NeedsCadence(p) {
			t.Errorf("%s: packet times are not wanted", rate)
		}
		if plan, err := media.NewPlan(p, media.Policy{}, media.EncoderInfo{}); err != nil || plan.Rate != want {
			t.Errorf("%s becomes %s, %v; want %s", rate, plan.Rate, err, want)
		}
	}
}

// planOf plans a source from its packet times alone.
func planOf(t *testing.T, ticks []int64, perSecond int64) (media.Plan, *media.Cadence) {
	t.Helper()
	base := media.Rational{Num: 1, Den: perSecond}
	p := probeOf(media.Rational{Num: 90, Den: 1}, 10)
	v := &p.Streams[0]
	v.AverageRate, v.TimeBase, v.DurationSeconds = media.Rational{Num: 29, Den: 1}, base, 0
	p.Streams = p.Streams[:1]
	p.Cadence = media.Replay(ticks, base)
	plan, err := media.NewPlan(p, media.Policy{}, media.EncoderInfo{})
	if err != nil {
		t.Fatal(err)
	}
	keepsItsPromises(t, plan)
	return plan, p.Cadence
}

func TestAPhonesJitterKeepsNearlyAllPictures(t *testing.T) {
	t.Parallel()
	var ticks []int64
	for n := range 639 {
		at := int64(n)*3003 + int64(600*math.Sin(float64(n)*1.7))
		if n > 300 {
			at += 5000
		}
		ticks = append(ticks, at)
	}
	plan, cadence := planOf(t, ticks, 90_000)
	if plan.Rate != (media.Rational{Num: 30000, Den: 1001}) {
		t.Errorf("rate %s, want 30000/1001", plan.Rate)
	}
	for _, c := range cadence.Candidates {
		if c.Rate == plan.Rate && c.PhaseSixteenths == 0 && c.Kept > 600 {
			t.Errorf("phase 0 keeps %d: the clip no longer shows why the phase is chosen", c.Kept)
		}
	}
	if shift := plan.Source.CentreTicks - cadence.FirstTicks; shift == 0 {
		t.Error("the phase is not moved")
	}
}

func TestAScreenRecordingInBurstsGetsItsFullRate(t *testing.T) {
	t.Parallel()
	var ticks []int64
	for n := range 600 {
		if n < 60 || n > 300 && n < 340 || n%97 == 0 {
			ticks = append(ticks, int64(math.Round(float64(n)*1000/60)))
		}
	}
	if plan, _ := planOf(t, ticks, 1000); plan.Rate.Float() < 59 {
		t.Errorf("rate %s, want 60", plan.Rate)
	}
}

func TestReplayCountsEverySlotOnce(t *testing.T) {
	t.Parallel()
	var ticks []int64
	for n := range int64(100) {
		ticks = append(ticks, (99-n)*3600) // the order of packets does not matter
	}
	c := media.Replay(ticks, media.Rational{Num: 1, Den: 90_000})
	if c.Packets != 100 || c.FirstTicks != 0 || c.LastTicks != 99*3600 || c.StepTicks != 3600 {
		t.Errorf("cadence %+v", c)
	}
	for _, x := range c.Candidates {
		if x.Kept > 100 || x.Rate.Float() >= 25 && x.Kept != 100 || x.Rate.Float() < 12 && x.Kept > 50 {
			t.Errorf("candidate %+v", x)
		}
	}
	if media.Replay(nil, media.Rational{Num: 1, Den: 1}) != nil {
		t.Error("nothing was replayed")
	}
}
