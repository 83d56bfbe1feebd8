package media_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"matinee/internal/media"
)

// testdata/whole.mp4 has 50 pictures of 64x36 at 25 a second, a key frame every 25 and B pictures, its index last, and 2 s of AAC
// with one channel at 44.1 kHz. whole.mov is the same as QuickTime has it, its index first.

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wholeProbe is what ffprobe says of both files.
func wholeProbe() media.Probe {
	return media.Probe{Container: media.MP4, Indexed: true, DurationSeconds: 2, Streams: []media.Stream{
		{
			Index: 0, Kind: media.VideoStream, Codec: "h264", TimeBase: media.Rational{Num: 1, Den: 12800}, DurationSeconds: 2, Packets: 50,
			Width: 64, Height: 36, PixelFormat: "yuv420p", PixelShape: media.Rational{Num: 1, Den: 1},
			BaseRate: media.Rational{Num: 25, Den: 1}, AverageRate: media.Rational{Num: 25, Den: 1},
		},
		{Index: 1, Kind: media.AudioStream, Codec: "aac", TimeBase: media.Rational{Num: 1, Den: 44100}, DurationSeconds: 2, Channels: 1, SampleRate: 44100},
	}}
}

func secondLong() media.Policy { return media.Policy{Segment: time.Second} }

// copyingPlan plans a file's bytes as the product does.
func copyingPlan(t testing.TB, data []byte, p media.Probe) (media.Plan, media.Tables) {
	t.Helper()
	tables, err := media.ReadTables(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if err := tables.FindKeys(bytes.NewReader(data), time.Second); err != nil {
		t.Fatal(err)
	}
	plan, err := media.NewCopyingPlan(p, tables, secondLong(), media.EncoderInfo{})
	if err != nil {
		t.Fatal(err)
	}
	return plan, tables
}

func reasons(plan media.Plan) map[string]media.CopyCode {
	out := map[string]media.CopyCode{}
	for _, n := range plan.NotCopied {
		out[n.Track] = n.Code
	}
	return out
}

func TestAWebSafeFileIsPassedThrough(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"whole.mp4", "whole.mov"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan, tables := copyingPlan(t, file(t, name), wholeProbe())
			if len(plan.NotCopied) > 0 {
				t.Fatalf("not passed through: %v", plan.NotCopied)
			}
			if !slices.Equal(plan.Boundaries, []int64{0, 25, 50}) {
				t.Errorf("boundaries %v, want those of the key frames", plan.Boundaries)
			}
			rung := plan.Rungs[0]
			if rung.ID != media.SourceRung || !rung.Copied || rung.Width != 64 || rung.Height != 36 || rung.Level != "1.0" || len(rung.EncoderArgs) > 0 {
				t.Errorf("rung %+v", rung)
			}
			if bytesOf := tables.Tracks[0].Extents(0, 25); rung.CapBitsPerSecond < 8*bytesOf[0].Length {
				t.Errorf("the peak is %d bits a second, the first second has %v", rung.CapBitsPerSecond, bytesOf)
			}
			if encoded := plan.Encoded(); len(encoded) != 1 || encoded[0].ID == media.SourceRung {
				t.Errorf("encoded %+v, want one beside it", encoded)
			}
			// 1,024 samples of priming are cut away by the edit list: one whole frame.
			a := plan.Audio[0]
			if !a.Copied || a.SampleRate != 44100 || a.Channels != 1 || a.FirstFrame != 1 || a.OffsetSamples != 0 || a.Frames != 87 || len(plan.EncodedAudio()) > 0 {
				t.Errorf("sound %+v", a)
			}
			if cuts := []int64{plan.CutOf(a, 0), plan.CutOf(a, 1), plan.CutOf(a, 2)}; !slices.Equal(cuts, []int64{0, 43, 87}) {
				t.Errorf("sound is cut at %v", cuts)
			}
		})
	}
}

