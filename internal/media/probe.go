package media

import "slices"

// StreamKind is what a stream carries.
type StreamKind string

// The kinds of stream that a plan looks at; all others are kept as ffprobe names them.
const (
	VideoStream    StreamKind = "video"
	AudioStream    StreamKind = "audio"
	SubtitleStream StreamKind = "subtitle"
)

// Probe is what is known of a source. It marshals to JSON and back without loss.
type Probe struct {
	Container       Container `json:"container"`
	SizeBytes       int64     `json:"size_bytes"`
	StartSeconds    float64   `json:"start_seconds"`
	DurationSeconds float64   `json:"duration_seconds"`  // 0 where the container does not say
	Indexed         bool      `json:"indexed"`           // a seek does not need to read the file from the start
	CutOff          bool      `json:"cut_off,omitempty"` // it ends before it says
	Streams         []Stream  `json:"streams"`
	Chapters        []Chapter `json:"chapters,omitempty"` // in the source's own time
	Cadence         *Cadence  `json:"cadence,omitempty"`  // replayed packet times, where the rate is not constant
}

// Stream is one stream of a source. Times are ticks of TimeBase unless the name says seconds.
type Stream struct {
	Index           int        `json:"index"` // absolute, as every later command names it
	Kind            StreamKind `json:"kind"`
	Codec           string     `json:"codec,omitempty"`
	TimeBase        Rational   `json:"time_base"`
	StartTicks      int64      `json:"start_ticks"`
	StartSeconds    float64    `json:"start_seconds"`
	DurationSeconds float64    `json:"duration_seconds,omitempty"` // 0 where unknown
	Packets         int64      `json:"packets,omitempty"`          // 0 where the container does not count them
	AttachedPicture bool       `json:"attached_picture,omitempty"`
	Default         bool       `json:"default,omitempty"`
	Language        string     `json:"language,omitempty"` // as the source spells it
	Title           string     `json:"title,omitempty"`
	Flags           []string   `json:"flags,omitempty"` // dispositions that say what the stream is for, as ffmpeg names them

	Width           int      `json:"width,omitempty"` // as coded, before rotation and pixel shape
	Height          int      `json:"height,omitempty"`
	PixelFormat     string   `json:"pixel_format,omitempty"`
	PixelShape      Rational `json:"pixel_shape"`        // sample aspect ratio; zero where unknown
	Rotation        int      `json:"rotation,omitempty"` // degrees, a multiple of 90
	BaseRate        Rational `json:"base_rate"`          // ffprobe's r_frame_rate: the finest cadence seen
	AverageRate     Rational `json:"average_rate"`
	FieldOrder      string   `json:"field_order,omitempty"`
	ColourMatrix    string   `json:"colour_matrix,omitempty"`
	ColourRange     string   `json:"colour_range,omitempty"` // tv, pc, or "" where the source does not say
	ColourTransfer  string   `json:"colour_transfer,omitempty"`
	ColourPrimaries string   `json:"colour_primaries,omitempty"`

	Channels   int `json:"channels,omitempty"`
	SampleRate int `json:"sample_rate,omitempty"`
}

// Chapter is a named place. It ends where the next one begins.
type Chapter struct {
	StartSeconds float64 `json:"start_seconds"`
	Title        string  `json:"title"`
}

// Video returns the stream that is planned: the first one with moving pictures.
func (p Probe) Video() (Stream, bool) {
	for _, s := range p.Streams {
		if s.Kind == VideoStream && !s.AttachedPicture {
			return s, true
		}
	}
	return Stream{}, false
}

// Leading returns the stream that decides how long the output is: the pictures, else the default sound.
func (p Probe) Leading() (Stream, bool) {
	if v, ok := p.Video(); ok {
		return v, true
	}
	return defaultAudio(p)
}

// Audio returns the streams with sound that can be decoded, in the source's order.
func (p Probe) Audio() []Stream {
	var out []Stream
	for _, s := range p.Streams {
		if s.Kind == AudioStream && s.Codec != "" && s.Channels > 0 {
			out = append(out, s)
		}
	}
	return out
}

// TextSubtitles returns the streams of subtitles that can be written as text, in the source's order, at most
// MaxSubtitleTracks.
func (p Probe) TextSubtitles() []Stream {
	var out []Stream
	for _, s := range p.Streams {
		if s.Kind == SubtitleStream && isTextCodec(s.Codec) && len(out) < MaxSubtitleTracks {
			out = append(out, s)
		}
	}
	return out
}

// pictureSubtitles counts subtitles that are images, or text that nothing here reads.
func (p Probe) pictureSubtitles() (n int) {
	for _, s := range p.Streams {
		if s.Kind == SubtitleStream && !isTextCodec(s.Codec) {
			n++
		}
	}
	return n
}

func isTextCodec(codec string) bool {
	return slices.Contains([]string{"subrip", "srt", "text", "mov_text", "ass", "ssa", "webvtt"}, codec)
}

// Cover returns the picture that comes with sound.
func (p Probe) Cover() (Stream, bool) {
	for _, s := range p.Streams {
		if s.Kind == VideoStream && s.AttachedPicture && s.Codec != "" && s.Width > 0 && s.Height > 0 {
			return s, true
		}
	}
	return Stream{}, false
}
