package e2e_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"matinee/internal/testkit/clips"
)

var soak = flag.Duration("soak", 0, "how long TestSoak repeats the kill test with other sources and moments")

// TestSoak repeats the kill test for as long as asked, which is no time at all unless -soak says otherwise.
func TestSoak(t *testing.T) { //nolint:paralleltest // it wants both cores
	sources := []clips.Clip{
		clips.BigBuckBunny, clips.CarDetection, clips.Flower, clips.Friday, clips.Film, clips.Phone, clips.Rotated, clips.OddSize, clips.LateAudio,
		clips.LateVideo, clips.Silent, clips.ProgramStream, clips.TransportHEVC, clips.OpenHEVC, clips.ScreenWebM, clips.LiveMatroska,
	}
	for begun, round := time.Now(), 1; time.Since(begun) < *soak; round++ {
		t.Run(fmt.Sprintf("round %d", round), func(t *testing.T) {
			seed := rand.Uint64()
			random := rand.New(rand.NewPCG(seed, 1))
			random.Shuffle(len(sources), func(i, j int) { sources[i], sources[j] = sources[j], sources[i] })
			strike(t, seed, kills, sources[:4])
		})
	}
}
