package ffmpeg_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
	"matinee/internal/testkit/clips"
)

func TestSegmentsMadeOneByOneAreThoseOfTheirChunk(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	policy := media.Policy{Segment: time.Second, FirstChunkSegments: 2, ChunkSegments: 3, Ladder: twoSmallRungs()}
	src, plan := admit(t, tool, clips.Flower, policy)
	inits, rung := inits(t, tool, plan), plan.Rungs[1].ID
	s := newShelf()
	for _, c := range plan.Chunks {
		for k := c.FirstSegment + c.Segments - 1; k >= c.FirstSegment; k-- {
			o := ffmpeg.ChunkOptions{Rungs: []string{rung}, First: k, Segments: 1}
			_, err := tool.EncodeChunk(t.Context(), src, plan, c.Index, o, func(rung string, r io.Reader) error {
				return packaging.Split(r, packaging.VideoSpan(plan, rung, inits[rung], k, 1), s.put(rung))
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	plan.Rungs, plan.Audio = plan.Rungs[1:], nil
	s.check(t, plan, inits)
}

func TestAPartOutsideItsChunkIsRefused(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	src, plan := admit(t, tool, clips.Film, shortSegments())
	for _, o := range []ffmpeg.ChunkOptions{{First: 0, Segments: 1}, {First: 1, Segments: 3}, {First: 1, Segments: -1}} {
		if _, err := tool.EncodeChunk(t.Context(), src, plan, 1, o, drain); err == nil {
			t.Errorf("chunk 1 was encoded from segment %d, %d segments", o.First, o.Segments)
		}
	}
	if _, err := tool.EncodeAudioPart(t.Context(), src, plan, plan.Audio[0].ID, plan.Segments(), 1, ffmpeg.AudioOptions{}, drain); err == nil {
		t.Error("sound after the end was encoded")
	}
}

// TestPartsOfTheSoundJoin plays every second segment from a part and the others from the sequential pass. The yardstick is the
// sequential pass itself: a part that is off by one AAC frame, or even by some samples, shows as noise. Matroska counts in
// milliseconds: there a part may be off by one.
func TestPartsOfTheSoundJoin(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	for clip, tolerance := range map[clips.Clip]int{clips.Film: 0, clips.Feature: media.AudioSampleRate / 1000} {
		t.Run(string(clip), func(t *testing.T) {
			t.Parallel()
			src, plan := admit(t, tool, clip, shortSegments())
			if len(plan.Audio) == 0 {
				t.Fatal("a clip without sound")
			}
			track := plan.Audio[0].ID
			inits := inits(t, tool, plan)
			whole := newShelf()
			_, err := tool.EncodeAudio(t.Context(), src, plan, track, ffmpeg.AudioOptions{}, func(track string, r io.Reader) error {
				return packaging.Split(r, packaging.AudioSpan(plan, track, inits[track]), whole.put(track))
			})
			if err != nil {
				t.Fatal(err)
			}
			mixed := newShelf()
			for k := range plan.Segments() {
				if k%2 == 0 {
					_ = mixed.put(track)(k, whole.segments[track][k])
					continue
				}
				_, err := tool.EncodeAudioPart(t.Context(), src, plan, track, k, 1, ffmpeg.AudioOptions{}, func(track string, r io.Reader) error {
					return packaging.Split(r, packaging.AudioPartSpan(plan, track, inits[track], k, 1), mixed.put(track))
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			want, got := samplesOf(t, whole, track, inits[track]), samplesOf(t, mixed, track, inits[track])
			if len(want) != len(got) {
				t.Fatalf("%d samples, want %d", len(got), len(want))
			}
			for k := 1; k < plan.Segments(); k += 2 {
				// The first AAC frame of a part overlaps with the last one of the pass.
				first, end := (plan.AudioCut(k)+1)*media.AudioFrameSamples, plan.AudioCut(k+1)*media.AudioFrameSamples
				if near, lag := closest(want, got, int(first), int(end), tolerance); near < 15 {
					t.Errorf("segment %d: %.1f dB above its difference from the sequential pass at best, %d samples off; want 15 or more", k, near, lag)
				}
			}
			if near := ratio(want[:len(want)-1024], got[1024:]); near > 12 {
				t.Errorf("a shift by an AAC frame shows as no more than %.1f dB: the yardstick is too short", near)
			}
		})
	}
}

// samplesOf decodes all segments of a sound to 16-bit mono.
func samplesOf(t *testing.T, s *shelf, track string, init []byte) []int16 {
	t.Helper()
	var file bytes.Buffer
	file.Write(init)
	for k := range len(s.segments[track]) {
		file.Write(s.segments[track][k])
	}
	path := filepath.Join(t.TempDir(), "sound.mp4")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-v", "error", "-i", path, "-ac", "1", "-f", "s16le", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	samples := make([]int16, len(out)/2)
	if err := binary.Read(bytes.NewReader(out), binary.LittleEndian, samples); err != nil {
		t.Fatal(err)
	}
	return samples
}

// closest returns the best ratio of the samples from first to end over every shift that is tolerated.
func closest(want, got []int16, first, end, tolerance int) (best float64, lag int) {
	best = math.Inf(-1)
	for shift := -tolerance; shift <= tolerance; shift++ {
		if end+shift > len(got) {
			break
		}
		if near := ratio(want[first:end], got[first+shift:end+shift]); near > best {
			best, lag = near, shift
		}
	}
	return best, lag
}

// ratio returns how far a signal is above its difference from another one, in decibels.
func ratio(want, got []int16) float64 {
	signal, noise := 1.0, 1.0
	for i := range want {
		difference := float64(want[i]) - float64(got[i])
		signal += float64(want[i]) * float64(want[i])
		noise += difference * difference
	}
	return 10 * math.Log10(signal/noise)
}
