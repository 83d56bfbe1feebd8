package ffmpeg_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
	"matinee/internal/testkit/clips"
)

func TestARetryHasTheSameBytes(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	src, plan := admit(t, tool, clips.Film, shortSegments())
	inits := inits(t, tool, plan)
	one, two := newShelf(), newShelf()
	for _, s := range []*shelf{one, two} {
		if err := encodeChunk(t.Context(), tool, src, plan, 1, ffmpeg.ChunkOptions{Nice: s == two}, inits, s); err != nil {
			t.Fatal(err)
		}
	}
	rung := plan.Rungs[0].ID
	if len(one.segments[rung]) != plan.Chunks[1].Segments {
		t.Fatalf("%d segments, want %d", len(one.segments[rung]), plan.Chunks[1].Segments)
	}
	for k, segment := range one.segments[rung] {
		if !bytes.Equal(segment, two.segments[rung][k]) {
			t.Errorf("segment %d differs on the second attempt", k)
		}
	}
}

func TestEveryAttemptAndEverySubsetOfRungsFitsTheSamePlan(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	src, plan := admit(t, tool, clips.Flower, media.Policy{Segment: time.Second, FirstChunkSegments: 3, ChunkSegments: 1, Ladder: twoSmallRungs()})
	inits := inits(t, tool, plan)
	low := plan.Rungs[len(plan.Rungs)-1].ID
	s := newShelf()
	for i := range plan.Chunks {
		o := ffmpeg.ChunkOptions{Attempt: i % ffmpeg.Attempts()}
		if i%2 == 1 {
			o.Rungs = []string{low}
			if err := encodeChunk(t.Context(), tool, src, plan, i, ffmpeg.ChunkOptions{Rungs: []string{plan.Rungs[0].ID}}, inits, s); err != nil {
				t.Fatal(err)
			}
		}
		if err := encodeChunk(t.Context(), tool, src, plan, i, o, inits, s); err != nil {
			t.Fatal(err)
		}
	}
	plan.Audio = nil
	s.check(t, plan, inits)
}

func TestAShortChunkIsWholeOnTheNextAttempt(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	// Chunk 2 begins at frame 130. A second earlier is just after frame 100, from where the picture is whole at 150.
	src, plan := admit(t, tool, clips.IntraRefresh, media.Policy{Segment: 2600 * time.Millisecond, FirstChunkSegments: 1, ChunkSegments: 1})
	inits := inits(t, tool, plan)
	const chunk = 2
	err := encodeChunk(t.Context(), tool, src, plan, chunk, ffmpeg.ChunkOptions{}, inits, newShelf())
	if !errors.Is(err, packaging.ErrSpan) {
		t.Errorf("first attempt: %v, want ErrSpan: the clip no longer shows why prerolls grow", err)
	}
	if err := encodeChunk(t.Context(), tool, src, plan, chunk, ffmpeg.ChunkOptions{Attempt: 1}, inits, newShelf()); err != nil {
		t.Errorf("second attempt: %v", err)
	}
}

func TestADamagedSourceIsMadeWholeByHoldingItsLastPicture(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	whole, err := os.ReadFile(clips.Path(t, clips.Silent))
	if err != nil {
		t.Fatal(err)
	}
	src := ffmpeg.Source{Path: filepath.Join(t.TempDir(), "cut.mp4"), Container: media.MP4}
	if err := os.WriteFile(src.Path, whole[:len(whole)*6/10], 0o600); err != nil {
		t.Fatal(err)
	}
	probe, err := tool.Probe(t.Context(), src.Path, src.Container)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := media.NewPlan(probe, shortSegments(), media.EncoderInfo{})
	if err != nil {
		t.Fatal(err)
	}
	inits, s := inits(t, tool, plan), newShelf()
	short := 0
	for i := range plan.Chunks {
		last := ffmpeg.ChunkOptions{Attempt: ffmpeg.Attempts() - 1}
		if err := encodeChunk(t.Context(), tool, src, plan, i, last, inits, newShelf()); errors.Is(err, packaging.ErrSpan) {
			short++
		}
		last.Hold = true
		if err := encodeChunk(t.Context(), tool, src, plan, i, last, inits, s); err != nil {
			t.Error(err)
		}
	}
	if short == 0 {
		t.Error("no chunk is short: the cut damages nothing")
	}
	// Everything after the last picture is held; that one, and those that the decoder worked on with it, were cut into.
	last := lastDecoded(t, tool, src, plan)
	if d := media.DamageOf(s.damage); len(d.Ranges) != 1 || d.Ranges[0].End != plan.Frames || d.Ranges[0].First > last+1 || d.Ranges[0].First < last-6 {
		t.Errorf("damage of %d frames at %v, want all after frame %d", d.Frames, d.Ranges, last)
	}
	s.check(t, plan, inits)
}

