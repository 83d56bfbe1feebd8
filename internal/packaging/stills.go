package packaging

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/Eyevinn/mp4ff/mp4"
)

// Stills writes a film of single pictures, one a second, out of the first pictures of segments: what a decoder needs to show one
// moment of each of many segments without reading the segments.
type Stills struct {
	w     io.Writer
	init  []byte
	trex  *mp4.TrexBox
	scale uint32
	count uint32
}

// NewStills begins the film with the init segment of the rung.
func NewStills(w io.Writer, init []byte) (*Stills, error) {
	moov, err := parseInit(init)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(init); err != nil {
		return nil, fmt.Errorf("write init segment: %w", err)
	}
	return &Stills{w: w, init: init, trex: moov.Mvex.Trex, scale: moov.Trak.Mdia.Mdhd.Timescale}, nil
}

// Add appends the picture that the segment begins with. It reads no further than that.
func (s *Stills) Add(segment io.Reader) error {
	data, err := s.firstSample(segment)
	if err != nil {
		return err
	}
	f, err := mp4.CreateFragment(s.count+1, 1)
	if err != nil {
		return fmt.Errorf("make fragment: %w", err)
	}
	f.AddFullSample(mp4.FullSample{
		Sample:     mp4.NewSample(mp4.SyncSampleFlags, s.scale, uint32(len(data)), 0),
		DecodeTime: uint64(s.count) * uint64(s.scale),
		Data:       data,
	})
	if err := f.Encode(s.w); err != nil {
		return fmt.Errorf("write fragment: %w", err)
	}
	s.count++
	return nil
}

func (s *Stills) firstSample(segment io.Reader) ([]byte, error) {
	moof, _, err := readMoof(segment)
	if err != nil {
		return nil, err
	}
	if len(moof.Trafs) != 1 || moof.Traf.Tfhd == nil || moof.Traf.Trun == nil {
		return nil, fmt.Errorf("a fragment of %d tracks: %w", len(moof.Trafs), ErrSpan)
	}
	run := moof.Traf.Trun
	run.AddSampleDefaultValues(moof.Traf.Tfhd, s.trex)
	if len(run.Samples) == 0 || !run.Samples[0].IsSync() || int64(run.DataOffset) != int64(moof.Size())+boxHead {
		return nil, fmt.Errorf("a segment that does not begin with a key frame: %w", ErrSpan)
	}
	size := int64(run.Samples[0].Size)
	if size == 0 || size > maxDataSize {
		return nil, fmt.Errorf("a picture of %d bytes: %w", size, ErrSpan)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(segment, data); err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	return data, nil
}

// readMoof reads a segment up to the first byte of its samples. It returns how many bytes of samples there are.
func readMoof(segment io.Reader) (moof *mp4.MoofBox, samples int64, err error) {
	box, err := readBox(segment)
	if err == nil && box.kind == "styp" {
		box, err = readBox(segment)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read fragment: %w", err)
	}
	parsed, err := box.parse()
	if err != nil {
		return nil, 0, err
	}
	moof, ok := parsed.(*mp4.MoofBox)
	var head [boxHead]byte
	if _, err := io.ReadFull(segment, head[:]); err != nil {
		return nil, 0, fmt.Errorf("read fragment: %w", err)
	}
	size := int64(binary.BigEndian.Uint32(head[:4]))
	if !ok || string(head[4:]) != "mdat" || size < boxHead || size > maxDataSize {
		return nil, 0, fmt.Errorf("a segment is not moof and mdat: %w", ErrSpan)
	}
	return moof, size - boxHead, nil
}
