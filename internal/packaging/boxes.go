package packaging

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/Eyevinn/mp4ff/bits"
	"github.com/Eyevinn/mp4ff/mp4"
)

const (
	boxHead     = 8
	maxMetaSize = 4 << 20   // of a box that is parsed
	maxDataSize = 512 << 20 // of the samples of one fragment
)

// rawBox is one top-level box: type and content, without its header.
type rawBox struct {
	kind string
	body []byte
}

// readBox reads one box (ISO/IEC 14496-12 §4.2) and believes no size: memory grows with the bytes that really come. It
// returns io.EOF only between boxes.
func readBox(r io.Reader) (rawBox, error) {
	var head [boxHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return rawBox{}, io.EOF
		}
		return rawBox{}, fmt.Errorf("read box header: %w", err)
	}
	kind, size := string(head[4:]), int64(binary.BigEndian.Uint32(head[:4]))
	if limit := sizeLimit(kind); size < boxHead || size > limit {
		return rawBox{}, fmt.Errorf("box %q of %d bytes, want %d to %d: %w", kind, size, boxHead, limit, ErrSpan)
	}
	var body bytes.Buffer
	if n, err := io.CopyN(&body, r, size-boxHead); err != nil {
		return rawBox{}, fmt.Errorf("box %q ends after %d of %d bytes: %w", kind, n, size, errors.Join(err, ErrSpan))
	}
	return rawBox{kind, body.Bytes()}, nil
}

func sizeLimit(kind string) int64 {
	if kind == "mdat" {
		return maxDataSize
	}
	return maxMetaSize
}

// parse decodes a box whose bytes are all there.
func (b rawBox) parse() (mp4.Box, error) {
	whole := make([]byte, boxHead, boxHead+len(b.body))
	binary.BigEndian.PutUint32(whole, uint32(boxHead+len(b.body)))
	copy(whole[4:], b.kind)
	whole = append(whole, b.body...)
	box, err := mp4.DecodeBoxSR(0, bits.NewFixedSliceReader(whole))
	if err != nil {
		return nil, fmt.Errorf("parse box %q: %w", b.kind, errors.Join(err, ErrSpan))
	}
	return box, nil
}

// sample is one coded picture or one frame of sound. Times are in ticks as the encoder wrote them.
type sample struct {
	pts  int64
	sync bool
	data []byte
}

// samplesOf reads the samples of a fragment with one track. The data of mdat follows moof at once, as both ffmpeg and
// this package write it.
func samplesOf(moof *mp4.MoofBox, trex *mp4.TrexBox, data []byte) ([]sample, error) {
	if len(moof.Trafs) != 1 || moof.Traf.Tfhd == nil || moof.Traf.Tfdt == nil {
		return nil, fmt.Errorf("a fragment of %d tracks: %w", len(moof.Trafs), ErrSpan)
	}
	dataAt := int64(moof.Size()) + boxHead
	dts := int64(moof.Traf.Tfdt.BaseMediaDecodeTime())
	var out []sample
	for _, run := range moof.Traf.Truns {
		run.AddSampleDefaultValues(moof.Traf.Tfhd, trex)
		at := int64(run.DataOffset) - dataAt
		for _, s := range run.Samples {
			end := at + int64(s.Size)
			if at < 0 || end > int64(len(data)) {
				return nil, fmt.Errorf("a sample lies outside of its data: %w", ErrSpan)
			}
			out = append(out, sample{dts + int64(s.CompositionTimeOffset), s.IsSync(), data[at:end]})
			at, dts = end, dts+int64(s.Dur)
		}
	}
	return out, nil
}
