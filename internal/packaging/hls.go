package packaging

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/Eyevinn/hls-m3u8/m3u8"

	"matinee/internal/media"
)

const (
	hlsVersion = 7
	audioGroup = "audio"
	textGroup  = "subtitles"
)

// Master returns the HLS multivariant playlist (RFC 8216 §4.3.4), largest rung first as the tracks are given.
func Master(p Presentation) ([]byte, error) {
	video, audio, err := p.split()
	if err != nil {
		return nil, fmt.Errorf("write multivariant playlist: %w", err)
	}
	texts, err := p.texts()
	if err != nil {
		return nil, fmt.Errorf("write multivariant playlist: %w", err)
	}
	master := m3u8.NewMasterPlaylist()
	master.SetVersion(hlsVersion)
	master.SetIndependentSegments(true)
	renditions := m3u8.VariantParams{Captions: "NONE", Alternatives: append(alternatives(audio), subtitles(texts)...)}
	if len(texts) > 0 {
		renditions.Subtitles = textGroup
	}
	for _, v := range video {
		master.Append(v.ID+".m3u8", nil, variant(p, v, audio, renditions))
	}
	if len(video) == 0 {
		chosen := audio[slices.IndexFunc(audio, func(a audioTrack) bool { return a.audio.Default })]
		master.Append(chosen.ID+".m3u8", nil, soundVariant(chosen, audio, renditions))
	}
	return inOrder(master.Encode().Bytes(), renditions.Alternatives), nil
}

// inOrder puts the renditions back into their order, the default sound first: the library sorts them by name, and some players
// take the first one whatever is the default.
func inOrder(master []byte, renditions []*m3u8.Alternative) []byte {
	const tag = "#EXT-X-MEDIA:"
	place := func(line []byte) int {
		return slices.IndexFunc(renditions, func(a *m3u8.Alternative) bool { return bytes.Contains(line, []byte(`URI="`+a.URI+`"`)) })
	}
	lines := slices.Collect(bytes.Lines(master))
	isMedia := func(line []byte) bool { return bytes.HasPrefix(line, []byte(tag)) }
	first := slices.IndexFunc(lines, isMedia)
	if first < 0 {
		return master
	}
	end := first
	for end < len(lines) && isMedia(lines[end]) {
		end++
	}
	slices.SortStableFunc(lines[first:end], func(a, b []byte) int { return place(a) - place(b) })
	return slices.Concat(lines...)
}

// soundVariant is the only variant of sound without pictures: its address is that of the default track.
func soundVariant(chosen audioTrack, audio []audioTrack, params m3u8.VariantParams) m3u8.VariantParams {
	params.Bandwidth = bandwidth(largest(audio, audioTrack.peak))
	params.AverageBandwidth = uint32(largest(audio, func(a audioTrack) int64 { return a.AverageBitsPerSecond }))
	params.Codecs = chosen.Codec
	params.Audio = audioGroup
	return params
}

func variant(p Presentation, v videoTrack, audio []audioTrack, params m3u8.VariantParams) m3u8.VariantParams {
	params.Bandwidth = bandwidth(v.peak() + largest(audio, audioTrack.peak))
	params.Codecs = v.Codec
	params.Resolution = fmt.Sprintf("%dx%d", v.rung.Width, v.rung.Height)
	params.FrameRate = milli(p.Plan.Rate.Float())
	if len(audio) > 0 {
		params.Audio = audioGroup
		params.Codecs += "," + audio[0].Codec
	}
	sound := largest(audio, func(a audioTrack) int64 { return a.AverageBitsPerSecond })
	if v.AverageBitsPerSecond > 0 && (sound > 0 || len(audio) == 0) {
		params.AverageBandwidth = bandwidth(v.AverageBitsPerSecond + sound)
	}
	return params
}

