package ffmpeg_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
	"matinee/internal/testkit/clips"
)

// openTool returns a tool with the installed ffmpeg.
func openTool(t *testing.T, o ffmpeg.Options) *ffmpeg.Tool {
	t.Helper()
	tool, err := ffmpeg.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return tool
}

// shortSegments makes several chunks out of a clip of a few seconds.
func shortSegments() media.Policy {
	return media.Policy{Segment: time.Second, FirstChunkSegments: 1, ChunkSegments: 2}
}

// admit takes a clip through the steps of a new version up to its plan.
func admit(t *testing.T, tool *ffmpeg.Tool, clip clips.Clip, policy media.Policy) (ffmpeg.Source, media.Plan) {
	t.Helper()
	src := sniffed(t, clips.Path(t, clip))
	probe, err := tool.Probe(t.Context(), src.Path, src.Container)
	if err != nil {
		t.Fatal(err)
	}
	if _, needed := media.NeedsPrepare(probe); needed {
		dst := filepath.Join(t.TempDir(), "prepared.mkv")
		if _, err := tool.Prepare(t.Context(), src, dst, nil); err != nil {
			t.Fatal(err)
		}
		src = ffmpeg.Source{Path: dst, Container: ffmpeg.PreparedContainer}
		if probe, err = tool.Probe(t.Context(), src.Path, src.Container); err != nil {
			t.Fatal(err)
		}
		if reason, still := media.NeedsPrepare(probe); still {
			t.Fatalf("the prepared copy needs preparing: %s", reason)
		}
	}
	plan, err := media.NewPlan(probe, policy, media.EncoderInfo{Version: tool.Version()})
	if err != nil {
		t.Fatal(err)
	}
	return src, plan
}

func sniffed(t *testing.T, path string) ffmpeg.Source {
	t.Helper()
	c, err := media.Sniff(headOf(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return ffmpeg.Source{Path: path, Container: c}
}

func headOf(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	head, err := io.ReadAll(io.LimitReader(f, media.SniffLength))
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// inits returns the init segment of every track of the plan.
func inits(t *testing.T, tool *ffmpeg.Tool, plan media.Plan) map[string][]byte {
	t.Helper()
	var mu sync.Mutex
	out := map[string][]byte{}
	_, err := tool.Inits(t.Context(), plan, func(track string, r io.Reader) error {
		init, err := packaging.ReadInit(r)
		mu.Lock()
		defer mu.Unlock()
		out[track] = init
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// shelf keeps segments by track and number.
type shelf struct {
	mu       sync.Mutex
	segments map[string]map[int][]byte
	damage   []media.FrameRange
}

func newShelf() *shelf { return &shelf{segments: map[string]map[int][]byte{}} }

// put returns a function that keeps the segments of a track.
func (s *shelf) put(track string) func(int, []byte) error {
	return func(number int, segment []byte) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.segments[track] == nil {
			s.segments[track] = map[int][]byte{}
		}
		s.segments[track][number] = segment
		return nil
	}
}

// encodeChunk splits a chunk of the plan onto the shelf.
func encodeChunk(ctx context.Context, tool *ffmpeg.Tool, src ffmpeg.Source, plan media.Plan, chunk int, o ffmpeg.ChunkOptions, inits map[string][]byte, s *shelf) error {
	usage, err := tool.EncodeChunk(ctx, src, plan, chunk, o, func(rung string, r io.Reader) error {
		return packaging.Split(r, packaging.ChunkSpan(plan, rung, inits[rung], chunk), s.put(rung))
	})
	s.damage = append(s.damage, usage.Damage...)
	return err
}

// encodeAll makes every segment of every track, the chunks from the last to the first: their order must not matter.
func encodeAll(t *testing.T, tool *ffmpeg.Tool, src ffmpeg.Source, plan media.Plan, inits map[string][]byte) *shelf {
	t.Helper()
	s := newShelf()
	for i := len(plan.Chunks) - 1; i >= 0; i-- {
		if err := encodeChunk(t.Context(), tool, src, plan, i, ffmpeg.ChunkOptions{}, inits, s); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range plan.Audio {
		_, err := tool.EncodeAudio(t.Context(), src, plan, a.ID, ffmpeg.AudioOptions{}, func(track string, r io.Reader) error {
			return packaging.Split(r, packaging.AudioSpan(plan, track, inits[track]), s.put(track))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// check proves every segment on the shelf from its bytes.
func (s *shelf) check(t *testing.T, plan media.Plan, inits map[string][]byte) {
	t.Helper()
	for _, track := range tracks(plan) {
		span := packaging.AudioSpan(plan, track, inits[track])
		if _, ok := plan.Rung(track); ok {
			span = packaging.VideoSpan(plan, track, inits[track], 0, plan.Segments())
		}
		for k := range plan.Segments() {
			if _, err := packaging.CheckSegment(span, k, s.segments[track][k]); err != nil {
				t.Error(err)
			}
		}
	}
}

func tracks(plan media.Plan) []string {
	var out []string
	for _, r := range plan.Rungs {
		out = append(out, r.ID)
	}
	for _, a := range plan.Audio {
		out = append(out, a.ID)
	}
	return out
}

func lines(text []byte) [][]byte {
	var out [][]byte
	for line := range bytes.Lines(text) {
		if !bytes.HasPrefix(line, []byte("#")) {
			out = append(out, bytes.TrimSpace(line))
		}
	}
	return out
}

// twoSmallRungs keeps encodes of real footage cheap and still makes a cascade.
func twoSmallRungs() []media.Step {
	return []media.Step{
		{ShortSide: 240, CapBitsPerSecond: 300_000},
		{ShortSide: 120, CapBitsPerSecond: 100_000},
	}
}
