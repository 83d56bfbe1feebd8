package media

import (
	"bytes"
	"encoding/binary"
	"io"
	"time"
)

const (
	farthestKeys  = 10500 * time.Millisecond // between two places where segments begin
	shortestPiece = time.Second              // a segment that ends early, so that the next is not too long
	nearEnough    = 50 * time.Millisecond    // of the length that is asked for
	maxUnits      = 256                      // NAL units that are looked at in one sample
	maxKeys       = 60_000                   // of a track: sixteen hours of the shortest segments
	maxSPS        = 1024
)

// Key is a sample that is marked as a key frame and is far enough from the one before for a segment to begin there.
type Key struct {
	Sample int
	Why    CopyCode // why none can begin there all the same
}

// findKeys chooses the samples that segments may begin with and looks at what they are.
func (t *SampleTable) findKeys(r io.ReaderAt, segment time.Duration) error {
	config, why := readAVCConfig(t.AVCConfig)
	if why != "" {
		t.Why = why
		return nil
	}
	samples := t.spaced(segment)
	if len(samples) > maxKeys {
		t.Why = TooManySamples
		return nil
	}
	for _, sample := range samples {
		problem, err := config.look(r, t.Extents(sample, sample+1)[0])
		if err != nil {
			return err
		}
		t.Keys = append(t.Keys, Key{sample, problem})
	}
	return nil
}

// spaced returns key frames at least so far apart, or nearer where the next would come too late.
func (t *SampleTable) spaced(apart time.Duration) (out []int) {
	ticks := func(d time.Duration) int64 { return int64(d.Seconds() * float64(t.Timescale)) }
	atLeast, atMost, piece := ticks(apart-nearEnough), ticks(farthestKeys), ticks(shortestPiece)
	var last, before int64
	skipped := -1
	n := len(t.syncs)
	if t.everySync {
		n = t.count
	}
	for i := range n {
		sample := i
		if !t.everySync {
			sample = int(t.syncs[i])
		}
		at, _ := t.Decoded(sample)
		if len(out) > 0 && at-last > atMost && skipped >= 0 && before-last >= piece {
			out, last = append(out, skipped), before
		}
		if len(out) > 0 && at-last < atLeast {
			skipped, before = sample, at
			continue
		}
		out, last, skipped = append(out, sample), at, -1
	}
	return out
}

// look walks the headers of a sample's NAL units and returns why no segment can begin with it.
func (c avcConfig) look(r io.ReaderAt, sample Extent) (CopyCode, error) {
	end := sample.At + sample.Length
	pictures := false
	for at, n := sample.At, 0; at < end; n++ {
		if n == maxUnits || end-at <= int64(c.lengthSize) {
			return BrokenTables, nil
		}
		head := make([]byte, c.lengthSize+1)
		if _, err := io.ReadFull(io.NewSectionReader(r, at, int64(len(head))), head); err != nil {
			return "", err
		}
		length := int64(c.unitLength(head))
		at += int64(c.lengthSize)
		if length == 0 || length > end-at {
			return BrokenTables, nil
		}
		switch kind := head[c.lengthSize] & nalTypeMask; {
		case kind == nalIDR:
			pictures = true
		case kind >= nalSlice && kind <= nalPartition:
			return OpenGOP, nil
		case kind == nalSPS:
			same, err := c.same(r, at, length)
			if err != nil || !same {
				return ParameterSets, err
			}
		}
		at += length
	}
	if !pictures {
		return OpenGOP, nil
	}
	return "", nil
}

func (c avcConfig) unitLength(head []byte) uint32 {
	var wide [wordBytes]byte
	copy(wide[wordBytes-c.lengthSize:], head[:c.lengthSize])
	return binary.BigEndian.Uint32(wide[:])
}

// same reports whether the parameters in a sample are those of the configuration.
func (c avcConfig) same(r io.ReaderAt, at, length int64) (bool, error) {
	if length > maxSPS || length != int64(len(c.sps)) {
		return false, nil
	}
	sps := make([]byte, length)
	_, err := io.ReadFull(io.NewSectionReader(r, at, length), sps)
	return bytes.Equal(sps, c.sps), err
}
