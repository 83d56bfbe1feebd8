package packaging

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/Eyevinn/mp4ff/bits"
	"github.com/Eyevinn/mp4ff/mp4"
)

// sampleTable gathers the index of one track of a progressive file from the fragments of its segments.
type sampleTable struct {
	moov     *mp4.MoovBox // of the init segment
	chunks   []uint32     // samples of each segment
	sizes    []uint32
	stts     *mp4.SttsBox
	offsets  runs     // of composition, as the fragments have them
	syncs    []uint32 // numbers of sync samples, from 1
	begins   uint64   // decode time of the first sample
	ends     uint64   // and of what would follow the last
	earliest int32    // lowest composition offset
}

// runs are values in run-length coding.
type runs struct {
	ends   []uint32 // number of the last sample of each run, after a 0
	values []int32
}

func newSampleTable(init []byte) (*sampleTable, error) {
	moov, err := parseInit(init)
	if err != nil {
		return nil, err
	}
	return &sampleTable{moov: moov, stts: &mp4.SttsBox{}, offsets: runs{ends: []uint32{0}}}, nil
}

// take adds the samples of a segment.
func (t *sampleTable) take(track string, number int, open OpenSegment) (filePart, error) {
	segment, whole, err := open(track, number)
	if err != nil {
		return filePart{}, err
	}
	defer segment.Close()
	moof, payload, err := readMoof(segment)
	if err != nil {
		return filePart{}, err
	}
	from, err := segment.Seek(0, io.SeekCurrent)
	if err != nil {
		return filePart{}, err
	}
	if from+payload != whole {
		return filePart{}, fmt.Errorf("%d bytes of samples from %d on in a segment of %d: %w", payload, from, whole, ErrSpan)
	}
	if err := t.add(moof, payload); err != nil {
		return filePart{}, err
	}
	return filePart{track: track, number: number, bytes: payload, from: from, whole: whole}, nil
}

// add takes over a fragment whose samples are its payload, in order and without gaps.
func (t *sampleTable) add(moof *mp4.MoofBox, payload int64) error {
	if len(moof.Trafs) != 1 || moof.Traf.Tfhd == nil || moof.Traf.Tfdt == nil || len(moof.Traf.Truns) != 1 {
		return fmt.Errorf("a fragment of %d tracks: %w", len(moof.Trafs), ErrSpan)
	}
	run := moof.Traf.Trun
	run.AddSampleDefaultValues(moof.Traf.Tfhd, t.moov.Mvex.Trex)
	at := moof.Traf.Tfdt.BaseMediaDecodeTime()
	if len(t.chunks) == 0 {
		t.begins, t.ends = at, at
	}
	if at != t.ends || len(run.Samples) == 0 || int64(run.DataOffset) != int64(moof.Size())+boxHead {
		return fmt.Errorf("a fragment at %d ticks where %d were expected: %w", at, t.ends, ErrSpan)
	}
	var bytes int64
	for _, s := range run.Samples {
		t.sizes = append(t.sizes, s.Size)
		if s.IsSync() {
			t.syncs = append(t.syncs, uint32(len(t.sizes)))
		}
		t.addDuration(s.Dur)
		t.offsets.add(s.CompositionTimeOffset)
		t.earliest = min(t.earliest, s.CompositionTimeOffset)
		t.ends += uint64(s.Dur)
		bytes += int64(s.Size)
	}
	t.chunks = append(t.chunks, uint32(len(run.Samples)))
	if bytes != payload {
		return fmt.Errorf("samples of %d bytes in %d: %w", bytes, payload, ErrSpan)
	}
	return nil
}

func (t *sampleTable) addDuration(ticks uint32) {
	if n := len(t.stts.SampleTimeDelta); n > 0 && t.stts.SampleTimeDelta[n-1] == ticks {
		t.stts.SampleCount[n-1]++
		return
	}
	t.stts.SampleCount, t.stts.SampleTimeDelta = append(t.stts.SampleCount, 1), append(t.stts.SampleTimeDelta, ticks)
}

func (r *runs) add(value int32) {
	n := len(r.values)
	if n > 0 && r.values[n-1] == value {
		r.ends[n]++
		return
	}
	r.values, r.ends = append(r.values, value), append(r.ends, r.ends[n]+1)
}

// fileMoov is the index of all tracks, without the places of the samples.
func fileMoov(tables []*sampleTable) (*mp4.MoovBox, error) {
	moov := mp4.NewMoovBox()
	mvhd := mp4.CreateMvhd()
	mvhd.Timescale, mvhd.NextTrackID = tables[0].timescale(), uint32(len(tables)+1)
	moov.AddChild(mvhd)
	for i, t := range tables {
		if len(t.chunks) == 0 {
			return nil, fmt.Errorf("a track without segments: %w", ErrSpan)
		}
		trak := t.trak(uint32(i+1), mvhd.Timescale)
		mvhd.Duration = max(mvhd.Duration, trak.Tkhd.Duration)
		moov.AddChild(trak)
	}
	mvhd.Version = wideVersion(mvhd.Duration)
	return moov, nil
}

func (t *sampleTable) timescale() uint32 { return t.moov.Trak.Mdia.Mdhd.Timescale }

// inMovie turns ticks of the track into ticks of the movie, rounded up.
func (t *sampleTable) inMovie(ticks uint64, movie uint32) uint64 {
	own := uint64(t.timescale())
	return (ticks*uint64(movie) + own - 1) / own
}

// wideVersion is the version of a box that can hold the duration.
func wideVersion(duration uint64) byte {
	if duration > math.MaxUint32 {
		return 1
	}
	return 0
}

