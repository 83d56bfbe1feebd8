package pipeline

import (
	"slices"

	"matinee/internal/media"
)

// OfferFacts are what the offer follows from, beside the plan.
type OfferFacts struct {
	OnDemand   []string // rungs that one demand slot makes faster than they are watched
	LadderDone bool     // every encoded rung is complete
}

// Offered returns the tracks that the playlists name now, in the order in which they were planned: rungs that are copied, complete
// or made on demand fast enough, and every sound, which is cheap. Where no rung is any of that the smallest one is named alone.
func Offered(plan media.Plan, tracks []TrackRow, f OfferFacts) []string {
	var offer []string
	smallest, some := "", false
	for _, t := range tracks {
		rung, pictures := plan.Rung(t.ID)
		if pictures {
			smallest = t.ID
			if !rung.Copied && !f.LadderDone && !slices.Contains(f.OnDemand, t.ID) {
				continue
			}
			some = true
		}
		offer = append(offer, t.ID)
	}
	if !some && smallest != "" {
		offer = append([]string{smallest}, offer...)
	}
	return offer
}

// leastAhead is how much faster than it is watched a rung must be made to be offered on demand, on one core: what the machine has
// beside it is for the other viewers.
const leastAhead = 1.5

// affordable returns the rungs that are offered before they are complete. They are chosen once, with the plan: a choice that
// changed with every measurement would take away what somebody watches.
func (p *Pipeline) affordable(plan media.Plan) []string {
	var rungs []string
	for _, r := range plan.Encoded() {
		if cost := p.costOf(plan, []string{r.ID}); cost*leastAhead <= 1 {
			rungs = append(rungs, r.ID)
		}
	}
	return rungs
}
