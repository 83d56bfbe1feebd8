package ffmpeg_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
	"matinee/internal/testkit/clips"
)

type nopCloser struct{ io.ReadSeeker }

func (nopCloser) Close() error { return nil }

// progressive writes the tracks of a shelf as one MP4.
func (s *shelf) progressive(t *testing.T, plan media.Plan, inits map[string][]byte, tracks ...string) string {
	t.Helper()
	open := func(track string, number int) (io.ReadSeekCloser, int64, error) {
		segment := s.segments[track][number]
		return nopCloser{bytes.NewReader(segment)}, int64(len(segment)), nil
	}
	var inputs []packaging.FileTrack
	for _, id := range tracks {
		inputs = append(inputs, packaging.FileTrack{ID: id, Init: inits[id], Segments: plan.Segments()})
	}
	file, err := packaging.LayOutFile(inputs, open)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "whole.mp4")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(out, file.Reader(open)); err != nil || n != file.Size() {
		t.Fatalf("%d of %d bytes, %v", n, file.Size(), err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// hashes returns what ffmpeg decodes of a stream, one hash a picture, or the hash of all sound.
func hashes(t *testing.T, path, stream string, args ...string) []string {
	t.Helper()
	format := "framemd5"
	if stream == "a" {
		format = "md5"
	}
	args = append(append([]string{"-nostdin", "-v", "warning"}, args...), "-i", path, "-map", "0:"+stream, "-fps_mode", "passthrough", "-f", format, "-")
	var said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "ffmpeg", args...)
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("decode %s: %v %s", path, err, &said)
	}
	var all []string
	for line := range strings.Lines(string(out)) {
		if fields := strings.Split(line, ","); !strings.HasPrefix(line, "#") {
			all = append(all, strings.TrimSpace(fields[len(fields)-1]))
		}
	}
	return all
}

func TestAProgressiveFilePlaysAsItsRungDoes(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	for _, clip := range []clips.Clip{clips.Film, clips.LatestVideo, clips.CoverArt, clips.OnePicture} {
		t.Run(string(clip), func(t *testing.T) {
			t.Parallel()
			src, plan := admit(t, tool, clip, shortSegments())
			inits := inits(t, tool, plan)
			s := encodeAll(t, tool, src, plan, inits)
			var chosen []string
			if len(plan.Rungs) > 0 {
				chosen = append(chosen, plan.Rungs[0].ID)
			}
			if len(plan.Audio) > 0 {
				chosen = append(chosen, plan.Audio[0].ID)
			}
			path := s.progressive(t, plan, inits, chosen...)
			probed(t, path, plan)
			for _, id := range chosen {
				stream := "a"
				if _, ok := plan.Rung(id); ok {
					stream = "v"
				}
				want := hashes(t, s.track(t, plan, inits, id), stream)
				if got := hashes(t, path, stream); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s is decoded to %d pictures that are not the %d of the rung", id, len(got), len(want))
				}
				if stream == "v" {
					seekable(t, path, plan, want)
				}
			}
		})
	}
}

// track writes a track as players get it.
func (s *shelf) track(t *testing.T, plan media.Plan, inits map[string][]byte, id string) string {
	t.Helper()
	whole := bytes.Clone(inits[id])
	for k := range plan.Segments() {
		whole = append(whole, s.segments[id][k]...)
	}
	path := filepath.Join(t.TempDir(), "track.mp4")
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// probed holds that ffprobe has nothing to say against the file, and that it finds what was planned.
func probed(t *testing.T, path string, plan media.Plan) {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "ffprobe", "-v", "warning", "-count_packets", "-show_streams", "-show_format", "-of", "json", path)
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil || said.Len() > 0 {
		t.Fatalf("ffprobe: %v, %s", err, &said)
	}
	var found struct {
		Streams []struct {
			Kind     string  `json:"codec_type"`
			Packets  int64   `json:"nb_read_packets,string"`
			Start    float64 `json:"start_time,string"`
			Duration float64 `json:"duration,string"`
		}
		Format struct {
			Name string `json:"format_name"`
		}
	}
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatal(err)
	}
	for _, stream := range found.Streams {
		want, length := plan.Frames, plan.Duration().Seconds()
		if stream.Kind == "audio" {
			want = plan.AudioFrames()
			length = float64(want) * media.AudioFrameSamples / media.AudioSampleRate
		}
		if stream.Packets != want || stream.Start != 0 || math.Abs(stream.Duration-length) > 0.001 {
			t.Errorf("%+v, want %d packets in %.3f s", stream, want, length)
		}
	}
}

// seekable holds that a seek to a frame shows it.
func seekable(t *testing.T, path string, plan media.Plan, want []string) {
	t.Helper()
	for _, frame := range []int64{0, plan.Frames / 3, plan.Frames / 2, plan.Frames - 1} {
		at := fmt.Sprintf("%.6f", max(0, plan.At(frame).Seconds()-0.001))
		got := hashes(t, path, "v", "-ss", at)
		if len(got) == 0 || got[0] != want[frame] || len(got) != int(plan.Frames-frame) {
			t.Errorf("from %s s on there are %d pictures, want the %d from frame %d on", at, len(got), plan.Frames-frame, frame)
		}
	}
}
