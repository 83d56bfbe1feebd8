package media

import (
	"encoding/binary"
	"math"
)

const (
	maxTimescale = 10_000_000     // ticks a second; more are a mistake, and would not fit into sums
	maxTicks     = int64(1) << 45 // of a track: a day at the largest timescale
	fullBoxHead  = 4
	longChunk    = 512 // samples
	tableHead    = 8
	maxSeconds   = 1e6
)

// takeTimes reads stts (§8.6.1.2).
func (x *trackReader) takeTimes(b mp4Box) error {
	list, err := b.tableOf(x.r, tableHead, pairOfWord, x.budget)
	if err != nil {
		return err
	}
	var sample, at int64
	for range list.count {
		n, duration := int64(list.word()), list.word()
		if n == 0 {
			continue
		}
		if sample+n > maxSamples || int32(duration) < 0 {
			return refuses(BrokenTables)
		}
		if k := len(x.t.times); k == 0 || x.t.times[k-1].duration != duration {
			x.t.times = append(x.t.times, timeRun{uint32(sample), duration, at})
		}
		sample, at = sample+n, at+n*int64(duration)
		if at > maxTicks {
			return refuses(BrokenTables)
		}
	}
	x.timed = int(sample)
	return list.err
}

// takeOffsets reads ctts (§8.6.1.3). Version 0 is unsigned by the book; writers that mean negative offsets exist, and none that
// mean two thousand million ticks.
func (x *trackReader) takeOffsets(b mp4Box) error {
	list, err := b.tableOf(x.r, tableHead, pairOfWord, x.budget)
	if err != nil {
		return err
	}
	sample := int64(0)
	for range list.count {
		n, offset := int64(list.word()), int32(list.word())
		if n == 0 {
			continue
		}
		if sample+n > maxSamples {
			return refuses(BrokenTables)
		}
		if k := len(x.t.offsets); k == 0 || x.t.offsets[k-1].offset != offset {
			x.t.offsets = append(x.t.offsets, offsetRun{uint32(sample), offset})
		}
		sample += n
	}
	x.shown = int(sample)
	return list.err
}

// takeSyncs reads stss (§8.6.2).
func (x *trackReader) takeSyncs(b mp4Box) error {
	list, err := b.tableOf(x.r, tableHead, wordBytes, x.budget)
	if err != nil {
		return err
	}
	if list.count > maxSamples {
		return refuses(TooManySamples)
	}
	x.t.syncs = make([]uint32, 0, list.count)
	for range list.count {
		sample := list.word() - 1
		if n := len(x.t.syncs); sample >= maxSamples || n > 0 && x.t.syncs[n-1] >= sample {
			return refuses(BrokenTables)
		}
		x.t.syncs = append(x.t.syncs, sample)
	}
	return list.err
}

// takeRuns reads stsc (§8.7.4).
func (x *trackReader) takeRuns(b mp4Box) error {
	list, err := b.tableOf(x.r, tableHead, 3*wordBytes, x.budget)
	if err != nil {
		return err
	}
	if list.count > maxSamples {
		return refuses(TooManySamples)
	}
	for range list.count {
		run := chunkRun{chunk: list.word() - 1, samples: list.word()}
		list.word() // of which entry: there is one
		if n := len(x.runs); n == 0 && run.chunk != 0 || n > 0 && x.runs[n-1].chunk >= run.chunk {
			return refuses(BrokenTables)
		}
		x.runs = append(x.runs, run)
	}
	return list.err
}

// takeSizes reads stsz (§8.7.3.2).
func (x *trackReader) takeSizes(b mp4Box) error {
	head, err := b.bytes(x.r, fullBoxHead+2*wordBytes)
	if err != nil {
		return err
	}
	if len(head) < fullBoxHead+2*wordBytes {
		return refuses(BrokenTables)
	}
	x.t.size = binary.BigEndian.Uint32(head[4:])
	if x.t.size != 0 {
		x.t.count = int(min(binary.BigEndian.Uint32(head[8:]), maxSamples+1))
	} else {
		list, err := b.tableOf(x.r, fullBoxHead+2*wordBytes, wordBytes, x.budget)
		if err != nil {
			return err
		}
		if list.count > maxSamples {
			return refuses(TooManySamples)
		}
		x.t.sizes = make([]uint32, list.count)
		for i := range x.t.sizes {
			x.t.sizes[i] = list.word()
		}
		if list.err != nil {
			return list.err
		}
		x.t.count = list.count
	}
	if x.t.count > maxSamples {
		return refuses(TooManySamples)
	}
	return nil
}

