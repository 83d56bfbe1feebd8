package corpus_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"matinee/internal/testkit/corpus"
)

func TestTheTableHasTheWholeCorpus(t *testing.T) {
	t.Parallel()
	const known = 72
	var names []string
	short := 0
	for _, s := range corpus.Sources() {
		names = append(names, s.Name)
		if s.Short {
			short++
		}
	}
	slices.Sort(names)
	if distinct := len(slices.Compact(slices.Clone(names))); distinct != len(names) || len(names) != known {
		t.Errorf("%d sources with %d names, want %d", len(names), distinct, known)
	}
	if short != 17 {
		t.Errorf("%d short sources, want 17", short)
	}
}

func TestRandomSourcesAreDrawnAgainFromTheirSeed(t *testing.T) {
	t.Parallel()
	suffixes, damaged, distinct := map[string]bool{}, 0, map[string]bool{}
	const draws = 300
	for n := range draws {
		s := corpus.Random(7, n)
		if again := corpus.Random(7, n); !reflect.DeepEqual(s, again) {
			t.Fatalf("source %d is %+v, then %+v", n, s, again)
		}
		suffixes[filepath.Ext(s.Name)] = true
		distinct[strings.Join(s.Steps[:len(s.Steps)-1], "\n")] = true
		if s.Want.Refusable {
			damaged++
		}
	}
	if len(suffixes) < 12 || damaged < draws/5 || damaged > draws/2 || len(distinct) < draws*9/10 {
		t.Errorf("%d sources of %d kinds, %d of them different, %d damaged", draws, len(suffixes), len(distinct), damaged)
	}
	if reflect.DeepEqual(corpus.Random(7, 1), corpus.Random(8, 1)) {
		t.Error("two seeds draw the same")
	}
}

func TestShortSourcesCanBeMade(t *testing.T) {
	t.Parallel()
	for _, s := range corpus.Sources() {
		if !s.Short {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			path, err := s.File(t.Context(), corpus.Short)
			if err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(path); err != nil || info.Size() == 0 {
				t.Errorf("%v, %v", info, err)
			}
		})
	}
}
