package packaging

import (
	"bytes"
	"errors"
	"io"

	"github.com/Eyevinn/mp4ff/mp4"
)

// SegmentFacts is what a good segment tells of itself.
type SegmentFacts struct {
	Bytes   int
	Samples int
}

// CheckSegment proves from the bytes alone that they are segment number of the span: one fragment with the right sequence
// number and decode time, every sample on the grid once, the first shown at the boundary and, of pictures, a sync sample;
// and that the init segment has the track's timescale and no edit list. What it finds wrong wraps ErrSpan.
func CheckSegment(s Span, number int, segment []byte) (SegmentFacts, error) {
	k := number - s.FirstSegment
	if k < 0 || k >= s.Segments() {
		return SegmentFacts{}, s.fault("there is no segment %d", number)
	}
	trex, err := s.checkInit()
	if err != nil {
		return SegmentFacts{}, err
	}
	moof, data, err := s.fragment(number, segment)
	if err != nil {
		return SegmentFacts{}, err
	}
	samples, err := samplesOf(moof, trex, data)
	if err != nil {
		return SegmentFacts{}, err
	}
	if moof.Mfhd == nil || moof.Mfhd.SequenceNumber != uint32(number+1) {
		return SegmentFacts{}, s.fault("segment %d has another sequence number", number)
	}
	if tfdt := int64(moof.Traf.Tfdt.BaseMediaDecodeTime()); tfdt != s.at(s.Bounds[k]) {
		return SegmentFacts{}, s.fault("segment %d is decoded from %d ticks, want %d", number, tfdt, s.at(s.Bounds[k]))
	}
	if err := s.checkSamples(k, samples); err != nil {
		return SegmentFacts{}, err
	}
	return SegmentFacts{Bytes: len(segment), Samples: len(samples)}, nil
}

func (s Span) checkInit() (*mp4.TrexBox, error) {
	m, err := parseInit(s.Init)
	if err != nil {
		return nil, err
	}
	if got := m.Trak.Mdia.Mdhd.Timescale; got != s.Timescale {
		return nil, s.fault("the init segment counts %d ticks a second, want %d", got, s.Timescale)
	}
	if m.Trak.Edts != nil {
		return nil, s.fault("the init segment has an edit list")
	}
	return m.Mvex.Trex, nil
}

// fragment returns the one fragment of a segment, which is styp, moof and mdat and nothing else.
func (s Span) fragment(number int, segment []byte) (*mp4.MoofBox, []byte, error) {
	var boxes []rawBox
	for r := bytes.NewReader(segment); ; {
		box, err := readBox(r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, errors.Join(s.fault("segment %d cannot be read", number), err)
		}
		boxes = append(boxes, box)
	}
	if len(boxes) != 3 || boxes[0].kind != "styp" || boxes[1].kind != "moof" || boxes[2].kind != "mdat" {
		return nil, nil, s.fault("segment %d is not styp, moof and mdat", number)
	}
	parsed, err := boxes[1].parse()
	if err != nil {
		return nil, nil, err
	}
	return parsed.(*mp4.MoofBox), boxes[2].body, nil
}
