package packaging

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/Eyevinn/dash-mpd/mpd"

	"matinee/internal/media"
)

const (
	dashProfiles   = "urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019"
	channelsScheme = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"
	roleScheme     = "urn:mpeg:dash:role:2011"
	purposeScheme  = "urn:tva:metadata:cs:AudioPurposeCS:2007" // "1": for whoever does not see
	textBandwidth  = 1000                                      // of subtitles, in bits a second: about what speech takes
)

// MPD returns the DASH manifest: one period, all rungs in one adaptation set, every segment's length in a SegmentTimeline,
// because with a constant duration some players ask for one segment too many.
func MPD(p Presentation) ([]byte, error) {
	video, audio, err := p.split()
	if err != nil {
		return nil, fmt.Errorf("write MPD: %w", err)
	}
	texts, err := p.texts()
	if err != nil {
		return nil, fmt.Errorf("write MPD: %w", err)
	}
	period := mpd.NewPeriod()
	period.Id = "0"
	period.Start = mpd.Ptr(mpd.Duration(0))
	var sets []*mpd.AdaptationSetType
	if len(video) > 0 {
		sets = append(sets, pictures(p, video))
	}
	for _, a := range audio {
		sets = append(sets, sound(p, a))
	}
	for _, t := range texts {
		sets = append(sets, text(t))
	}
	for i, set := range sets {
		set.Id = mpd.Ptr(uint32(i))
		period.AppendAdaptationSet(set)
	}
	root := mpd.NewMPD("static")
	root.Profiles = dashProfiles
	root.MinBufferTime = mpd.Ptr(mpd.Duration(max(time.Second, p.Plan.At(longestSegment(p.Plan.Boundaries)))))
	root.MediaPresentationDuration = mpd.Ptr(mpd.Duration(p.Plan.Duration()))
	root.AppendPeriod(period)
	return encodeMPD(root, p.Plan.Duration())
}

func pictures(p Presentation, video []videoTrack) *mpd.AdaptationSetType {
	set := mpd.NewAdaptationSetWithParams("video", "video/mp4", true, 1)
	set.SegmentTemplate = template(VideoSpan(p.Plan, "", nil, 0, p.Plan.Segments()))
	for _, v := range video {
		set.MaxWidth, set.MaxHeight = max(set.MaxWidth, uint32(v.rung.Width)), max(set.MaxHeight, uint32(v.rung.Height))
		r := mpd.NewRepresentationWithID(v.ID, v.Codec, "", int(bandwidth(v.peak())))
		r.Width, r.Height = uint32(v.rung.Width), uint32(v.rung.Height)
		r.FrameRate = mpd.FrameRateType(p.Plan.Rate.String())
		r.Sar = "1:1"
		set.AppendRepresentation(r)
	}
	return set
}

func sound(p Presentation, a audioTrack) *mpd.AdaptationSetType {
	set := mpd.NewAdaptationSetWithParams("audio", "audio/mp4", true, 1)
	set.Lang = a.audio.Language
	set.SegmentTemplate = template(AudioSpan(p.Plan, a.ID, nil))
	set.Labels = []*mpd.LabelType{{Value: a.audio.Label}}
	set.Roles = []*mpd.DescriptorType{mpd.NewDescriptor(roleScheme, soundRole(a.audio), "")}
	if a.audio.Role == media.Description {
		set.Accessibilities = []*mpd.DescriptorType{mpd.NewDescriptor(purposeScheme, "1", "")}
	}
	r := mpd.NewAudioRepresentation(a.ID, a.Codec, "", int(bandwidth(a.peak())), int(AudioSpan(p.Plan, a.ID, nil).Timescale))
	r.AudioChannelConfigurations = []*mpd.DescriptorType{mpd.NewDescriptor(channelsScheme, strconv.Itoa(a.audio.Channels), "")}
	set.AppendRepresentation(r)
	return set
}

// soundRole is a value of the role scheme (ISO/IEC 23009-1 §5.8.5.5). Only one track is the main one.
func soundRole(a media.AudioTrack) string {
	switch {
	case a.Default:
		return "main"
	case a.Role == media.Main || a.Role == "":
		return "alternate"
	}
	return string(a.Role)
}

// text is a set of one file for the whole length.
func text(t textTrack) *mpd.AdaptationSetType {
	set := mpd.NewAdaptationSet()
	set.ContentType, set.MimeType, set.Lang = "text", "text/vtt", t.subtitle.Language
	set.Labels = []*mpd.LabelType{{Value: t.subtitle.Label}}
	role := "subtitle"
	switch t.subtitle.Role {
	case media.Captions:
		role = "caption"
	case media.Forced:
		role = "forced-subtitle"
	case media.Main, media.Dub, media.Commentary, media.Description, media.Subtitle:
	}
	set.Roles = []*mpd.DescriptorType{mpd.NewDescriptor(roleScheme, role, "")}
	r := mpd.NewRepresentationWithID(t.ID, "", "", textBandwidth)
	r.BaseURLs = []*mpd.BaseURLType{mpd.NewBaseURL(TextPath(t.File))}
	set.AppendRepresentation(r)
	return set
}

func template(s Span) *mpd.SegmentTemplateType {
	t := mpd.NewSegmentTemplate()
	t.SetTimescale(s.Timescale)
	t.StartNumber = mpd.Ptr(uint32(0))
	t.Initialization = "$RepresentationID$/init.mp4"
	t.Media = "$RepresentationID$/$Number$.m4s"
	t.SegmentTimeline = timeline(s)
	return t
}

func timeline(s Span) *mpd.SegmentTimelineType {
	t := mpd.NewSegmentTimeline()
	for k := range s.Segments() {
		length := s.ticks(k)
		if n := len(t.S); n > 0 && t.S[n-1].D == length {
			t.S[n-1].R++
			continue
		}
		t.S = append(t.S, &mpd.S{D: length})
	}
	t.S[0].T = mpd.Ptr(uint64(s.Offset))
	return t
}

func longestSegment(boundaries []int64) int64 {
	var most int64
	for k := range len(boundaries) - 1 {
		most = max(most, boundaries[k+1]-boundaries[k])
	}
	return most
}

// encodeMPD mends what the library writes for a duration under one second: nanoseconds as if they were seconds, and a NUL.
func encodeMPD(root *mpd.MPD, duration time.Duration) ([]byte, error) {
	var out bytes.Buffer
	if _, err := root.Write(&out, "  ", true); err != nil {
		return nil, fmt.Errorf("write MPD: %w", err)
	}
	out.WriteByte('\n')
	if duration >= time.Second {
		return out.Bytes(), nil
	}
	const attribute = `mediaPresentationDuration="`
	before, rest, _ := bytes.Cut(out.Bytes(), []byte(attribute))
	_, after, _ := bytes.Cut(rest, []byte(`"`))
	return slices.Concat(before, fmt.Appendf(nil, `%sPT%.9fS"`, attribute, duration.Seconds()), after), nil
}
