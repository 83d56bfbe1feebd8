package packaging_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"matinee/internal/packaging"
)

const vttHead = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n"

func TestSubtitlesAreMovedToTheOutputsTimeline(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in            string
		shift, length time.Duration
		want          string // after the head
		cues          int
	}{
		"as they are": {
			"WEBVTT\n\n00:01.000 --> 00:04.500\nHello\n\n01:00:15.000 --> 01:00:19.500\nBye <i>you</i>\n", 0, 2 * time.Hour,
			"\n00:00:01.000 --> 00:00:04.500\nHello\n\n01:00:15.000 --> 01:00:19.500\nBye <i>you</i>\n", 2,
		},
		"of a source that starts later, or before its own zero": {
			"WEBVTT\n\n01:40.000 --> 01:42.000\nstraddles\n\n01:41.500 --> 01:41.600\n\n\n03:00.000 --> 03:01.000\nafter the end\n\n00:01.000 --> 00:02.000\nbefore\n\n-00:01.000 --> 01:50.000\nlong\n",
			101*time.Second + 500*time.Millisecond, 5 * time.Second,
			"\n00:00:00.000 --> 00:00:00.500\nstraddles\n\n00:00:00.000 --> 00:00:05.000\nlong\n", 2,
		},
		"with a lead before its zero": {"00:01.000 --> 00:02.000\nx", -700 * time.Millisecond, time.Minute, "\n00:00:01.700 --> 00:00:02.700\nx\n", 1},
		"in the order of their starts": {
			"00:09.000 --> 00:10.000\nlater\n\n00:01.000 --> 00:02.000\nfirst\n\n00:01.000 --> 00:03.000\nsecond", 0, time.Minute,
			"\n00:00:01.000 --> 00:00:02.000\nfirst\n\n00:00:01.000 --> 00:00:03.000\nsecond\n\n00:00:09.000 --> 00:00:10.000\nlater\n", 3,
		},
		"with settings that need nothing else": {
			"id-1\r\n00:01.000 --> 00:02.000 align:start position:10%,line-left line:-1 region:fred onclick:x\r\nx\r\n", 0, time.Minute,
			"\n00:00:01.000 --> 00:00:02.000 align:start position:10%,line-left line:-1\nx\n", 1,
		},
		"with markup that players know": {
			"00:01.000 --> 00:02.000\n<b>a</b> < b & c &amp; <script>x</script> <v Bob>y\x00\x07</v>\nz --> 1\n", 0, time.Minute,
			"\n00:00:01.000 --> 00:00:02.000\n<b>a</b> &lt; b &amp; c &amp; &lt;script&gt;x&lt;/script&gt; &lt;v Bob&gt;y&lt;/v&gt;\nz --&gt; 1\n", 1,
		},
		"without what is no cue": {
			"WEBVTT\n\nSTYLE\n::cue { background: url(http://x) }\n\nNOTE a\n\nREGION\nid:fred\n\nx --> y\nz\n\n00:05.000 --> 00:04.000\nbackwards\n\n00:99.000 --> 02:00.000\nno time\n\n00:01.000 -->\nopen", 0, time.Minute,
			"", 0,
		},
		"of nothing": {"", 0, time.Minute, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, cues := packaging.Subtitles([]byte(c.in), c.shift, c.length)
			if string(got) != vttHead+c.want || cues != c.cues {
				t.Errorf("%d cues:\n%s\nwant %d:\n%s", cues, got, c.cues, vttHead+c.want)
			}
		})
	}
}

// FuzzSubtitles holds that whatever comes out is read back as the same, and that nothing in it ends a cue early.
func FuzzSubtitles(f *testing.F) {
	f.Add([]byte("WEBVTT\n\n00:01.000 --> 00:04.500 align:start\nHello\n"), int64(0))
	f.Add([]byte("9999999:59:60.999 --> 9:59:59.999\n<\n\n-00:00.000-->00:00.001\n\xff\xfe&"), int64(-1<<40))
	f.Fuzz(func(t *testing.T, text []byte, shift int64) {
		const length = 12 * time.Hour
		once, cues := packaging.Subtitles(text, time.Duration(shift).Round(time.Millisecond), length)
		again, same := packaging.Subtitles(once, 0, length)
		if !bytes.Equal(once, again) || cues != same {
			t.Errorf("%d cues become %d:\n%q\n%q", cues, same, once, again)
		}
		if n := strings.Count(string(once), "-->"); n != cues {
			t.Errorf("%d arrows for %d cues", n, cues)
		}
	})
}
