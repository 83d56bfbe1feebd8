package media

import (
	"encoding/binary"
	"io"
)

// maxBoxes bounds how many top-level boxes are looked at: a fragmented recording has two a second.
const maxBoxes = 100_000

// CutOff reports whether an MP4 or MOV file of the size ends inside one of its top-level boxes (ISO/IEC 14496-12, section 4.2): a
// transfer or a recording broke off. Its index may then promise pictures that are not there. Other containers report false.
func CutOff(file io.ReaderAt, sizeBytes int64, c Container) bool {
	if c != MP4 {
		return false
	}
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
