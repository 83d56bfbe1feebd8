package media_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"matinee/internal/media"
)

// keepsItsPromises checks what must hold of every plan, whatever the source.
func keepsItsPromises(t *testing.T, p media.Plan) {
	t.Helper()
	if p.Frames < 1 || p.Segments() < 1 || p.Boundaries[0] != 0 || p.Boundaries[p.Segments()] != p.Frames || !slices.IsSorted(p.Boundaries) {
		t.Fatalf("%d frames in segments %v", p.Frames, p.Boundaries)
	}
	if p.Rate.Float() <= 0 || p.Rate.Float() > 60.1 {
		t.Errorf("rate %s", p.Rate)
	}
	if (media.Rational{Num: int64(p.Timescale), Den: int64(p.FrameDuration)}).Float() != p.Rate.Float() {
		t.Errorf("%d ticks of %d a second are not %s", p.FrameDuration, p.Timescale, p.Rate)
	}
	if !p.SoundOnly() && (p.Source.Lead < 0 || p.Source.VideoFrames > p.Frames || p.Source.Lead >= p.Source.VideoFrames) {
		t.Errorf("lead %d, video %d, all %d", p.Source.Lead, p.Source.VideoFrames, p.Frames)
	}
	if !p.SoundOnly() {
		chunksCoverAllSegments(t, p)
	}
	audioIsCutNearBoundaries(t, p)
	for i, r := range p.Rungs {
		if r.Width%2+r.Height%2 != 0 || r.Width < 16 || r.Height < 16 || r.Width > 4096 || r.Height > 4096 || r.CapBitsPerSecond <= 0 || r.Level == "" {
			t.Errorf("rung %+v", r)
		}
		if i > 0 && r.ShortSide >= p.Rungs[i-1].ShortSide && !p.Rungs[i-1].Copied {
			t.Errorf("rung %s does not get smaller", r.ID)
		}
	}
	if p.SoundOnly() != (len(p.Chunks) == 0) || p.SoundOnly() && len(p.Audio) == 0 {
		t.Errorf("%d rungs in %d chunks, %d audio tracks", len(p.Rungs), len(p.Chunks), len(p.Audio))
	}
	tracksAreApart(t, p)
}

// tracksAreApart wants every id and, of one kind, every label once, one default sound, and chapters in order.
func tracksAreApart(t *testing.T, p media.Plan) {
	t.Helper()
	seen, defaults := map[string]bool{}, 0
	add := func(kind, id, label string) {
		if seen[id] || seen[kind+label] || label == "" {
			t.Errorf("%s %s named %q is there twice or has no name", kind, id, label)
		}
		seen[id], seen[kind+label] = true, true
	}
	for _, a := range p.Audio {
		add("audio", a.ID, a.Label)
		if a.Default {
			defaults++
		}
	}
	for _, s := range p.Subtitles {
		add("subtitles", s.ID, s.Label)
	}
	if len(p.Audio) > media.MaxAudioTracks || len(p.Subtitles) > media.MaxSubtitleTracks || len(p.Chapters) > media.MaxChapters || defaults != min(1, len(p.Audio)) {
		t.Errorf("%d audio tracks of which %d are the default, %d subtitles, %d chapters", len(p.Audio), defaults, len(p.Subtitles), len(p.Chapters))
	}
	before := -1.0
	for _, c := range p.Chapters {
		if c.StartSeconds <= before || c.StartSeconds >= p.Duration().Seconds() || c.Title == "" {
			t.Errorf("chapter %+v after %v", c, before)
		}
		before = c.StartSeconds
	}
}

func chunksCoverAllSegments(t *testing.T, p media.Plan) {
	t.Helper()
	next, frame := 0, int64(0)
	for i, c := range p.Chunks {
		first, end := p.ChunkFrames(i)
		if c.Index != i || c.FirstSegment != next || c.Segments < 1 || first != frame {
			t.Errorf("chunk %d is %+v", i, c)
		}
		next, frame = next+c.Segments, end
	}
	if next != p.Segments() || frame != p.Frames {
		t.Errorf("chunks end at segment %d of %d, frame %d of %d", next, p.Segments(), frame, p.Frames)
	}
}

