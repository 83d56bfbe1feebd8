package media_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"matinee/internal/media"
)

// withSound replaces the sound of a source.
func withSound(streams ...media.Stream) media.Probe {
	p := probeOf(media.Rational{Num: 25, Den: 1}, 10)
	p.Streams = p.Streams[:1]
	for i, s := range streams {
		s.Index, s.Kind, s.DurationSeconds = i+1, cmpKind(s.Kind), 10
		if s.Codec == "" {
			s.Codec = "aac"
		}
		s.Channels = 2
		p.Streams = append(p.Streams, s)
	}
	return p
}

func cmpKind(k media.StreamKind) media.StreamKind {
	if k == "" {
		return media.AudioStream
	}
	return k
}

func planned(t *testing.T, p media.Probe) media.Plan {
	t.Helper()
	plan, err := media.NewPlan(p, media.Policy{}, media.EncoderInfo{})
	if err != nil {
		t.Fatal(err)
	}
	keepsItsPromises(t, plan)
	return plan
}

func TestEveryAudioTrackIsKeptWithWhatItIs(t *testing.T) {
	t.Parallel()
	plan := planned(t, withSound(
		media.Stream{Language: "en"},
		media.Stream{Language: "de", Default: true},
		media.Stream{Language: "de", Flags: []string{"comment"}},
		media.Stream{Language: "de", Flags: []string{"comment"}},
		media.Stream{Language: "fr", Title: "VFF"},
		media.Stream{Language: "fr", Title: `"VFF"`},
		media.Stream{Language: "de", Flags: []string{"visual_impaired"}},
		media.Stream{Title: "Director's Commentary\x00\n"},
		media.Stream{},
		media.Stream{Language: "pt-BR", Flags: []string{"dub"}},
	))
	var got []string
	for _, a := range plan.Audio {
		got = append(got, fmt.Sprintf("%s %d %s %s %q %t", a.ID, a.Stream, a.Language, a.Role, a.Label, a.Default))
	}
	want := []string{
		`audio-1 1 en dub "English" false`,
		`audio-2 2 de main "Deutsch" true`,
		`audio-3 3 de commentary "Deutsch (commentary)" false`,
		`audio-4 4 de commentary "Deutsch (commentary) 2" false`,
		`audio-5 5 fr dub "VFF" false`,
		`audio-6 6 fr dub "\"VFF\" 2" false`,
		`audio-7 7 de description "Deutsch (description)" false`,
		`audio-8 8  commentary "Director's Commentary" false`,
		`audio-9 9  main "Audio" false`,
		`audio-10 10 pt-BR dub "Português" false`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTheDefaultTrackIsAmongTheKeptOnes(t *testing.T) {
	t.Parallel()
	streams := make([]media.Stream, 20)
	streams[18].Default = true
	plan := planned(t, withSound(streams...))
	last := plan.Audio[len(plan.Audio)-1]
	if len(plan.Audio) != media.MaxAudioTracks || last.Stream != 19 || !last.Default {
		t.Errorf("%d tracks, the last is %+v", len(plan.Audio), last)
	}
	if !slices.Contains(plan.Notes, "20 audio tracks: 16 are kept") {
		t.Errorf("notes %q", plan.Notes)
	}
}

func TestOnlyTheDefaultTrackDecidesTheLength(t *testing.T) {
	t.Parallel()
	p := withSound(media.Stream{Default: true}, media.Stream{})
	p.Streams[2].DurationSeconds, p.Streams[2].StartSeconds = 100, -5
	if plan := planned(t, p); plan.Frames != 250 || plan.Source.Lead != 0 {
		t.Errorf("%d frames, lead %d", plan.Frames, plan.Source.Lead)
	}
}

func TestSubtitlesAreKeptWhereTheyAreText(t *testing.T) {
	t.Parallel()
	text := func(codec string, s media.Stream) media.Stream {
		s.Kind, s.Codec = media.SubtitleStream, codec
		return s
	}
	plan := planned(t, withSound(
		media.Stream{},
		text("subrip", media.Stream{Language: "en", Default: true}),
		text("hdmv_pgs_subtitle", media.Stream{Language: "en"}),
		text("ass", media.Stream{Language: "en", Flags: []string{"hearing_impaired"}}),
		text("mov_text", media.Stream{Language: "en", Default: true, Flags: []string{"forced"}}),
		text("webvtt", media.Stream{}),
		text("dvb_subtitle", media.Stream{}),
	))
	var got []string
	for _, s := range plan.Subtitles {
		got = append(got, fmt.Sprintf("%s %d %s %s %q %t", s.ID, s.Stream, s.Language, s.Role, s.Label, s.Default))
	}
	want := []string{
		`subtitles-1 2 en subtitle "English" false`,
		`subtitles-2 4 en captions "English (captions)" false`,
		`subtitles-3 5 en forced "English (forced)" true`,
		`subtitles-4 6  subtitle "Subtitles" false`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !slices.Contains(plan.Notes, "subtitle tracks that are pictures, not text: 2; they cannot be shown") {
		t.Errorf("the owner is told %q", plan.Notes)
	}
}

func TestChaptersAreMovedToTheOutputsTimeline(t *testing.T) {
	t.Parallel()
	p := probeOf(media.Rational{Num: 25, Den: 1}, 10)
	p.Streams[0].StartTicks, p.Streams[1].StartSeconds = 90_000*101, 100 // the plan begins at 100 s
	p.Chapters = []media.Chapter{
		{StartSeconds: 105, Title: " The\tmiddle\x07 "},
		{StartSeconds: 0, Title: "Before all"},
		{StartSeconds: 100, Title: "Opening"},
		{StartSeconds: 107.0004, Title: ""},
		{StartSeconds: 500, Title: "Never"},
		{StartSeconds: 108, Title: strings.Repeat("é", 300)},
	}
	want := []media.Chapter{{0, "Opening"}, {5, "The middle"}, {7, "Chapter 3"}, {8, strings.Repeat("é", 200)}}
	if plan := planned(t, p); !slices.Equal(plan.Chapters, want) {
		t.Errorf("chapters %+v", plan.Chapters)
	}
	p.Chapters = nil
	for i := range 2000 {
		p.Chapters = append(p.Chapters, media.Chapter{StartSeconds: 100 + float64(i)/300})
	}
	if plan := planned(t, p); len(plan.Chapters) != media.MaxChapters {
		t.Errorf("%d chapters", len(plan.Chapters))
	}
}

func TestSoundAloneIsPlannedInFramesOfAAC(t *testing.T) {
	t.Parallel()
	p := probeOf(media.Rational{Num: 25, Den: 1}, 21.3)
	soundAlone(&p)
	p.Streams = append(p.Streams, media.Stream{Index: 2, Kind: media.VideoStream, AttachedPicture: true, Codec: "png", Width: 300, Height: 200})
	p.Streams[0].StartTicks = 1105
	plan := planned(t, p)
	if !plan.SoundOnly() || plan.FrameRate() != 0 || plan.Frames != 999 || plan.AudioFrames() != plan.Frames || plan.Segments() != 6 {
		t.Errorf("%d frames at %v, %d of AAC, %d segments", plan.Frames, plan.FrameRate(), plan.AudioFrames(), plan.Segments())
	}
	if d := plan.Duration() - 21300*time.Millisecond; d < 0 || d > 22*time.Millisecond {
		t.Errorf("it lasts %v", plan.Duration())
	}
	for k, at := range plan.Boundaries {
		if plan.AudioCut(k) != at {
			t.Errorf("sound of segment %d begins with AAC frame %d, want %d", k, plan.AudioCut(k), at)
		}
	}
	if cover, ok := p.Cover(); !ok || cover.Index != 2 || plan.Source.VideoStream != -1 {
		t.Errorf("its cover is stream %d, its pictures are stream %d", cover.Index, plan.Source.VideoStream)
	}
}

func TestAPlanFromBeforeThereWereSeveralTracksIsStillRead(t *testing.T) {
	t.Parallel()
	const old = `{"rate":{"num":25,"den":1},"timescale":25000,"frame_duration":1000,"frames":100,"boundaries":[0,100],
		"rungs":[{"id":"h264-180","width":320,"height":180,"short_side":180}],
		"audio":[{"id":"audio-1","stream":1,"language":"en","label":"Main","channels":2,"default":true,"bits_per_second":128000,"encoder_args":["-c:a","aac"]}],
		"chunks":[{"index":0,"first_segment":0,"segments":1}],"source":{"video_stream":0,"time_base":{"num":1,"den":25},"centre_ticks":0,"lead":0,"video_frames":100,"width":320,"height":180,"matrix":"bt709"},
		"encoder":{"version":"5.1","threads":2}}`
	var plan media.Plan
	if err := json.Unmarshal([]byte(old), &plan); err != nil {
		t.Fatal(err)
	}
	if a, ok := plan.AudioTrack("audio-1"); !ok || !a.Default || plan.SoundOnly() || len(plan.Subtitles)+len(plan.Chapters) > 0 {
		t.Errorf("plan %+v", plan)
	}
}

func TestTheLengthOfAnMP3IsCountedNotGuessed(t *testing.T) {
	t.Parallel()
	p := probeOf(media.Rational{Num: 25, Den: 1}, 100)
	if media.NeedsCadence(p) {
		t.Error("packets of a film at a constant rate are read")
	}
	soundAlone(&p)
	if media.NeedsCadence(p) {
		t.Error("packets of an M4A are read")
	}
	p.Container = media.MP3
	if !media.NeedsCadence(p) {
		t.Error("the guess of an MP3's length is believed")
	}
	p.Cadence = media.Replay([]int64{0, 1152, 2304, 3456}, media.Rational{Num: 1, Den: 44100})
	if plan := planned(t, p); plan.Frames != 5 { // 4608 samples at 44.1 kHz are 4.9 AAC frames at 48 kHz
		t.Errorf("%d frames", plan.Frames)
	}
	p.Container, p.Cadence, p.DurationSeconds, p.Streams[0].DurationSeconds = media.FLAC, nil, 0, 0
	if !media.NeedsCadence(p) {
		t.Error("sound without a length is not counted")
	}
}
