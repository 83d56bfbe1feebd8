package e2e_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"matinee/client"
	"matinee/internal/testkit/clips"
	"matinee/internal/testkit/corpus"
)

var soak = flag.Duration("soak", 0, "how long TestSoak repeats the kill test with other sources and moments")

// TestSoak repeats the kill test for as long as asked, which is no time at all unless -soak says otherwise.
func TestSoak(t *testing.T) { //nolint:paralleltest // it wants both cores
	const killsOfARound = 20
	for begun, round := time.Now(), 1; time.Since(begun) < *soak; round++ {
		t.Run(fmt.Sprintf("round %d", round), func(t *testing.T) {
			strike(t, rand.Uint64(), killsOfARound, func(r *rand.Rand) []source { return mixedSources(t, r)[:8] })
		})
	}
}

var corpusToo = flag.Bool("corpus", false, "put the whole corpus through the server instead of a few odd sources")

// What the encoder does with the corpus is judged in test/soak; here it goes through upload, tasks, database and origin.
func TestOddSourcesEndInTheProductAsTheTableSays(t *testing.T) { //nolint:paralleltest // it wants both cores
	few := []string{"trunc_moovend.mp4", "trunc_faststart.mp4", "cover.m4a", "multi.mkv", "subs.mkv", "live.webm", "discont.ts"}
	s := newFolder(t).start()
	owner := s.account("owner", "uploader")
	videos := map[string]string{}
	sources := slices.DeleteFunc(corpus.Sources(), func(s corpus.Source) bool { return !*corpusToo && !slices.Contains(few, s.Name) })
	for _, source := range sources {
		path, err := source.File(t.Context(), corpus.Short)
		if err != nil {
			t.Fatal(err)
		}
		videos[source.Name] = upload(t, owner, source.Name, "public", path).ID
	}
	for _, source := range sources {
		t.Run(source.Name, func(t *testing.T) {
			v := awaitSettled(t, owner, videos[source.Name])
			if want := source.Want; want.Refused != "" {
				if v.Error == nil || v.Error.Code != want.Refused || v.Error.Next == "" {
					t.Errorf("it is %s with %+v, want it refused as %s", v.State, v.Error, want.Refused)
				}
				return
			}
			if v.State != "ready" {
				t.Fatalf("it is %s: %+v", v.State, v.Error)
			}
			presentationOf(t, owner, v.ID).wantExact(t)
			wantAsSaid(t, source.Want, v)
		})
	}
	s.stop()
}

// wantAsSaid holds what the API tells of a video to the table.
func wantAsSaid(t *testing.T, want corpus.Want, v client.Video) {
	t.Helper()
	kinds := map[string]int{}
	for _, track := range v.Tracks {
		kinds[track.Kind]++
	}
	if kinds["audio"] != want.Sound || kinds["subtitles"] != want.Subtitles {
		t.Errorf("it has the tracks %v, want %d of sound and %d of text", kinds, want.Sound, want.Subtitles)
	}
	if damaged := v.Damage != nil && v.Damage.Frames > 0; want.Damage == corpus.Some && !damaged || want.Damage == corpus.None && v.Damage != nil {
		t.Errorf("the damage is %+v", v.Damage)
	}
}

// awaitSettled waits until a video is ready or failed.
func awaitSettled(t *testing.T, c *client.Client, id string) (v client.Video) {
	t.Helper()
	eventually(t, settledWithin, "video "+id+" is ready or failed", slowly(func() bool {
		var err error
		if v, err = c.Video(t.Context(), id); err != nil {
			t.Fatalf("read video %s: %v", id, err)
		}
		return v.State == "ready" || v.State == "failed"
	}))
	return v
}

// source is a file to upload.
type source struct {
	name, path string
	refusable  bool // it may also fail by name
}

func clipSources(t *testing.T, all ...clips.Clip) (found []source) {
	t.Helper()
	for _, c := range all {
		found = append(found, source{name: string(c), path: clips.Path(t, c)})
	}
	return found
}

// mixedSources are footage, some of the odd sources of the corpus, and as many that are drawn, in any order.
func mixedSources(t *testing.T, r *rand.Rand) []source {
	t.Helper()
	all := clipSources(t, clips.Flower, clips.Friday, clips.LateVideo, clips.ProgramStream, clips.TransportHEVC)
	for _, s := range corpus.Sources() {
		if !s.Short || s.Want.Subtitles > 0 {
			continue
		}
		path, err := s.File(t.Context(), corpus.Short)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, source{s.Name, path, s.Want.Refused != ""})
	}
	for seed, n := r.Uint64N(1<<32), 0; n < 20; n++ {
		s := corpus.Random(seed, n)
		path, err := s.File(t.Context(), 0)
		if err != nil {
			t.Fatalf("%v: %q", err, s.Steps)
		}
		if s.Want.Subtitles == 0 {
			all = append(all, source{s.Name, path, s.Want.Refusable})
		}
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}
