package packaging_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
	"matinee/internal/testkit/clips"
	"matinee/internal/testkit/corpus"
)

// passed is a source that was planned as it would be in the product.
type passed struct {
	path string
	file *os.File
	size int64
	plan media.Plan
}

// pass plans a source for being passed through; false of one that is no MP4 or is refused.
func pass(t testing.TB, tool *ffmpeg.Tool, path string, policy media.Policy) (passed, bool) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	head := make([]byte, media.SniffLength)
	n, _ := file.ReadAt(head, 0)
	if c, err := media.Sniff(head[:n]); err != nil || c != media.MP4 {
		return passed{}, false
	}
	probe, err := tool.Probe(t.Context(), path, media.MP4)
	if err != nil {
		return passed{}, false
	}
	tables, err := media.ReadTables(file, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	if err := tables.FindKeys(file, policy.SegmentLength()); err != nil {
		t.Fatal(err)
	}
	plan, err := media.NewCopyingPlan(probe, tables, policy, media.EncoderInfo{Version: tool.Version()})
	if err != nil {
		t.Fatal(err)
	}
	return passed{path, file, info.Size(), plan}, true
}

func openTool(t testing.TB) *ffmpeg.Tool {
	t.Helper()
	tool, err := ffmpeg.Open(t.Context(), ffmpeg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tool
}

// verdict words what of a plan is passed through, and why not.
func verdict(plan media.Plan) string {
	var out []string
	for _, n := range plan.NotCopied {
		out = append(out, n.Track+" "+string(n.Code))
	}
	if len(out) == 0 {
		return "all"
	}
	return strings.Join(out, ", ")
}

// refused is what of the corpus cannot be passed through, by the name that the owner reads. What is not listed is no MP4 or is
// passed through whole.
var refused = map[string]string{
	"low_5fps.mp4":        "source key_frames_too_far",
	"low_1fps.mp4":        "source key_frames_too_far, audio-1 sound_too_short",
	"opengop.mp4":         "source open_gop",
	"intrarefresh.mp4":    "source open_gop",
	"onekey.mp4":          "source key_frames_too_far",
	"hevc_opengop.mp4":    "source not_h264",
	"hdr_pq10.mp4":        "source not_h264",
	"hdr_hlg10.mov":       "source not_h264",
	"av1.mp4":             "source not_h264",
	"mjpeg.mov":           "source not_h264, audio-1 not_aac",
	"prores.mov":          "source not_h264, audio-1 not_aac",
	"h264i.mp4":           "source not_square_pixels",
	"frag.mp4":            "source sound_first, audio-1 fragmented",
	"vdelay.mov":          "audio-1 sound_too_short",
	"adelay.mp4":          "source picture_too_short, audio-1 sound_late",
	"editcut.mp4":         "source edit_list",
	"editcut.mov":         "source edit_list",
	"vfr_phone.mp4":       "source not_constant_rate",
	"vfr_phone240.mov":    "source not_constant_rate, audio-1 sound_gaps",
	"rot90.mp4":           "source rotated",
	"sar.mp4":             "source not_square_pixels",
	"odd444.mp4":          "source unplayable_coding",
	"alonger.mp4":         "source picture_too_short",
	"ashorter.mp4":        "audio-1 sound_too_short",
	"shortest_1frame.mp4": "source too_short",
	"trunc_faststart.mp4": "source cut_off, audio-1 cut_off",
}

func TestTheCorpusIsPassedThroughOrRefusedByName(t *testing.T) {
	t.Parallel()
	tool := openTool(t)
	for _, source := range corpus.Sources() {
		t.Run(source.Name, func(t *testing.T) {
			t.Parallel()
			path, err := source.File(t.Context(), corpus.Long)
			if err != nil {
				t.Fatal(err)
			}
			p, ok := pass(t, tool, path, media.Policy{})
			want, isRefused := refused[source.Name]
			if !isRefused {
				want = "all"
			}
			if !ok && isRefused {
				t.Fatalf("it was not planned, want %s", want)
			}
			if !ok {
				return
			}
			if got := verdict(p.plan); got != want {
				t.Fatalf("not passed through: %s; want %s", got, want)
			}
			for _, n := range p.plan.NotCopied {
				if n.Message == "" || n.Message != n.Code.Message() {
					t.Errorf("%s has no words for the owner", n.Code)
				}
			}
			if source.Want.Damage == corpus.None {
				holdsToSource(t, p)
			}
		})
	}
}

func TestFootageIsPassedThroughFrameByFrame(t *testing.T) {
	t.Parallel()
	tool := openTool(t)
	for clip, want := range map[clips.Clip]string{
		clips.BigBuckBunny: "audio-1 channels",
		clips.Flower:       "all",
		clips.Friday:       "all",
		clips.CarDetection: "all",
		clips.Whole:        "all",
		clips.LateAudio:    "source picture_too_short, audio-1 sound_late",
	} {
		t.Run(string(clip), func(t *testing.T) {
			t.Parallel()
			p, ok := pass(t, tool, clips.Path(t, clip), media.Policy{})
			if !ok || verdict(p.plan) != want {
				t.Fatalf("not passed through: %s, want %s", verdict(p.plan), want)
			}
			holdsToSource(t, p)
		})
	}
}

// holdsToSource publishes the copied tracks and holds what ffmpeg decodes of them to what it decodes of the source.
func holdsToSource(t *testing.T, p passed) {
	t.Helper()
	dir := t.TempDir()
	for _, track := range publishCopy(t, dir, p) {
		if rung, ok := p.plan.Rung(track); ok {
			sameFrames(t, p, filepath.Join(dir, rung.ID+".m3u8"))
		} else {
			a, _ := p.plan.AudioTrack(track)
			sameSound(t, p, a, filepath.Join(dir, track+".m3u8"))
		}
	}
}

// publishCopy writes the copied tracks as HLS, after proving each segment, and returns their ids.
func publishCopy(t *testing.T, dir string, p passed) (tracks []string) {
	t.Helper()
	show := packaging.Presentation{Plan: p.plan}
	for _, r := range p.plan.Rungs {
		if r.Copied {
			tracks = append(tracks, r.ID)
		}
	}
	for _, a := range p.plan.Audio {
		if a.Copied {
			tracks = append(tracks, a.ID)
		}
	}
	if len(tracks) == 0 {
		return nil
	}
	c, err := packaging.OpenCopy(p.file, p.size, p.plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, track := range tracks {
		init, err := c.Init(track)
		if err != nil {
			t.Fatal(err)
		}
		codec, err := packaging.Codec(init)
		if err != nil {
			t.Fatal(err)
		}
		show.Tracks = append(show.Tracks, packaging.Track{ID: track, Codec: codec})
		write(t, filepath.Join(dir, track, "init.mp4"), init)
		for k := range p.plan.Segments() {
			write(t, filepath.Join(dir, track, strconv.Itoa(k)+".m4s"), goodCopy(t, c, p.plan, track, init, k))
		}
		list, err := packaging.MediaPlaylist(show, track)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, track+".m3u8"), list)
	}
	return tracks
}

