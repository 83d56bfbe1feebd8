package packaging

import (
	"fmt"
	"io"

	"matinee/internal/media"
)

// Copy cuts the copied tracks of a plan out of their source. It is safe for concurrent use and its bytes are always the same.
type Copy struct {
	source io.ReaderAt
	tracks map[string]copiedTrack
}

// copiedTrack is one track of the plan with its samples in the source.
type copiedTrack struct {
	span  Span
	table *media.SampleTable
	plan  media.Plan
	first int // sample of the source that is the track's sample 0
	units int // bytes of the length of a NAL unit
}

// OpenCopy reads the sample tables of a source of the size, from which the plan's copied tracks are cut. The source must stay
// readable as long as the Copy is used. A source whose tables are not those that were planned is an error that wraps ErrSpan.
func OpenCopy(source io.ReaderAt, size int64, plan media.Plan) (*Copy, error) {
	tables, err := media.ReadTables(source, size)
	if err != nil {
		return nil, fmt.Errorf("read sample tables: %w", err)
	}
	if tables.Why != "" {
		return nil, fmt.Errorf("read sample tables: %s: %w", tables.Why, ErrSpan)
	}
	c := &Copy{source: source, tracks: map[string]copiedTrack{}}
	for _, r := range plan.Rungs {
		if r.Copied {
			c.tracks[r.ID] = copiedTrack{span: VideoSpan(plan, r.ID, nil, 0, plan.Segments()), table: tableOf(tables, plan.Source.VideoStream)}
		}
	}
	for _, a := range plan.Audio {
		if a.Copied {
			c.tracks[a.ID] = copiedTrack{span: AudioSpan(plan, a.ID, nil), table: tableOf(tables, a.Stream), first: int(a.FirstFrame)}
		}
	}
	for id, t := range c.tracks {
		if t.table == nil || t.first+int(t.span.end()) > t.table.Samples() {
			return nil, t.span.fault("the source has not the samples that were planned")
		}
		t.plan = plan
		if t.span.Video && len(t.table.AVCConfig) > avcLengthAt {
			t.units = int(t.table.AVCConfig[avcLengthAt]&3) + 1
		}
		c.tracks[id] = t
	}
	return c, nil
}

// avcLengthAt is where an AVCDecoderConfigurationRecord says how long the lengths of NAL units are (ISO/IEC 14496-15 §5.3.3.1).
const avcLengthAt = 4

func tableOf(t media.Tables, stream int) *media.SampleTable {
	if stream < 0 || stream >= len(t.Tracks) || t.Tracks[stream].Why != "" {
		return nil
	}
	return &t.Tracks[stream]
}

func (c *Copy) track(id string) (copiedTrack, error) {
	t, ok := c.tracks[id]
	if !ok {
		return t, fmt.Errorf("track %s is not copied: %w", id, ErrSpan)
	}
	return t, nil
}

// Segment cuts one segment of a copied track. It reads the source in few runs of bytes and passes CheckSegment.
func (c *Copy) Segment(track string, number int) ([]byte, error) {
	t, err := c.track(track)
	if err != nil {
		return nil, err
	}
	if number < 0 || number >= t.span.Segments() {
		return nil, t.span.fault("there is no segment %d", number)
	}
	samples, err := t.samples(c.source, number)
	if err != nil {
		return nil, fmt.Errorf("copy segment %d of %s: %w", number, track, err)
	}
	if err := t.span.checkSamples(number, samples); err != nil {
		return nil, err
	}
	return t.span.write(number, samples)
}

// samples reads those of a segment. Only the first is told to be a key frame: it is the only one that was looked at.
func (t copiedTrack) samples(source io.ReaderAt, number int) ([]sample, error) {
	first, end := int(t.span.Bounds[number]), int(t.span.Bounds[number+1])
	data, err := readExtents(source, t.table.Extents(t.first+first, t.first+end))
	if err != nil {
		return nil, err
	}
	out := make([]sample, 0, end-first)
	for i := first; i < end; i++ {
		size := int(t.table.Size(t.first + i))
		out = append(out, sample{pts: t.span.at(int64(i)), sync: i == first || !t.span.Video, data: data[:size]})
		data = data[size:]
	}
	if t.span.Video {
		for i, slot := range t.table.Slots(t.plan, first, end) {
			out[i].pts = t.span.at(slot)
			if !wholeUnits(out[i].data, t.units) {
				return nil, t.span.fault("sample %d is not a row of NAL units", i+first)
			}
		}
	}
	return out, nil
}

// wholeUnits reports whether a sample is a row of NAL units behind their lengths of so many bytes (ISO/IEC 14496-15 §5.3.4.2): what a
// disk has spoilt often is not, and a browser's decoder stops at it.
func wholeUnits(data []byte, lengthSize int) bool {
	const forbidden = 0x80
	for len(data) > lengthSize {
		length := 0
		for _, b := range data[:lengthSize] {
			length = length<<8 | int(b)
		}
		data = data[lengthSize:]
		if length == 0 || length > len(data) || data[0]&forbidden != 0 {
			return false
		}
		data = data[length:]
	}
	return len(data) == 0
}

// bridge is how many bytes of other tracks are read along rather than asking the disk once more.
const bridge = 256 << 10

// readExtents reads runs of bytes and returns them joined.
func readExtents(source io.ReaderAt, extents []media.Extent) ([]byte, error) {
	total := int64(0)
	for _, e := range extents {
		total += e.Length
	}
	if total > maxDataSize {
		return nil, fmt.Errorf("%d bytes in one segment: %w", total, ErrSpan)
	}
	out := make([]byte, 0, total)
	var around []byte
	for len(extents) > 0 {
		n, end := 1, extents[0].At+extents[0].Length
		for n < len(extents) && extents[n].At >= end && extents[n].At-end <= bridge {
			end, n = extents[n].At+extents[n].Length, n+1
		}
		begin := extents[0].At
		if int64(cap(around)) < end-begin {
			around = make([]byte, end-begin)
		}
		around = around[:end-begin]
		if _, err := source.ReadAt(around, begin); err != nil {
			return nil, fmt.Errorf("read samples: %w", err)
		}
		for _, e := range extents[:n] {
			out = append(out, around[e.At-begin:e.At-begin+e.Length]...)
		}
		extents = extents[n:]
	}
	return out, nil
}
