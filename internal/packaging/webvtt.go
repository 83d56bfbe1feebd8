package packaging

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	maxCues    = 50_000
	maxCueText = 2000 // bytes of one cue

	// vttHead tells HLS players that a cue's time is the time of the media (RFC 8216 §3.5); others pass over it.
	vttHead = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n"
)

// cue is one text on the screen.
type cue struct {
	start, end time.Duration
	settings   string
	text       string
}

// Subtitles writes the WebVTT that is published from the WebVTT of an extracted track: its times minus shift, within
// [0, length), the cues in order. What is no cue is dropped, and so is markup that WebVTT does not have. It returns how
// many cues are left; without any there is nothing to publish.
func Subtitles(extracted []byte, shift, length time.Duration) (vtt []byte, cues int) {
	list := readCues(extracted, shift, length)
	slices.SortStableFunc(list, func(a, b cue) int { return cmp.Compare(a.start, b.start) })
	var out bytes.Buffer
	out.WriteString(vttHead)
	for _, c := range list {
		fmt.Fprintf(&out, "\n%s --> %s%s\n%s\n", vttTime(c.start), vttTime(c.end), c.settings, c.text)
	}
	return out.Bytes(), len(list)
}

// readCues reads blocks between empty lines; one is a cue where a line of times comes before its text.
func readCues(text []byte, shift, length time.Duration) []cue {
	var list []cue
	for block := range strings.SplitSeq(strings.ReplaceAll(strings.ToValidUTF8(string(text), "\ufffd"), "\r", ""), "\n\n") {
		lines := strings.Split(strings.Trim(block, "\n"), "\n")
		at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "-->") })
		if at < 0 || at > 1 {
			continue
		}
		c, ok := readTimes(lines[at])
		c.start, c.end, c.text = max(0, c.start-shift), min(length, c.end-shift), cueText(lines[at+1:])
		if ok && c.text != "" && c.start < c.end {
			list = append(list, c)
		}
		if len(list) == maxCues {
			break
		}
	}
	return list
}

// readTimes reads "00:01.000 --> 00:04.000 align:start".
func readTimes(line string) (c cue, ok bool) {
	from, rest, _ := strings.Cut(line, "-->")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return cue{}, false
	}
	start, ok1 := parseVTTTime(strings.TrimSpace(from))
	end, ok2 := parseVTTTime(fields[0])
	c = cue{start: start, end: end}
	for _, setting := range fields[1:] {
		if vttSetting.MatchString(setting) {
			c.settings += " " + setting
		}
	}
	return c, ok1 && ok2
}

var (
	// vttSetting is a cue setting that needs nothing outside of its cue (WebVTT §3.4).
	vttSetting = regexp.MustCompile(`^(vertical:(rl|lr)|(line|position|size):-?\d{1,3}(\.\d{1,3})?%?(,(start|center|end|line-left|line-right))?|align:(start|center|end|left|right))$`)
	// vttTag is markup that every player knows (WebVTT §3.5), without classes, voices and languages.
	vttTag = regexp.MustCompile(`^</?(b|i|u|ruby|rt)>`)
)

// parseVTTTime reads "1:02:03.004" or "02:03.004", with a sign where a source starts before its own zero.
func parseVTTTime(s string) (time.Duration, bool) {
	unsigned, negative := strings.CutPrefix(s, "-")
	parts := strings.Split(unsigned, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	seconds, err := strconv.ParseFloat(parts[len(parts)-1], 64)
	if err != nil || seconds < 0 || seconds >= 61 {
		return 0, false
	}
	for i, unit := range []float64{60, 3600}[:len(parts)-1] {
		n, err := strconv.ParseUint(parts[len(parts)-2-i], 10, 20)
		if err != nil {
			return 0, false
		}
		seconds += float64(n) * unit
	}
	if negative {
		seconds = -seconds
	}
	return time.Duration(seconds*1000+0.5) * time.Millisecond, true
}

func vttTime(d time.Duration) string {
	ms := d.Milliseconds()
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}

// cueText keeps lines with something in them, without control characters, with the markup that every player knows.
func cueText(lines []string) string {
	var out strings.Builder
	for _, line := range lines {
		line = strings.TrimSpace(strings.Map(printable, line))
		if line == "" || out.Len()+len(line) > maxCueText {
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('\n')
		}
		writeCueLine(&out, line)
	}
	return out.String()
}

func writeCueLine(out *strings.Builder, line string) {
	for i := 0; i < len(line); i++ {
		switch tag := vttTag.FindString(line[i:]); {
		case tag != "":
			out.WriteString(tag)
			i += len(tag) - 1
		case line[i] == '<':
			out.WriteString("&lt;")
		case line[i] == '>':
			out.WriteString("&gt;")
		case line[i] == '&' && !isEntity(line[i:]):
			out.WriteString("&amp;")
		default:
			out.WriteByte(line[i])
		}
	}
}

func isEntity(s string) bool {
	for _, e := range []string{"&amp;", "&lt;", "&gt;", "&nbsp;", "&lrm;", "&rlm;"} {
		if strings.HasPrefix(s, e) {
			return true
		}
	}
	return false
}

func printable(r rune) rune {
	switch {
	case r == '\t':
		return ' '
	case unicode.IsControl(r):
		return -1
	}
	return r
}
