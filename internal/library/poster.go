package library

// PosterOrigin says where a poster is from.
type PosterOrigin string

// The origins of a poster.
const (
	AutomaticPoster PosterOrigin = "automatic" // chosen for being telling
	FramePoster     PosterOrigin = "frame"     // a frame that somebody chose
	UploadedPoster  PosterOrigin = "upload"    // an image that somebody sent
)

// ChosenPoster is the poster that somebody chose for a video. It stays whatever version the video shows.
type ChosenPoster struct {
	File    string       `json:"file"` // its name, which carries a hash of its content
	Origin  PosterOrigin `json:"origin"`
	Seconds *float64     `json:"seconds,omitempty"` // from the start, of a frame; nil of an image
}

// PosterFile returns the name of the poster that the video shows, "" for none: the one that was chosen, else its version's.
func (v Video) PosterFile() string {
	switch {
	case v.Poster != nil:
		return v.Poster.File
	case v.Version != nil:
		return v.Version.Poster
	}
	return ""
}
