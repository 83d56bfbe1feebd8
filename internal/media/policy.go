package media

import (
	"cmp"
	"errors"
	"time"
)

// Step is one rung of the ladder as a policy names it.
type Step struct {
	ShortSide        int   `json:"short_side"`
	CapBitsPerSecond int64 `json:"cap_bits_per_second"` // the most that the encoder's rate control spends
}

// Policy is what an operator may decide about every plan. The zero value means the defaults named at each field.
type Policy struct {
	Segment            time.Duration // nominal length of a segment; 4 s
	ChunkSegments      int           // segments of a chunk; 7
	FirstChunkSegments int           // segments of the first chunk, short so that a viewer waits less; 2
	Ladder             []Step        // from the largest; 1080, 720, 540, 360, 240
	MaxDuration        time.Duration // 12 h
	MaxFrameRate       int64         // 60 frames a second
}

// EncoderInfo is what a plan must know of the encoder that will follow it.
type EncoderInfo struct {
	Version string `json:"version"` // as ffmpeg prints it
	Threads int    `json:"threads"` // of each encoder; another number gives other bytes, equal inits; 2 when zero
}

var errPolicy = errors.New("a policy needs positive lengths, and rungs of at least 16 lines with a cap")

// check refuses what an operator cannot have meant.
func (p Policy) check() error {
	if p.Segment < 0 || p.ChunkSegments < 0 || p.FirstChunkSegments < 0 || p.MaxDuration < 0 || p.MaxFrameRate < 0 {
		return errPolicy
	}
	for _, s := range p.Ladder {
		if s.ShortSide < smallestSide || s.CapBitsPerSecond < 1000 {
			return errPolicy
		}
	}
	return nil
}

// SegmentLength returns the nominal length of a segment.
func (p Policy) SegmentLength() time.Duration { return p.withDefaults().Segment }

func (p Policy) withDefaults() Policy {
	p.Segment = cmp.Or(p.Segment, 4*time.Second)
	p.ChunkSegments = cmp.Or(p.ChunkSegments, 7)
	p.FirstChunkSegments = cmp.Or(p.FirstChunkSegments, 2)
	p.MaxDuration = cmp.Or(p.MaxDuration, 12*time.Hour)
	p.MaxFrameRate = cmp.Or(p.MaxFrameRate, 60)
	if len(p.Ladder) == 0 {
		p.Ladder = defaultLadder()
	}
	return p
}

func defaultLadder() []Step {
	return []Step{
		{1080, 6_000_000},
		{720, 3_000_000},
		{540, 1_800_000},
		{360, 900_000},
		{240, 450_000},
	}
}
