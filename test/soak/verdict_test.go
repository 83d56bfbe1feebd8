package soak_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"matinee/internal/ffmpeg"
	"matinee/internal/testkit/corpus"
	"matinee/internal/testkit/judge"
)

// hang is how long the judgement of one source may take on a machine that does other things too.
const hang = 5 * time.Minute

// try judges a source; a failure without a name and a hang are faults of the test.
func try(t *testing.T, j judge.Judge, path string) (judge.Verdict, bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	defer cancel()
	v, err := j.Try(ctx, path)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		t.Errorf("no end after %s", hang)
	case err != nil:
		t.Errorf("a failure without a name: %v", err)
	}
	if err == nil {
		t.Log(describe(v))
	}
	return v, err == nil
}

// tally sums a run up in one line.
type tally struct {
	mu                             sync.Mutex
	begun                          time.Time
	exact, damaged, refused, wrong int
	frames                         int64
}

func newTally(t *testing.T) *tally {
	t.Helper()
	sum := &tally{begun: time.Now()}
	t.Cleanup(func() {
		t.Logf("soak: %d sources: %d exact, %d exact but for counted damage, %d refused by name, %d wrong; %d frames; %.0f s",
			sum.exact+sum.damaged+sum.refused+sum.wrong, sum.exact, sum.damaged, sum.refused, sum.wrong, sum.frames, time.Since(sum.begun).Seconds())
	})
	return sum
}

// hold judges one source and reports what is wrong.
func (s *tally) hold(t *testing.T, j judge.Judge, path string, want corpus.Want, asked float64) {
	t.Helper()
	v, ended := try(t, j, path)
	var faults []string
	if ended {
		faults = slices.Concat(v.Faults, compare(want, v, asked))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frames += v.Plan.Frames
	switch {
	case !ended || len(faults) > 0:
		s.wrong++
	case v.Refusal != nil:
		s.refused++
	case v.DamagedFrames() > 0:
		s.damaged++
	default:
		s.exact++
	}
	report(t, faults)
}

func report(t *testing.T, faults []string) {
	t.Helper()
	const enough = 10
	for i, fault := range faults {
		if i == enough {
			t.Errorf("and %d more faults", len(faults)-enough)
			return
		}
		t.Error(fault)
	}
}

func openTool(t *testing.T) *ffmpeg.Tool {
	t.Helper()
	tool, err := ffmpeg.Open(t.Context(), ffmpeg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tool
}

// compare says what of a verdict is not as the table wants it.
func compare(want corpus.Want, v judge.Verdict, asked float64) (faults []string) {
	fault := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Sprintf(format, args...))
		}
	}
	if want.Refusable && v.Refusal != nil {
		fault(v.Refusal.Message == "" || v.Refusal.Next == "", "a refusal without words: %v", v.Refusal)
		return faults
	}
	if v.Refusal != nil || want.Refused != "" {
		fault(v.Refusal == nil, "it is accepted, want it refused as %s", want.Refused)
		fault(v.Refusal != nil && string(v.Refusal.Code) != want.Refused, "it is refused: %v, want %q", v.Refusal, want.Refused)
		return faults
	}
	fault(v.Prepared != want.Prepared && want.Length > 0, "prepared: %v, want %v", v.Prepared, want.Prepared)
	fault(want.Rate != "" && v.Plan.Rate.String() != want.Rate, "planned at %s frames a second, want %s", v.Plan.Rate, want.Rate)
	if !want.Refusable {
		fault(len(v.Plan.Audio) != want.Sound, "%d tracks of sound, want %d", len(v.Plan.Audio), want.Sound)
		fault(len(v.Plan.Subtitles) != want.Subtitles, "%d subtitles, want %d", len(v.Plan.Subtitles), want.Subtitles)
	}
	if seconds, known := want.Seconds(asked); known {
		tolerance := 0.1 + 2/v.Plan.Rate.Float()
		got := v.Plan.Duration().Seconds()
		fault(math.Abs(got-seconds) > tolerance, "%.3f s long, want %.3f s within %.3f", got, seconds, tolerance)
	}
	if shape := shapeOf(v); want.Shape != "" && shape != "" {
		fault(shape != want.Shape, "the pictures are %s, want %s", shape, want.Shape)
	}
	if want.Damage == corpus.None && len(v.Plan.Rungs) > 0 {
		faults = append(faults, comparePictures(want, v)...)
	}
	fault(want.Damage == corpus.Some && v.DamagedFrames() == 0, "no picture is counted as missing")
	fault(want.Damage == corpus.None && v.DamagedFrames() > 0, "%d pictures are counted as missing: %v", v.DamagedFrames(), v.Damage)
	return faults
}

// comparePictures holds a plan to the pictures of its source, by count and by where they end.
func comparePictures(want corpus.Want, v judge.Verdict) (faults []string) {
	rate := v.Plan.Rate.Float()
	room := math.Min(float64(v.Source.Pictures), (v.Source.End-v.Source.Start)*rate) // of 120 a second only 60 can be shown
	if !want.Varying && float64(v.Shown) < 0.98*room-1 {
		faults = append(faults, fmt.Sprintf("only %d of %d pictures are shown", v.Shown, v.Source.Pictures))
	}
	end := v.Plan.ZeroSeconds() + v.Plan.Rate.Inverse().Seconds(v.Plan.Source.VideoFrames)
	early, late := 0.05+2/rate, 0.05+2/rate
	if want.Sound > 0 {
		late += 0.5 // a container that knows only its own end is believed while there is sound
	}
	if over := end - v.Source.End; !want.Varying && (over < -early || over > late) {
		faults = append(faults, fmt.Sprintf("the pictures are planned to end at %.3f s of the source, but end at %.3f s", end, v.Source.End))
	}
	return faults
}

func shapeOf(v judge.Verdict) string {
	if len(v.Plan.Rungs) == 0 {
		return ""
	}
	lowest := v.Plan.Rungs[len(v.Plan.Rungs)-1]
	return fmt.Sprintf("%dx%d", lowest.Width, lowest.Height)
}

// describe sums a verdict up in a line.
func describe(v judge.Verdict) string {
	if v.Refusal != nil {
		return "refused as " + v.Refusal.Error()
	}
	return fmt.Sprintf("%d frames at %s in %d segments, %d rungs, %d tracks of sound, %d of text, lead %d, remuxed %v, %d of %d pictures shown, %d missing %v, notes %q",
		v.Plan.Frames, v.Plan.Rate, v.Plan.Segments(), len(v.Plan.Rungs), len(v.Plan.Audio), len(v.Plan.Subtitles), v.Plan.Source.Lead,
		v.Prepared, v.Shown, v.Source.Pictures, v.DamagedFrames(), v.Damage, v.Plan.Notes)
}
