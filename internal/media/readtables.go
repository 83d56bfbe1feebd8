package media

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// entryBudget bounds the numbers that are read of all tables of a file together: a third of it is twelve hours with sound.
const entryBudget = 24 << 20

// ReadTables reads the sample tables of an MP4 or MOV file of the size, wherever its index lies. What is odd about the file is a
// reason in the tables, not an error: the error is of r. Memory is bounded by what the tables of a day of video take.
func ReadTables(r io.ReaderAt, size int64) (Tables, error) {
	var t Tables
	err := t.read(r, size)
	if why, ok := errors.AsType[refuses](err); ok {
		return Tables{Why: CopyCode(why)}, nil
	}
	return t, err
}

// FindKeys looks for the pictures of H.264 that segments may begin with, at least segment apart where there are any. It reads the
// headers of their NAL units from the file that the tables are of.
func (t *Tables) FindKeys(r io.ReaderAt, segment time.Duration) error {
	for i := range t.Tracks {
		track := &t.Tracks[i]
		if track.Why != "" || track.Format != "avc1" {
			continue
		}
		if err := track.findKeys(r, segment); err != nil {
			return fmt.Errorf("look at key frames: %w", err)
		}
	}
	return nil
}

func (t *Tables) read(r io.ReaderAt, size int64) error {
	var (
		budget    = entryBudget
		timescale int64
		moovs     int
	)
	return eachBox(r, 0, size, maxTopLevelBoxes, func(b mp4Box) error {
		switch b.kind {
		case "moof":
			return refuses(Fragmented)
		case "moov":
			if moovs++; moovs > 1 {
				return refuses(BrokenTables)
			}
		default:
			return nil
		}
		return b.within(r, 0, func(b mp4Box) error {
			switch b.kind {
			case "mvex":
				return refuses(Fragmented)
			case "cmov":
				return refuses(BrokenTables)
			case "mvhd":
				var err error
				timescale, err = headerTimescale(r, b)
				return err
			case "trak":
				if len(t.Tracks) == MaxStreams {
					return refuses(TablesTooLarge)
				}
				track, err := readTrack(r, b, size, timescale, &budget)
				if why, ok := errors.AsType[refuses](err); ok && CopyCode(why) != TablesTooLarge {
					track, err = SampleTable{Why: CopyCode(why)}, nil
				}
				t.Tracks = append(t.Tracks, track)
				return err
			}
			return nil
		})
	})
}

// headerTimescale reads the timescale of mvhd or mdhd.
func headerTimescale(r io.ReaderAt, b mp4Box) (int64, error) {
	head, err := b.bytes(r, 24)
	if err != nil {
		return 0, err
	}
	at := 12
	if len(head) > 0 && head[0] == 1 {
		at = 20
	}
	if len(head) < at+wordBytes {
		return 0, refuses(BrokenTables)
	}
	return int64(binary.BigEndian.Uint32(head[at:])), nil
}

// trackReader fills in the table of one track.
type trackReader struct {
	r      io.ReaderAt
	size   int64 // of the file
	budget *int
	movie  int64 // ticks a second of the movie
	t      SampleTable
	edits  []edit
	runs   []chunkRun
	seen   map[string]bool
	timed  int // samples that stts speaks of
	shown  int // samples that ctts speaks of
}

// chunkRun begins at a chunk: from there on chunks have so many samples.
type chunkRun struct{ chunk, samples uint32 }

func readTrack(r io.ReaderAt, trak mp4Box, size, movie int64, budget *int) (SampleTable, error) {
	x := &trackReader{r: r, size: size, movie: movie, budget: budget, seen: map[string]bool{}}
	if err := x.boxes(trak, 0); err != nil {
		return SampleTable{}, err
	}
	if !x.t.isRead() {
		why := NotH264
		if x.t.Handler == "soun" {
			why = NotAAC
		}
		return SampleTable{Handler: x.t.Handler, Why: why}, nil
	}
	return x.t, x.finish()
}

