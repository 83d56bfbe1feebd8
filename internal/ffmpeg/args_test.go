package ffmpeg_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// planned returns the plan of a film of a minute whose picture starts half a second after its sound.
func planned(t *testing.T, change func(*media.Stream)) media.Plan {
	t.Helper()
	rate := media.Rational{Num: 24000, Den: 1001}
	video := media.Stream{
		Kind: media.VideoStream, Codec: "h264", Width: 1280, Height: 720, TimeBase: media.Rational{Num: 1, Den: 24000},
		StartTicks: 12012, BaseRate: rate, AverageRate: rate, DurationSeconds: 60, ColourMatrix: "bt709",
	}
	change(&video)
	plan, err := media.NewPlan(media.Probe{
		Container: media.MP4, Indexed: true, SizeBytes: 1 << 30, DurationSeconds: 60.5,
		Streams: []media.Stream{video, {Index: 1, Kind: media.AudioStream, Codec: "aac", Channels: 6, DurationSeconds: 60.5}},
	}, media.Policy{}, media.EncoderInfo{})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestArgumentsAreWrittenAsTheGoldenFilesSay(t *testing.T) {
	t.Parallel()
	src := ffmpeg.Source{Path: "/data/a source.mp4", Container: media.MP4}
	film := planned(t, func(*media.Stream) {})
	tv := planned(t, func(s *media.Stream) {
		s.FieldOrder, s.Width, s.Height, s.PixelShape, s.ColourMatrix = "tt", 720, 576, media.Rational{Num: 64, Den: 45}, ""
	})
	phone := planned(t, func(s *media.Stream) { s.PixelFormat, s.ColourRange = "yuvj420p", "pc" })
	plain := planned(t, func(s *media.Stream) { s.PixelFormat, s.ColourRange = "yuv420p", "tv" })
	hdr := planned(t, func(s *media.Stream) { s.ColourTransfer, s.ColourMatrix = "smpte2084", "bt2020nc" })
	radio := media.Probe{Container: media.MPEGTS, Streams: []media.Stream{
		{Index: 2, Kind: media.AudioStream, Codec: "mp2", Channels: 2, TimeBase: media.Rational{Num: 1, Den: 90000}, DurationSeconds: 60},
		{Index: 3, Kind: media.AudioStream, Channels: 2}, {Index: 4, Kind: media.SubtitleStream, Codec: "dvb_subtitle"},
		{Index: 5, Kind: media.SubtitleStream, Codec: "subrip"}, {Index: 7, Kind: media.SubtitleStream, Codec: "ass"},
	}}
	sound, err := media.NewPlan(radio, media.Policy{}, media.EncoderInfo{})
	if err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"prepare":        ffmpeg.PrepareArgs(src, radio, "/data/scratch.mkv"),
		"subtitles":      ffmpeg.SubtitleArgs(src, sound),
		"cover":          ffmpeg.CoverArgs(src, 3, 1280),
		"inits-sound":    ffmpeg.InitArgs(sound),
		"chunk-first":    ffmpeg.ChunkArgs(src, film, 0, 0),
		"chunk-middle":   ffmpeg.ChunkArgs(src, film, 1, 0),
		"chunk-attempt":  ffmpeg.ChunkArgs(src, film, 2, 1),
		"chunk-whole":    ffmpeg.ChunkArgs(src, film, 2, ffmpeg.Attempts()-1),
		"chunk-full":     ffmpeg.ChunkArgs(src, phone, 0, 0),
		"chunk-limited":  ffmpeg.ChunkArgs(src, plain, 0, 0),
		"chunk-tv-first": ffmpeg.ChunkArgs(src, tv, 0, 0),
		"chunk-hdr":      ffmpeg.ChunkArgs(src, hdr, 1, 0),
		"audio":          ffmpeg.AudioArgs(src, film),
		"inits":          ffmpeg.InitArgs(film),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, name+".txt", readable(args))
		})
	}
}

// readable puts an option and its value on a line, and each chain of a filter graph on one of its own.
func readable(args []string) []byte {
	var out bytes.Buffer
	for i, a := range args {
		switch {
		case i > 0 && strings.HasPrefix(args[i-1], "-") && (a == "-1" || !strings.HasPrefix(a, "-")):
			out.WriteString(" " + strings.ReplaceAll(a, ";", ";\n    "))
		case i > 0:
			out.WriteString("\n" + a)
		default:
			out.WriteString(a)
		}
	}
	out.WriteByte('\n')
	return out.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run with -update and read the difference. Got:\n%s", name, got)
	}
}
