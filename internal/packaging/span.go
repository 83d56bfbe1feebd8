package packaging

import (
	"cmp"
	"errors"
	"fmt"
	"time"

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
	Offset         int64   // ticks at which sample 0 begins
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
	a, _ := p.AudioTrack(track)
	s := Span{
		Track:          track,
		Timescale:      uint32(cmp.Or(a.SampleRate, media.AudioSampleRate)),
		SampleDuration: media.AudioFrameSamples,
		Offset:         a.OffsetSamples,
		Bounds:         make([]int64, p.Segments()+1),
		Init:           init,
	}
	if !a.Copied {
		s.Priming = aacPriming
	}
	for k := range s.Bounds {
		s.Bounds[k] = p.CutOf(a, k)
	}
	return s
}

// AudioPartSpan returns n segments of an audio track, from number first, out of a stream that was encoded for them alone.
func AudioPartSpan(p media.Plan, track string, init []byte, first, n int) Span {
	s := AudioSpan(p, track, init)
	s.FirstSegment, s.Bounds = first, s.Bounds[first:first+n+1]
	s.Priming += int(p.AudioWarmUp(first))
	return s
}

// End returns when the last segment ends on the output's timeline.
func (s Span) End() time.Duration {
	return time.Duration(float64(s.at(s.end())) / float64(s.Timescale) * float64(time.Second))
}

// Segments returns how many segments the span has.
func (s Span) Segments() int { return max(0, len(s.Bounds)-1) }

// at returns the time of a sample in ticks.
func (s Span) at(sample int64) int64 { return s.Offset + sample*int64(s.SampleDuration) }

func (s Span) first() int64 { return s.Bounds[0] }

func (s Span) end() int64 { return s.Bounds[len(s.Bounds)-1] }

func (s Span) fault(format string, args ...any) error {
	return fmt.Errorf("track %s: %s: %w", s.Track, fmt.Sprintf(format, args...), ErrSpan)
}
