package packaging_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"matinee/internal/media"
	"matinee/internal/packaging"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// testdata/video.mp4 and testdata/audio.mp4 are what ffmpeg 5.1.9 writes to a pipe for smallPlan: frames 10 to 35 of
// 64x36 pictures with the arguments of a chunk, and the whole sound.

// smallPlan has segments of 10, 10, 10 and 5 frames at 25 a second, in chunks of one and three segments.
func smallPlan() media.Plan {
	return media.Plan{
		Rate:          media.Rational{Num: 25, Den: 1},
		Timescale:     25_000,
		FrameDuration: 1000,
		Frames:        35,
		Boundaries:    []int64{0, 10, 20, 30, 35},
		Rungs:         []media.Rung{{ID: "h264-36", Width: 64, Height: 36, ShortSide: 36, CapBitsPerSecond: 100_000, Level: "3.0"}},
		Audio:         []media.AudioTrack{{ID: "audio-1", Language: "en", Label: "Main", Channels: 2, Default: true, BitsPerSecond: 32_000}},
		Chunks:        []media.Chunk{{Index: 0, FirstSegment: 0, Segments: 1}, {Index: 1, FirstSegment: 1, Segments: 3}},
	}
}

func stream(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func initOf(t testing.TB, stream []byte) []byte {
	t.Helper()
	init, err := packaging.ReadInit(bytes.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	return init
}

// videoSpan and audioSpan return the streams of testdata with the span that they fill.
func videoSpan(t testing.TB) ([]byte, packaging.Span) {
	t.Helper()
	s := stream(t, "video.mp4")
	return s, packaging.ChunkSpan(smallPlan(), "h264-36", initOf(t, s), 1)
}

func audioSpan(t testing.TB) ([]byte, packaging.Span) {
	t.Helper()
	s := stream(t, "audio.mp4")
	return s, packaging.AudioSpan(smallPlan(), "audio-1", initOf(t, s))
}

// split returns the segments by number.
func split(t testing.TB, stream []byte, s packaging.Span) map[int][]byte {
	t.Helper()
	out := map[int][]byte{}
	if err := packaging.Split(bytes.NewReader(stream), s, func(n int, segment []byte) error { out[n] = segment; return nil }); err != nil {
		t.Fatal(err)
	}
	return out
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