// audioIsCutNearBoundaries holds every cut to half an AAC frame of the picture's, compared as whole numbers.
func audioIsCutNearBoundaries(t *testing.T, p media.Plan) {
	t.Helper()
	total := int64(0)
	for k := range p.Segments() {
		cut, next := p.AudioCut(k), p.AudioCut(k+1)
		if next < cut {
			t.Errorf("audio cut %d is at %d, the next at %d", k, cut, next)
		}
		total += next - cut
		boundary := p.Rate.Inverse().Seconds(p.Boundaries[k]) * media.AudioSampleRate
		if off := float64(cut*media.AudioFrameSamples) - boundary; off > 512.001 || off < -512.001 {
			t.Errorf("audio cut %d is %.1f samples off its boundary", k, off)
		}
	}
	if total != p.AudioFrames() {
		t.Errorf("audio segments have %d frames of %d", total, p.AudioFrames())
	}
	if short := p.Rate.Inverse().Seconds(p.Frames)*media.AudioSampleRate - float64(p.AudioFrames()*media.AudioFrameSamples); short > 0.001 {
		t.Errorf("the sound is %.1f samples shorter than the picture", short)
	}
}

func TestPlansOfRandomSourcesKeepTheirPromises(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	rates := []media.Rational{{Num: 24000, Den: 1001}, {Num: 24, Den: 1}, {Num: 25, Den: 2}, {Num: 1, Den: 1}, {Num: 30000, Den: 1001}, {Num: 1000, Den: 33}, {Num: 7, Den: 3}, {Num: 60000, Den: 1001}, {Num: 120, Den: 1}, {Num: 1000000, Den: 33333}}
	for i := range 400 {
		rate := rates[random.IntN(len(rates))]
		p := probeOf(rate, random.Float64()*random.Float64()*4000+0.01)
		v := &p.Streams[0]
		v.Width, v.Height = 1+random.IntN(4000), 1+random.IntN(4000)
		v.Rotation = 90 * random.IntN(4)
		v.StartTicks = random.Int64N(2_000_000) - 100_000
		p.Streams[1].StartSeconds = random.Float64() * 3
		p.Streams[1].DurationSeconds = random.Float64() * 4000
		if i%5 == 0 {
			soundAlone(&p)
			p.Streams[0].StartTicks = random.Int64N(100_000) - 50_000
		}
		plan, err := media.NewPlan(p, media.Policy{}, media.EncoderInfo{})
		if err != nil {
			t.Fatalf("source %d: %v", i, err)
		}
		keepsItsPromises(t, plan)
	}
}

// soundAlone takes the pictures away.
func soundAlone(p *media.Probe) {
	p.Streams = p.Streams[1:]
	p.Streams[0].TimeBase = media.Rational{Num: 1, Den: 44100}
}

// probeOf returns a source of constant rate with sound of the same length.
func probeOf(rate media.Rational, seconds float64) media.Probe {
	return media.Probe{
		Container: media.MP4, Indexed: true, SizeBytes: 1 << 40, DurationSeconds: seconds,
		Streams: []media.Stream{
			{Kind: media.VideoStream, Codec: "h264", Width: 1920, Height: 1080, TimeBase: media.Rational{Num: 1, Den: 90000}, BaseRate: rate, AverageRate: rate, DurationSeconds: seconds},
			{Index: 1, Kind: media.AudioStream, Codec: "aac", Channels: 6, DurationSeconds: seconds, Language: "de", Default: true},
		},
	}
}

