package media

// CopyCode names why a track of the source cannot be passed through.
type CopyCode string

// Why nothing of a file can be passed through.
const (
	NoSampleTables CopyCode = "container"
	CopyCutOff     CopyCode = "cut_off"
	Fragmented     CopyCode = "fragmented"
	BrokenTables   CopyCode = "broken_tables"
	TablesTooLarge CopyCode = "tables_too_large"
	TooManySamples CopyCode = "too_many_samples"
)

// Why the picture cannot be passed through.
const (
	NotH264          CopyCode = "not_h264"
	SeveralFormats   CopyCode = "several_formats"
	ParameterSets    CopyCode = "parameter_sets"
	UnplayableCoding CopyCode = "unplayable_coding"
	InterlacedCoding CopyCode = "interlaced"
	Rotated          CopyCode = "rotated"
	NotSquare        CopyCode = "not_square_pixels"
	TooLarge         CopyCode = "too_large"
	HighDynamicRange CopyCode = "high_dynamic_range"
	EditList         CopyCode = "edit_list"
	TimelineDiffers  CopyCode = "timeline_differs"
	SoundFirst       CopyCode = "sound_first"
	PictureTooShort  CopyCode = "picture_too_short"
	RateTooHigh      CopyCode = "frame_rate_too_high"
	NotConstantRate  CopyCode = "not_constant_rate"
	OpenGOP          CopyCode = "open_gop"
	KeyFramesTooFar  CopyCode = "key_frames_too_far"
	BitRateTooHigh   CopyCode = "bit_rate_too_high"
	TooShort         CopyCode = "too_short"
)

// Why sound cannot be passed through, beside EditList, SeveralFormats, TimelineDiffers and BitRateTooHigh.
const (
	NotAAC          CopyCode = "not_aac"
	NotAACLC        CopyCode = "not_aac_lc"
	SoundEntry      CopyCode = "sound_entry"
	SoundChannels   CopyCode = "channels"
	SoundSampleRate CopyCode = "sample_rate"
	SoundGaps       CopyCode = "sound_gaps"
	SoundLate       CopyCode = "sound_late"
	SoundTooShort   CopyCode = "sound_too_short"
)

// CopyCodes lists every code.
func CopyCodes() []CopyCode {
	var codes []CopyCode
	for _, w := range copyWords() {
		codes = append(codes, w.code)
	}
	return codes
}

// Message says the code in a sentence for the owner.
func (c CopyCode) Message() string {
	for _, w := range copyWords() {
		if w.code == c {
			return w.message
		}
	}
	return ""
}

type copyWord struct {
	code    CopyCode
	message string
}

func copyWords() []copyWord {
	return []copyWord{
		{NoSampleTables, "Only MP4 and MOV files can be passed through."},
		{CopyCutOff, "The file ends before it says."},
		{Fragmented, "The file is fragmented: its pictures are not listed in one place."},
		{BrokenTables, "The file's list of samples contradicts itself."},
		{TablesTooLarge, "The file's list of samples is longer than is read."},
		{TooManySamples, "The track has more samples than are read."},
		{NotH264, "The picture is not H.264 as browsers play it."},
		{SeveralFormats, "The track changes its format on the way."},
		{ParameterSets, "The picture has several sets of decoding parameters."},
		{UnplayableCoding, "The H.264 profile, level or colour format is one that many devices do not play."},
		{InterlacedCoding, "The picture is interlaced."},
		{Rotated, "The picture is rotated or mirrored by the file, which segments cannot say."},
		{NotSquare, "The pixels are not square."},
		{TooLarge, "The picture is larger than every device can show."},
		{HighDynamicRange, "The picture has high dynamic range, which many screens would show wrongly."},
		{EditList, "The file leaves out, repeats or reorders parts by an edit list."},
		{TimelineDiffers, "The file's list of samples and its decoder do not agree on times."},
		{SoundFirst, "The sound begins before the picture, so the first picture is held."},
		{PictureTooShort, "The sound outlasts the picture, so the last picture is held."},
		{RateTooHigh, "There are more pictures a second than are shown."},
		{NotConstantRate, "The pictures do not follow each other at a constant rate."},
		{OpenGOP, "Some places where playback should begin need pictures that come before them."},
		{KeyFramesTooFar, "The places where playback can begin are too far apart."},
		{BitRateTooHigh, "The bit rate is far above what the size needs."},
		{TooShort, "The video is shorter than a second, so nothing is won."},
		{NotAAC, "The sound is not AAC."},
		{NotAACLC, "The sound is another AAC than the plain one that every device plays."},
		{SoundEntry, "The sound is described in a way that is not read."},
		{SoundChannels, "The sound has more than two channels."},
		{SoundSampleRate, "The sound has an unusual sample rate."},
		{SoundGaps, "The sound has gaps or frames of uneven length."},
		{SoundLate, "The sound begins too late."},
		{SoundTooShort, "The sound ends before the picture does."},
	}
}

// refuses is a CopyCode as an error.
type refuses CopyCode

func (r refuses) Error() string { return string(r) }
