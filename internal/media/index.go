package media

import (
	"bytes"
	"encoding/binary"
	"io"
)

const (
	maxTopLevelBoxes = 100_000  // of an MP4: a fragmented day has fewer
	matroskaHeadSize = 64 << 10 // where a SeekHead, or the index of an AVI, is looked for
)

// HasIndex reports whether a seek finds its place in the file without reading what comes before: an MP4 has a moov box, a
// Matroska file a SeekHead that names its Cues (RFC 9559 §5.1.1), an AVI an index at its end or within. Streams without any
// index (MPEG-TS, MPEG-PS) have none; the other containers are taken at their word. The error is of r.
func HasIndex(r io.ReaderAt, size int64, c Container) (bool, error) {
	switch c {
	case MP4:
		return hasBox(r, size, "moov")
	case Matroska:
		return namesCues(r, size)
	case AVI:
		return hasChunkIndex(r, size)
	case MPEGTS, MPEGPS:
		return false, nil
	case FLV, ASF, Ogg, MP3, FLAC, WAV, GIF:
	}
	return true, nil
}

// hasChunkIndex looks for idx1 behind the first list of frames, or for an OpenDML index in a file that is whole.
func hasChunkIndex(r io.ReaderAt, size int64) (bool, error) {
	for at, n := int64(12), 0; at+8 <= size && n < maxTopLevelBoxes; n++ {
		kind, length, ok := riffChunk(r, at)
		if !ok || length > size-at-8 {
			break
		}
		if kind == "idx1" {
			return true, nil
		}
		at += 8 + length + length%2
	}
	head := make([]byte, min(size, matroskaHeadSize))
	if _, err := r.ReadAt(head, 0); err != nil {
		return false, err
	}
	return bytes.Contains(head, []byte("indx")) && !endsInAChunk(r, size), nil
}

func hasBox(r io.ReaderAt, size int64, want string) (bool, error) {
	var head [16]byte
	for at, n := int64(0), 0; at+8 <= size && n < maxTopLevelBoxes; n++ {
		if _, err := r.ReadAt(head[:min(16, size-at)], at); err != nil {
			return false, err
		}
		length := int64(binary.BigEndian.Uint32(head[:4]))
		switch length {
		case 0: // to the end of the file
			length = size - at
		case 1:
			length = int64(binary.BigEndian.Uint64(head[8:]))
		}
		if length < 8 || length > size-at {
			return false, nil // cut off or not a box: nothing that follows can be found
		}
		if string(head[4:8]) == want {
			return true, nil
		}
		at += length
	}
	return false, nil
}

func namesCues(r io.ReaderAt, size int64) (bool, error) {
	head := make([]byte, min(size, matroskaHeadSize))
	if _, err := r.ReadAt(head, 0); err != nil {
		return false, err
	}
	// SeekID element (53AB), size 4, holding the id of Cues (1C53BB6B).
	return bytes.Contains(head, []byte("\x53\xab\x84\x1c\x53\xbb\x6b")), nil
}
