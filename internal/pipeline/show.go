package pipeline

import (
	"context"
	"slices"
	"sync"

	"matinee/internal/access"
	"matinee/internal/delivery"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/packaging"
)

// Media returns what the origin serves of a version, an errs.NotFound error for whoever may not watch it. Rights are read
// anew at each call; the plan, which never changes, is kept.
func (p *Pipeline) Media(ctx context.Context, viewer access.Viewer, video ids.VideoID, version ids.VersionID) (*delivery.Media, error) {
	facts, err := p.store.MediaFacts(ctx, video, version)
	if err != nil {
		return nil, err
	}
	if err := access.Check(viewer, access.WatchVideo, facts.Access, "video", p.o.Now()); err != nil {
		return nil, err
	}
	shown, err := p.shown(ctx, version, facts.Revision)
	if err != nil {
		return nil, err
	}
	return &delivery.Media{
		Presentation: shown.presentation, Public: facts.Access.Visibility == access.Public, Complete: shown.complete,
	}, nil
}

// shown returns what is kept of a version at a revision.
func (p *Pipeline) shown(ctx context.Context, version ids.VersionID, revision int64) (show, error) {
	if kept, ok := p.shows.get(version, revision); ok {
		return kept, nil
	}
	v, err := p.store.Version(ctx, version)
	if err != nil {
		return show{}, err
	}
	f := OfferFacts{OnDemand: v.OnDemand, LadderDone: !v.ReadyAt.IsZero()}
	if !f.LadderDone {
		if f.LadderDone, err = p.store.LadderDone(ctx, version); err != nil {
			return show{}, err
		}
	}
	s := presentationOf(v, Offered(v.Plan, v.Tracks, f))
	p.shows.put(version, revision, s)
	return s, nil
}

func presentationOf(v Version, offer []string) show {
	s := show{version: v, offer: offer, presentation: packaging.Presentation{Plan: v.Plan}, complete: !v.ReadyAt.IsZero()}
	for _, t := range v.Tracks {
		if !slices.Contains(offer, t.ID) {
			continue
		}
		s.presentation.Tracks = append(s.presentation.Tracks, packaging.Track{
			ID: t.ID, Codec: t.Codec, PeakBitsPerSecond: t.PeakBitsPerSecond, AverageBitsPerSecond: t.AverageBitsPerSecond,
		})
	}
	for _, t := range v.Extra {
		if t.Kind == library.SubtitleTrack && t.File != "" {
			s.presentation.Texts = append(s.presentation.Texts, packaging.Text{ID: t.ID, File: t.File})
		}
	}
	return s
}

// maxShows bounds how many plans are kept in memory. A plan of twelve hours takes about 100 KB.
const maxShows = 256

// show is what is kept of a version between two media requests.
type show struct {
	revision     int64
	version      Version
	offer        []string // ids of the tracks that the playlists name
	presentation packaging.Presentation
	complete     bool
}

// shows keeps the plans of versions that are being watched.
type shows struct {
	mu   sync.Mutex
	kept map[ids.VersionID]show
}

func newShows() *shows { return &shows{kept: map[ids.VersionID]show{}} }

func (s *shows) get(id ids.VersionID, revision int64) (show, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, ok := s.kept[id]
	return kept, ok && kept.revision == revision
}

func (s *shows) put(id ids.VersionID, revision int64, kept show) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) >= maxShows {
		for victim := range s.kept { // Go's map order is random enough
			delete(s.kept, victim)
			break
		}
	}
	kept.revision = revision
	s.kept[id] = kept
}