// isRead reports whether the samples of the track's format may be passed through. Those of others are not read: of uncompressed
// sound there are millions.
func (t *SampleTable) isRead() bool {
	return t.Handler == "vide" && t.Format == "avc1" || t.Handler == "soun" && t.Format == "mp4a"
}

func (x *trackReader) boxes(in mp4Box, depth int) error {
	if depth == maxDepth {
		return refuses(BrokenTables)
	}
	return in.within(x.r, 0, func(b mp4Box) error {
		switch b.kind {
		case "mdia", "minf", "stbl", "edts":
			return x.boxes(b, depth+1)
		case "tkhd", "mdhd", "hdlr", "stsd", "elst", "stts", "ctts", "stss", "stsc", "stsz", "stz2", "stco", "co64":
			if b.kind == "hdlr" && x.seen["hdlr"] { // QuickTime has one of the data too
				return nil
			}
			if x.seen[b.kind] {
				return refuses(BrokenTables)
			}
			x.seen[b.kind] = true
			if x.t.Format != "" && !x.t.isRead() && b.kind != "hdlr" {
				return nil
			}
			return x.take(b)
		}
		return nil
	})
}

func (x *trackReader) take(b mp4Box) (err error) {
	switch b.kind {
	case "tkhd":
		return x.takeMatrix(b)
	case "mdhd":
		var scale int64
		scale, err = headerTimescale(x.r, b)
		x.t.Timescale = uint32(scale)
	case "hdlr":
		head, err := b.bytes(x.r, 12)
		if err != nil || len(head) < 12 {
			return errors.Join(err, refuses(BrokenTables))
		}
		x.t.Handler = string(head[8:12])
	case "elst":
		return x.takeEdits(b)
	case "stsd":
		return x.takeEntry(b)
	case "stts":
		return x.takeTimes(b)
	case "ctts":
		return x.takeOffsets(b)
	case "stss":
		return x.takeSyncs(b)
	case "stsc":
		return x.takeRuns(b)
	case "stsz":
		return x.takeSizes(b)
	case "stco", "co64":
		return x.takeChunks(b)
	default: // stz2: sizes of four bits, which nobody writes
		return refuses(BrokenTables)
	}
	return err
}

// takeMatrix compares the matrix of tkhd to the identity (§8.3.2).
func (x *trackReader) takeMatrix(b mp4Box) error {
	head, err := b.bytes(x.r, 96)
	if err != nil {
		return err
	}
	at := 40
	if len(head) > 0 && head[0] == 1 {
		at = 52
	}
	if len(head) < at+36 {
		return refuses(BrokenTables)
	}
	word := func(i int) uint32 { return binary.BigEndian.Uint32(head[at+i*wordBytes:]) }
	for _, i := range []int{1, 2, 3, 5} {
		x.t.Turned = x.t.Turned || word(i) != 0
	}
	// Scaling both ways alike says nothing, and where the picture lies is for others to see.
	x.t.Turned = x.t.Turned || word(0) != word(4) || int32(word(0)) <= 0
	return nil
}

type edit struct {
	length    int64 // ticks of the movie
	at        int64 // ticks of the track; negative for nothing
	plainRate bool
}

// takeEdits reads elst (§8.6.6).
func (x *trackReader) takeEdits(b mp4Box) error {
	head, err := b.bytes(x.r, boxHead)
	if err != nil || len(head) < boxHead {
		return errors.Join(err, refuses(BrokenTables))
	}
	entry := int64(12)
	if head[0] == 1 {
		entry = 20
	}
	list, err := b.tableOf(x.r, boxHead, entry, x.budget)
	if err != nil {
		return err
	}
	if list.count > maxInBox {
		return refuses(EditList)
	}
	for range list.count {
		var e edit
		if head[0] == 1 {
			e.length, e.at = int64(list.long()), int64(list.long())
		} else {
			e.length, e.at = int64(list.word()), int64(int32(list.word()))
		}
		e.plainRate = list.word() == 1<<16
		x.edits = append(x.edits, e)
	}
	return list.err
}
