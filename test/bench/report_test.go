package main

import (
	"slices"
	"strings"
	"testing"

	"matinee/internal/media"
)

func TestARowKnowsWhetherItsTargetWasReached(t *testing.T) {
	t.Parallel()
	var r report
	r.atMost("below", "x", 1.05, "", []float64{1, 1.2, 1.04})
	r.atMost("above", "x", 1.05, "", []float64{1.1})
	r.atMost("equal", "x", 2, "", []float64{2})
	r.atLeast("enough", "x", 0.8, "", []float64{0.7, 1, 0.9})
	r.atLeast("too little", "x", 0.8, "", []float64{0.5, 0.7})
	r.atMost("no target", "s", 0, "", []float64{3})
	r.atLeast("not measured", "x", 0.95, "nginx is not installed", nil)
	var got []string
	for _, row := range r.Rows {
		got = append(got, row.verdict())
	}
	if want := []string{"ok", "missed", "ok", "ok", "missed", "", ""}; !slices.Equal(got, want) {
		t.Errorf("the verdicts are %q, want %q", got, want)
	}
}

func TestTheMedianOfAnEvenNumberLiesBetween(t *testing.T) {
	t.Parallel()
	for want, samples := range map[float64][]float64{0: nil, 2: {2}, 2.5: {4, 1, 2, 3}, 3: {9, 3, 1}} {
		if got := median(samples); got != want {
			t.Errorf("median(%v) is %v, want %v", samples, got, want)
		}
	}
}

func TestTurnsBeginWithEitherSide(t *testing.T) {
	t.Parallel()
	var order strings.Builder
	side := func(name string) func() error {
		return func() error { order.WriteString(name); return nil }
	}
	for i := range 3 {
		if err := inTurns(i, side("A"), side("B")); err != nil {
			t.Fatal(err)
		}
	}
	if order.String() != "ABBAAB" {
		t.Errorf("the order is %s", order.String())
	}
}

func TestThePlainLadderScalesEachRungFromTheOneAbove(t *testing.T) {
	t.Parallel()
	got := cascade([]media.Rung{{Width: 640, Height: 360}, {Width: 426, Height: 240}})
	want := "[0:v:0]scale=640:360:flags=lanczos,setsar=1,format=yuv420p,split[o0][c0];[c0]scale=426:240:flags=lanczos,setsar=1,format=yuv420p[o1]"
	if got != want {
		t.Errorf("the graph is\n%s, want\n%s", got, want)
	}
}

func TestOriginAddressesHaveNoTracksFolder(t *testing.T) {
	t.Parallel()
	got := addresses([]string{"/v/VIDEO/VERSION/tracks/h264-360/3.m4s"})
	if want := []string{"/media/VIDEO/VERSION/h264-360/3.m4s"}; !slices.Equal(got, want) {
		t.Errorf("the addresses are %q, want %q", got, want)
	}
}

func TestBitsAreReadBetweenAndBeyondThePoints(t *testing.T) {
	t.Parallel()
	line := []point{{100, 10}, {400, 14}, {200, 12}}
	for decibels, want := range map[float64]float64{10: 100, 12: 200, 14: 400, 16: 800, 8: 50} {
		if got := bitsAt(line, decibels); got < want-0.01 || got > want+0.01 {
			t.Errorf("at %v dB it takes %v, want %v", decibels, got, want)
		}
	}
}

func TestTheSegmentOfAnInstantIsFound(t *testing.T) {
	t.Parallel()
	parts := []part{{"a", 4}, {"b", 4}, {"c", 2}}
	for second, want := range map[float64]int{0: 0, 3.9: 0, 4: 1, 9: 2, 50: 2} {
		if got := at(parts, second); got != want {
			t.Errorf("at %v s it is %d, want %d", second, got, want)
		}
	}
}

func TestAQuantileIsOneOfTheSamples(t *testing.T) {
	t.Parallel()
	samples := []float64{5, 1, 2, 4, 3}
	for part, want := range map[float64]float64{0: 1, 0.5: 3, 0.95: 5, 1: 5} {
		if got := quantile(samples, part); got != want {
			t.Errorf("the quantile %v is %v, want %v", part, got, want)
		}
	}
}
