package packaging_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/Eyevinn/dash-mpd/mpd"
	"github.com/Eyevinn/hls-m3u8/m3u8"

	"matinee/internal/media"
	"matinee/internal/packaging"
)

// film is planned as a real source of 20 s would be, at a rate whose segments are no whole seconds.
func film(t *testing.T) media.Plan {
	t.Helper()
	rate := media.Rational{Num: 24000, Den: 1001}
	plan, err := media.NewPlan(media.Probe{
		Container: media.MP4, Indexed: true, SizeBytes: 1 << 30, DurationSeconds: 20,
		Streams: []media.Stream{
			{Kind: media.VideoStream, Codec: "h264", Width: 1280, Height: 720, TimeBase: media.Rational{Num: 1, Den: 24000}, BaseRate: rate, AverageRate: rate, DurationSeconds: 20},
			{Index: 1, Kind: media.AudioStream, Codec: "aac", Channels: 2, DurationSeconds: 20, Language: "en", Title: `The "original"`},
		},
	}, media.Policy{}, media.EncoderInfo{Version: "5.1.9"})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// offered has two rungs of the film; measured adds what is known when it is ready.
func offered(t *testing.T, measured bool) packaging.Presentation {
	t.Helper()
	p := packaging.Presentation{Plan: film(t), Tracks: []packaging.Track{
		{ID: "h264-720", Codec: "avc1.64001f"},
		{ID: "h264-240", Codec: "avc1.64001e"},
		{ID: "audio-1", Codec: "mp4a.40.2"},
	}}
	if measured {
		for i := range p.Tracks {
			p.Tracks[i].PeakBitsPerSecond, p.Tracks[i].AverageBitsPerSecond = int64(1000000/(i+1)), int64(700000/(i+1))
		}
	}
	return p
}

func TestManifestsAreWrittenAsTheGoldenFilesSay(t *testing.T) {
	t.Parallel()
	write := func(name string, content []byte, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, content)
	}
	planned, measured := offered(t, false), offered(t, true)
	silent := planned
	silent.Tracks = planned.Tracks[:2]
	content, err := packaging.Master(planned)
	write("master-planned.m3u8", content, err)
	content, err = packaging.Master(measured)
	write("master-measured.m3u8", content, err)
	content, err = packaging.Master(silent)
	write("master-silent.m3u8", content, err)
	content, err = packaging.MediaPlaylist(planned, "h264-720")
	write("video.m3u8", content, err)
	content, err = packaging.MediaPlaylist(planned, "audio-1")
	write("audio.m3u8", content, err)
	content, err = packaging.MPD(planned)
	write("manifest.mpd", content, err)
}

func TestOtherReadersAcceptTheManifests(t *testing.T) {
	t.Parallel()
	p := offered(t, true)
	master, err := packaging.Master(p)
	if err != nil {
		t.Fatal(err)
	}
	parsed, kind, err := m3u8.DecodeFrom(bytes.NewReader(master), true)
	if err != nil || kind != m3u8.MASTER || len(parsed.(*m3u8.MasterPlaylist).Variants) != 2 {
		t.Errorf("master: %v", err)
	}
	for _, track := range p.Tracks {
		list, err := packaging.MediaPlaylist(p, track.ID)
		if err != nil {
			t.Fatal(err)
		}
		parsed, kind, err := m3u8.DecodeFrom(bytes.NewReader(list), true)
		if err != nil || kind != m3u8.MEDIA || parsed.(*m3u8.MediaPlaylist).Count() != uint(p.Plan.Segments()) {
			t.Errorf("playlist of %s: %v", track.ID, err)
		}
	}
	text, err := packaging.MPD(p)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := mpd.MPDFromBytes(text)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{p.Plan.Frames * 1001, p.Plan.AudioFrames() * 1024} {
		var ticks int64
		for _, s := range manifest.Periods[0].AdaptationSets[i].SegmentTemplate.SegmentTimeline.S {
			ticks += int64(s.D) * int64(s.R+1)
		}
		if ticks != want {
			t.Errorf("adaptation set %d is %d ticks long, want %d", i, ticks, want)
		}
	}
}

func TestAnMPDUnderOneSecondSaysSo(t *testing.T) {
	t.Parallel()
	p := packaging.Presentation{Plan: smallPlan(), Tracks: []packaging.Track{{ID: "h264-36", Codec: "avc1.64001e"}}}
	p.Plan.Frames, p.Plan.Boundaries = 1, []int64{0, 1}
	text, err := packaging.MPD(p)
	if err != nil || !strings.Contains(string(text), `mediaPresentationDuration="PT0.040000000S"`) {
		t.Errorf("%v:\n%s", err, text)
	}
}

func TestWhatThePlanDoesNotKnowIsNotOffered(t *testing.T) {
	t.Parallel()
	good := offered(t, false)
	for name, tracks := range map[string][]packaging.Track{
		"an unknown track": {{ID: "h264-999", Codec: "avc1.64001f"}},
		"no codec":         {{ID: "h264-720"}},
		"no pictures":      good.Tracks[2:],
		"nothing":          nil,
	} {
		p := packaging.Presentation{Plan: good.Plan, Tracks: tracks}
		if _, err := packaging.Master(p); err == nil {
			t.Errorf("%s: a master is written", name)
		}
		if _, err := packaging.MPD(p); err == nil {
			t.Errorf("%s: an MPD is written", name)
		}
	}
	if _, err := packaging.MediaPlaylist(good, "h264-360"); err == nil {
		t.Error("a rung that is not offered has a playlist")
	}
}