// trak makes the init segment's track one of a progressive file.
func (t *sampleTable) trak(id, movie uint32) *mp4.TrakBox {
	trak := t.moov.Trak
	played := t.ends - t.begins
	trak.Tkhd.TrackID, trak.Tkhd.Duration = id, t.inMovie(t.begins, movie)+t.inMovie(played, movie)
	trak.Tkhd.Version = wideVersion(trak.Tkhd.Duration)
	trak.Mdia.Mdhd.Duration, trak.Mdia.Mdhd.Version = played, wideVersion(played)
	trak.Children = without(trak.Children, "edts")
	if edit := t.edits(movie); edit != nil {
		edts := &mp4.EdtsBox{}
		edts.AddChild(edit)
		trak.Edts = edts
		trak.Children = append([]mp4.Box{trak.Children[0], edts}, trak.Children[1:]...)
	}
	old := trak.Mdia.Minf.Stbl
	stbl := mp4.NewStblBox()
	stbl.AddChild(old.Stsd)
	stbl.AddChild(t.stts)
	if ctts := t.ctts(); ctts != nil {
		stbl.AddChild(ctts)
	}
	if len(t.syncs) < len(t.sizes) {
		stbl.AddChild(&mp4.StssBox{SampleNumber: t.syncs})
	}
	stbl.AddChild(t.stsc())
	stbl.AddChild(&mp4.StszBox{SampleNumber: uint32(len(t.sizes)), SampleSize: t.sizes})
	minf := trak.Mdia.Minf
	minf.Children = append(without(minf.Children, "stbl"), stbl)
	minf.Stbl = stbl
	return trak
}

// edits keeps the track on the movie's timeline. Old players know no composition before decoding, so that all compositions come
// later by as much as the earliest is early, and the edit list begins there (ISO/IEC 14496-12 §8.6.6).
func (t *sampleTable) edits(movie uint32) *mp4.ElstBox {
	if t.begins == 0 && t.earliest == 0 {
		return nil
	}
	list := &mp4.ElstBox{}
	if t.begins > 0 {
		list.Entries = append(list.Entries, mp4.ElstEntry{SegmentDuration: t.inMovie(t.begins, movie), MediaTime: -1, MediaRateInteger: 1})
	}
	played := t.inMovie(t.ends-t.begins, movie)
	list.Entries = append(list.Entries, mp4.ElstEntry{SegmentDuration: played, MediaTime: -int64(t.earliest), MediaRateInteger: 1})
	list.Version = wideVersion(played)
	return list
}

func (t *sampleTable) ctts() *mp4.CttsBox {
	values := t.offsets.values
	if len(values) == 1 && values[0] == t.earliest {
		return nil
	}
	for i := range values {
		values[i] -= t.earliest
	}
	return &mp4.CttsBox{EndSampleNr: t.offsets.ends, SampleOffset: values}
}

// stsc has a chunk for every segment.
func (t *sampleTable) stsc() *mp4.StscBox {
	box := &mp4.StscBox{}
	box.SetSingleSampleDescriptionID(1)
	for i, n := range t.chunks {
		if last := len(box.Entries) - 1; last < 0 || box.Entries[last].SamplesPerChunk != n {
			box.Entries = append(box.Entries, mp4.StscEntry{FirstChunk: uint32(i + 1), SamplesPerChunk: n})
		}
	}
	return box
}

// setOffsets writes where the chunks of every track are; parts are nil while that is not known.
func setOffsets(moov *mp4.MoovBox, tables []*sampleTable, parts []filePart, wide bool) {
	of := make([][]uint64, len(tables))
	if parts != nil {
		next := 0
		for number := 0; next < len(parts); number++ {
			for i, t := range tables {
				if number < len(t.chunks) {
					of[i] = append(of[i], uint64(parts[next].at))
					next++
				}
			}
		}
	}
	for i, t := range tables {
		offsets := of[i]
		if offsets == nil {
			offsets = make([]uint64, len(t.chunks))
		}
		stbl := moov.Traks[i].Mdia.Minf.Stbl
		stbl.Children = without(stbl.Children, "stco", "co64")
		stbl.Stco, stbl.Co64 = nil, nil
		stbl.AddChild(offsetBox(offsets, wide))
	}
}

func offsetBox(offsets []uint64, wide bool) mp4.Box {
	if wide {
		return &mp4.Co64Box{ChunkOffset: offsets}
	}
	box := &mp4.StcoBox{}
	for _, o := range offsets {
		box.ChunkOffset = append(box.ChunkOffset, uint32(o))
	}
	return box
}

// mdatHead is how long the header of the box of samples is.
func mdatHead(samples int64) int {
	if samples+boxHead > math.MaxUint32 {
		return boxHead + 8
	}
	return boxHead
}

// encodeHead writes everything before the samples, which is so many bytes.
func encodeHead(ftyp *mp4.FtypBox, moov *mp4.MoovBox, samples, length int64) ([]byte, error) {
	out := bits.NewFixedSliceWriter(int(length))
	for _, box := range []mp4.Box{ftyp, moov} {
		if err := box.EncodeSW(out); err != nil {
			return nil, fmt.Errorf("write %s: %w", box.Type(), err)
		}
	}
	head := out.Bytes()
	if mdatHead(samples) > boxHead {
		head = binary.BigEndian.AppendUint32(head, 1)
		head = append(head, "mdat"...)
		head = binary.BigEndian.AppendUint64(head, uint64(samples+boxHead+8))
	} else {
		head = binary.BigEndian.AppendUint32(head, uint32(samples+boxHead))
		head = append(head, "mdat"...)
	}
	if int64(len(head)) != length {
		return nil, fmt.Errorf("an index of %d bytes where %d were counted", len(head), length)
	}
	return head, nil
}
