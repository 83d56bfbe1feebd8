package hostile

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"os"
	"testing"

	"matinee/internal/media"
	"matinee/internal/testkit/cook"
)

// png is a black picture of one bit a pixel: a few hundred kilobytes for nearly a billion pixels.
func png(t testing.TB, width, height uint32) []byte {
	t.Helper()
	chunk := func(kind string, data []byte) []byte {
		out := append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), kind...)
		out = append(out, data...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	row := make([]byte, 1+(width+7)/8)
	for range height {
		if _, err := z.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	header := append(big32(width, height), 1, 0, 0, 0, 0)
	return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header), chunk("IDAT", packed.Bytes()), chunk("IEND", nil)}, nil)
}

// pictureBombs have pictures that are small on disk and huge in memory, and pictures without end.
func pictureBombs(t testing.TB) []file {
	t.Helper()
	large := png(t, 30_000, 30_000)
	return []file{
		{name: "png", bytes: large, want: refused(media.NotAVideo)},
		{name: "cover-of-30000-pixels-square", bytes: withCover(t, large), want: refused(media.TooManyPixels, media.Unreadable), plays: true},
		{name: "a-million-fps", bytes: cooked(t, "million.mp4", "-f lavfi -i testsrc2=s=64x64:r=1000000:d=0.0003 -c:v libx264 -preset ultrafast -video_track_timescale 1000000 million.mp4"),
			want: refused(media.Unreadable, media.TimestampsOutOfRange), plays: true},
	}
}

// withCover is a little sound in MP4 with the picture as its cover.
func withCover(t testing.TB, picture []byte) []byte {
	t.Helper()
	sound := cooked(t, "sound.m4a", "-f lavfi -i sine=d=1 -c:a aac sound.m4a")
	handler := box("hdlr", big32(0, 0), []byte("mdirappl"), big32(0, 0), []byte{0})
	cover := box("ilst", box("covr", box("data", big32(14, 0), picture)))
	return inBox(t, sound, func(p []byte) []byte {
		return append(bytes.Clone(p), box("udta", box("meta", big32(0), handler, cover))...)
	}, "moov")
}

func cooked(t testing.TB, name, step string) []byte {
	t.Helper()
	path, err := cook.File(t.Context(), "hostile", cook.Recipe{File: name, Steps: []string{step}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
