package soak_test

import (
	crand "crypto/rand"
	"encoding/binary"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"matinee/internal/testkit/corpus"
	"matinee/internal/testkit/judge"
)

var (
	random = flag.Int("random", 2, "how many random sources to try")
	seed   = flag.Uint64("seed", 1, "what random sources are drawn from; 0 draws one")
	first  = flag.Int("first", 0, "number of the first random source of the seed")
)

// Every random source must end exact, or be refused by a known code where it was spoilt.
func TestRandomSourcesKeepThePromises(t *testing.T) {
	t.Parallel()
	tool, sum := openTool(t), newTally(t)
	from := *seed
	if from == 0 {
		from = drawn(t)
	}
	t.Logf("seed %d", from)
	for n := *first; n < *first+*random; n++ {
		t.Run(fmt.Sprintf("%d", n), func(t *testing.T) {
			t.Parallel()
			source := corpus.Random(from, n)
			t.Logf("again: go test ./test/soak -run RandomSources -seed %d -first %d -random 1 -v\n%s", from, n, strings.Join(source.Steps, "\n"))
			path, err := source.File(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			j := judge.Judge{Tool: tool, Policy: judge.Small(time.Second), Scratch: t.TempDir()}
			sum.hold(t, j, path, source.Want, 0)
		})
	}
}

func drawn(t *testing.T) uint64 {
	t.Helper()
	var b [8]byte
	if _, err := crand.Read(b[:]); err != nil {
		t.Fatal(err)
	}
	return uint64(binary.LittleEndian.Uint32(b[:])) + 1
}
