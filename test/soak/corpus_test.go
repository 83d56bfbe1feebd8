package soak_test

import (
	"flag"
	"testing"
	"time"

	"matinee/internal/testkit/corpus"
	"matinee/internal/testkit/judge"
)

var whole = flag.Bool("corpus", false, "take the whole corpus at full length instead of 17 short sources")

// The slice has segments of a second, the whole corpus those that the product makes.
func TestTheCorpusEndsAsItMust(t *testing.T) {
	t.Parallel()
	tool, sum := openTool(t), newTally(t)
	seconds, segment := corpus.Short, time.Second
	if *whole {
		seconds, segment = corpus.Long, 4*time.Second
	}
	for _, source := range corpus.Sources() {
		if !source.Short && !*whole {
			continue
		}
		t.Run(source.Name, func(t *testing.T) {
			t.Parallel()
			path, err := source.File(t.Context(), seconds)
			if err != nil {
				t.Fatal(err)
			}
			j := judge.Judge{Tool: tool, Policy: judge.Small(segment), Scratch: t.TempDir()}
			sum.hold(t, j, path, source.Want, seconds)
		})
	}
}
