package ffmpeg_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/testkit/clips"
	"matinee/internal/testkit/judge"
)

// tree writes a whole presentation as the origin will serve it.
func tree(t *testing.T, plan media.Plan, inits map[string][]byte, s *shelf) string {
	t.Helper()
	dir := t.TempDir()
	if err := judge.Publish(dir, plan, inits, s.segments); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestHLSAndDASHListExactlyThePlannedFrames(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	src, plan := admit(t, tool, clips.Friday, media.Policy{Segment: 2e9, FirstChunkSegments: 1, Ladder: twoSmallRungs()})
	inits := inits(t, tool, plan)
	dir := tree(t, plan, inits, encodeAll(t, tool, src, plan, inits))
	var missing []string
	files := http.FileServer(http.Dir(dir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(r.URL.Path))); err != nil {
			missing = append(missing, r.URL.Path)
		}
		files.ServeHTTP(w, r)
	}))
	defer server.Close()
	for _, fault := range judge.Listed(dir, plan) {
		t.Error(fault)
	}
	for _, manifest := range []string{judge.MasterFile, judge.MPDFile} {
		for _, fault := range judge.Played(t.Context(), server.URL+"/"+manifest, plan) {
			t.Error(fault)
		}
	}
	server.Close()
	if len(missing) > 0 {
		t.Errorf("players ask for what is not there: %q", missing)
	}
}

func TestSoundAndPictureStayTogether(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	for _, clip := range []clips.Clip{clips.FlashBeep, clips.FlashBeepMatroska} {
		t.Run(string(clip), func(t *testing.T) {
			t.Parallel()
			src, plan := admit(t, tool, clip, media.Policy{})
			inits := inits(t, tool, plan)
			dir := tree(t, plan, inits, encodeAll(t, tool, src, plan, inits))
			flash := plan.Rate.Inverse().Seconds(firstAbove(decoded(t, dir, plan, plan.Rungs[0].ID, "-vf", "scale=16:16,format=gray", "-fps_mode", "passthrough", "-f", "rawvideo"), 256, 128))
			beep := float64(firstLoud(decoded(t, dir, plan, plan.Audio[0].ID, "-ac", "1", "-f", "s16le"))) / media.AudioSampleRate
			if off := beep - flash; off > 0.021 || off < -0.021 {
				t.Errorf("the flash is at %.3f s, the beep at %.3f s", flash, beep)
			}
		})
	}
}

func TestColoursSurvive(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	for _, clip := range []clips.Clip{clips.Animation, clips.Silent, clips.FullRange, clips.Flower} {
		t.Run(string(clip), func(t *testing.T) {
			t.Parallel()
			src, plan := admit(t, tool, clip, media.Policy{Segment: 1e9, FirstChunkSegments: 1})
			inits := inits(t, tool, plan)
			s := newShelf()
			if err := encodeChunk(t.Context(), tool, src, plan, 0, ffmpeg.ChunkOptions{}, inits, s); err != nil {
				t.Fatal(err)
			}
			rung := plan.Rungs[0].ID
			path := filepath.Join(t.TempDir(), "made.mp4")
			if err := os.WriteFile(path, append(bytes.Clone(inits[rung]), s.segments[rung][0]...), 0o600); err != nil {
				t.Fatal(err)
			}
			before, after := firstPicture(t, src.Path), firstPicture(t, path)
			sum := 0
			for i := range before {
				sum += max(int(before[i]), int(after[i])) - min(int(before[i]), int(after[i]))
			}
			if mean := float64(sum) / float64(len(before)); mean > 4 {
				t.Errorf("the first picture is off by %.1f of 255 on average", mean)
			}
		})
	}
}

// firstPicture returns it as small RGB; scaling comes last, because scaling small chroma moves it.
func firstPicture(t *testing.T, path string) []byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-v", "error", "-i", path, "-frames:v", "1",
		"-vf", "format=rgb24,scale=32:18:flags=area", "-f", "rawvideo", "-").Output()
	if err != nil || len(out) != 32*18*3 {
		t.Fatalf("decode %s: %d bytes, %v", path, len(out), err)
	}
	return out
}

// decoded returns what ffmpeg makes of a track's init and segments in a row.
func decoded(t *testing.T, dir string, plan media.Plan, track string, args ...string) []byte {
	t.Helper()
	var whole bytes.Buffer
	names := []string{"init.mp4"}
	for k := range plan.Segments() {
		names = append(names, strconv.Itoa(k)+".m4s")
	}
	for _, name := range names {
		part, err := os.ReadFile(filepath.Join(dir, track, name))
		if err != nil {
			t.Fatal(err)
		}
		whole.Write(part)
	}
	path := filepath.Join(dir, track+".mp4")
	if err := os.WriteFile(path, whole.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "ffmpeg", append(append([]string{"-nostdin", "-v", "error", "-i", path}, args...), "-")...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// firstAbove returns the number of the first picture whose middle is brighter than the level, -1 for none.
func firstAbove(grey []byte, size int, level byte) int64 {
	for n := 0; (n+1)*size <= len(grey); n++ {
		if grey[n*size+size/2] > level {
			return int64(n)
		}
	}
	return -1
}

func firstLoud(samples []byte) int {
	for n := 0; 2*n+1 < len(samples); n++ {
		if s := int16(uint16(samples[2*n]) | uint16(samples[2*n+1])<<8); s > 3000 || s < -3000 {
			return n
		}
	}
	return -1
}