// goodCopy cuts a segment twice, which must not differ, and proves it.
func goodCopy(t *testing.T, c *packaging.Copy, plan media.Plan, track string, init []byte, k int) []byte {
	t.Helper()
	segment, err := c.Segment(track, k)
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.Segment(track, k)
	if err != nil || !bytes.Equal(segment, again) {
		t.Errorf("segment %d of %s has other bytes the second time: %v", k, track, err)
	}
	span := packaging.AudioSpan(plan, track, init)
	if _, ok := plan.Rung(track); ok {
		span = packaging.VideoSpan(plan, track, init, 0, plan.Segments())
	}
	if _, err := packaging.CheckSegment(span, k, segment); err != nil {
		t.Error(err)
	}
	return segment
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// sameFrames wants every decoded frame of the playlist to be the source's, at the same distance from the first.
func sameFrames(t *testing.T, p passed, list string) {
	t.Helper()
	scale := strconv.FormatUint(uint64(p.plan.Timescale), 10)
	frames := func(input string, stream int) []string {
		out := decode(t, "-i", input, "-map", "0:"+strconv.Itoa(stream), "-fps_mode", "passthrough", "-enc_time_base", "1/"+scale, "-f", "framemd5", "-")
		return frameLines(t, out, int64(p.plan.FrameDuration))
	}
	got, want := frames(list, 0), frames(p.path, p.plan.Source.VideoStream)
	if int64(len(got)) != p.plan.Frames || !slices.Equal(got, want) {
		t.Errorf("%d frames of %d in the source and %d in the plan, first difference at %d", len(got), len(want), p.plan.Frames, firstDifference(got, want))
	}
}

// frameLines returns the number of each frame, counted from the first by its time, and its sum.
func frameLines(t *testing.T, framemd5 []byte, duration int64) (out []string) {
	t.Helper()
	first := int64(-1)
	for line := range strings.Lines(string(framemd5)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, ",")
		pts, err := strconv.ParseInt(strings.TrimSpace(fields[2]), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if first < 0 {
			first = pts
		}
		out = append(out, strconv.FormatInt((pts-first+duration/2)/duration, 10)+" "+strings.TrimSpace(fields[5]))
	}
	return out
}

// sameSound wants the frames of the playlist to be the source's, and what is heard of them at the time at which the source has it.
// Decoded samples are compared by their energy: AAC fills bands with noise, which depends on what was decoded before.
func sameSound(t *testing.T, p passed, a media.AudioTrack, list string) {
	t.Helper()
	packets := func(args ...string) (sums []string) {
		out := decode(t, append(args, "-c", "copy", "-f", "framemd5", "-")...)
		for line := range strings.Lines(string(out)) {
			if !strings.HasPrefix(line, "#") {
				fields := strings.Split(line, ",")
				sums = append(sums, strings.TrimSpace(fields[5]))
			}
		}
		return sums
	}
	got := packets("-i", list, "-map", "0:0")
	want := packets("-ignore_editlist", "1", "-i", p.path, "-map", "0:"+strconv.Itoa(a.Stream))
	if !slices.Equal(got, want[a.FirstFrame:a.FirstFrame+a.Frames]) {
		t.Errorf("%d frames of sound are not the source's", len(got))
	}
	heard := samples(decode(t, "-i", list, "-map", "0:0", "-f", "f32le", "-"))
	source := samples(decode(t, "-i", p.path, "-map", "0:"+strconv.Itoa(a.Stream), "-f", "f32le", "-"))
	if int64(len(heard)) != a.Frames*media.AudioFrameSamples*int64(a.Channels) {
		t.Errorf("%d samples decoded of %d frames", len(heard), a.Frames)
	}
	channels := int64(a.Channels)
	from := media.AudioFrameSamples // the first frame has nothing to be blended with
	shift := int(a.OffsetSamples - sourceStart(t, p, a))
	if noise := difference(heard, source, from*int(channels), shift*int(channels)); noise > 0.03 {
		t.Errorf("what is heard differs from the source by %.3f of its energy", noise)
	}
}

// difference is the energy of heard[i]-source[i+shift], from some i on, as a part of the source's.
func difference(heard, source []float64, from, shift int) float64 {
	var noise, signal float64
	for i := from; i < len(heard) && i+shift < len(source); i++ {
		d, s := heard[i]-source[i+shift], source[i+shift]
		noise, signal = noise+d*d, signal+s*s
	}
	return noise / signal
}

func samples(f32 []byte) (out []float64) {
	for at := 0; at+4 <= len(f32); at += 4 {
		out = append(out, float64(math.Float32frombits(binary.LittleEndian.Uint32(f32[at:]))))
	}
	return out
}

// sourceStart is how many samples after the plan's zero the first decoded sample of the source is heard.
func sourceStart(t *testing.T, p passed, a media.AudioTrack) int64 {
	t.Helper()
	out := decode(t, "-copyts", "-i", p.path, "-map", "0:"+strconv.Itoa(a.Stream), "-af", "atrim=end_sample=2048", "-f", "framecrc", "-")
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		pts, err := strconv.ParseInt(strings.TrimSpace(strings.Split(line, ",")[2]), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return pts - int64(p.plan.ZeroSeconds()*float64(a.SampleRate)+0.5)
	}
	t.Fatal("no sound")
	return 0
}

func firstDifference(a, b []string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// decode runs ffmpeg and returns what it writes.
func decode(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "ffmpeg", append([]string{"-nostdin", "-v", "error", "-threads", "1"}, args...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ffmpeg %q: %v: %s", args, err, said.String())
	}
	return out
}
