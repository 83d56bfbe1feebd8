package ffmpeg

import (
	"bytes"
	"io"
	"math"
	"strconv"

	"matinee/internal/media"
)

const (
	// settled is how many pictures a decoder has shown after a seek before its complaints count: what it misses before
	// them belongs to pictures that are not shown.
	settled = 8
	// maxLine bounds a line that is looked at; ffmpeg's own are shorter.
	maxLine = 4096
)

// witness reads what ffmpeg says while it decodes, and tells which frames of a chunk do not show what the source had there.
// A filter names every decoded picture in the same stream in which the decoder complains, so that complaints have a place.
// The place is near, not exact: a decoder works some pictures ahead of what it shows.
//
// Two things count. A complaint about the content spoils what is shown from there until the next key picture. And where
// anything was complained of, or the file is known to be cut off, frames without a picture of their own are held ones, unless
// the source's rate varies: then pauses are its nature.
type witness struct {
	said  io.Writer // gets the lines that are neither pictures nor chatter
	plan  media.Plan
	frame media.FrameRange // those that the process makes
	hold  bool             // frames without a picture are known to be missing

	line       []byte
	seeked     bool
	shown      int   // pictures
	last       int64 // slot of the latest picture
	complaints int
	spoiltFrom int64 // slot from which pictures are spoilt; -1: they are good
	spoilt     []media.FrameRange
	gaps       []media.FrameRange
}

func newWitness(plan media.Plan, part run, hold, seeked bool) *witness {
	first, end := part.frames(plan)
	w := &witness{plan: plan, frame: media.FrameRange{First: first, End: end}, hold: hold, seeked: seeked, spoiltFrom: -1}
	w.last = plan.Source.Lead - 1 // what is missing at the start is missing
	if seeked {
		w.last = math.MinInt64
	}
	return w
}

// Write implements io.Writer over ffmpeg's standard error, in lines with their level ("-loglevel level+info").
func (w *witness) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		if room := maxLine - len(w.line); room > 0 {
			w.line = append(w.line, line[:min(len(line), room)]...)
		}
		if whole {
			w.read(w.line)
			w.line = w.line[:0]
		}
		rest = after
	}
	return len(p), nil
}

func (w *witness) read(line []byte) {
	switch {
	case bytes.Contains(line, []byte("showinfo")):
		if pts, key, ok := readPicture(line); ok {
			w.show(pts, key)
		}
		return
	case bytes.Contains(line, []byte("] concealing ")), bytes.Contains(line, []byte("corrupt decoded frame")):
		w.spoil()
	case bytes.Contains(line, []byte("[error]")), bytes.Contains(line, []byte("[fatal]")):
		w.complain(line)
	case bytes.Contains(line, []byte("[info]")), bytes.Contains(line, []byte("[verbose]")):
		return
	}
	_, _ = w.said.Write(append(line, '\n'))
}

// readPicture reads a line such as "[Parsed_showinfo_0 @ 0x5] [info] n:   0 pts:     21 pts_time:0.021 … iskey:1 type:I".
func readPicture(line []byte) (pts int64, key, ok bool) {
	_, after, ok := bytes.Cut(line, []byte(" pts:"))
	if !ok {
		return 0, false, false
	}
	digits, _, _ := bytes.Cut(bytes.TrimLeft(after, " "), []byte(" "))
	pts, err := strconv.ParseInt(string(digits), 10, 64)
	return pts, bytes.Contains(line, []byte("iskey:1")), err == nil
}

// show takes note of a picture.
func (w *witness) show(pts int64, key bool) {
	slot := w.slot(pts)
	w.shown++
	if key && w.spoiltFrom >= 0 && slot > w.spoiltFrom {
		w.spoilt = append(w.spoilt, media.FrameRange{First: w.spoiltFrom, End: slot})
		w.spoiltFrom = -1
	}
	if w.last != math.MinInt64 && slot > w.last+1 {
		w.gaps = append(w.gaps, media.FrameRange{First: w.last + 1, End: slot})
	}
	w.last = max(w.last, slot)
}

// slot is the frame of the plan that shows a picture of the source, as the fps filter finds it.
func (w *witness) slot(pts int64) int64 {
	s := w.plan.Source
	return int64(math.Round(s.TimeBase.Seconds(pts-s.CentreTicks)*w.plan.Rate.Float())) + s.Lead
}

func (w *witness) isSettled() bool { return !w.seeked || w.shown >= settled }

// spoil counts all that is shown from here until the next key picture.
func (w *witness) spoil() {
	if !w.isSettled() {
		return
	}
	w.complaints++
	if w.spoiltFrom < 0 {
		w.spoiltFrom = max(0, w.last+1)
	}
}

// complain counts an error line. One of the picture's decoder spoils, except those that say no more than that a reference
// was looked for and not needed.
func (w *witness) complain(line []byte) {
	if isHarmless(line) || !w.isSettled() {
		return
	}
	w.complaints++
	if isDecoder(line) {
		w.spoil()
	}
}

func isHarmless(line []byte) bool {
	for _, said := range []string{"mmco:", "number of reference frames", "reference picture missing during reorder", "Missing reference picture", "co located POCs unavailable", "illegal short term buffer"} {
		if bytes.Contains(line, []byte(said)) {
			return true
		}
	}
	return false
}

// isDecoder reports whether a picture decoder speaks: "[h264 @ 0x5] [error] …".
func isDecoder(line []byte) bool {
	name, _, ok := bytes.Cut(bytes.TrimPrefix(line, []byte("[")), []byte(" @ "))
	if !ok {
		return false
	}
	switch string(name) {
	case "h264", "hevc", "vp8", "vp9", "libdav1d", "mpeg1video", "mpeg2video", "mpeg4", "msmpeg4", "wmv1", "wmv2", "wmv3", "vc1", "mjpeg", "prores", "flv", "h263", "theora", "dvvideo":
		return true
	}
	return false
}

// damage returns the frames of the chunk that do not show what the source had there.
func (w *witness) damage() []media.FrameRange {
	until := min(w.frame.End, w.plan.Source.VideoFrames)
	found := w.spoilt
	if w.spoiltFrom >= 0 {
		found = append(found, media.FrameRange{First: w.spoiltFrom, End: max(w.last+1, w.spoiltFrom+1)})
	}
	if w.hold || w.complaints > 0 || w.plan.Source.CutOff {
		if !w.plan.Source.Varying {
			found = append(found, w.gaps...)
		}
		found = append(found, media.FrameRange{First: max(w.last+1, w.frame.First), End: until})
	}
	for i, r := range found {
		found[i] = media.FrameRange{First: max(r.First, w.frame.First), End: min(r.End, until)}
	}
	return media.MergeFrames(found)
}
