package media

import (
	"fmt"
	"maps"
	"slices"
)

// Code names why a source is refused. Codes are stable and listed in the API reference.
type Code string

// The reasons to refuse a source.
const (
	EmptyFile            Code = "empty_file"              // no bytes at all
	NotAVideo            Code = "not_a_video"             // no container that we read
	PlaylistDisguised    Code = "playlist_disguised"      // a text that names other files
	TruncatedNoIndex     Code = "truncated_no_index"      // an MP4 without its index (moov)
	Unreadable           Code = "unreadable"              // the container is right, its content is not
	UnsupportedCodec     Code = "unsupported_codec"       // pictures, or sound alone, that nobody here decodes
	NoTrack              Code = "no_track"                // neither pictures nor sound
	TooManyPixels        Code = "too_many_pixels"         // a picture larger than MaxPixels
	TooLong              Code = "too_long"                // longer than the policy allows
	TooManyStreams       Code = "too_many_streams"        // more than MaxStreams
	TimestampsOutOfRange Code = "timestamps_out_of_range" // promises far more time than it has content
	UnknownDuration      Code = "unknown_duration"        // no end to plan with, even after preparing
	TooCostly            Code = "too_costly"              // reading it exceeded the sandbox's bounds
)

// MaxPixels is the largest picture, in pixels, that is opened at all; MaxStreams the most streams of a container.
const (
	MaxPixels  = 36_000_000
	MaxStreams = 64
)

// Refusal says why a source cannot become a video: Message is a sentence for a person, Next what the person can do.
type Refusal struct {
	Code    Code   `json:"code"`
	Message string `json:"message"`
	Next    string `json:"next"`
}

// Error returns the code and the message.
func (r *Refusal) Error() string { return fmt.Sprintf("%s: %s", r.Code, r.Message) }

// Refuse returns the refusal with the words that belong to the code.
func Refuse(code Code) *Refusal {
	words, ok := refusalWords[code]
	if !ok {
		words = refusalWords[Unreadable]
	}
	return &Refusal{Code: code, Message: words[0], Next: words[1]}
}

// Codes lists the reasons to refuse a source.
func Codes() []Code { return slices.Sorted(maps.Keys(refusalWords)) }

var refusalWords = map[Code][2]string{
	EmptyFile: {
		"The file is empty.",
		"Choose the file again; the upload may have started before the file was fully written.",
	},
	NotAVideo: {
		"This is not a video or audio file that Matinee can read.",
		"Upload an MP4, MOV, MKV, WebM, AVI, MPEG, FLV, WMV, OGG or GIF file, or an M4A, MP3, FLAC or WAV file.",
	},
	PlaylistDisguised: {
		"This is a playlist or a text that points at other files, not a video.",
		"Upload the video file itself.",
	},
	TruncatedNoIndex: {
		"The file ends before its index, so nothing in it can be found; it was probably cut off.",
		"Upload the whole file, or repair the recording with its camera or a recovery tool first.",
	},
	Unreadable: {
		"The file looks like a video, but its content cannot be read.",
		"Check that it plays on your computer, export it again, and upload the new file.",
	},
	UnsupportedCodec: {
		"The pictures or the sound are stored in a format that cannot be decoded here.",
		"Convert the file, for example to H.264 in MP4, and upload the result.",
	},
	NoTrack: {
		"The file has neither moving pictures nor sound.",
		"Upload a file with a video or an audio track.",
	},
	TooManyPixels: {
		"The pictures are larger than 36 million pixels each.",
		"Scale the video down to 8K or smaller and upload it again.",
	},
	TooLong: {
		"The video is longer than this server allows.",
		"Split it into shorter parts.",
	},
	TooManyStreams: {
		"The file has more than 64 streams.",
		"Keep only the tracks that viewers need and upload it again.",
	},
	TimestampsOutOfRange: {
		"The file's timestamps promise far more time than it has content for.",
		"Remux or export the file again, which writes new timestamps.",
	},
	UnknownDuration: {
		"The file does not say where it ends.",
		"Remux or export the file again, which writes its duration.",
	},
	TooCostly: {
		"Reading the file took more time or memory than is allowed.",
		"Export it again with ordinary settings and upload the new file.",
	},
}