func TestALastPictureThatIsSaidToLastLongerIsOne(t *testing.T) {
	t.Parallel()
	for _, seconds := range []float64{1.96, 2.04} {
		probe := wholeProbe()
		probe.Streams[0].DurationSeconds = seconds
		plan, _ := copyingPlan(t, file(t, "whole.mp4"), probe)
		if len(plan.NotCopied) > 0 || plan.Frames != 50 || plan.Source.VideoFrames != 50 {
			t.Errorf("%.2f s: %d frames, not passed through: %v", seconds, plan.Frames, plan.NotCopied)
		}
		keepsItsPromises(t, plan)
	}
}

// box returns where the content of the nth box of the kind begins: behind its four letters.
func box(t testing.TB, data []byte, kind string, n int) int {
	t.Helper()
	at := 0
	for range n + 1 {
		i := bytes.Index(data[at:], []byte(kind))
		if i < 0 {
			t.Fatalf("the file has no %s", kind)
		}
		at += i + len(kind)
	}
	return at
}

func TestWhatCannotBePassedThroughIsRefusedByName(t *testing.T) {
	t.Parallel()
	word := func(b []byte, at int, v uint32) { binary.BigEndian.PutUint32(b[at:], v) }
	for name, c := range map[string]struct {
		bend           func(t *testing.T, b []byte)
		probe          func(p *media.Probe)
		picture, sound media.CopyCode
	}{
		"a rotating matrix":        {bend: func(t *testing.T, b []byte) { word(b, box(t, b, "tkhd", 0)+44, 0x10000) }, picture: media.Rotated},
		"two sample entries":       {bend: func(t *testing.T, b []byte) { word(b, box(t, b, "stsd", 0)+4, 2) }, picture: media.SeveralFormats},
		"two sets of parameters":   {bend: func(t *testing.T, b []byte) { b[box(t, b, "avcC", 0)+5] = 0xe2 }, picture: media.ParameterSets},
		"ten bits":                 {bend: func(t *testing.T, b []byte) { b[box(t, b, "avcC", 0)+9] = 110 }, picture: media.UnplayableCoding},
		"level 6":                  {bend: func(t *testing.T, b []byte) { b[box(t, b, "avcC", 0)+11] = 60 }, picture: media.UnplayableCoding},
		"parameters that are cut":  {bend: func(t *testing.T, b []byte) { b[box(t, b, "avcC", 0)+6] = 0xff }, picture: media.BrokenTables},
		"a picture off the grid":   {bend: func(t *testing.T, b []byte) { word(b, box(t, b, "ctts", 0)+20, 1100) }, picture: media.NotConstantRate},
		"a picture twice":          {bend: func(t *testing.T, b []byte) { word(b, box(t, b, "ctts", 0)+20, 1024) }, picture: media.NotConstantRate},
		"another codec":            {bend: func(t *testing.T, b []byte) { copy(b[box(t, b, "avc1", 1)-4:], "avc3") }, picture: media.NotH264},
		"a picture in the edit":    {bend: func(t *testing.T, b []byte) { word(b, box(t, b, "elst", 0)+12, 1025) }, picture: media.EditList},
		"an edit at another speed": {bend: func(t *testing.T, b []byte) { word(b, box(t, b, "elst", 0)+16, 0x20000) }, picture: media.EditList},
		"an edit that ends early":  {bend: func(t *testing.T, b []byte) { word(b, box(t, b, "elst", 0)+8, 1500) }, picture: media.EditList},
		"an endless table":         {bend: func(t *testing.T, b []byte) { word(b, box(t, b, "stsz", 0)+8, 1<<31) }, picture: media.BrokenTables},
		"endless samples of a size": {bend: func(t *testing.T, b []byte) {
			word(b, box(t, b, "stsz", 0)+4, 1)
			word(b, box(t, b, "stsz", 0)+8, 1<<31)
		}, picture: media.TooManySamples},
		"a chunk outside the file":   {bend: func(t *testing.T, b []byte) { word(b, box(t, b, "stco", 0)+8, 1<<30) }, picture: media.BrokenTables},
		"no samples in chunks":       {bend: func(t *testing.T, b []byte) { word(b, box(t, b, "stsc", 0)+12, 0) }, picture: media.BrokenTables},
		"a key frame out of order":   {bend: func(t *testing.T, b []byte) { word(b, box(t, b, "stss", 0)+12, 1) }, picture: media.BrokenTables},
		"a recovery point":           {bend: bendSecondKey(0x61), picture: media.OpenGOP},
		"other parameters inside":    {bend: bendSecondKey(0x67), picture: media.ParameterSets},
		"a key frame of no NAL unit": {bend: bendSecondKey(0x66), picture: media.OpenGOP},
		"SBR":                        {bend: bendConfig(0x2a, 0x08), sound: media.NotAACLC},
		"six channels":               {bend: bendConfig(0x12, 0x30), sound: media.SoundChannels},
		"22 kHz":                     {bend: bendConfig(0x13, 0x88), sound: media.SoundSampleRate},
		"short frames":               {bend: bendConfig(0x12, 0x0c), sound: media.NotAACLC},
		"a gap of sound":             {bend: func(t *testing.T, b []byte) { word(b, box(t, b, "stts", 1)+12, 2048) }, sound: media.SoundGaps},
		"an unknown sound entry":     {bend: func(t *testing.T, b []byte) { b[box(t, b, "mp4a", 0)+9] = 2 }, sound: media.SoundEntry},
		"a fragment":                 {bend: func(t *testing.T, b []byte) { copy(b[box(t, b, "udta", 0)-4:], "mvex") }, picture: media.Fragmented, sound: media.Fragmented},
		"a cut off file":             {probe: func(p *media.Probe) { p.CutOff = true }, picture: media.CopyCutOff, sound: media.CopyCutOff},
		"a rotated picture":          {probe: func(p *media.Probe) { p.Streams[0].Rotation = 90 }, picture: media.Rotated},
		"pixels that are not square": {probe: func(p *media.Probe) { p.Streams[0].PixelShape = media.Rational{Num: 64, Den: 45} }, picture: media.NotSquare},
		"4:4:4":                      {probe: func(p *media.Probe) { p.Streams[0].PixelFormat = "yuv444p" }, picture: media.UnplayableCoding},
		"high dynamic range":         {probe: func(p *media.Probe) { p.Streams[0].ColourTransfer = "arib-std-b67" }, picture: media.HighDynamicRange},
		"interlaced":                 {probe: func(p *media.Probe) { p.Streams[0].FieldOrder = "tt" }, picture: media.InterlacedCoding},
		"HEVC":                       {probe: func(p *media.Probe) { p.Streams[0].Codec = "hevc" }, picture: media.NotH264},
		"sound that lasts longer":    {probe: func(p *media.Probe) { p.Streams[1].DurationSeconds = 3 }, picture: media.PictureTooShort, sound: media.SoundTooShort},
		"sound that begins earlier":  {probe: func(p *media.Probe) { p.Streams[1].StartSeconds = -0.2 }, picture: media.SoundFirst, sound: media.SoundLate},
		"another clock":              {probe: func(p *media.Probe) { p.Streams[0].StartTicks = 6400 }, picture: media.SoundFirst},
		"other streams":              {probe: func(p *media.Probe) { p.Streams[0].Index, p.Streams[1].Index = 1, 0 }, picture: media.TimelineDiffers, sound: media.TimelineDiffers},
		"another format of sound":    {probe: func(p *media.Probe) { p.Streams[1].Codec = "ac3" }, sound: media.NotAAC},
		"two more pictures promised": {probe: func(p *media.Probe) { p.Streams[0].DurationSeconds = 2.08 }, picture: media.NotConstantRate},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, probe := file(t, "whole.mp4"), wholeProbe()
			if c.bend != nil {
				c.bend(t, data)
			}
			if c.probe != nil {
				c.probe(&probe)
			}
			plan, _ := copyingPlan(t, data, probe)
			want := map[string]media.CopyCode{}
			if c.picture != "" {
				want[media.SourceRung] = c.picture
			}
			if c.sound != "" {
				want["audio-1"] = c.sound
			}
			got := reasons(plan)
			if got[media.SourceRung] != want[media.SourceRung] || got["audio-1"] != want["audio-1"] {
				t.Errorf("refused %v, want %v", got, want)
			}
			keepsItsPromises(t, plan)
		})
	}
}

