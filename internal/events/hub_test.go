package events_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"matinee/internal/events"
	"matinee/internal/ids"
)

// said is what events say, without where they stand.
func said(list []events.Event) (all []string) {
	for _, e := range list {
		all = append(all, fmt.Sprint(e.Kind, " ", e.Video))
	}
	return all
}

func TestAListenerGetsTheMostTellingEventOfEachVideo(t *testing.T) {
	t.Parallel()
	hub := events.NewHub()
	s := hub.Subscribe()
	defer s.Close()
	hub.Publish(events.Progress, "a")
	hub.Publish(events.State, "a")
	hub.Publish(events.Progress, "a")
	hub.Publish(events.Progress, "b")
	got, err := s.Next(t.Context())
	if want := []string{"video.state a", "video.progress b"}; err != nil || !slices.Equal(said(got), want) {
		t.Errorf("got %v, %v; want %v", said(got), err, want)
	}
}

func TestANewRungIsToldBesideWhatElseHappened(t *testing.T) {
	t.Parallel()
	hub := events.NewHub()
	s := hub.Subscribe()
	defer s.Close()
	for _, kind := range []events.Kind{events.RungAdded, events.State, events.RungAdded, events.Progress} {
		hub.Publish(kind, "a")
	}
	if got, want := said(s.Take()), []string{"rung.added a", "video.state a"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAListenerThatFellBehindIsToldToReadEverything(t *testing.T) {
	t.Parallel()
	hub := events.NewHub()
	s := hub.Subscribe()
	defer s.Close()
	for range 5000 {
		hub.Publish(events.State, ids.New[ids.VideoID]())
	}
	if got := said(s.Take()); !slices.Equal(got, []string{"reset "}) {
		t.Errorf("got %d events, want one reset", len(got))
	}
	hub.Publish(events.State, "a")
	if got := said(s.Take()); !slices.Equal(got, []string{"video.state a"}) {
		t.Errorf("after the reset: %v", got)
	}
}

func TestAClosedListenerGetsNothing(t *testing.T) {
	t.Parallel()
	hub := events.NewHub()
	s := hub.Subscribe()
	s.Close()
	hub.Publish(events.State, "a")
	if got := s.Take(); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

func TestAListenerThatComesBackGetsWhatItMissed(t *testing.T) {
	t.Parallel()
	hub := events.NewHub()
	hub.Publish(events.Created, "a")
	s := hub.Subscribe()
	at := s.Position()
	s.Close()
	hub.Publish(events.State, "a")
	hub.Publish(events.Progress, "b")
	back := hub.Resume(events.ParsePosition(at.String()))
	defer back.Close()
	got, err := back.Next(t.Context())
	if want := []string{"video.state a", "video.progress b"}; err != nil || !slices.Equal(said(got), want) {
		t.Errorf("got %v, %v; want %v", said(got), err, want)
	}
	again := hub.Resume(back.Position())
	defer again.Close()
	if got := again.Take(); len(got) > 0 {
		t.Errorf("nothing was missed, and yet %v", said(got))
	}
}

func TestWhatCannotBeReplayedIsAReset(t *testing.T) {
	t.Parallel()
	hub := events.NewHub()
	before := hub.Subscribe().Position()
	hub.Publish(events.State, "a")
	for name, from := range map[string]events.Position{
		"of another process":         events.NewHub().Subscribe().Position(),
		"that nobody wrote":          events.ParsePosition("garbage"),
		"without a number":           events.ParsePosition("x-"),
		"ahead of all that happened": events.ParsePosition(before.String() + "9"),
	} {
		t.Run("a position "+name, func(t *testing.T) {
			t.Parallel()
			s := hub.Resume(from)
			defer s.Close()
			got, err := s.Next(t.Context())
			if err != nil || !slices.Equal(said(got), []string{"reset "}) {
				t.Errorf("got %v, %v", said(got), err)
			}
			if s := hub.Resume(got[0].Position); len(s.Take()) > 0 {
				t.Error("the reset does not stand for all before it")
			}
		})
	}
	t.Run("a position that fell out of the ring", func(t *testing.T) {
		t.Parallel()
		hub := events.NewHub()
		at := hub.Subscribe().Position()
		for range 8193 {
			hub.Publish(events.Progress, "a")
		}
		if got := said(hub.Resume(at).Take()); !slices.Equal(got, []string{"reset "}) {
			t.Errorf("got %v", got)
		}
	})
	t.Run("the oldest position in the ring is replayed", func(t *testing.T) {
		t.Parallel()
		hub := events.NewHub()
		hub.Publish(events.Progress, "b")
		at := hub.Subscribe().Position()
		for range 8192 {
			hub.Publish(events.Progress, "a")
		}
		if got := said(hub.Resume(at).Take()); !slices.Equal(got, []string{"video.progress a"}) {
			t.Errorf("got %v", got)
		}
	})
}

// TestNothingIsLostWhereverAListenerBreaksOff breaks off after a random event of a random batch, again and again, and holds the
// listener to have been told of every video's last state.
func TestNothingIsLostWhereverAListenerBreaksOff(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	kinds := []events.Kind{events.Progress, events.State, events.Created, events.Deleted}
	for range 300 {
		hub := events.NewHub()
		s := hub.Subscribe()
		at := s.Position()
		owed := map[ids.VideoID]events.Kind{} // the most telling kind that was not told since
		for range 10 {
			for range random.IntN(12) {
				kind, video := kinds[random.IntN(len(kinds))], ids.VideoID(fmt.Sprint(random.IntN(4)))
				hub.Publish(kind, video)
				if slices.Index(kinds, kind) >= slices.Index(kinds, owed[video]) {
					owed[video] = kind
				}
			}
			batch := s.Take()
			told := random.IntN(len(batch) + 1)
			for _, e := range batch[:told] {
				at = e.Position
				if slices.Index(kinds, e.Kind) >= slices.Index(kinds, owed[e.Video]) {
					delete(owed, e.Video)
				}
			}
			if told < len(batch) {
				s.Close()
				s = hub.Resume(at)
			}
		}
		for _, e := range s.Take() {
			if slices.Index(kinds, e.Kind) >= slices.Index(kinds, owed[e.Video]) {
				delete(owed, e.Video)
			}
		}
		if len(owed) > 0 {
			t.Fatalf("never told: %v", owed)
		}
	}
}
