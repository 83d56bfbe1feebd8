package pipeline

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/media"
)

// These files are inside the package because the models are functions of values that nobody outside makes.

// fresh is a pipeline that has measured nothing, for the parts of it that need no store.
func fresh() *Pipeline {
	p := &Pipeline{speeds: newSpeeds(), lookout: newLookout()}
	p.o.fill()
	return p
}

func (p *Pipeline) expect(t *testing.T, q Queue, a Asked) Estimate {
	t.Helper()
	if err := a.check(); err != nil {
		t.Fatalf("%+v: %v", a, err)
	}
	plan, err := a.plan(p.o.Policy)
	if err != nil {
		t.Fatalf("%+v: %v", a, err)
	}
	return p.estimate(q, "me", plan, a)
}

const mib = 1 << 20

func TestAnEstimateOfWhatIsKnown(t *testing.T) {
	t.Parallel()
	hour := Asked{SizeBytes: 3 << 30, Duration: time.Hour, Width: 1920, Height: 1080, FrameRate: 24}
	for _, c := range []struct {
		name     string
		ask      Asked
		playable time.Duration
		from, to time.Duration // of CPU time, for every quality
	}{
		{"an hour of 1080p", hour, 2 * time.Second, 80 * time.Minute, 130 * time.Minute},
		{"the same, passed through", with(hour, func(a *Asked) { a.Codec, a.Container = "avc1.640028", "mp4" }), 2 * time.Second, 35 * time.Minute, 80 * time.Minute},
		{"the same in HEVC", with(hour, func(a *Asked) { a.Codec = "hev1.1.6.L93" }), 4 * time.Second, 85 * time.Minute, 150 * time.Minute},
		{"the same in a transport stream", with(hour, func(a *Asked) { a.Container = "TS" }), 2*time.Second + 30*time.Second + 720*time.Millisecond, 80 * time.Minute, 130 * time.Minute},
		{"only a size", Asked{SizeBytes: 100 * mib}, 2 * time.Second, time.Minute, 10 * time.Minute},
		{"only a duration", Asked{Duration: time.Minute}, 2 * time.Second, time.Minute, 4 * time.Minute},
		{"a few seconds", Asked{SizeBytes: mib, Duration: 3 * time.Second, Width: 320, Height: 240}, 2 * time.Second, time.Second, 20 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := fresh()
			got := p.expect(t, Queue{}, c.ask)
			cpu := time.Duration(float64(got.Ready) * p.rates(Queue{}).perSlot)
			if got.Playable.Round(10*time.Millisecond) != c.playable || cpu < c.from || cpu > c.to || got.Queue != 0 || got.Measured {
				t.Errorf("got %+v, which is %v of CPU time", got, cpu)
			}
		})
	}
}

func with(a Asked, change func(*Asked)) Asked {
	change(&a)
	return a
}

func TestAnEstimateGrowsWithEverything(t *testing.T) {
	t.Parallel()
	p := fresh()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		a := Asked{SizeBytes: r.Int64N(4 << 30), Container: []string{"", "mp4", "mkv", "ts"}[r.IntN(4)], Codec: []string{"", "h264", "hevc"}[r.IntN(3)]}
		if r.IntN(2) == 0 || a.SizeBytes == 0 {
			a.Duration = time.Duration(1+r.Int64N(3*3600)) * time.Second
		}
		if r.IntN(2) == 0 {
			a.Width, a.Height = 1+r.IntN(4000), 1+r.IntN(2200)
		}
		before := p.expect(t, Queue{}, a)
		if before.Playable <= 0 || before.Ready < before.Playable || before.Queue < 0 {
			t.Fatalf("%+v: %+v", a, before)
		}
		if more := p.expect(t, Queue{}, with(a, func(a *Asked) { a.SizeBytes += a.SizeBytes / 2 })); more.Ready < before.Ready || more.Playable < before.Playable {
			t.Fatalf("%+v: a larger file takes less: %+v, before %+v", a, more, before)
		}
		if a.Duration > 0 {
			longer := with(a, func(a *Asked) { a.Duration, a.SizeBytes = a.Duration*2, a.SizeBytes*2 })
			if more := p.expect(t, Queue{}, longer); more.Ready < before.Ready {
				t.Fatalf("%+v: a longer file takes less: %+v, before %+v", a, more, before)
			}
		}
		busy := Queue{Groups: []Group{ladderGroup("other", "v", 1+r.IntN(100), time.Hour)}}
		busy.Running = []RunningTask{{Owner: "other", Version: "v", Kind: Chunk, Cost: time.Minute, TotalUnits: 10}}
		if more := p.expect(t, busy, a); more.Ready <= before.Ready || more.Queue <= 0 || more.Queue > more.Ready {
			t.Fatalf("%+v: beside others it takes %+v, alone %+v", a, more, before)
		}
	}
}

func TestWhatCannotBeEstimatedIsRefused(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]Asked{
		"nothing is known": {}, "only the picture is": {Width: 10, Height: 10}, "a size below zero": {SizeBytes: -1, Duration: time.Second},
		"a picture of no size that exists": {SizeBytes: 1, Width: 1 << 30}, "a rate that is none": {SizeBytes: 1, FrameRate: -1},
	} {
		if err := a.check(); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p := fresh()
	_, err := p.Estimate(t.Context(), access.Viewer{}, Asked{SizeBytes: 1})
	if !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("a stranger: %v", err)
	}
}