// bendSecondKey changes what the first NAL unit of the second key frame says that it is.
func bendSecondKey(header byte) func(*testing.T, []byte) {
	return func(t *testing.T, b []byte) {
		tables, err := media.ReadTables(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		b[tables.Tracks[0].Extents(25, 26)[0].At+4] = header
	}
}

// bendConfig changes the AudioSpecificConfig, which comes behind its descriptor's tag and four bytes of length.
func bendConfig(first, second byte) func(*testing.T, []byte) {
	return func(t *testing.T, b []byte) {
		at := bytes.Index(b, []byte("\x05\x80\x80\x80"))
		if at < 0 {
			t.Fatal("no AudioSpecificConfig")
		}
		b[at+5], b[at+6] = first, second
	}
}

func TestTooManyBitsAreNotPassedThrough(t *testing.T) {
	t.Parallel()
	data := file(t, "whole.mp4")
	tables, err := media.ReadTables(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if err := tables.FindKeys(bytes.NewReader(data), time.Second); err != nil {
		t.Fatal(err)
	}
	policy := secondLong()
	policy.Ladder = []media.Step{{ShortSide: 36, CapBitsPerSecond: 1000}}
	plan, err := media.NewCopyingPlan(wholeProbe(), tables, policy, media.EncoderInfo{})
	if err != nil || reasons(plan)[media.SourceRung] != media.BitRateTooHigh {
		t.Errorf("refused %v, %v", plan.NotCopied, err)
	}
}

func TestEveryCopyCodeHasWords(t *testing.T) {
	t.Parallel()
	seen := map[media.CopyCode]bool{}
	for _, c := range media.CopyCodes() {
		if seen[c] || c.Message() == "" {
			t.Errorf("%s: %q", c, c.Message())
		}
		seen[c] = true
	}
}

func TestAShortTailBelongsToTheSegmentBefore(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[float64]int{8.48: 2, 8.52: 3, 0.3: 1, 4.2: 1, 4.6: 2} {
		p := wholeProbe()
		p.Streams[0].DurationSeconds, p.Streams[1].DurationSeconds = seconds, seconds
		plan, err := media.NewPlan(p, media.Policy{}, media.EncoderInfo{})
		if err != nil || plan.Segments() != want {
			t.Errorf("%.2f s: %d segments, want %d: %v, %v", seconds, plan.Segments(), want, plan.Boundaries, err)
		}
		keepsItsPromises(t, plan)
	}
}

func FuzzReadTables(f *testing.F) {
	f.Add(file(f, "whole.mp4"))
	f.Add(file(f, "whole.mov"))
	f.Fuzz(func(t *testing.T, data []byte) {
		size := int64(len(data))
		plan, tables := copyingPlan(t, data, wholeProbe()) // of bytes in memory, nothing is an error
		keepsItsPromises(t, plan)
		for i := range tables.Tracks {
			track := &tables.Tracks[i]
			if track.Why != "" {
				continue
			}
			last := track.Samples() - 1
			for _, e := range track.Extents(max(0, last-100), last+1) {
				if e.At < 0 || e.Length <= 0 || e.At+e.Length > size {
					t.Errorf("samples at %d, %d bytes long, of %d", e.At, e.Length, size)
				}
			}
			track.Shown(last)
		}
	})
}
