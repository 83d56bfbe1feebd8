package media

import (
	"bytes"
	"encoding/binary"
	"io"
)

// maxBoxes bounds how many top-level boxes are looked at: a fragmented recording has two a second.
const maxBoxes = 100_000

// CutOff reports whether a file of the size ends before it says: a transfer or a recording broke off, and its index or its
// header may promise pictures that are not there. Containers that do not say how long they are report false.
func CutOff(file io.ReaderAt, sizeBytes int64, c Container) bool {
	switch c {
	case MP4:
		return endsInABox(file, sizeBytes)
	case AVI:
		return endsInAChunk(file, sizeBytes)
	case Matroska:
		return endsInItsSegment(file, sizeBytes)
	case FLV:
		return endsInATag(file, sizeBytes)
	case MPEGTS, MPEGPS, ASF, Ogg, MP3, FLAC, WAV, GIF:
	}
	return false
}

// endsInABox walks the top-level boxes of an MP4 or MOV file (ISO/IEC 14496-12, section 4.2).
func endsInABox(file io.ReaderAt, sizeBytes int64) bool {
	var head [16]byte
	at := int64(0)
	for range maxBoxes {
		if at == sizeBytes {
			return false
		}
		n, err := file.ReadAt(head[:], at)
		if n < 8 || err != nil && n < len(head) && at+int64(n) != sizeBytes {
			return true
		}
		size := int64(binary.BigEndian.Uint32(head[:4]))
		switch {
		case size == 0: // to the end of the file
			return false
		case size == 1 && n == len(head):
			size = int64(binary.BigEndian.Uint64(head[8:]) & (1<<63 - 1))
		}
		if size < 8 || size > sizeBytes-at {
			return true
		}
		at += size
	}
	return false
}

// endsInAChunk walks the RIFF chunks of an AVI file, of which large ones have several.
func endsInAChunk(file io.ReaderAt, sizeBytes int64) bool {
	for at, n := int64(0), 0; at+8 <= sizeBytes && n < maxBoxes; n++ {
		kind, size, ok := riffChunk(file, at)
		if !ok || kind != "RIFF" { // what follows the last one is no part of it
			return false
		}
		if size > sizeBytes-at-8 {
			return size != 1<<32-1 && size != 0 // some recorders never fill it in
		}
		at += 8 + size + size%2
	}
	return false
}

// riffChunk reads a chunk's header.
func riffChunk(file io.ReaderAt, at int64) (kind string, size int64, ok bool) {
	var head [8]byte
	if _, err := file.ReadAt(head[:], at); err != nil {
		return "", 0, false
	}
	return string(head[:4]), int64(binary.LittleEndian.Uint32(head[4:])), true
}

// endsInItsSegment reads the size of a Matroska file's Segment (RFC 9559 §5.1), which live recordings leave unknown.
func endsInItsSegment(file io.ReaderAt, sizeBytes int64) bool {
	head := make([]byte, min(sizeBytes, SniffLength))
	if _, err := file.ReadAt(head, 0); err != nil {
		return false
	}
	at := bytes.Index(head, []byte("\x18\x53\x80\x67"))
	if at < 0 {
		return false
	}
	size, length, known := elementSize(head[at+4:])
	return known && int64(at)+4+int64(length)+size > sizeBytes
}

// elementSize reads an EBML variable-size integer (RFC 8794 §4), whose ones mean unknown.
func elementSize(b []byte) (size int64, length int, known bool) {
	if len(b) == 0 || b[0] == 0 {
		return 0, 0, false
	}
	for length = 1; b[0]>>(8-length) == 0; length++ {
	}
	if len(b) < length {
		return 0, 0, false
	}
	size = int64(b[0]) & (1<<(8-length) - 1)
	for _, x := range b[1:length] {
		size = size<<8 | int64(x)
	}
	return size, length, size != 1<<(7*length)-1
}

// endsInATag reads the end of an FLV file, where the size of the last tag stands behind it.
func endsInATag(file io.ReaderAt, sizeBytes int64) bool {
	var tail, head [4]byte
	if _, err := file.ReadAt(tail[:], sizeBytes-4); err != nil {
		return true
	}
	size := int64(binary.BigEndian.Uint32(tail[:]))
	if size < 11 || size > sizeBytes-4 {
		return true
	}
	if _, err := file.ReadAt(head[:], sizeBytes-4-size); err != nil {
		return true
	}
	return int64(binary.BigEndian.Uint32(head[:])&0xffffff) != size-11 // its kind, then the length of its content
}
