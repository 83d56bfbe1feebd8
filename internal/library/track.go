package library

// TrackKind says what a track brings beside the pictures.
type TrackKind string

// The kinds of track.
const (
	AudioTrack    TrackKind = "audio"
	SubtitleTrack TrackKind = "subtitles"
)

// Track is an audio or subtitle track of a version, beside its rungs.
type Track struct {
	ID       string    `json:"id"`
	Kind     TrackKind `json:"kind"`
	Language string    `json:"lang"` // BCP 47, "und" where it is unknown
	Label    string    `json:"label"`
	Role     string    `json:"role"` // main, dub, commentary, description, captions, subtitle, forced
	Default  bool      `json:"default"`
	File     string    `json:"file,omitempty"` // hashed name of a WebVTT file; "" for audio
}

// Damage says which pictures of a source could not be decoded.
type Damage struct {
	Frames int64   `json:"frames"`
	Ranges []Range `json:"ranges"`
}

// Range is a stretch of a video, in seconds from its start.
type Range struct {
	StartSeconds float64 `json:"start"`
	EndSeconds   float64 `json:"end"`
}

// Chapter is a named place in a video. It ends where the next one begins.
type Chapter struct {
	StartSeconds float64 `json:"start"`
	Title        string  `json:"title"`
}
