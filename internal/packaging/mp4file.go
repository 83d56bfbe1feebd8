package packaging

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/Eyevinn/mp4ff/mp4"
)

// FileTrack is one track of a File: an init segment, and how many media segments there are, from number 0.
type FileTrack struct {
	ID       string
	Init     []byte
	Segments int
}

// OpenSegment opens one stored media segment and tells how many bytes it has. Whoever calls it closes what it returns.
type OpenSegment func(track string, number int) (segment io.ReadSeekCloser, bytes int64, err error)

// File is a progressive MP4 (ISO/IEC 14496-12) of stored segments, its index first: an index that was made from the segments' own,
// and where the samples lie. It holds no samples, so that a film of any length takes no more than its index does, about twelve
// bytes for each picture.
type File struct {
	head  []byte // everything before the samples
	parts []filePart
	size  int64
	tag   string
}

// filePart is the samples of one segment.
type filePart struct {
	track  string
	number int
	at     int64 // in the file
	bytes  int64
	from   int64 // in the segment
	whole  int64 // bytes of the segment
}

// LayOutFile reads the index of every segment and lays the samples out, segment by segment, the tracks in their order. A segment
// that is missing is the error of open; one that is not of its track wraps ErrSpan.
func LayOutFile(tracks []FileTrack, open OpenSegment) (*File, error) {
	f := &File{}
	tables := make([]*sampleTable, len(tracks))
	most := 0
	for i, t := range tracks {
		table, err := newSampleTable(t.Init)
		if err != nil {
			return nil, fmt.Errorf("read init of %s: %w", t.ID, err)
		}
		tables[i], most = table, max(most, t.Segments)
	}
	for number := range most {
		for i, t := range tracks {
			if number >= t.Segments {
				continue
			}
			part, err := tables[i].take(t.ID, number, open)
			if err != nil {
				return nil, fmt.Errorf("read index of segment %d of %s: %w", number, t.ID, err)
			}
			f.parts = append(f.parts, part)
		}
	}
	if err := f.finish(tables); err != nil {
		return nil, err
	}
	return f, nil
}

// Size is the file's length in bytes.
func (f *File) Size() int64 { return f.size }

// Tag names the file: files with the same tag have the same index.
func (f *File) Tag() string { return f.tag }

// IndexBytes is about how much memory the file takes.
func (f *File) IndexBytes() int64 { return int64(len(f.head)) + int64(len(f.parts))*64 }

// finish places the samples and writes what is before them.
func (f *File) finish(tables []*sampleTable) error {
	var samples int64
	for i := range f.parts {
		f.parts[i].at = samples // until the head's length is known
		samples += f.parts[i].bytes
	}
	moov, err := fileMoov(tables)
	if err != nil {
		return err
	}
	ftyp := mp4.NewFtyp("isom", 0x200, []string{"isom", "iso2", "avc1", "mp41"})
	wide := false
	length := func() int64 {
		setOffsets(moov, tables, nil, wide)
		return int64(ftyp.Size()+moov.Size()) + int64(mdatHead(samples))
	}
	if length()+samples > math.MaxUint32 {
		wide = true
	}
	start := length()
	for i := range f.parts {
		f.parts[i].at += start
	}
	setOffsets(moov, tables, f.parts, wide)
	f.size = start + samples
	f.head, err = encodeHead(ftyp, moov, samples, start)
	sum := sha256.Sum256(f.head)
	f.tag = hex.EncodeToString(sum[:16])
	return err
}

// Reader returns the bytes of the file, of which it opens one segment at a time. It is for one goroutine; the caller closes it.
func (f *File) Reader(open OpenSegment) io.ReadSeekCloser {
	return &fileReader{file: f, open: open, current: -1}
}

type fileReader struct {
	file    *File
	open    OpenSegment
	at      int64
	current int // index of the part whose segment is open, -1 for none
	segment io.ReadSeekCloser
}

// errChanged says that a segment is not the one that the index was made from: it was made again.
var errChanged = errors.New("a segment is not the one that was indexed")

// Seek implements io.Seeker.
func (r *fileReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.file.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the start")
	}
	if offset != r.at {
		r.at = offset
		return offset, r.Close()
	}
	return offset, nil
}

// Read implements io.Reader.
func (r *fileReader) Read(p []byte) (int, error) {
	f := r.file
	switch {
	case len(p) == 0:
		return 0, nil
	case r.at >= f.size:
		return 0, io.EOF
	case r.at < int64(len(f.head)):
		n := copy(p, f.head[r.at:])
		r.at += int64(n)
		return n, nil
	}
	i := f.partAt(r.at)
	part := f.parts[i]
	if err := r.enter(i); err != nil {
		return 0, err
	}
	n, err := r.segment.Read(p[:min(int64(len(p)), part.at+part.bytes-r.at)])
	r.at += int64(n)
	if errors.Is(err, io.EOF) {
		err = nil
		if n == 0 {
			err = errChanged
		}
	}
	return n, err
}

// enter opens the part's segment at the place of the reader.
func (r *fileReader) enter(i int) error {
	if r.current == i {
		return nil
	}
	if err := r.Close(); err != nil {
		return err
	}
	part := r.file.parts[i]
	segment, bytes, err := r.open(part.track, part.number)
	if err != nil {
		return fmt.Errorf("open segment %d of %s: %w", part.number, part.track, err)
	}
	r.segment, r.current = segment, i
	if bytes != part.whole {
		return errChanged
	}
	_, err = segment.Seek(part.from+r.at-part.at, io.SeekStart)
	return err
}

// Close implements io.Closer. A reader that was closed may be read again.
func (r *fileReader) Close() error {
	if r.segment == nil {
		return nil
	}
	segment := r.segment
	r.segment, r.current = nil, -1
	return segment.Close()
}

// partAt is the index of the part that holds the byte. Every part has at least one.
func (f *File) partAt(at int64) int {
	low, high := 0, len(f.parts)
	for high-low > 1 {
		if middle := (low + high) / 2; f.parts[middle].at <= at {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}
