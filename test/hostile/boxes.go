package hostile

import (
	"bytes"
	"encoding/binary"
	"os"
	"slices"
	"testing"

	"matinee/internal/media"
	"matinee/internal/testkit/clips"
)

// box is a box of ISO/IEC 14496-12.
func box(kind string, payload ...[]byte) []byte {
	body := bytes.Join(payload, nil)
	out := binary.BigEndian.AppendUint32(make([]byte, 0, 8+len(body)), uint32(8+len(body)))
	return append(append(out, kind...), body...)
}

func big32(n ...uint32) []byte {
	var out []byte
	for _, v := range n {
		out = binary.BigEndian.AppendUint32(out, v)
	}
	return out
}

// plain is an MP4 with its index behind its media, so that the index may grow.
func plain(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(clips.Path(t, clips.OneKeyFrame))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// inBox finds the first box at the path and returns a copy of the file with its payload changed, and the sizes of all around it.
func inBox(t testing.TB, data []byte, change func(payload []byte) []byte, path ...string) []byte {
	t.Helper()
	if len(path) == 0 {
		return change(data)
	}
	for at := 0; at+8 <= len(data); {
		n := int(binary.BigEndian.Uint32(data[at:]))
		if n < 8 || at+n > len(data) {
			break
		}
		if string(data[at+4:at+8]) == path[0] {
			inside := inBox(t, data[at+8:at+n], change, path[1:]...)
			return bytes.Join([][]byte{data[:at], box(path[0], inside), data[at+n:]}, nil)
		}
		at += n
	}
	t.Fatalf("the clip has no box %q", path[0])
	return nil
}

// references are containers that name what is outside of them.
func references(t testing.TB, aims Aims) []file {
	t.Helper()
	references := []string{"moov", "trak", "mdia", "minf", "dinf", "dref"}
	dref := func(kind, target string) []byte {
		return inBox(t, plain(t), func([]byte) []byte {
			return append(big32(0, 1), box(kind, big32(0), []byte(target+"\x00"))...)
		}, references...)
	}
	alias := box("alis", big32(0), make([]byte, 150), []byte{0, 2}, []byte{0, byte(len(aims.File))}, []byte(aims.File), []byte{0xff, 0xff})
	movie := box("rmra", box("rmda", box("rdrf", big32(0), []byte("url "), big32(uint32(len(aims.URL)+1)), []byte(aims.URL+"\x00"))))
	left := refused(media.Unreadable)
	return []file{
		{name: "mp4-data-by-url", bytes: dref("url ", "file://"+aims.File), want: left, plays: true},
		{name: "mp4-data-by-web", bytes: dref("url ", aims.URL+"/x.mp4"), want: left, plays: true},
		{name: "mp4-data-by-alias", bytes: inBox(t, plain(t), func([]byte) []byte { return append(big32(0, 1), alias...) }, references...), want: left, plays: true},
		{name: "mp4-reference-movie", bytes: append(box("ftyp", []byte("qt  \x00\x00\x02\x00qt  ")), box("moov", movie)...), want: refused(media.Unreadable, media.NoTrack)},
		{name: "mp4-samples-in-other-index", bytes: inBox(t, plain(t), func(p []byte) []byte {
			p = bytes.Clone(p)
			copy(p[22:], "\xff\xff") // data reference index of the first entry
			return p
		}, "moov", "trak", "mdia", "minf", "stbl", "stsd"), want: left, plays: true},
		{name: "matroska-attachment-named-upwards", bytes: attachments(t, aims), plays: true},
	}
}

// boxBombs ask for much memory, depth or time with few bytes.
func boxBombs(t testing.TB) []file {
	t.Helper()
	ftyp := box("ftyp", []byte("isom\x00\x00\x02\x00isom"))
	table := []string{"moov", "trak", "mdia", "minf", "stbl"}
	patched := func(kind string, at int, value uint32) []byte {
		return inBox(t, plain(t), func(p []byte) []byte {
			p = bytes.Clone(p)
			binary.BigEndian.PutUint32(p[at:], value)
			return p
		}, append(slices.Clone(table), kind)...)
	}
	contained := refused(media.Unreadable, media.NoTrack, media.TooCostly, media.TimestampsOutOfRange, media.TooLong, media.UnknownDuration)
	return []file{
		{name: "mp4-of-100000-tracks", bytes: append(ftyp, box("moov", bytes.Repeat(box("trak", box("mdia")), 100_000))...), want: refused(media.TooManyStreams, media.Unreadable, media.NoTrack)},
		{name: "mp4-of-deep-boxes", bytes: append(ftyp, box("moov", nested("trak", 30_000))...), want: contained},
		{name: "mp4-of-many-boxes", bytes: append(append(bytes.Clone(ftyp), bytes.Repeat(box("free"), 150_000)...), box("moov")...), want: append(contained, media.TruncatedNoIndex)},
		{name: "mp4-of-many-indexes", bytes: append(ftyp, bytes.Repeat(box("moov", box("udta", box("meta"))), 50_000)...), want: contained},
		{name: "mp4-of-4-billion-samples", bytes: inBox(t, plain(t), func(p []byte) []byte { return append(bytes.Clone(p[:4]), big32(1, 0xffff_ffff)...) }, append(slices.Clone(table), "stsz")...), want: contained, plays: true},
		{name: "mp4-of-4-billion-sizes", bytes: patched("stsz", 8, 0xffff_fff0), want: contained, plays: true},
		{name: "mp4-of-4-billion-times", bytes: patched("stts", 4, 0xffff_fff0), want: contained, plays: true},
		{name: "mp4-of-4-billion-chunks", bytes: patched("stsc", 4, 0xffff_fff0), want: contained, plays: true},
		{name: "mp4-of-far-times", bytes: patched("stts", 12, 0x7fff_ffff), want: contained, plays: true},
		{name: "mp4-of-a-long-wait", bytes: inBox(t, plain(t), func([]byte) []byte {
			return bytes.Join([][]byte{big32(0, 2), big32(0x7fff_ffff, 0xffff_ffff, 0x10000), big32(1000, 0, 0x10000)}, nil)
		}, "moov", "trak", "edts", "elst"), want: contained, plays: true},
		{name: "mp4-of-a-long-title", bytes: longTitle(t), want: contained, plays: true},
		{name: "mp4-index-larger-than-the-file", bytes: append(ftyp, "\x7f\xff\xff\xffmoov"...), want: refused(media.TruncatedNoIndex)},
		{name: "mp4-box-of-16-exabytes", bytes: append(ftyp, "\x00\x00\x00\x01moov\xff\xff\xff\xff\xff\xff\xff\xff"...), want: refused(media.TruncatedNoIndex)},
	}
}

// nested is a box in a box in a box.
func nested(kind string, depth int) []byte {
	out := make([]byte, 0, 8*depth)
	for n := depth; n > 0; n-- {
		out = append(binary.BigEndian.AppendUint32(out, uint32(8*n)), kind...)
	}
	return out
}

// longTitle has ten million letters of title.
func longTitle(t testing.TB) []byte {
	t.Helper()
	title := bytes.Repeat([]byte("a"), 10_000_000)
	handler := box("hdlr", big32(0, 0), []byte("mdirappl"), big32(0, 0), []byte{0})
	name := box("ilst", box("\xa9nam", box("data", big32(1, 0), title)))
	return inBox(t, plain(t), func(p []byte) []byte {
		return append(bytes.Clone(p), box("udta", box("meta", big32(0), handler, name))...)
	}, "moov")
}
