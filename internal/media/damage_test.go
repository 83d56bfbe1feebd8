package media_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"matinee/internal/media"
)

func TestDamageIsTheUnionOfWhatWasFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		found []media.FrameRange
		want  media.Damage
	}{
		"nothing":             {nil, media.Damage{}},
		"nothing in a range":  {[]media.FrameRange{{5, 5}, {9, 3}}, media.Damage{}},
		"apart, in any order": {[]media.FrameRange{{20, 25}, {1, 3}}, media.Damage{7, []media.FrameRange{{1, 3}, {20, 25}}}},
		"over a boundary":     {[]media.FrameRange{{90, 100}, {100, 110}}, media.Damage{20, []media.FrameRange{{90, 110}}}},
		"over each other":     {[]media.FrameRange{{1, 10}, {2, 3}, {5, 12}}, media.Damage{11, []media.FrameRange{{1, 12}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := media.DamageOf(c.found); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

func TestMuchDamageIsToldInFewRanges(t *testing.T) {
	t.Parallel()
	random, frames := rand.New(rand.NewPCG(3, 4)), map[int64]bool{}
	var found []media.FrameRange
	for range 3000 {
		r := media.FrameRange{First: random.Int64N(100_000)}
		r.End = r.First + 1 + random.Int64N(5)
		found = append(found, r)
		for n := r.First; n < r.End; n++ {
			frames[n] = true
		}
	}
	d := media.DamageOf(found)
	if d.Frames != int64(len(frames)) || len(d.Ranges) > 100 {
		t.Errorf("%d frames in %d ranges, want %d", d.Frames, len(d.Ranges), len(frames))
	}
	covered := int64(0)
	for i, r := range d.Ranges {
		covered += r.Frames()
		if i > 0 && r.First <= d.Ranges[i-1].End {
			t.Errorf("%v follows %v", r, d.Ranges[i-1])
		}
		for n := r.First; n < r.End; n++ {
			delete(frames, n)
		}
	}
	if len(frames) > 0 || covered < d.Frames {
		t.Errorf("%d frames lie in no range", len(frames))
	}
}