// takeChunks reads stco or co64 (§8.7.5).
func (x *trackReader) takeChunks(b mp4Box) error {
	if x.t.chunkAt != nil {
		return refuses(BrokenTables)
	}
	width := int64(wordBytes)
	if b.kind == "co64" {
		width = pairOfWord
	}
	list, err := b.tableOf(x.r, tableHead, width, x.budget)
	if err != nil {
		return err
	}
	if list.count > maxSamples {
		return refuses(TooManySamples)
	}
	x.t.chunkAt = make([]int64, list.count)
	for i := range x.t.chunkAt {
		if width == pairOfWord {
			x.t.chunkAt[i] = int64(min(list.long(), math.MaxInt64))
		} else {
			x.t.chunkAt[i] = int64(list.word())
		}
	}
	return list.err
}

// finish holds the tables to each other.
func (x *trackReader) finish() error {
	t := &x.t
	if t.count == 0 || t.Timescale == 0 || t.Timescale > maxTimescale || x.timed != t.count || x.seen["stco"] && x.seen["co64"] {
		return refuses(BrokenTables)
	}
	if x.seen["ctts"] && x.shown != t.count {
		return refuses(BrokenTables)
	}
	t.everySync = !x.seen["stss"]
	if n := len(t.syncs); n > 0 && int(t.syncs[n-1]) >= t.count {
		return refuses(BrokenTables)
	}
	if len(t.offsets) == 1 && t.offsets[0].offset == 0 {
		t.offsets = nil
	}
	if err := x.layChunks(); err != nil {
		return err
	}
	return x.layEdits()
}

// layChunks says where each chunk's samples begin and that they lie in the file. Long chunks become several, so that a sample in one
// is found without adding up all before it.
func (x *trackReader) layChunks() error {
	t := &x.t
	chunks := t.chunkAt
	t.chunkAt = make([]int64, 0, len(chunks))
	sample, run := 0, 0
	for chunk, at := range chunks {
		for run+1 < len(x.runs) && int(x.runs[run+1].chunk) <= chunk {
			run++
		}
		if len(x.runs) == 0 {
			return refuses(BrokenTables)
		}
		end := sample + min(int(x.runs[run].samples), t.count-sample)
		for i := sample; i < end; i++ {
			if (i-sample)%longChunk == 0 {
				t.chunkAt, t.chunkFrom = append(t.chunkAt, at), append(t.chunkFrom, uint32(i))
			}
			size := int64(t.Size(i))
			if size == 0 || at < 0 || size > x.size-at {
				return refuses(BrokenTables)
			}
			at += size
		}
		sample = end
	}
	if sample != t.count {
		return refuses(BrokenTables)
	}
	return nil
}

// layEdits understands what cameras and muxers write: perhaps a delay, then one plain edit.
func (x *trackReader) layEdits() error {
	t := &x.t
	edits := x.edits
	for len(edits) > 0 && edits[0].at == -1 {
		if x.movie <= 0 || edits[0].length < 0 {
			return refuses(BrokenTables)
		}
		t.shift.delaySeconds += float64(edits[0].length) / float64(x.movie)
		edits = edits[1:]
	}
	if math.Abs(t.shift.delaySeconds) > maxSeconds {
		return refuses(BrokenTables)
	}
	switch {
	case len(edits) == 0:
		t.shift.odd = len(x.edits) > 0
		return nil
	case len(edits) > 1 || !edits[0].plainRate || edits[0].at < 0 || edits[0].at > maxTicks || x.movie <= 0:
		t.shift.odd = true
		return nil
	}
	t.shift.begin = edits[0].at
	if seconds := float64(edits[0].length) / float64(x.movie); seconds > 0 && seconds < maxSeconds {
		t.shift.lengthTicks = int64(math.Ceil(seconds * float64(t.Timescale)))
	}
	return nil
}
