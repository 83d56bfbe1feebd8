package judge

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"matinee/internal/ffmpeg"
)

// Clock is what a plain pass of ffmpeg over a video stream shows, without any plan.
type Clock struct {
	Pictures int64   // that differ from the one before
	Start    float64 // seconds, of the first picture
	End      float64 // of the last picture, which lasts as long as most do
}

// clockOf decodes the stream as it is. A damaged one gives what it has. Pictures before the time are those before a cut, which some
// decoders show.
func clockOf(ctx context.Context, src ffmpeg.Source, stream int, from float64) (Clock, error) {
	cmd := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-v", "error", "-copyts", "-f", string(src.Container), "-i", src.Path,
		"-map", "0:"+strconv.Itoa(stream), "-fps_mode", "passthrough", "-enc_time_base", "1/1000000", "-f", "framemd5", "-")
	out, err := cmd.Output()
	if err != nil && len(out) == 0 {
		return Clock{}, err
	}
	return readFrames(out, from)
}

// readFrames reads ffmpeg's framemd5: stream, dts, pts, duration, size and hash of each picture, after its comments.
func readFrames(text []byte, from float64) (c Clock, err error) {
	base, before := 0.0, ""
	var times []float64
	for line := range bytes.Lines(text) {
		row := string(line)
		if rest, ok := strings.CutPrefix(row, "#tb 0: "); ok {
			num, den, _ := strings.Cut(strings.TrimSpace(rest), "/")
			n, _ := strconv.ParseFloat(num, 64)
			d, err := strconv.ParseFloat(den, 64)
			if err != nil {
				return c, fmt.Errorf("time base %q: %w", rest, err)
			}
			base = n / d
		}
		columns := strings.Split(row, ",")
		if strings.HasPrefix(row, "#") || len(columns) < 6 {
			continue
		}
		pts, err := strconv.ParseInt(strings.TrimSpace(columns[2]), 10, 64)
		if err != nil {
			return c, fmt.Errorf("time of a picture: %w", err)
		}
		at := float64(pts) * base
		if at < from {
			continue
		}
		times = append(times, at)
		if sum := columns[5]; sum != before {
			c.Pictures, before = c.Pictures+1, sum
		}
	}
	if len(times) == 0 {
		return c, nil
	}
	slices.Sort(times)
	c.Start, c.End = times[0], times[len(times)-1]
	var steps []float64
	for i := range len(times) - 1 {
		steps = append(steps, times[i+1]-times[i])
	}
	if slices.Sort(steps); len(steps) > 0 {
		c.End += steps[len(steps)/2]
	}
	return c, nil
}
