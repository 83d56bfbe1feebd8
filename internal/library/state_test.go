package library_test

import (
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"matinee/internal/library"
)

// worlds lists every combination of facts.
func worlds() []library.Facts {
	var all []library.Facts
	at := time.Unix(1, 0)
	for bits := range 32 {
		f := library.Facts{Receiving: bits&1 > 0, HasVersion: bits&2 > 0, Failed: bits&4 > 0}
		if bits&8 > 0 {
			f.PlayableAt = at
		}
		if bits&16 > 0 {
			f.ReadyAt = at
		}
		all = append(all, f)
	}
	return all
}

func TestAVideoThatWasPlayableIsNeverFailed(t *testing.T) {
	t.Parallel()
	for _, f := range worlds() {
		state := library.StateOf(f)
		if f.HasVersion && !f.PlayableAt.IsZero() && !state.Watchable() {
			t.Errorf("%+v is %s", f, state)
		}
		if !slices.Contains(library.States(), state) {
			t.Errorf("%+v is %q", f, state)
		}
	}
}

func TestTheStateFollowsFromTheFacts(t *testing.T) {
	t.Parallel()
	at := time.Unix(1, 0)
	for _, c := range []struct {
		name  string
		facts library.Facts
		want  library.State
	}{
		{"nothing has arrived", library.Facts{}, library.Waiting},
		{"bytes arrive", library.Facts{Receiving: true}, library.Uploading},
		{"the source is complete", library.Facts{HasVersion: true}, library.Processing},
		{"it was given up", library.Facts{HasVersion: true, Failed: true}, library.Failed},
		{"another source arrives after a failure", library.Facts{HasVersion: true, Failed: true, Receiving: true}, library.Uploading},
		{"another source arrives before it can be played", library.Facts{HasVersion: true, Receiving: true}, library.Processing},
		{"another source arrives while it plays", library.Facts{HasVersion: true, Receiving: true, PlayableAt: at, ReadyAt: at}, library.Ready},
		{"it can be played", library.Facts{HasVersion: true, PlayableAt: at}, library.Playable},
		{"it is verified", library.Facts{HasVersion: true, PlayableAt: at, ReadyAt: at}, library.Ready},
		{"a part was given up after it could be played", library.Facts{HasVersion: true, Failed: true, PlayableAt: at}, library.Playable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := library.StateOf(c.facts); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestTheDiagramDrawsTheEdges holds docs/architecture.md to the code, edge by edge.
func TestTheDiagramDrawsTheEdges(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	var drawn []library.Edge
	for _, m := range regexp.MustCompile(`(?m)^\s*(\w+) --> (\w+):`).FindAllSubmatch(text, -1) {
		drawn = append(drawn, library.Edge{From: library.State(m[1]), To: library.State(m[2])})
	}
	for _, e := range library.Edges() {
		if !slices.Contains(drawn, e) {
			t.Errorf("%s --> %s is not drawn", e.From, e.To)
		}
	}
	for _, e := range drawn {
		if !slices.Contains(library.Edges(), e) {
			t.Errorf("%s --> %s is drawn but never happens", e.From, e.To)
		}
	}
}

// moves are the changes of the facts that the store makes, each with when it can happen.
func moves() []func(library.Facts) (library.Facts, bool) {
	at := time.Unix(1, 0)
	return []func(f library.Facts) (library.Facts, bool){
		func(f library.Facts) (library.Facts, bool) { // the first byte arrives, of a first source or of another one
			f.Receiving = true
			return f, true
		},
		func(f library.Facts) (library.Facts, bool) { can := f.Receiving; f.Receiving = false; return f, can }, // it is lost
		func(f library.Facts) (library.Facts, bool) { // a source is complete: behind what plays it waits
			if !f.PlayableAt.IsZero() {
				f.Receiving = false
				return f, true
			}
			return library.Facts{HasVersion: true}, true
		},
		func(f library.Facts) (library.Facts, bool) { // given up
			can := f.HasVersion && f.PlayableAt.IsZero()
			f.Failed = true
			return f, can
		},
		func(f library.Facts) (library.Facts, bool) { // the last track work ends
			can := f.HasVersion && !f.Failed && f.PlayableAt.IsZero()
			f.PlayableAt = at
			return f, can
		},
		func(f library.Facts) (library.Facts, bool) { // verified
			can := !f.PlayableAt.IsZero()
			f.ReadyAt = at
			return f, can
		},
		func(f library.Facts) (library.Facts, bool) {
			can := f.Failed && !f.Receiving
			f.Failed = false
			return f, can
		}, // repaired
		func(f library.Facts) (library.Facts, bool) { // made anew before it could be played
			return library.Facts{HasVersion: true, Receiving: f.Receiving}, f.HasVersion && f.PlayableAt.IsZero()
		},
		func(f library.Facts) (library.Facts, bool) { // another version takes over
			return library.Facts{HasVersion: true, Receiving: f.Receiving, PlayableAt: at}, !f.PlayableAt.IsZero()
		},
	}
}

// TestTheEdgesAreWhatTheFactsCanDo walks every world that can be reached and holds the steps seen there to Edges.
func TestTheEdgesAreWhatTheFactsCanDo(t *testing.T) {
	t.Parallel()
	seen, steps := map[library.Facts]bool{}, map[library.Edge]bool{}
	for todo := []library.Facts{{}}; len(todo) > 0; todo = todo[1:] {
		before := todo[0]
		if seen[before] {
			continue
		}
		seen[before] = true
		for _, move := range moves() {
			after, can := move(before)
			if !can {
				continue
			}
			todo = append(todo, after)
			if e := (library.Edge{From: library.StateOf(before), To: library.StateOf(after)}); e.From != e.To {
				steps[e] = true
			}
		}
	}
	for _, e := range library.Edges() {
		if !steps[e] {
			t.Errorf("%s --> %s never happens", e.From, e.To)
		}
		delete(steps, e)
	}
	for e := range steps {
		t.Errorf("%s --> %s happens but is no edge", e.From, e.To)
	}
}
