package media

import (
	"slices"
	"time"
)

// The audio of every plan is AAC of 1,024 samples a frame at 48 kHz (ISO/IEC 14496-3).
const (
	AudioSampleRate   = 48_000
	AudioFrameSamples = 1024
)

// Plan is everything that a worker needs to make a version. It is decided once and never changes.
//
// The output has a constant rate: frame n is at n/Rate seconds. Frame Lead shows the source's first picture; frame 0 is at
// the plan's zero, which is ZeroSeconds in the source's own time.
//
// A plan of sound alone has no rungs and no chunks. Its frames are those of AAC, so that its segments end where a frame of
// sound does.
type Plan struct {
	Rate          Rational        `json:"rate"`           // frames a second
	Timescale     uint32          `json:"timescale"`      // ticks a second of every video track
	FrameDuration uint32          `json:"frame_duration"` // ticks of one frame
	Frames        int64           `json:"frames"`
	Boundaries    []int64         `json:"boundaries"` // frame numbers where segments begin, then Frames
	Rungs         []Rung          `json:"rungs"`      // from the largest
	Audio         []AudioTrack    `json:"audio,omitempty"`
	Subtitles     []SubtitleTrack `json:"subtitles,omitempty"` // those that are text
	Chapters      []Chapter       `json:"chapters,omitempty"`  // on the output's timeline
	Chunks        []Chunk         `json:"chunks"`
	Source        SourceFacts     `json:"source"`
	Encoder       EncoderInfo     `json:"encoder"`
	Notes         []string        `json:"notes,omitempty"` // what was noticed, for a person to read
	NotCopied     []NotCopied     `json:"not_copied,omitempty"`
}

// NotCopied says why a track of the source is encoded instead of being passed through.
type NotCopied struct {
	Track   string   `json:"track"` // SourceRung, or the id of an audio track
	Code    CopyCode `json:"code"`
	Message string   `json:"message"`
}

// SourceFacts is how a plan reads its source.
type SourceFacts struct {
	VideoStream  int      `json:"video_stream"`    // absolute index; -1 of sound alone
	Codec        string   `json:"codec,omitempty"` // of the pictures, as ffmpeg names it; "" in plans from before it was kept
	TimeBase     Rational `json:"time_base"`
	CentreTicks  int64    `json:"centre_ticks"` // the source time at the centre of slot Lead
	Lead         int64    `json:"lead"`         // frames that repeat the first picture
	VideoFrames  int64    `json:"video_frames"` // frames that the video stream itself fills, Lead included
	Width        int      `json:"width"`        // coded size after rotation, which the filter graph is pinned to
	Height       int      `json:"height"`
	Interlaced   bool     `json:"interlaced,omitempty"`
	Varying      bool     `json:"varying,omitempty"`       // of variable rate: a pause between pictures is no damage
	CutOff       bool     `json:"cut_off,omitempty"`       // the file ends before it says: what is missing at the end is damage
	HDR          string   `json:"hdr,omitempty"`           // transfer of a high dynamic range source (smpte2084, arib-std-b67), tone-mapped for these rungs
	RGB          bool     `json:"rgb,omitempty"`           // no YUV in the source: the matrix is ours to choose
	LimitedRange bool     `json:"limited_range,omitempty"` // surely limited-range YUV, as the rungs are
	Matrix       string   `json:"matrix"`                  // matrix, primaries and transfer that the rungs are tagged with
	Untagged     bool     `json:"untagged,omitempty"`      // the source does not say its colour: Matrix is what it is taken for
}

// SourceRung is the id of the rung that is passed through.
const SourceRung = "source"

// Rung is one rendition of the picture.
type Rung struct {
	ID               string   `json:"id"`               // track id, for example h264-720
	Copied           bool     `json:"copied,omitempty"` // the source's own samples, not encoded: SourceRung
	Width            int      `json:"width"`
	Height           int      `json:"height"`
	ShortSide        int      `json:"short_side"`
	CapBitsPerSecond int64    `json:"cap_bits_per_second"` // of a copied rung: its measured peak
	Level            string   `json:"level"`               // of H.264, for example 4.0
	EncoderArgs      []string `json:"encoder_args"`        // the same on every attempt, so that a retry has the same bytes
}

// SubtitleTrack returns the subtitles with the id.
func (p Plan) SubtitleTrack(id string) (SubtitleTrack, bool) {
	for _, s := range p.Subtitles {
		if s.ID == id {
			return s, true
		}
	}
	return SubtitleTrack{}, false
}

