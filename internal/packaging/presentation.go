package packaging

import (
	"fmt"
	"slices"

	"matinee/internal/media"
)

// peakOverCap is how far above its cap a rung's largest segment of four seconds was measured to be: rate control spends
// what earlier segments saved.
const peakOverCap = 1.45

// Presentation is what playlists are written from.
type Presentation struct {
	Plan   media.Plan
	Tracks []Track // those that are offered, in order of preference: a rung that would not answer is left out by the caller
	Texts  []Text  // the subtitles that are offered
}

// Text is one offered subtitle track: a WebVTT file for the whole length.
type Text struct {
	ID   string // of a subtitle track of the plan
	File string // its name, which carries a hash of its content
}

// TextPath names a subtitle file, relative to the playlists.
func TextPath(file string) string { return "subtitles/" + file }

// Track is one offered track.
type Track struct {
	ID                   string // of a rung or an audio track of the plan
	Codec                string // RFC 6381, see Codec
	PeakBitsPerSecond    int64  // highest of any segment; 0 until measured
	AverageBitsPerSecond int64  // 0 until measured
}

// videoTrack and audioTrack are an offered track with its part of the plan.
type videoTrack struct {
	Track
	rung media.Rung
}

type audioTrack struct {
	Track
	audio media.AudioTrack
}

type textTrack struct {
	Text
	subtitle media.SubtitleTrack
}

// texts returns the offered subtitles; one that the plan does not know is the caller's mistake.
func (p Presentation) texts() ([]textTrack, error) {
	var out []textTrack
	for _, t := range p.Texts {
		s, ok := p.Plan.SubtitleTrack(t.ID)
		if !ok || t.File == "" {
			return nil, fmt.Errorf("subtitles %q are not in the plan, or nowhere", t.ID)
		}
		out = append(out, textTrack{t, s})
	}
	return out, nil
}

// split sorts the offered tracks by kind; a track that the plan does not know is the caller's mistake.
func (p Presentation) split() (video []videoTrack, audio []audioTrack, err error) {
	for _, t := range p.Tracks {
		if r, ok := p.Plan.Rung(t.ID); ok {
			video = append(video, videoTrack{t, r})
		} else if a, ok := p.Plan.AudioTrack(t.ID); ok {
			audio = append(audio, audioTrack{t, a})
		} else {
			return nil, nil, fmt.Errorf("track %q is not in the plan", t.ID)
		}
		if t.Codec == "" {
			return nil, nil, fmt.Errorf("track %q has no codec", t.ID)
		}
	}
	if len(video) == 0 && (len(audio) == 0 || !p.Plan.SoundOnly()) {
		return nil, nil, fmt.Errorf("a presentation without pictures")
	}
	if !slices.ContainsFunc(audio, func(a audioTrack) bool { return a.audio.Default }) && len(audio) > 0 {
		audio[0].audio.Default = true // the planned default could not be made
	}
	return video, audio, nil
}

func (v videoTrack) peak() int64 {
	if v.PeakBitsPerSecond > 0 {
		return v.PeakBitsPerSecond
	}
	if v.rung.Copied { // the cap was measured
		return v.rung.CapBitsPerSecond
	}
	return int64(peakOverCap * float64(v.rung.CapBitsPerSecond))
}

// peak of unmeasured sound allows for its container: AAC at a constant rate swings little.
func (a audioTrack) peak() int64 {
	if a.PeakBitsPerSecond > 0 {
		return a.PeakBitsPerSecond
	}
	return a.audio.BitsPerSecond * 11 / 10
}

func largest[T any](tracks []T, of func(T) int64) int64 {
	var most int64
	for _, t := range tracks {
		most = max(most, of(t))
	}
	return most
}

// text returns the offered subtitles with the id.
func (p Presentation) text(id string) (Text, bool) {
	for _, t := range p.Texts {
		if t.ID == id {
			return t, true
		}
	}
	return Text{}, false
}

// span returns the offered track's segments; its init is not needed for playlists.
func (p Presentation) span(track string) (Span, error) {
	for _, t := range p.Tracks {
		if t.ID != track {
			continue
		}
		if _, ok := p.Plan.Rung(track); ok {
			return VideoSpan(p.Plan, track, nil, 0, p.Plan.Segments()), nil
		}
		return AudioSpan(p.Plan, track, nil), nil
	}
	return Span{}, fmt.Errorf("track %q is not offered", track)
}

// ticks returns the length of segment k.
func (s Span) ticks(k int) uint64 {
	return uint64(s.Bounds[k+1]-s.Bounds[k]) * uint64(s.SampleDuration)
}

// seconds is how long segment k lasts in a list that begins at 0: the first one's silence before its first sample belongs to it.
func (s Span) seconds(k int) float64 {
	ticks := int64(s.ticks(k))
	if k == 0 {
		ticks += s.Offset
	}
	return float64(ticks) / float64(s.Timescale)
}
