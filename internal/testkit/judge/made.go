package judge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// Made is everything that an encoder made of a plan.
type Made struct {
	Segments map[string]map[int][]byte // by track and number
	Damage   []media.FrameRange

	mu sync.Mutex
}

// Inits returns the init segment of every track of the plan.
func Inits(ctx context.Context, tool *ffmpeg.Tool, src ffmpeg.Source, plan media.Plan) (map[string][]byte, error) {
	var mu sync.Mutex
	out := map[string][]byte{}
	_, err := tool.Inits(ctx, plan, func(track string, r io.Reader) error {
		init, err := packaging.ReadInit(r)
		mu.Lock()
		defer mu.Unlock()
		out[track] = init
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, withCopy(src, plan, func(c *packaging.Copy, track string) error {
		out[track], err = c.Init(track)
		return err
	})
}

// Encode makes every segment of every track, the chunks from the last to the first: their order must not matter. Segments whose
// init is another than the given one are an error.
func Encode(ctx context.Context, tool *ffmpeg.Tool, src ffmpeg.Source, plan media.Plan, inits map[string][]byte) (*Made, error) {
	m := &Made{Segments: map[string]map[int][]byte{}}
	for i := len(plan.Chunks) - 1; i >= 0 && len(plan.Encoded()) > 0; i-- {
		usage, err := encodeChunk(ctx, tool, src, plan, i, 0, func(rung string, r io.Reader) error {
			return packaging.Split(r, packaging.ChunkSpan(plan, rung, inits[rung], i), m.put(rung))
		})
		if err != nil {
			return m, err
		}
		m.Damage = append(m.Damage, usage.Damage...)
	}
	for _, a := range plan.EncodedAudio() {
		_, err := tool.EncodeAudio(ctx, src, plan, a.ID, ffmpeg.AudioOptions{Nice: true}, func(track string, r io.Reader) error {
			return packaging.Split(r, packaging.AudioSpan(plan, track, inits[track]), m.put(track))
		})
		if err != nil {
			return m, err
		}
	}
	return m, withCopy(src, plan, func(c *packaging.Copy, track string) error { return m.cut(c, plan, track) })
}

// put returns a function that keeps the segments of a track; the first one of a number wins, as in the store.
func (m *Made) put(track string) func(int, []byte) error {
	return func(number int, segment []byte) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.Segments[track] == nil {
			m.Segments[track] = map[int][]byte{}
		}
		if _, there := m.Segments[track][number]; !there {
			m.Segments[track][number] = segment
		}
		return nil
	}
}

// productAgrees holds the product's own checker to the judge's opinion.
func productAgrees(plan media.Plan, track string, init []byte, number int, segment []byte) error {
	_, err := packaging.CheckSegment(span(plan, track, init), number, segment)
	if err == nil || errors.Is(err, packaging.ErrSpan) {
		return err
	}
	return fmt.Errorf("check segment %d of %s: %w", number, track, err)
}
