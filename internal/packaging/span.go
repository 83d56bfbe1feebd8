package packaging

import (
	"errors"
	"fmt"

	"matinee/internal/media"
)

// ErrInit is wrapped by Split where the stream's init segment is not the version's: another encoder than the one that the
// version was planned with.
var ErrInit = errors.New("the encoder's init segment differs from the version's")

// ErrSpan is wrapped by Split and CheckSegment where the bytes are not what the plan promises: the encoder's fault,
// worth another attempt.
var ErrSpan = errors.New("the bytes are not what the plan promises")

// Span is a run of consecutive segments of one track: all that Split and CheckSegment must know to hold bytes to the plan.
// Make one with VideoSpan, ChunkSpan or AudioSpan.
type Span struct {
	Track          string
	Timescale      uint32  // ticks a second
	SampleDuration uint32  // ticks of one sample
	FirstSegment   int     // number of the first segment in the track
	Bounds         []int64 // sample numbers where segments begin, then the end of the last: segments + 1 entries
	Priming        int     // leading samples of the stream that belong to no segment
	Video          bool    // segments begin with a sync sample, samples are stored in decoding order, none may follow the last
	Init           []byte  // what the stream's init segment must equal
}

// aacPriming is what ffmpeg's AAC encoder emits before the first sample it was given (one frame of 1,024 samples).
const aacPriming = 1

// VideoSpan returns n segments of a rung, from number first.
func VideoSpan(p media.Plan, rung string, init []byte, first, n int) Span {
	return Span{
		Track:          rung,
		Timescale:      p.Timescale,
		SampleDuration: p.FrameDuration,
		FirstSegment:   first,
		Bounds:         p.Boundaries[first : first+n+1],
		Video:          true,
		Init:           init,
	}
}

// ChunkSpan returns the segments of one chunk of a rung.
func ChunkSpan(p media.Plan, rung string, init []byte, chunk int) Span {
	c := p.Chunks[chunk]
	return VideoSpan(p, rung, init, c.FirstSegment, c.Segments)
}

// AudioSpan returns all segments of an audio track.
func AudioSpan(p media.Plan, track string, init []byte) Span {
	bounds := make([]int64, p.Segments()+1)
	for k := range bounds {
		bounds[k] = p.AudioCut(k)
	}
	return Span{
		Track:          track,
		Timescale:      media.AudioSampleRate,
		SampleDuration: media.AudioFrameSamples,
		Bounds:         bounds,
		Priming:        aacPriming,
		Init:           init,
	}
}

// AudioPartSpan returns n segments of an audio track, from number first, out of a stream that was encoded for them alone.
func AudioPartSpan(p media.Plan, track string, init []byte, first, n int) Span {
	s := AudioSpan(p, track, init)
	s.FirstSegment, s.Bounds = first, s.Bounds[first:first+n+1]
	s.Priming += int(p.AudioWarmUp(first))
	return s
}

// Segments returns how many segments the span has.
func (s Span) Segments() int { return max(0, len(s.Bounds)-1) }

func (s Span) first() int64 { return s.Bounds[0] }

func (s Span) end() int64 { return s.Bounds[len(s.Bounds)-1] }

func (s Span) fault(format string, args ...any) error {
	return fmt.Errorf("track %s: %s: %w", s.Track, fmt.Sprintf(format, args...), ErrSpan)
}
