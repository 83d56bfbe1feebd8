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
	"matinee/internal/packaging"
	"matinee/internal/testkit/clips"
)

// tree writes a whole presentation as the origin will serve it.
func tree(t *testing.T, plan media.Plan, inits map[string][]byte, s *shelf) string {
	t.Helper()
	dir := t.TempDir()
	p := packaging.Presentation{Plan: plan}
	for _, track := range tracks(plan) {
		codec, err := packaging.Codec(inits[track])
		if err != nil {
			t.Fatal(err)
		}
		p.Tracks = append(p.Tracks, packaging.Track{ID: track, Codec: codec})
	}
	write := func(name string, content []byte, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, track := range tracks(plan) {
		list, err := packaging.MediaPlaylist(p, track)
		write(track+".m3u8", list, err)
		write(filepath.Join(track, "init.mp4"), inits[track], nil)
		for k, segment := range s.segments[track] {
			write(filepath.Join(track, strconv.Itoa(k)+".m4s"), segment, nil)
		}
	}
	master, err := packaging.Master(p)
	write("master.m3u8", master, err)
	mpd, err := packaging.MPD(p)
	write("manifest.mpd", mpd, err)
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
	for _, manifest := range []string{"master.m3u8", "manifest.mpd"} {
		video, audio := 0, 0
		for i := range tracks(plan) {
			switch n := packets(t, server.URL+"/"+manifest, i); n {
			case plan.Frames:
				video++
			case plan.AudioFrames():
				audio++
			default:
				t.Errorf("%s: stream %d has %d packets", manifest, i, n)
			}
		}
		if video != len(plan.Rungs) || audio != len(plan.Audio) {
			t.Errorf("%s lists %d rungs of %d pictures and %d tracks of sound", manifest, video, plan.Frames, audio)
		}
	}
	server.Close()
	if len(missing) > 0 {
		t.Errorf("players ask for what is not there: %q", missing)
	}
}

// packets counts those of one stream as ffmpeg reads the manifest, which must say nothing. Streams are read one by one
// because the DASH demuxer ends all of them with the first that ends.
func packets(t *testing.T, url string, stream int) int64 {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-v", "warning", "-i", url, "-map", "0:"+strconv.Itoa(stream), "-c", "copy", "-f", "framecrc", "-")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil || said.Len() > 0 {
		t.Errorf("ffmpeg reads stream %d of %s: %v: %s", stream, url, err, said.String())
	}
	return int64(len(lines(out)))
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