// AudioTrack is one rendition of the sound.
type AudioTrack struct {
	ID            string   `json:"id"`     // track id, for example audio-1
	Stream        int      `json:"stream"` // absolute index in the source
	Language      string   `json:"language"`
	Label         string   `json:"label"`          // one of its kind within the plan
	Role          Role     `json:"role,omitempty"` // "" in plans from before there were several tracks: Main
	Channels      int      `json:"channels"`       // of the output
	Default       bool     `json:"default"`
	BitsPerSecond int64    `json:"bits_per_second"`
	EncoderArgs   []string `json:"encoder_args"`

	Copied        bool  `json:"copied,omitempty"`         // the source's own AAC
	SampleRate    int64 `json:"sample_rate,omitempty"`    // 0: AudioSampleRate
	OffsetSamples int64 `json:"offset_samples,omitempty"` // output time of the first kept AAC frame
	FirstFrame    int64 `json:"first_frame,omitempty"`    // of the source's, the first that is kept
	Frames        int64 `json:"frames,omitempty"`         // that are kept; 0: Plan.AudioFrames()
}

// SubtitleTrack is text that a player can show.
type SubtitleTrack struct {
	ID       string `json:"id"`       // track id, for example subtitles-1
	Stream   int    `json:"stream"`   // absolute index in the file that tasks read
	Language string `json:"language"` // BCP 47; "" where unknown
	Label    string `json:"label"`    // one of its kind within the plan
	Role     Role   `json:"role"`
	Default  bool   `json:"default"` // shown unasked
}

// Chunk is a run of segments that one process encodes.
type Chunk struct {
	Index        int `json:"index"`
	FirstSegment int `json:"first_segment"`
	Segments     int `json:"segments"`
}

// Segments returns the number of segments of every track.
func (p Plan) Segments() int { return max(0, len(p.Boundaries)-1) }

// SegmentFrames returns the first frame of segment k and the first frame after it.
func (p Plan) SegmentFrames(k int) (first, end int64) {
	return p.Boundaries[k], p.Boundaries[k+1]
}

// ChunkFrames returns the first frame of chunk i and the first frame after it.
func (p Plan) ChunkFrames(i int) (first, end int64) {
	c := p.Chunks[i]
	return p.Boundaries[c.FirstSegment], p.Boundaries[c.FirstSegment+c.Segments]
}

// At returns the time of frame n on the output's timeline.
func (p Plan) At(n int64) time.Duration {
	return time.Duration(p.Rate.Inverse().MulRound(n * int64(time.Second)))
}

// Duration returns the length of the output.
func (p Plan) Duration() time.Duration { return p.At(p.Frames) }

// Size returns the size of the largest rung.
func (p Plan) Size() (width, height int) {
	if len(p.Rungs) == 0 {
		return 0, 0
	}
	return p.Rungs[0].Width, p.Rungs[0].Height
}

// Rung returns the rung with the id.
func (p Plan) Rung(id string) (Rung, bool) {
	for _, r := range p.Rungs {
		if r.ID == id {
			return r, true
		}
	}
	return Rung{}, false
}

// Encoded returns the rungs that ffmpeg makes, from the largest.
func (p Plan) Encoded() []Rung {
	return slices.DeleteFunc(slices.Clone(p.Rungs), func(r Rung) bool { return r.Copied })
}

// EncodedAudio returns the audio tracks that ffmpeg makes.
func (p Plan) EncodedAudio() []AudioTrack {
	return slices.DeleteFunc(slices.Clone(p.Audio), func(a AudioTrack) bool { return a.Copied })
}

// SoundOnly reports whether the plan has no pictures.
func (p Plan) SoundOnly() bool { return len(p.Rungs) == 0 }

// FrameRate returns pictures a second, 0 of sound alone.
func (p Plan) FrameRate() float64 {
	if p.SoundOnly() {
		return 0
	}
	return p.Rate.Float()
}

// AudioTrack returns the audio track with the id.
func (p Plan) AudioTrack(id string) (AudioTrack, bool) {
	for _, a := range p.Audio {
		if a.ID == id {
			return a, true
		}
	}
	return AudioTrack{}, false
}

// ZeroSeconds returns the source time of the output's frame 0.
func (p Plan) ZeroSeconds() float64 {
	return p.Source.TimeBase.Seconds(p.Source.CentreTicks) - p.Rate.Inverse().Seconds(p.Source.Lead)
}
