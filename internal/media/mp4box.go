package media

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// Bounds on what is believed of a file's boxes.
const (
	boxHead    = 8
	wideHead   = 16      // of a box with a size of 64 bits
	maxDepth   = 8       // of boxes within boxes
	maxInBox   = 4096    // boxes within one box
	smallBox   = 1 << 20 // what is read of a box that is kept whole
	readAhead  = 64 << 10
	wordBytes  = 4
	pairOfWord = 8
)

// mp4Box is a box (ISO/IEC 14496-12 §4.2) that lies in a file: its content is [at, end).
type mp4Box struct {
	kind    string
	at, end int64
}

func (b mp4Box) length() int64 { return b.end - b.at }

// boxAt reads the header of the box at an offset, which must end at or before end.
func boxAt(r io.ReaderAt, at, end int64) (mp4Box, error) {
	var head [wideHead]byte
	if end-at < boxHead {
		return mp4Box{}, refuses(BrokenTables)
	}
	n := min(wideHead, end-at)
	if _, err := r.ReadAt(head[:n], at); err != nil && !errors.Is(err, io.EOF) {
		return mp4Box{}, err
	}
	box := mp4Box{kind: string(head[4:8]), at: at + boxHead}
	switch size := int64(binary.BigEndian.Uint32(head[:4])); size {
	case 0: // to the end
		box.end = end
	case 1:
		box.at = at + wideHead
		box.end = at + int64(min(binary.BigEndian.Uint64(head[8:]), 1<<62))
	default:
		box.end = at + size
	}
	if box.end < box.at || box.end > end {
		return mp4Box{}, refuses(BrokenTables)
	}
	return box, nil
}

// eachBox hands out the boxes in [at, end), at most so many.
func eachBox(r io.ReaderAt, at, end int64, most int, use func(mp4Box) error) error {
	for n := 0; end-at >= boxHead; n++ {
		if n == most {
			return refuses(BrokenTables)
		}
		box, err := boxAt(r, at, end)
		if err != nil {
			return err
		}
		if err := use(box); err != nil {
			return err
		}
		at = box.end
	}
	return nil
}

// within hands out the boxes inside a box, from so many bytes after its start.
func (b mp4Box) within(r io.ReaderAt, skip int64, use func(mp4Box) error) error {
	return eachBox(r, b.at+skip, b.end, maxInBox, use)
}

// bytes reads a small box whole, or the first bytes of one.
func (b mp4Box) bytes(r io.ReaderAt, most int64) ([]byte, error) {
	content := make([]byte, min(b.length(), most, smallBox))
	if n, err := r.ReadAt(content, b.at); n < len(content) {
		return nil, err
	}
	return content, nil
}

// table is a run of numbers in a file.
type table struct {
	r     *bufio.Reader
	count int
	err   error
}

// tableOf opens the table of a full box, whose entries of some bytes follow a header of so many bytes that ends with their count.
func (b mp4Box) tableOf(r io.ReaderAt, header, entry int64, budget *int) (table, error) {
	head, err := b.bytes(r, header)
	if err != nil {
		return table{}, err
	}
	if int64(len(head)) < header {
		return table{}, refuses(BrokenTables)
	}
	count := int64(binary.BigEndian.Uint32(head[header-wordBytes:]))
	if count > (b.length()-header)/entry {
		return table{}, refuses(BrokenTables)
	}
	if *budget -= int(count); *budget < 0 {
		return table{}, refuses(TablesTooLarge)
	}
	body := io.NewSectionReader(r, b.at+header, count*entry)
	return table{r: bufio.NewReaderSize(body, readAhead), count: int(count)}, nil
}

// word returns the next number; after an error, 0.
func (t *table) word() uint32 {
	var b [wordBytes]byte
	if t.err == nil {
		_, t.err = io.ReadFull(t.r, b[:])
	}
	return binary.BigEndian.Uint32(b[:])
}

func (t *table) long() uint64 { return uint64(t.word())<<32 | uint64(t.word()) }
