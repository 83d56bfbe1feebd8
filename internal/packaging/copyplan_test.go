package packaging_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"matinee/internal/media"
	"matinee/internal/packaging"
)

// testdata/source.mp4 has 50 pictures of 64x36 at 25 a second, a key frame every 25, and 2 s of AAC with one channel at 44.1 kHz.

// copiedPlan passes testdata/source.mp4 through.
func copiedPlan(t testing.TB, source []byte) media.Plan {
	t.Helper()
	tables, err := media.ReadTables(bytes.NewReader(source), int64(len(source)))
	if err != nil {
		t.Fatal(err)
	}
	if err := tables.FindKeys(bytes.NewReader(source), time.Second); err != nil {
		t.Fatal(err)
	}
	probe := media.Probe{Container: media.MP4, Indexed: true, DurationSeconds: 2, Streams: []media.Stream{
		{
			Kind: media.VideoStream, Codec: "h264", TimeBase: media.Rational{Num: 1, Den: 12800}, DurationSeconds: 2, Packets: 50,
			Width: 64, Height: 36, PixelFormat: "yuv420p", BaseRate: media.Rational{Num: 25, Den: 1}, AverageRate: media.Rational{Num: 25, Den: 1},
		},
		{Index: 1, Kind: media.AudioStream, Codec: "aac", TimeBase: media.Rational{Num: 1, Den: 44100}, DurationSeconds: 2, Channels: 1, SampleRate: 44100},
	}}
	plan, err := media.NewCopyingPlan(probe, tables, media.Policy{Segment: time.Second}, media.EncoderInfo{})
	if err != nil || len(plan.NotCopied) > 0 {
		t.Fatalf("%v, not passed through: %v", err, plan.NotCopied)
	}
	return plan
}

func openCopy(t testing.TB, source []byte, plan media.Plan) *packaging.Copy {
	t.Helper()
	c, err := packaging.OpenCopy(bytes.NewReader(source), int64(len(source)), plan)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheInitOfACopyIsTheSourcesOwnConfiguration(t *testing.T) {
	t.Parallel()
	source := stream(t, "source.mp4")
	c := openCopy(t, source, copiedPlan(t, source))
	for track, want := range map[string]string{media.SourceRung: "avc1.64000a", "audio-1": "mp4a.40.2"} {
		init, err := c.Init(track)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := packaging.Codec(init); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", track, got, err, want)
		}
		if bytes.Contains(init, []byte("elst")) {
			t.Errorf("%s has an edit list", track)
		}
		if box := configOf(source, track); !bytes.Contains(init, box) {
			t.Errorf("the configuration of %s is not the source's", track)
		}
	}
	if _, err := c.Init("h264-36"); !errors.Is(err, packaging.ErrSpan) {
		t.Errorf("an encoded track is copied: %v", err)
	}
}

// configOf returns the source's avcC box from its letters on, or its AudioSpecificConfig.
func configOf(source []byte, track string) []byte {
	if track == media.SourceRung {
		at := bytes.Index(source, []byte("avcC"))
		return source[at : at+int(source[at-1])-4]
	}
	at := bytes.Index(source, []byte("\x05\x80\x80\x80"))
	return source[at+5 : at+5+int(source[at+4])]
}

func TestASourceThatHasChangedIsNotCut(t *testing.T) {
	t.Parallel()
	source := stream(t, "source.mp4")
	plan := copiedPlan(t, source)
	longer := plan
	longer.Frames, longer.Boundaries = 75, []int64{0, 25, 50, 75}
	if _, err := packaging.OpenCopy(bytes.NewReader(source), int64(len(source)), longer); !errors.Is(err, packaging.ErrSpan) {
		t.Errorf("a plan of more pictures: %v", err)
	}
	c := openCopy(t, source, plan)
	for _, number := range []int{-1, 2} {
		if _, err := c.Segment(media.SourceRung, number); !errors.Is(err, packaging.ErrSpan) {
			t.Errorf("segment %d: %v", number, err)
		}
	}
	first, err := c.Segment(media.SourceRung, 0)
	if err != nil {
		t.Fatal(err)
	}
	data := first[bytes.Index(first, []byte("mdat"))+4:]
	at := bytes.Index(source, data[:64])
	source[at] = 0xff // the length of its first NAL unit: the Copy reads the same bytes
	if _, err := c.Segment(media.SourceRung, 0); !errors.Is(err, packaging.ErrSpan) {
		t.Errorf("a picture that is no row of NAL units: %v", err)
	}
}

func TestListsKnowWhatIsCopied(t *testing.T) {
	t.Parallel()
	source := stream(t, "source.mp4")
	plan := copiedPlan(t, source)
	plan.Audio[0].OffsetSamples = 441 // as if the sound began 10 ms late
	p := packaging.Presentation{Plan: plan, Tracks: []packaging.Track{
		{ID: media.SourceRung, Codec: "avc1.64000a"}, {ID: plan.Encoded()[0].ID, Codec: "avc1.64001e"}, {ID: "audio-1", Codec: "mp4a.40.2"},
	}}
	master, err := packaging.Master(p)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(master), `CODECS="avc1.64000a,mp4a.40.2"`) || strings.Count(string(master), "TYPE=AUDIO") != 1 {
		t.Errorf("%s", master)
	}
	list, err := packaging.MediaPlaylist(p, "audio-1")
	if err != nil {
		t.Fatal(err)
	}
	// 43 and 44 frames of 1,024 samples at 44.1 kHz, the first behind 10 ms of nothing.
	if !strings.Contains(string(list), "#EXTINF:1.008458,") || !strings.Contains(string(list), "#EXTINF:1.021678,") {
		t.Errorf("%s", list)
	}
	manifest, err := packaging.MPD(p)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(manifest), `timescale="44100"`) || !strings.Contains(string(manifest), `<S t="441" d="44032"`) || !strings.Contains(string(manifest), `audioSamplingRate="44100"`) {
		t.Errorf("%s", manifest)
	}
}

func FuzzCopy(f *testing.F) {
	source := stream(f, "source.mp4")
	plan := copiedPlan(f, source)
	f.Add(source)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := packaging.OpenCopy(bytes.NewReader(data), int64(len(data)), plan)
		if err != nil {
			return
		}
		for _, track := range []string{media.SourceRung, "audio-1"} {
			init, err := c.Init(track)
			if err != nil {
				continue
			}
			for k := range plan.Segments() {
				segment, err := c.Segment(track, k)
				if err != nil {
					continue
				}
				span := packaging.AudioSpan(plan, track, init)
				if track == media.SourceRung {
					span = packaging.VideoSpan(plan, track, init, 0, plan.Segments())
				}
				if _, err := packaging.CheckSegment(span, k, segment); err != nil {
					t.Errorf("segment %d of %s was cut and does not pass: %v", k, track, err)
				}
			}
		}
	})
}
