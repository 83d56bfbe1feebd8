package packaging

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/Eyevinn/mp4ff/mp4"
)

// Split reads an encoder's fragmented MP4 and hands out each segment of the span as soon as it is complete, in order.
// A segment's bytes belong to emit.
//
// Only sample data, sync flags and the order of presentation are taken from the encoder; decode times, offsets, tfdt and
// sequence numbers are computed from sample numbers, so they cannot drift between chunks. Split fails with ErrSpan, after
// handing out the segments that were whole, unless the stream holds exactly the span: the same init, every sample on the
// grid once, segments that begin with a sync sample shown first, and no more. Of sound, what follows the end is dropped:
// encoders flush.
func Split(r io.Reader, s Span, emit func(number int, segment []byte) error) error {
	if s.Segments() == 0 {
		return fmt.Errorf("track %s: a span without segments", s.Track)
	}
	sp := splitter{span: s, emit: emit, next: s.first(), priming: s.Priming}
	var moof *mp4.MoofBox
	for {
		box, err := readBox(r)
		if errors.Is(err, io.EOF) {
			return sp.finish()
		}
		if err != nil {
			return fmt.Errorf("split track %s: %w", s.Track, err)
		}
		if moof, err = sp.take(box, moof); err != nil {
			return fmt.Errorf("split track %s: %w", s.Track, err)
		}
	}
}

type splitter struct {
	span    Span
	emit    func(int, []byte) error
	trex    *mp4.TrexBox
	started bool
	origin  int64 // the encoder's time of the span's first sample, minus that sample's own
	next    int64 // number of the sample to come
	priming int
	segment int // index within the span of the segment being filled
	pending []sample
}

// take follows one box of the stream; it returns the moof that waits for its data.
func (sp *splitter) take(box rawBox, moof *mp4.MoofBox) (*mp4.MoofBox, error) {
	switch box.kind {
	case "moov":
		return nil, sp.takeInit(box)
	case "moof":
		parsed, err := box.parse()
		if err != nil {
			return nil, err
		}
		return parsed.(*mp4.MoofBox), nil
	case "mdat":
		if moof == nil || sp.trex == nil {
			return nil, sp.span.fault("data without a fragment")
		}
		samples, err := samplesOf(moof, sp.trex, box.body)
		if err != nil {
			return nil, err
		}
		for _, x := range samples {
			if err := sp.add(x); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
	return moof, nil
}

func (sp *splitter) takeInit(box rawBox) error {
	init, trex, err := publishedInit(box)
	if err != nil {
		return err
	}
	if !bytes.Equal(init, sp.span.Init) {
		return fmt.Errorf("track %s: %w", sp.span.Track, ErrInit)
	}
	sp.trex = trex
	return nil
}

func (sp *splitter) add(x sample) error {
	if sp.priming > 0 {
		sp.priming--
		return nil
	}
	if sp.next >= sp.span.end() {
		if sp.span.Video {
			return sp.span.fault("more than %d samples", sp.span.end()-sp.span.first())
		}
		return nil
	}
	if !sp.started { // of a closed group of pictures, the first stored is the first shown
		sp.started, sp.origin = true, x.pts-sp.span.at(sp.span.first())
		if sp.span.Video && sp.origin != 0 {
			return sp.span.fault("the first sample is at %d ticks, off by %d", x.pts, sp.origin)
		}
	}
	x.pts -= sp.origin
	sp.pending = append(sp.pending, x)
	sp.next++
	if sp.next < sp.span.Bounds[sp.segment+1] {
		return nil
	}
	return sp.flush()
}

func (sp *splitter) flush() error {
	k := sp.segment
	if err := sp.span.checkSamples(k, sp.pending); err != nil {
		return err
	}
	segment, err := sp.span.write(k, sp.pending)
	if err != nil {
		return err
	}
	sp.pending, sp.segment = nil, k+1
	if err := sp.emit(sp.span.FirstSegment+k, segment); err != nil {
		return fmt.Errorf("hand out segment %d: %w", sp.span.FirstSegment+k, err)
	}
	return nil
}

func (sp *splitter) finish() error {
	switch {
	case sp.trex == nil:
		return sp.span.fault("no init segment")
	case sp.next != sp.span.end():
		return sp.span.fault("%d samples, want %d", sp.next-sp.span.first(), sp.span.end()-sp.span.first())
	}
	return nil
}

// checkSamples holds the samples of segment k of the span to its grid. It wants presentation times on the output's timeline.
func (s Span) checkSamples(k int, samples []sample) error {
	first, end, number := s.Bounds[k], s.Bounds[k+1], s.FirstSegment+k
	if int64(len(samples)) != end-first {
		return s.fault("segment %d has %d samples, want %d", number, len(samples), end-first)
	}
	if s.Video && !samples[0].sync {
		return s.fault("segment %d does not begin with a sync sample", number)
	}
	if samples[0].pts != s.at(first) {
		return s.fault("segment %d is shown from %d ticks, want %d", number, samples[0].pts, s.at(first))
	}
	seen := make([]bool, len(samples))
	for _, x := range samples {
		slot := (x.pts-s.Offset)/int64(s.SampleDuration) - first
		if x.pts < s.Offset || (x.pts-s.Offset)%int64(s.SampleDuration) != 0 || slot < 0 || slot >= end-first || seen[slot] {
			return s.fault("segment %d has a sample at %d ticks, off the grid or there twice", number, x.pts)
		}
		if len(x.data) == 0 {
			return s.fault("segment %d has an empty sample", number)
		}
		seen[slot] = true
	}
	return nil
}

// What a segment takes beside its samples' data, at most.
const (
	sampleRoom  = 16
	segmentRoom = 512
)

// write makes a CMAF segment of one fragment (ISO/IEC 23000-19 §7.3.2.3).
func (s Span) write(k int, samples []sample) ([]byte, error) {
	number := s.FirstSegment + k
	f, err := mp4.CreateFragment(uint32(number+1), 1)
	if err != nil {
		return nil, fmt.Errorf("make segment %d: %w", number, err)
	}
	f.EncOptimize = mp4.OptimizeTrun
	for i, x := range samples {
		dts := s.at(s.Bounds[k] + int64(i))
		flags := mp4.NonSyncSampleFlags
		if x.sync {
			flags = mp4.SyncSampleFlags
		}
		f.AddFullSample(mp4.FullSample{
			Sample:     mp4.NewSample(flags, s.SampleDuration, uint32(len(x.data)), int32(x.pts-dts)),
			DecodeTime: uint64(dts),
			Data:       x.data,
		})
	}
	var out bytes.Buffer
	size := 0
	for _, x := range samples {
		size += len(x.data) + sampleRoom
	}
	out.Grow(size + segmentRoom)
	if err := mp4.NewStyp("msdh", 0, []string{"msdh", "cmfs"}).Encode(&out); err != nil {
		return nil, fmt.Errorf("write segment %d: %w", number, err)
	}
	if err := f.Encode(&out); err != nil {
		return nil, fmt.Errorf("write segment %d: %w", number, err)
	}
	return out.Bytes(), nil
}