// The rule that transport streams are always remuxed rests on this: sought directly, pictures are wrong or missing.
func TestSeekingInAnUnpreparedTransportStreamIsNotExact(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	src := sniffed(t, clips.Path(t, clips.TransportHEVC))
	probe, err := tool.Probe(t.Context(), src.Path, src.Container)
	if err != nil {
		t.Fatal(err)
	}
	if _, needed := media.NeedsPrepare(probe); !needed {
		t.Fatal("a transport stream is not prepared")
	}
	plan, err := media.NewPlan(probe, media.Policy{FirstChunkSegments: 1, ChunkSegments: 1}, media.EncoderInfo{})
	if err != nil {
		t.Fatal(err)
	}
	whole, different := sums(t, tool, src, plan, 0, plan.Frames), 0
	for i := range plan.Chunks {
		first, end := plan.ChunkFrames(i)
		alone := sums(t, tool, src, plan, first, end)
		for n := range end - first {
			if n >= int64(len(alone)) || !bytes.Equal(alone[n], whole[first+n]) {
				different++
			}
		}
	}
	t.Logf("%d of %d pictures are wrong or missing", different, plan.Frames)
	if different == 0 {
		t.Error("all pictures are right: preparing transport streams may have become needless")
	}
}

func TestSplitRefusesAStreamThatIsNotThePlan(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	src, plan := admit(t, tool, clips.Silent, shortSegments())
	rung := plan.Rungs[0].ID
	init := inits(t, tool, plan)[rung]
	otherInit := bytes.Clone(init)
	otherInit[len(otherInit)-1] ^= 1
	longer := plan
	longer.Boundaries = append([]int64(nil), plan.Boundaries...)
	longer.Boundaries[3]++
	for name, c := range map[string]struct {
		span packaging.Span
		want error
	}{
		"an init segment that differs in one byte": {packaging.ChunkSpan(plan, rung, otherInit, 1), packaging.ErrInit},
		"one frame missing":                        {packaging.ChunkSpan(longer, rung, init, 1), packaging.ErrSpan},
		"another chunk":                            {packaging.ChunkSpan(plan, rung, init, 0), packaging.ErrSpan},
	} {
		_, err := tool.EncodeChunk(t.Context(), src, plan, 1, ffmpeg.ChunkOptions{}, func(_ string, r io.Reader) error {
			return packaging.Split(r, c.span, newShelf().put(rung))
		})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestAPosterIsAJPEGOfTheAskedWidth(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	for name, c := range map[string]struct {
		clip          clips.Clip
		at            time.Duration
		width, height int
	}{
		"in the middle":     {clips.Flower, 2 * time.Second, 480, 270},
		"past the end":      {clips.Silent, time.Hour, 320, 180},
		"of a rotated clip": {clips.Rotated, 0, 180, 320},
		"of HDR":            {clips.HDR, time.Second, 320, 180},
		"of odd pixels":     {clips.Interlaced, 0, 512, 288},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src, plan := admit(t, tool, c.clip, media.Policy{})
			poster, err := tool.Poster(t.Context(), src, plan, c.at, 480*max(1, c.width/480))
			if err != nil {
				t.Fatal(err)
			}
			config, err := jpeg.DecodeConfig(bytes.NewReader(poster))
			if err != nil {
				t.Fatal(err)
			}
			if c.width <= 480 && (config.Width != c.width || config.Height != c.height) {
				t.Errorf("%dx%d, want %dx%d", config.Width, config.Height, c.width, c.height)
			}
		})
	}
}

// lastDecoded returns the last frame that the source has a picture of its own for.
func lastDecoded(t *testing.T, tool *ffmpeg.Tool, src ffmpeg.Source, plan media.Plan) int64 {
	t.Helper()
	plan.Source.VideoFrames = 10_000 // so that no tail is held
	return int64(len(sums(t, tool, src, plan, 0, 5_000))) - 1
}