func TestTheSamePlanIsMadeTwice(t *testing.T) {
	t.Parallel()
	again := func() media.Plan {
		plan, err := media.NewPlan(probeOf(media.Rational{Num: 24000, Den: 1001}, 100), media.Policy{}, media.EncoderInfo{Version: "5.1"})
		if err != nil {
			t.Fatal(err)
		}
		return plan
	}
	var back media.Plan
	text, err := json.Marshal(again())
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || !reflect.DeepEqual(again(), back) {
		t.Errorf("through JSON it is %+v, %v", back, err)
	}
}

func TestTheRegularGrid(t *testing.T) {
	t.Parallel()
	plan, err := media.NewPlan(probeOf(media.Rational{Num: 24000, Den: 1001}, 100), media.Policy{}, media.EncoderInfo{})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Frames != 2398 || plan.Boundaries[1] != 96 || plan.Segments() != 25 || plan.Timescale != 24000 || plan.FrameDuration != 1001 {
		t.Errorf("%d frames, boundaries %v", plan.Frames, plan.Boundaries)
	}
	if len(plan.Chunks) != 5 || plan.Chunks[0].Segments != 2 || plan.Chunks[1].Segments != 7 {
		t.Errorf("chunks %+v", plan.Chunks)
	}
	if d := plan.Duration(); d.Round(time.Millisecond) != 100017*time.Millisecond {
		t.Errorf("duration %v", d)
	}
}

func TestTheLeadIsWholeFrames(t *testing.T) {
	t.Parallel()
	p := probeOf(media.Rational{Num: 25, Den: 1}, 10)
	p.Streams[0].StartTicks, p.Streams[1].StartSeconds = 90_000, 0.31 // the picture 0.69 s later: 17.25 frames
	plan, err := media.NewPlan(p, media.Policy{}, media.EncoderInfo{})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Source.Lead != 17 || plan.Frames != 267 || math.Abs(plan.ZeroSeconds()-0.32) > 1e-9 {
		t.Errorf("lead %d, %d frames, zero %v", plan.Source.Lead, plan.Frames, plan.ZeroSeconds())
	}
}

func TestTheLadderFollowsTheShortSide(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stream media.Stream
		want   string
	}{
		"1080p":                       {media.Stream{Width: 1920, Height: 1080}, "1080:1920x1080@4.0 720:1280x720@3.1 540:960x540@3.1 360:640x360@3.0 240:426x240@3.0"},
		"4K is never more than 1080":  {media.Stream{Width: 3840, Height: 2160}, "1080:1920x1080@4.0 720:1280x720@3.1 540:960x540@3.1 360:640x360@3.0 240:426x240@3.0"},
		"upright":                     {media.Stream{Width: 1920, Height: 1080, Rotation: 90}, "1080:1080x1920@4.0 720:720x1280@3.1 540:540x960@3.1 360:360x640@3.0 240:240x426@3.0"},
		"480p between two steps":      {media.Stream{Width: 854, Height: 480}, "480:854x480@3.0 360:640x360@3.0 240:428x240@3.0"},
		"432p":                        {media.Stream{Width: 768, Height: 432}, "432:768x432@3.0 360:640x360@3.0 240:426x240@3.0"},
		"just above a step":           {media.Stream{Width: 980, Height: 552}, "552:980x552@3.1 360:640x360@3.0 240:426x240@3.0"},
		"smaller than the smallest":   {media.Stream{Width: 160, Height: 90}, "90:160x90@3.0"},
		"odd":                         {media.Stream{Width: 321, Height: 181}, "180:320x180@3.0"},
		"wide":                        {media.Stream{Width: 2560, Height: 1072}, "1072:2560x1072@5.0 720:1720x720@3.2 540:1290x540@3.1 360:860x360@3.0 240:574x240@3.0"},
		"oblong pixels":               {media.Stream{Width: 720, Height: 576, PixelShape: media.Rational{Num: 64, Den: 45}}, "576:1024x576@3.1 360:640x360@3.0 240:426x240@3.0"},
		"a ribbon":                    {media.Stream{Width: 9000, Height: 20}, "16:4096x16@4.0"},
		"one pixel":                   {media.Stream{Width: 1, Height: 1}, "16:16x16@3.0"},
		"mad pixel shape is not used": {media.Stream{Width: 640, Height: 360, PixelShape: media.Rational{Num: 1000, Den: 1}}, "360:640x360@3.0 240:426x240@3.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := probeOf(media.Rational{Num: 25, Den: 1}, 10)
			v := &p.Streams[0]
			v.Width, v.Height, v.Rotation, v.PixelShape = c.stream.Width, c.stream.Height, c.stream.Rotation, c.stream.PixelShape
			plan, err := media.NewPlan(p, media.Policy{}, media.EncoderInfo{})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, r := range plan.Rungs {
				got += fmt.Sprintf(" %d:%dx%d@%s", r.ShortSide, r.Width, r.Height, r.Level)
			}
			if got[1:] != c.want {
				t.Errorf("got  %s\nwant %s", got[1:], c.want)
			}
		})
	}
}

