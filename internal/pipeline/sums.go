package pipeline

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"

	"matinee/internal/packaging"
)

// Sums are the checksums of the segments that a task has put: CRC-32C by track and number. A segment whose boxes are right can
// still have lost a bit.
type Sums map[string]map[int]uint32

var errSum = errors.New("the bytes are not those that were put")

func (s Sums) add(track string, number int, segment []byte) {
	if s[track] == nil {
		s[track] = map[int]uint32{}
	}
	s[track][number] = sumOf(segment)
}

func sumOf(segment []byte) uint32 { return crc32.Checksum(segment, crc32.MakeTable(crc32.Castagnoli)) }

// check holds a segment to its sum. What has none passes.
func (s Sums) check(track string, number int, segment []byte) error {
	if sum, known := s[track][number]; known && sum != sumOf(segment) {
		return errSum
	}
	return nil
}

// sums returns the sums of all segments of a version that finished tasks have put.
func (p *Pipeline) sums(ctx context.Context, v Version) (Sums, error) {
	found, err := p.store.TaskFacts(ctx, v.ID)
	if err != nil {
		return nil, fmt.Errorf("read checksums: %w", err)
	}
	all := Sums{}
	for _, f := range found {
		for track, numbers := range f.Sums {
			if all[track] == nil {
				all[track] = numbers
				continue
			}
			for number, sum := range numbers {
				all[track][number] = sum
			}
		}
	}
	return all, nil
}

// goodSegment reads a segment and holds it to the plan and to its sum.
func (p *Pipeline) goodSegment(ctx context.Context, v Version, span packaging.Span, number int, sums Sums) ([]byte, packaging.SegmentFacts, error) {
	segment, err := p.read(ctx, segmentKey(v, span.Track, number))
	if err != nil {
		return nil, packaging.SegmentFacts{}, err
	}
	if err := sums.check(span.Track, number, segment); err != nil {
		return nil, packaging.SegmentFacts{}, err
	}
	facts, err := packaging.CheckSegment(span, number, segment)
	return segment, facts, err
}