func TestMeasuredSpeedsReplaceAssumptions(t *testing.T) {
	t.Parallel()
	p := fresh()
	plan, err := Asked{Duration: time.Minute, Width: 1920, Height: 1080}.plan(media.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	all, top := ladderOf(plan), plan.Rungs[:1]
	one := []string{top[0].ID}
	assumedAll, assumedOne := p.costOf(plan, all), p.costOf(plan, one)
	if !(assumedAll > assumedOne && assumedOne > 0) || p.costOf(plan, nil) != 0 || p.costOf(plan, []string{"none"}) != 0 {
		t.Fatalf("assumed %g for all, %g for one", assumedAll, assumedOne)
	}
	p.speeds.put(Speed{Class: classOf(plan), Work: workOf(plan, all)}.With(Sample{
		Seconds: 60, CPU: time.Duration(3 * assumedAll * float64(time.Minute)), Wall: 90 * time.Second, Assumed: assumedAll,
	}))
	if got := p.costOf(plan, all); !near(got, 3*assumedAll) {
		t.Errorf("all rungs cost %g, measured were %g", got, 3*assumedAll)
	}
	if got := p.costOf(plan, one); !near(got, 3*assumedOne) {
		t.Errorf("one rung costs %g: the assumption of its class was too low by 3, want %g", got, 3*assumedOne)
	}
	slower := Asked{Duration: time.Minute, Width: 640, Height: 360}
	small, err := slower.plan(media.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.costOf(small, ladderOf(small)), 3*assumedCost(small, ladderOf(small)); !near(got, want) {
		t.Errorf("another class costs %g, want %g after all that was measured", got, want)
	}
	if e := p.expect(t, Queue{}, slower); e.Measured {
		t.Error("a class that never ran is called measured")
	}
	if e := p.expect(t, Queue{}, Asked{Duration: time.Hour, Width: 1920, Height: 1080}); !e.Measured {
		t.Error("a class that ran is called assumed")
	}
}

func TestThePlayableTimeIsMeasured(t *testing.T) {
	t.Parallel()
	p := fresh()
	ask := Asked{SizeBytes: mib, Container: "mp4"}
	if e := p.expect(t, Queue{}, ask); e.Playable != quickPlayable {
		t.Errorf("assumed are %v", e.Playable)
	}
	cost := p.speeds.tally()
	p.speeds.put(Speed{Class: firstClass, Work: firstWork("h264")}.With(Sample{Seconds: firstWeight, CPU: 7 * firstWeight * time.Second, Wall: 7 * firstWeight * time.Second, Assumed: 1}))
	if e := p.expect(t, Queue{}, ask); e.Playable.Round(time.Millisecond) != 7*time.Second {
		t.Errorf("measured are 7s, told are %v", e.Playable)
	}
	if p.speeds.tally() != cost {
		t.Error("it counts as encoding")
	}
}

func near(a, b float64) bool { return a > b*0.999 && a < b*1.001 }

func TestAMeanForgetsSlowly(t *testing.T) {
	t.Parallel()
	run := func(cpu time.Duration) Sample {
		return Sample{Seconds: 30, CPU: cpu, Wall: cpu, Assumed: 1}
	}
	s := Speed{}.With(run(30 * time.Second)).With(run(90 * time.Second))
	if !near(s.CPU, 2) || !near(s.Wall, 2) || s.Seconds != 60 {
		t.Errorf("the mean of 1 and 3 is %+v", s)
	}
	for range 200 {
		s = s.With(run(120 * time.Second))
	}
	if !near(s.CPU, 4) || s.Seconds != speedMemory {
		t.Errorf("after many runs it is %+v", s)
	}
	if got := s.With(run(3 * time.Second)); got.CPU < 3.7 {
		t.Errorf("one odd run makes it %+v", got)
	}
	for _, nothing := range []Sample{{}, {Seconds: 30}, {Seconds: -1, CPU: 1, Wall: 1}, {Seconds: 30, CPU: -1, Wall: 1}} {
		if got := s.With(nothing); got != s {
			t.Errorf("%+v changed it to %+v", nothing, got)
		}
	}
}

func TestClassesTellApartWhatCostsDifferently(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, c := range []struct{ codec, hdr string }{{"h264", ""}, {"hevc", ""}, {"hevc", "smpte2084"}, {"", ""}} {
		for _, height := range []int{240, 1080, 2160, 4320} {
			for _, rate := range []int64{25, 50, 120} {
				plan := media.Plan{Rate: media.Rational{Num: rate, Den: 1}, Rungs: []media.Rung{{ID: "x"}}, Source: media.SourceFacts{Codec: c.codec, HDR: c.hdr, Width: height * 2, Height: height}}
				class, what := classOf(plan), fmt.Sprint(c, height, rate)
				if other, taken := seen[class]; taken {
					t.Errorf("%s is the class of %s and of %s", class, what, other)
				}
				seen[class] = what
			}
		}
	}
	if got := classOf(media.Plan{}); got != "sound" {
		t.Errorf("sound alone is %q", got)
	}
}
