package pipeline_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"matinee/internal/media"
	"matinee/internal/pipeline"
)

func planOf(copied bool, rungs ...string) (media.Plan, []pipeline.TrackRow) {
	var (
		plan   media.Plan
		tracks []pipeline.TrackRow
	)
	if copied {
		plan.Rungs = append(plan.Rungs, media.Rung{ID: media.SourceRung, Copied: true})
	}
	for _, id := range rungs {
		plan.Rungs = append(plan.Rungs, media.Rung{ID: id})
	}
	for _, r := range plan.Rungs {
		tracks = append(tracks, pipeline.TrackRow{ID: r.ID})
	}
	plan.Audio = []media.AudioTrack{{ID: "audio-1"}, {ID: "audio-2"}}
	return plan, append(tracks, pipeline.TrackRow{ID: "audio-1"}, pipeline.TrackRow{ID: "audio-2"})
}

func TestTheOfferNamesWhatCanBeDelivered(t *testing.T) {
	t.Parallel()
	ladder := []string{"h264-720", "h264-360", "h264-240"}
	for name, tt := range map[string]struct {
		copied   bool
		rungs    []string
		onDemand []string
		done     bool
		want     []string
	}{
		"nothing is fast enough: the smallest rung alone":   {rungs: ladder, want: []string{"h264-240"}},
		"two are fast enough":                               {rungs: ladder, onDemand: []string{"h264-360", "h264-240"}, want: []string{"h264-360", "h264-240"}},
		"the ladder is done":                                {rungs: ladder, onDemand: []string{"h264-240"}, done: true, want: ladder},
		"the source is passed through":                      {copied: true, rungs: ladder, want: []string{"source"}},
		"the source is passed through and one rung is fast": {copied: true, rungs: ladder, onDemand: []string{"h264-240"}, want: []string{"source", "h264-240"}},
		"the source is all there is":                        {copied: true, want: []string{"source"}},
		"sound alone":                                       {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan, tracks := planOf(tt.copied, tt.rungs...)
			got := pipeline.Offered(plan, tracks, pipeline.OfferFacts{OnDemand: tt.onDemand, LadderDone: tt.done})
			if want := append(slices.Clone(tt.want), "audio-1", "audio-2"); !slices.Equal(got, want) {
				t.Errorf("offered %v, want %v", got, want)
			}
		})
	}
}

// TestTheOfferNeverNamesWhatWouldNotAnswer holds random offers to the rule: a rung is copied, complete or made on demand, or it is the
// smallest and no other is named; every sound is named; and a version with pictures never comes without any.
func TestTheOfferNeverNamesWhatWouldNotAnswer(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	ids := []string{"h264-1080", "h264-720", "h264-540", "h264-360", "h264-240"}
	for range 2000 {
		rungs := slices.DeleteFunc(slices.Clone(ids), func(string) bool { return random.IntN(2) == 0 })
		onDemand := slices.DeleteFunc(slices.Clone(ids), func(string) bool { return random.IntN(2) == 0 })
		plan, tracks := planOf(random.IntN(2) == 0, rungs...)
		f := pipeline.OfferFacts{OnDemand: onDemand, LadderDone: random.IntN(4) == 0}
		offer := pipeline.Offered(plan, tracks, f)
		var named []media.Rung
		for _, id := range offer {
			if r, ok := plan.Rung(id); ok {
				named = append(named, r)
			}
		}
		for _, r := range named {
			if last := plan.Rungs[len(plan.Rungs)-1].ID; !r.Copied && !f.LadderDone && !slices.Contains(onDemand, r.ID) && (len(named) != 1 || r.ID != last) {
				t.Fatalf("of %v with %+v it offers %v", tracks, f, offer)
			}
		}
		if len(offer)-len(named) != 2 || len(plan.Rungs) > 0 && len(named) == 0 {
			t.Fatalf("of %v with %+v it offers %v", tracks, f, offer)
		}
	}
}