func TestTheColourTagFollowsTheSource(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stream media.Stream
		want   string
	}{
		"untagged and small":    {media.Stream{Width: 854, Height: 480}, "smpte170m"},
		"untagged and large":    {media.Stream{Width: 1280, Height: 720}, "bt709"},
		"PAL":                   {media.Stream{Width: 720, Height: 576, ColourMatrix: "bt470bg"}, "smpte170m"},
		"large but tagged NTSC": {media.Stream{Width: 1920, Height: 1080, ColourMatrix: "smpte170m"}, "smpte170m"},
		"small but tagged HD":   {media.Stream{Width: 640, Height: 360, ColourMatrix: "bt709"}, "bt709"},
		"RGB":                   {media.Stream{Width: 160, Height: 90, PixelFormat: "bgra"}, "bt709"},
		"HDR":                   {media.Stream{Width: 640, Height: 360, ColourTransfer: "arib-std-b67"}, "bt709"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := probeOf(media.Rational{Num: 25, Den: 1}, 10)
			v := &p.Streams[0]
			v.Width, v.Height, v.ColourMatrix, v.PixelFormat, v.ColourTransfer = c.stream.Width, c.stream.Height, c.stream.ColourMatrix, c.stream.PixelFormat, c.stream.ColourTransfer
			plan, err := media.NewPlan(p, media.Policy{}, media.EncoderInfo{})
			if err != nil || plan.Source.Matrix != c.want {
				t.Errorf("matrix %q, %v; want %q", plan.Source.Matrix, err, c.want)
			}
		})
	}
}

func TestLimitedRangeIsOnlyWhatIsSurelySo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format, colourRange string
		want                bool
	}{
		{"yuv420p", "", true}, {"yuv420p10le", "tv", true}, {"yuv422p", "unknown", true},
		{"yuv420p", "pc", false}, {"yuvj420p", "", false}, {"yuvj420p", "pc", false},
		{"gray", "", false}, {"bgra", "tv", false}, {"", "", false},
	} {
		p := probeOf(media.Rational{Num: 25, Den: 1}, 10)
		p.Streams[0].PixelFormat, p.Streams[0].ColourRange = c.format, c.colourRange
		plan, err := media.NewPlan(p, media.Policy{}, media.EncoderInfo{})
		if err != nil || plan.Source.LimitedRange != c.want {
			t.Errorf("%s in range %q is limited: %t, %v", c.format, c.colourRange, plan.Source.LimitedRange, err)
		}
	}
}

