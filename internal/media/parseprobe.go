package media

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

type rawProbe struct {
	Streams  []rawStream  `json:"streams"`
	Chapters []rawChapter `json:"chapters"`
	Format   struct {
		StartTime string `json:"start_time"`
		Duration  string `json:"duration"`
		Size      string `json:"size"`
	} `json:"format"`
}

type rawChapter struct {
	StartTime string            `json:"start_time"`
	Tags      map[string]string `json:"tags"`
}

type rawStream struct {
	Index             int               `json:"index"`
	CodecType         string            `json:"codec_type"`
	CodecName         string            `json:"codec_name"`
	Width             int               `json:"width"`
	Height            int               `json:"height"`
	PixFmt            string            `json:"pix_fmt"`
	SampleAspectRatio string            `json:"sample_aspect_ratio"`
	RFrameRate        string            `json:"r_frame_rate"`
	AvgFrameRate      string            `json:"avg_frame_rate"`
	TimeBase          string            `json:"time_base"`
	StartPTS          int64             `json:"start_pts"`
	StartTime         string            `json:"start_time"`
	Duration          string            `json:"duration"`
	NbFrames          string            `json:"nb_frames"`
	FieldOrder        string            `json:"field_order"`
	ColorSpace        string            `json:"color_space"`
	ColorRange        string            `json:"color_range"`
	ColorTransfer     string            `json:"color_transfer"`
	ColorPrimaries    string            `json:"color_primaries"`
	Channels          int               `json:"channels"`
	SampleRate        string            `json:"sample_rate"`
	Tags              map[string]string `json:"tags"`
	Disposition       map[string]int    `json:"disposition"`
	SideData          []struct {
		Rotation float64 `json:"rotation"`
	} `json:"side_data_list"`
}

// ParseProbe reads what `ffprobe -of json -show_streams -show_format -show_chapters` wrote for a file of the container. It returns a
// *Refusal for a file that is read but cannot become a video whatever its plan, and another error for what is not JSON.
func ParseProbe(ffprobeJSON []byte, c Container) (Probe, error) {
	var raw rawProbe
	if err := json.Unmarshal(ffprobeJSON, &raw); err != nil {
		return Probe{}, fmt.Errorf("read ffprobe's JSON: %w", err)
	}
	if len(raw.Streams) > MaxStreams {
		return Probe{}, Refuse(TooManyStreams)
	}
	p := Probe{
		Container:       c,
		StartSeconds:    seconds(raw.Format.StartTime),
		DurationSeconds: max(0, seconds(raw.Format.Duration)),
		SizeBytes:       max(0, integer(raw.Format.Size)),
		Indexed:         c != MPEGTS && c != MPEGPS,
	}
	for _, s := range raw.Streams {
		p.Streams = append(p.Streams, s.stream())
	}
	for _, c := range raw.Chapters[:min(len(raw.Chapters), MaxChapters)] {
		p.Chapters = append(p.Chapters, Chapter{StartSeconds: seconds(c.StartTime), Title: c.Tags["title"]})
	}
	return p, p.check()
}

// check judges what no plan can mend. Sound alone is enough.

func (p Probe) check() error {
	v, ok := p.Video()
	switch {
	case len(p.Streams) == 0:
		return Refuse(Unreadable)
	case !ok && len(p.Audio()) > 0:
		return nil
	case !ok && slices.ContainsFunc(p.Streams, func(s Stream) bool { return s.Kind == AudioStream }):
		return Refuse(UnsupportedCodec)
	case !ok:
		return Refuse(NoTrack)
	case v.Codec == "":
		return Refuse(UnsupportedCodec)
	case v.Width <= 0 || v.Height <= 0 || !v.TimeBase.Known():
		return Refuse(Unreadable)
	case v.Width > MaxPixels || v.Height > MaxPixels || v.Width*v.Height > MaxPixels:
		return Refuse(TooManyPixels)
	}
	return nil
}

func (s rawStream) stream() Stream {
	return Stream{
		Index:           s.Index,
		Kind:            StreamKind(s.CodecType),
		Codec:           s.CodecName,
		TimeBase:        ParseRational(s.TimeBase),
		StartTicks:      s.StartPTS,
		StartSeconds:    seconds(s.StartTime),
		DurationSeconds: s.duration(),
		Packets:         max(0, integer(s.NbFrames)),
		AttachedPicture: s.Disposition["attached_pic"] != 0,
		Default:         s.Disposition["default"] != 0,
		Language:        canonicalLanguage(s.Tags["language"]),
		Title:           s.Tags["title"],
		Flags:           s.flags(),
		Width:           s.Width,
		Height:          s.Height,
		PixelFormat:     s.PixFmt,
		PixelShape:      ParseRational(s.SampleAspectRatio),
		Rotation:        s.rotation(),
		BaseRate:        ParseRational(s.RFrameRate),
		AverageRate:     ParseRational(s.AvgFrameRate),
		FieldOrder:      s.FieldOrder,
		ColourMatrix:    s.ColorSpace,
		ColourRange:     s.ColorRange,
		ColourTransfer:  s.ColorTransfer,
		ColourPrimaries: s.ColorPrimaries,
		Channels:        max(0, s.Channels),
		SampleRate:      int(integer(s.SampleRate)),
	}
}

func (s rawStream) flags() (set []string) {
	for _, flag := range roleFlags() {
		if s.Disposition[flag] != 0 {
			set = append(set, flag)
		}
	}
	return set
}

// duration also reads Matroska's DURATION tag, which is written per stream as "00:00:21.333000000". mkvmerge, which says so in
// another tag, means how long the stream lasts; all others write with ffmpeg's library, which means when it ends.
func (s rawStream) duration() float64 {
	if d := seconds(s.Duration); d > 0 {
		return d
	}
	for _, key := range []string{"DURATION", "DURATION-eng"} {
		var hours, minutes, rest float64
		if n, _ := fmt.Sscanf(s.Tags[key], "%f:%f:%f", &hours, &minutes, &rest); n == 3 {
			d := hours*3600 + minutes*60 + rest
			if !s.hasTag("_STATISTICS_WRITING_APP") {
				d -= seconds(s.StartTime)
			}
			if d > 0 && !math.IsInf(d, 0) {
				return d
			}
		}
	}
	return 0
}

// hasTag also finds a tag with a language: mkvmerge writes "NAME-eng".
func (s rawStream) hasTag(name string) bool {
	for tag := range s.Tags {
		if base, _, _ := strings.Cut(tag, "-"); base == name {
			return true
		}
	}
	return false
}

func (s rawStream) rotation() int {
	degrees := 0.0
	for _, side := range s.SideData {
		if side.Rotation != 0 {
			degrees = side.Rotation
		}
	}
	quarter := int64(math.Round(math.Mod(degrees, 360) / 90))
	return int((quarter%4 + 4) % 4 * 90)
}

// seconds reads a decimal number; what cannot be read, or is not finite, is 0.
func seconds(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

func integer(s string) int64 {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return v
}

// canonicalLanguage turns the three-letter codes of containers into BCP 47, which players and HTML read.
func canonicalLanguage(s string) string {
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und {
		return ""
	}
	return tag.String()
}
