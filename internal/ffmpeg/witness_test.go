package ffmpeg_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
)

// pictures are the lines of frames [first, end) of a plan whose tick is a frame; key pictures come every ten.
func pictures(first, end int) string {
	var out strings.Builder
	for n := first; n < end; n++ {
		key := 0
		if n%10 == 0 {
			key = 1
		}
		fmt.Fprintf(&out, "[Parsed_showinfo_0 @ 0x55d2] [info] n:%4d pts:%7d pts_time:%-7g pos: 1 fmt:yuv420p iskey:%d type:P \n", n-first, n, float64(n)/25, key)
	}
	return out.String()
}

func TestWhatADecoderSaysBecomesDamage(t *testing.T) {
	t.Parallel()
	const (
		concealed = "[h264 @ 0x55d2] [info] concealing 185 DC, 185 AC, 185 MV errors in P frame\n"
		harmless  = "[h264 @ 0x55d2] [error] mmco: unref short failure\n"
		broken    = "[hevc @ 0x55d2] [error] The cu_qp_delta -72 is outside the valid range [-28, 25].\n"
		lost      = "[error] Error while decoding stream #0:0: Invalid data found when processing input\n"
		corrupt   = "[warning] file:x: corrupt decoded frame in stream 0\n"
	)
	for name, c := range map[string]struct {
		said   string
		seeked bool
		hold   bool
		source media.SourceFacts
		want   []media.FrameRange
	}{
		"nothing":                 {said: pictures(0, 100)},
		"words that mean nothing": {said: pictures(0, 50) + harmless + "[info] Stream mapping:\n[warning] deprecated\n" + pictures(50, 100)},
		"a concealed picture, until the next key":   {said: pictures(0, 53) + concealed + pictures(53, 100), want: []media.FrameRange{{First: 53, End: 60}}},
		"a corrupt picture":                         {said: pictures(0, 53) + corrupt + pictures(53, 100), want: []media.FrameRange{{First: 53, End: 60}}},
		"two in one group of pictures":              {said: pictures(0, 53) + concealed + pictures(53, 55) + concealed + pictures(55, 100), want: []media.FrameRange{{First: 53, End: 60}}},
		"a decoder that only complains":             {said: pictures(0, 53) + broken + pictures(53, 100), want: []media.FrameRange{{First: 53, End: 60}}},
		"before the chunk":                          {said: pictures(0, 18) + concealed + pictures(18, 100), want: nil},
		"behind the chunk":                          {said: pictures(0, 95) + concealed + pictures(95, 100), want: nil},
		"right after a seek, which is its nature":   {said: pictures(5, 8) + concealed + broken + pictures(8, 100), seeked: true},
		"well after a seek":                         {said: pictures(5, 53) + concealed + pictures(53, 100), seeked: true, want: []media.FrameRange{{First: 53, End: 60}}},
		"lost pictures":                             {said: pictures(0, 40) + lost + pictures(44, 100), want: []media.FrameRange{{First: 40, End: 44}}},
		"a pause that nobody complains of":          {said: pictures(0, 40) + pictures(44, 100)},
		"lost pictures of a variable rate":          {said: pictures(0, 40) + lost + pictures(44, 100), source: media.SourceFacts{Varying: true}},
		"an end too soon":                           {said: pictures(0, 70) + lost, want: []media.FrameRange{{First: 70, End: 90}}},
		"an end too soon that nobody complains of":  {said: pictures(0, 70)},
		"an end too soon of a file that is cut off": {said: pictures(0, 70), source: media.SourceFacts{CutOff: true}, want: []media.FrameRange{{First: 70, End: 90}}},
		"a held chunk":                              {said: pictures(0, 15), hold: true, want: []media.FrameRange{{First: 20, End: 90}}},
		"a held chunk of which nothing came":        {said: "", hold: true, seeked: true, want: []media.FrameRange{{First: 20, End: 90}}},
		"after the pictures' own end":               {said: pictures(0, 80) + lost, source: media.SourceFacts{VideoFrames: 85}, want: []media.FrameRange{{First: 80, End: 85}}},
		"a late start":                              {said: lost + pictures(30, 100), source: media.SourceFacts{}, want: []media.FrameRange{{First: 20, End: 30}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := media.Plan{
				Rate: media.Rational{Num: 25, Den: 1}, Frames: 100, Boundaries: []int64{0, 20, 90, 100}, Source: c.source,
				Chunks: []media.Chunk{{Segments: 1}, {Index: 1, FirstSegment: 1, Segments: 1}, {Index: 2, FirstSegment: 2, Segments: 1}},
			}
			plan.Source.TimeBase = media.Rational{Num: 1, Den: 25}
			if plan.Source.VideoFrames == 0 {
				plan.Source.VideoFrames = 100
			}
			// However the pipe cuts the text, it is read alike.
			for _, step := range []int{1, 7, 100_000} {
				got, _ := ffmpeg.Witness(plan, 1, c.hold, c.seeked, c.said, step)
				if !slices.Equal(got, c.want) {
					t.Errorf("in steps of %d it is %v, want %v", step, got, c.want)
				}
			}
			if _, said := ffmpeg.Witness(plan, 1, c.hold, c.seeked, c.said, 1000); strings.Contains(said, "showinfo") || strings.Contains(said, "Stream mapping") {
				t.Errorf("the log is given %q", said)
			}
		})
	}
}