func alternatives(audio []audioTrack) []*m3u8.Alternative {
	var out []*m3u8.Alternative
	for _, a := range audio {
		out = append(out, &m3u8.Alternative{
			Type:       "AUDIO",
			GroupId:    audioGroup,
			Name:       quotable(a.audio.Label),
			Language:   a.audio.Language,
			Default:    a.audio.Default,
			Autoselect: true,
			Channels:   &m3u8.Channels{Amount: a.audio.Channels},
			URI:        a.ID + ".m3u8",
		})
		if a.audio.Role == media.Description {
			out[len(out)-1].Characteristics = "public.accessibility.describes-video"
		}
	}
	slices.SortStableFunc(out, func(a, b *m3u8.Alternative) int {
		switch {
		case a.Default == b.Default:
			return 0
		case a.Default:
			return -1
		}
		return 1
	})
	return out
}

// subtitles are listed so that players choose among them by language, and show unasked only what belongs to the film.
func subtitles(texts []textTrack) []*m3u8.Alternative {
	var out []*m3u8.Alternative
	for _, t := range texts {
		a := &m3u8.Alternative{
			Type:       "SUBTITLES",
			GroupId:    textGroup,
			Name:       quotable(t.subtitle.Label),
			Language:   t.subtitle.Language,
			Default:    t.subtitle.Default,
			Autoselect: true,
			Forced:     t.subtitle.Role == media.Forced,
			URI:        t.ID + ".m3u8",
		}
		if t.subtitle.Role == media.Captions {
			a.Characteristics = "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"
		}
		out = append(out, a)
	}
	return out
}

// MediaPlaylist returns the HLS media playlist of one offered track, complete to its end. That of subtitles has one segment,
// the whole file.
func MediaPlaylist(p Presentation, track string) ([]byte, error) {
	if text, ok := p.text(track); ok {
		return textPlaylist(p, text)
	}
	span, err := p.span(track)
	if err != nil {
		return nil, fmt.Errorf("write media playlist: %w", err)
	}
	list, err := m3u8.NewMediaPlaylist(0, uint(span.Segments()))
	if err != nil {
		return nil, fmt.Errorf("write media playlist of %s: %w", track, err)
	}
	list.SetVersion(hlsVersion)
	list.SetIndependentSegments(true)
	list.SetWritePrecision(6)
	list.MediaType = m3u8.VOD
	list.SetDefaultMap(track+"/init.mp4", 0, 0)
	longest := 0.0
	for k := range span.Segments() {
		seconds := span.seconds(k)
		longest = max(longest, seconds)
		if err := list.Append(track+"/"+strconv.Itoa(k)+".m4s", seconds, ""); err != nil {
			return nil, fmt.Errorf("write media playlist of %s: %w", track, err)
		}
	}
	list.SetTargetDuration(uint(max(1, math.Round(longest))))
	list.Close()
	return list.Encode().Bytes(), nil
}

func textPlaylist(p Presentation, t Text) ([]byte, error) {
	list, err := m3u8.NewMediaPlaylist(0, 1)
	if err != nil {
		return nil, fmt.Errorf("write media playlist of %s: %w", t.ID, err)
	}
	seconds := p.Plan.Duration().Seconds()
	list.SetVersion(hlsVersion)
	list.SetWritePrecision(6)
	list.MediaType = m3u8.VOD
	if err := list.Append(TextPath(t.File), seconds, ""); err != nil {
		return nil, fmt.Errorf("write media playlist of %s: %w", t.ID, err)
	}
	list.SetTargetDuration(uint(max(1, math.Round(seconds))))
	list.Close()
	return list.Encode().Bytes(), nil
}

// bandwidth fits the attribute's 32 bits.
func bandwidth(bitsPerSecond int64) uint32 {
	return uint32(min(max(bitsPerSecond, 1), math.MaxUint32))
}

func milli(x float64) float64 { return math.Round(x*1000) / 1000 }

// quotable drops what a quoted string cannot hold (RFC 8216 §4.2).
func quotable(s string) string {
	return string(bytes.Map(func(r rune) rune {
		if r == '"' || r < ' ' {
			return -1
		}
		return r
	}, []byte(s)))
}
