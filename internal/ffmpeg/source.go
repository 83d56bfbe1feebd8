package ffmpeg

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"matinee/internal/media"
)

// Source is a file and the container that it was sniffed to be.
type Source struct {
	Path      string
	Container media.Container
}

// Consumer reads one track's fragmented MP4 until EOF. It is called once per track, each call on a goroutine of its own;
// an error from one kills the process and is returned.
type Consumer func(track string, r io.Reader) error

// Usage is what a process cost, and what it met with.
type Usage struct {
	CPU    time.Duration // user and system time
	Wall   time.Duration
	Damage []media.FrameRange // frames of a chunk that do not show what the source had there
}

// guarded is the start of every ffmpeg command: no questions, only errors, no allocation over 1 GiB.
func guarded() []string {
	return []string{"-nostdin", "-v", "error", "-max_alloc", "1073741824"}
}

// talkative is guarded for a process that a witness listens to: every line, with its level.
func talkative() []string {
	return []string{"-nostdin", "-hide_banner", "-loglevel", "level+info", "-max_alloc", "1073741824"}
}

// opened are the options before -i that keep an input from naming other files: no protocol but file, and the demuxer that
// was sniffed, never one that ffmpeg guesses.
func (s Source) opened() []string {
	return []string{"-protocol_whitelist", "file", "-f", string(s.Container), "-max_pixels", strconv.Itoa(media.MaxPixels)}
}

// url names the file for a process, which runs in another folder than the server.
func (s Source) url() string { return fileURL(s.Path) }

// filePrefix chooses the protocol of a local file.
const filePrefix = "file:"

// fileURL has the prefix without which a name such as "concat:a|b" would choose a protocol.
func fileURL(path string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	return filePrefix + path
}

func (s Source) size() (int64, error) {
	info, err := os.Stat(s.Path)
	if err != nil {
		return 0, fmt.Errorf("look at source: %w", err)
	}
	return info.Size(), nil
}

// prerolls are how much earlier than its first picture a chunk is decoded from, by attempt. One second covers the delay of
// B pictures and the memory of a deinterlacer where the demuxer lands on key frames; intra-refresh streams need more.
// The last attempt reads from the start.
func prerolls() []time.Duration {
	return []time.Duration{time.Second, 12 * time.Second, time.Minute, fromStart}
}

const fromStart = time.Duration(-1)

// Attempts returns how many prerolls there are to try before a chunk counts as damaged.
func Attempts() int { return len(prerolls()) }

// seek are the options that place a chunk's first picture: -noaccurate_seek keeps the picture that is on screen at the
// boundary, which an accurate seek drops where the source's rate varies.
func seek(plan media.Plan, first int64, attempt int) []string {
	out := []string{"-threads", strconv.Itoa(plan.Encoder.Threads), "-copyts", "-reinit_filter", "0"}
	preroll := prerolls()[min(max(attempt, 0), Attempts()-1)]
	first = min(first, plan.Source.VideoFrames-1)
	begins := plan.Source.TimeBase.Seconds(plan.Source.CentreTicks)
	at := plan.ZeroSeconds() + plan.Rate.Inverse().Seconds(first) - preroll.Seconds()
	if first == 0 || preroll == fromStart || at <= begins {
		return out
	}
	return append(out, "-noaccurate_seek", "-seek_timestamp", "1", "-ss", strconv.FormatFloat(at, 'f', 6, 64))
}

// head is the filter graph from the source to exactly the frames [first, end) of the plan, numbered by their pts.
//
// showinfo names every decoded picture for the witness. The first scale pins the size, so that a change of it in mid-file does
// not restart the graph. fps comes before trim and puts every picture into an absolute slot whatever the seek point; its
// start_time only serves chunks that begin with the first picture, because elsewhere its rounding to microseconds would move the
// phase.
func head(plan media.Plan, first, end int64, hold bool) string {
	s := plan.Source
	steps := []string{fmt.Sprintf("[0:%d]showinfo=checksum=0", s.VideoStream), fmt.Sprintf("scale=%d:%d", s.Width, s.Height)}
	if s.Interlaced {
		steps = append(steps, "bwdif=mode=send_frame")
	}
	steps = append(steps, fmt.Sprintf("setpts=PTS-(%d)", s.CentreTicks), "fps=fps="+plan.Rate.String())
	if showsStart(plan, first) {
		steps[len(steps)-1] += ":start_time=0"
	} else if s.Lead > 0 {
		steps = append(steps, fmt.Sprintf("setpts=PTS+%d", s.Lead))
	}
	if pad := padding(plan, first, end, hold); len(pad) > 0 {
		steps = append(steps, "tpad="+strings.Join(pad, ":"))
	}
	return strings.Join(append(steps, fmt.Sprintf("trim=start_pts=%d:end_pts=%d", first, end)), ",")
}

// padding holds the first picture for the lead and the last one at the tail. Both are one filter, because two of them emit
// one frame too many. The tail is only padded where the source's own end is near: elsewhere a short chunk must stay short,
// so that the splitter notices, unless the caller wants the gap filled.
func padding(plan media.Plan, first, end int64, hold bool) []string {
	var out []string
	if plan.Source.Lead > 0 && showsStart(plan, first) {
		out = append(out, fmt.Sprintf("start=%d:start_mode=clone", plan.Source.Lead))
	}
	if hold || end > plan.Source.VideoFrames-longestSegment(plan) {
		out = append(out, "stop=-1:stop_mode=clone")
	}
	return out
}

// showsStart reports whether a chunk that begins at the frame shows the source's first picture, which may be held for longer than
// the first chunk lasts.
func showsStart(plan media.Plan, first int64) bool { return first == 0 || first < plan.Source.Lead }

func longestSegment(plan media.Plan) int64 {
	var most int64
	for k := range plan.Segments() {
		first, end := plan.SegmentFrames(k)
		most = max(most, end-first)
	}
	return most
}
