package hostile

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"testing"

	"matinee/internal/media"
	"matinee/internal/testkit/cook"
)

// Ids of elements (RFC 9559).
const (
	idEBML, idDocType                  = 0x1A45DFA3, 0x4282
	idSegment, idInfo, idDuration      = 0x18538067, 0x1549A966, 0x4489
	idTitle, idTracks, idTrack         = 0x7BA9, 0x1654AE6B, 0xAE
	idNumber, idUID, idType, idCodec   = 0xD7, 0x73C5, 0x83, 0x86
	idVideo, idWidth, idHeight         = 0xE0, 0xB0, 0xBA
	idCluster, idTime, idBlock         = 0x1F43B675, 0xE7, 0xA3
	idChapters, idEdition, idAtom      = 0x1043A770, 0x45B9, 0xB6
	idAtomUID, idAtomStart             = 0x73C4, 0x91
	idDisplay, idString, idFrameLength = 0x80, 0x85, 0x23E383
)

// element is an EBML element (RFC 8794) with its length in eight bytes.
func element(id uint32, payload ...[]byte) []byte {
	body := bytes.Join(payload, nil)
	head := bytes.TrimLeft(binary.BigEndian.AppendUint32(nil, id), "\x00")
	return append(binary.BigEndian.AppendUint64(head, 1<<56|uint64(len(body))), body...)
}

func number(id uint32, n uint64) []byte { return element(id, binary.BigEndian.AppendUint64(nil, n)) }

func matroska(parts ...[]byte) []byte {
	return append(element(idEBML, element(idDocType, []byte("matroska"))), element(idSegment, parts...)...)
}

// track is one track of moving pictures.
func track(n, width, height uint64, more ...[]byte) []byte {
	parts := [][]byte{number(idNumber, n), number(idUID, n), number(idType, 1), element(idCodec, []byte("V_MJPEG")), element(idVideo, number(idWidth, width), number(idHeight, height))}
	return element(idTrack, append(parts, more...)...)
}

func seconds(s float64) []byte {
	return element(idDuration, binary.BigEndian.AppendUint64(nil, math.Float64bits(s*1000)))
}

// pictures is a cluster of four seconds at five pictures a second.
func pictures(t testing.TB) []byte {
	t.Helper()
	var grey bytes.Buffer
	if err := jpeg.Encode(&grey, image.NewYCbCr(image.Rect(0, 0, 64, 64), image.YCbCrSubsampleRatio420), nil); err != nil {
		t.Fatal(err)
	}
	parts := [][]byte{number(idTime, 0)}
	for n := range uint16(20) {
		at := n * 200
		parts = append(parts, element(idBlock, []byte{0x81, byte(at >> 8), byte(at), 0x80}, grey.Bytes()))
	}
	return element(idCluster, parts...)
}

// matroskaBombs all have pictures that would play, as the first of them shows.
func matroskaBombs(t testing.TB) []file {
	t.Helper()
	var tracks, chapters []byte
	for n := range uint64(100_000) {
		tracks = append(tracks, track(n+1, 64, 64)...)
		chapters = append(chapters, chapter(n, nil)...)
	}
	deep := []byte{}
	for range 2_000 {
		deep = chapter(0, deep)
	}
	one := element(idTracks, track(1, 64, 64))
	info := element(idInfo, seconds(4))
	shown := pictures(t)
	contained := refused(media.Unreadable, media.TooCostly, media.UnknownDuration, media.TimestampsOutOfRange, media.TooLong)
	return []file{
		{name: "matroska-without-harm", bytes: matroska(info, one, shown), plays: true},
		{name: "matroska-of-100000-tracks", bytes: matroska(info, element(idTracks, tracks), shown), want: refused(media.TooManyStreams, media.Unreadable)},
		{name: "matroska-of-30000-pixels-square", bytes: matroska(info, element(idTracks, track(1, 30_000, 30_000)), shown), want: refused(media.TooManyPixels, media.Unreadable), plays: true},
		{name: "matroska-of-4-billion-pixels-square", bytes: matroska(info, element(idTracks, track(1, math.MaxUint32, math.MaxUint32)), shown), want: refused(media.TooManyPixels, media.Unreadable), plays: true},
		{name: "matroska-of-100000-chapters", bytes: matroska(info, one, element(idChapters, element(idEdition, chapters)), shown), want: contained, plays: true},
		{name: "matroska-of-nested-chapters", bytes: matroska(info, one, element(idChapters, element(idEdition, deep)), shown), want: contained, plays: true},
		{name: "matroska-of-a-long-title", bytes: matroska(element(idInfo, seconds(4), element(idTitle, bytes.Repeat([]byte("a"), 10_000_000))), one, shown), want: contained, plays: true},
		{name: "matroska-of-a-billion-fps", bytes: matroska(info, element(idTracks, track(1, 64, 64, number(idFrameLength, 1))), shown), want: contained, plays: true},
		{name: "matroska-of-a-million-years", bytes: matroska(element(idInfo, seconds(3e13)), one, shown), want: contained, plays: true},
		{name: "matroska-of-endless-blocks", bytes: matroska(info, one, shown, bytes.Repeat(element(idCluster, number(idTime, 0), element(idBlock, []byte("\x81\x00\x00\x80"))), 50_000)), want: contained, plays: true},
		{name: "matroska-that-never-ends", bytes: append(element(idEBML, element(idDocType, []byte("matroska"))), "\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"...), want: contained},
	}
}

func chapter(n uint64, inside []byte) []byte {
	return element(idAtom, number(idAtomUID, n+1), number(idAtomStart, n*1_000_000), element(idDisplay, element(idString, []byte("a chapter of a long, long book"))), inside)
}

// attachments is a video with two files attached, whose names lead out of any folder.
func attachments(t testing.TB, aims Aims) []byte {
	t.Helper()
	const mux = "-f lavfi -i testsrc2=s=64x64:r=25:d=1 -c:v libx264 -preset ultrafast -attach note.txt -attach note.txt " +
		"-metadata:s:t mimetype=application/x-truetype-font -metadata:s:t:0 filename=../../../../../../etc/matinee-was-here " +
		"-metadata:s:t:1 filename=/tmp/matinee-was-here -metadata title=../../../../etc/x attached.mkv"
	path, err := cook.File(t.Context(), "hostile", cook.Recipe{File: "attached.mkv", Steps: []string{
		"-f lavfi -i anullsrc=d=0.1 -f ffmetadata note.txt", mux,
	}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The folder of the file aimed at is one that is watched: a name that leads there would be seen.
	return bytes.ReplaceAll(data, []byte("/tmp/matinee-was-here"), padded(filepath.Dir(aims.File)+"/x", len("/tmp/matinee-was-here")))
}

// padded cuts or fills the path to the length.
func padded(path string, n int) []byte {
	return append([]byte(path), bytes.Repeat([]byte("x"), n)...)[:n]
}