func TestCapsBetweenStepsAreInterpolated(t *testing.T) {
	t.Parallel()
	for height, want := range map[int]int64{1080: 6_000_000, 900: 4_500_000, 480: 1_500_000, 240: 450_000, 120: 225_000, 16: 100_000} {
		p := probeOf(media.Rational{Num: 25, Den: 1}, 10)
		p.Streams[0].Width, p.Streams[0].Height = height*16/9, height
		plan, err := media.NewPlan(p, media.Policy{}, media.EncoderInfo{})
		if err != nil {
			t.Fatal(err)
		}
		if got := plan.Rungs[0].CapBitsPerSecond; got != want {
			t.Errorf("the cap of %d is %d, want %d", height, got, want)
		}
	}
}

func TestAPlanIsRefusedByName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*media.Probe)
		want   media.Code
	}{
		"13 hours":                          {func(p *media.Probe) { p.Streams[0].DurationSeconds = 13 * 3600 }, media.TooLong},
		"150 days in 30 kilobytes":          {func(p *media.Probe) { p.Streams[0].DurationSeconds, p.SizeBytes = 12.8e6, 30_000 }, media.TimestampsOutOfRange},
		"two hours of twenty pictures":      {func(p *media.Probe) { p.Streams[0].DurationSeconds, p.Streams[0].Packets = 7200, 20 }, media.TimestampsOutOfRange},
		"a start beyond all clocks":         {func(p *media.Probe) { p.Streams[0].StartTicks = 1 << 60 }, media.TimestampsOutOfRange},
		"sound that starts before all time": {func(p *media.Probe) { p.Streams[1].StartSeconds = -1e12 }, media.TimestampsOutOfRange},
		"no end":                            {func(p *media.Probe) { p.Streams[0].DurationSeconds, p.DurationSeconds = 0, 0 }, media.UnknownDuration},
		"neither pictures nor sound":        {func(p *media.Probe) { p.Streams = []media.Stream{{Kind: media.SubtitleStream}} }, media.NoTrack},
		"sound without an end":              {func(p *media.Probe) { soundAlone(p); p.Streams[0].DurationSeconds, p.DurationSeconds = 0, 0 }, media.UnknownDuration},
		"13 hours of sound":                 {func(p *media.Probe) { soundAlone(p); p.Streams[0].DurationSeconds = 13 * 3600 }, media.TooLong},
		"150 days of sound in 30 kilobytes": {func(p *media.Probe) { soundAlone(p); p.Streams[0].DurationSeconds, p.SizeBytes = 12.8e6, 30_000 }, media.TimestampsOutOfRange},
		"sound beyond all clocks":           {func(p *media.Probe) { soundAlone(p); p.Streams[0].StartTicks = 1 << 60 }, media.TimestampsOutOfRange},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := probeOf(media.Rational{Num: 25, Den: 1}, 10)
			c.change(&p)
			_, err := media.NewPlan(p, media.Policy{}, media.EncoderInfo{})
			if refusal, ok := errors.AsType[*media.Refusal](err); !ok || refusal.Code != c.want {
				t.Errorf("NewPlan: %v, want %s", err, c.want)
			}
		})
	}
}

func TestTenHoursAtOnePictureASecondIsPlanned(t *testing.T) {
	t.Parallel()
	p := probeOf(media.Rational{Num: 1, Den: 1}, 36000)
	p.Streams[0].Packets = 36000
	plan, err := media.NewPlan(p, media.Policy{}, media.EncoderInfo{})
	if err != nil || plan.Segments() != 9000 {
		t.Errorf("%d segments, %v", plan.Segments(), err)
	}
}

func TestAPolicyThatMakesNoSenseIsNoRefusal(t *testing.T) {
	t.Parallel()
	for _, policy := range []media.Policy{{Segment: -1}, {ChunkSegments: -1}, {Ladder: make([]media.Step, 1)}} {
		_, err := media.NewPlan(probeOf(media.Rational{Num: 25, Den: 1}, 10), policy, media.EncoderInfo{})
		if _, refused := errors.AsType[*media.Refusal](err); err == nil || refused {
			t.Errorf("policy %+v: %v", policy, err)
		}
	}
}
