package packaging_test

import (
	"bytes"
	"testing"

	"github.com/Eyevinn/dash-mpd/mpd"
	"github.com/Eyevinn/hls-m3u8/m3u8"

	"matinee/internal/media"
	"matinee/internal/packaging"
)

// source is a film of 20 s with three sounds and three subtitles; without pictures it is a radio play.
func source(pictures bool) media.Probe {
	rate := media.Rational{Num: 25, Den: 1}
	p := media.Probe{Container: media.Matroska, Indexed: true, SizeBytes: 1 << 30, DurationSeconds: 20}
	if pictures {
		p.Streams = append(p.Streams, media.Stream{
			Index: 9, Kind: media.VideoStream, Codec: "h264", Width: 640, Height: 360, TimeBase: media.Rational{Num: 1, Den: 1000}, BaseRate: rate, AverageRate: rate, DurationSeconds: 20,
		})
	}
	clock := media.Rational{Num: 1, Den: 1000}
	sound := func(s media.Stream) media.Stream {
		s.Kind, s.Codec, s.Channels, s.TimeBase, s.DurationSeconds = media.AudioStream, "aac", 2, clock, 20
		return s
	}
	text := func(s media.Stream) media.Stream {
		s.Kind, s.Codec = media.SubtitleStream, "subrip"
		return s
	}
	p.Streams = append(p.Streams,
		sound(media.Stream{Index: 1, Language: "en", Default: true}), sound(media.Stream{Index: 2, Language: "de"}),
		sound(media.Stream{Index: 3, Language: "en", Flags: []string{"visual_impaired"}}), sound(media.Stream{Index: 4}),
		text(media.Stream{Index: 5, Language: "en"}), text(media.Stream{Index: 6, Language: "en", Flags: []string{"hearing_impaired"}}),
		text(media.Stream{Index: 7, Language: "de", Default: true, Flags: []string{"forced"}}),
	)
	return p
}

// presented offers all that the plan of a source has, the middle one of its subtitles not.
func presented(t *testing.T, pictures bool) packaging.Presentation {
	t.Helper()
	plan, err := media.NewPlan(source(pictures), media.Policy{}, media.EncoderInfo{})
	if err != nil {
		t.Fatal(err)
	}
	p := packaging.Presentation{Plan: plan}
	for _, r := range plan.Rungs {
		p.Tracks = append(p.Tracks, packaging.Track{ID: r.ID, Codec: "avc1.64001e"})
	}
	for _, a := range plan.Audio {
		p.Tracks = append(p.Tracks, packaging.Track{ID: a.ID, Codec: "mp4a.40.2"})
	}
	for _, id := range []string{"subtitles-1", "subtitles-2", "subtitles-3"} {
		p.Texts = append(p.Texts, packaging.Text{ID: id, File: id + "-hash.vtt"})
	}
	return p
}

func TestSeveralTracksAreWrittenAsTheGoldenFilesSay(t *testing.T) {
	t.Parallel()
	for name, pictures := range map[string]bool{"tracks": true, "sound": false} {
		p := presented(t, pictures)
		master, err := packaging.Master(p)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+"-master.m3u8", master)
		manifest, err := packaging.MPD(p)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+"-manifest.mpd", manifest)
		text, err := packaging.MediaPlaylist(p, "subtitles-1")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+"-subtitles.m3u8", text)
	}
}

func TestOtherReadersAcceptSeveralTracks(t *testing.T) {
	t.Parallel()
	for _, pictures := range []bool{true, false} {
		p := presented(t, pictures)
		master, err := packaging.Master(p)
		if err != nil {
			t.Fatal(err)
		}
		list, _, err := m3u8.DecodeFrom(bytes.NewReader(master), true)
		if err != nil {
			t.Fatal(err)
		}
		variants := list.(*m3u8.MasterPlaylist).Variants
		if len(variants) != max(1, len(p.Plan.Rungs)) || variants[0].Audio != "audio" || variants[0].Subtitles != "subtitles" {
			t.Errorf("%d variants, the first with sound %q and subtitles %q", len(variants), variants[0].Audio, variants[0].Subtitles)
		}
		text, err := packaging.MPD(p)
		if err != nil {
			t.Fatal(err)
		}
		manifest, err := mpd.MPDFromBytes(text)
		if err != nil {
			t.Fatal(err)
		}
		want := len(p.Plan.Audio) + len(p.Texts)
		if pictures {
			want++
		}
		if got := len(manifest.Periods[0].AdaptationSets); got != want {
			t.Errorf("%d adaptation sets, want %d", got, want)
		}
	}
}

func TestWithoutThePlannedDefaultTheFirstSoundIsIt(t *testing.T) {
	t.Parallel()
	p := presented(t, false)
	p.Tracks = p.Tracks[1:]
	master, err := packaging.Master(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`LANGUAGE="de",DEFAULT=YES`, "\naudio-2.m3u8\n"} {
		if !bytes.Contains(master, []byte(want)) {
			t.Errorf("no %q in\n%s", want, master)
		}
	}
}

func TestSubtitlesThatThePlanDoesNotKnowAreNotOffered(t *testing.T) {
	t.Parallel()
	p := presented(t, true)
	for _, text := range []packaging.Text{{ID: "subtitles-9", File: "x.vtt"}, {ID: "subtitles-1"}} {
		p.Texts = []packaging.Text{text}
		if _, err := packaging.Master(p); err == nil {
			t.Errorf("a master is written with %+v", text)
		}
		if _, err := packaging.MPD(p); err == nil {
			t.Errorf("an MPD is written with %+v", text)
		}
	}
}
