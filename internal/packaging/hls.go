package packaging

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"github.com/Eyevinn/hls-m3u8/m3u8"
)

const (
	hlsVersion = 7
	audioGroup = "audio"
)

// Master returns the HLS multivariant playlist (RFC 8216 §4.3.4), largest rung first as the tracks are given.
func Master(p Presentation) ([]byte, error) {
	video, audio, err := p.split()
	if err != nil {
		return nil, fmt.Errorf("write multivariant playlist: %w", err)
	}
	master := m3u8.NewMasterPlaylist()
	master.SetVersion(hlsVersion)
	master.SetIndependentSegments(true)
	renditions := alternatives(audio)
	for _, v := range video {
		master.Append(v.ID+".m3u8", nil, variant(p, v, audio, renditions))
	}
	return master.Encode().Bytes(), nil
}

func variant(p Presentation, v videoTrack, audio []audioTrack, renditions []*m3u8.Alternative) m3u8.VariantParams {
	params := m3u8.VariantParams{
		Bandwidth:    bandwidth(v.peak() + largest(audio, audioTrack.peak)),
		Codecs:       v.Codec,
		Resolution:   fmt.Sprintf("%dx%d", v.rung.Width, v.rung.Height),
		FrameRate:    milli(p.Plan.Rate.Float()),
		Captions:     "NONE",
		Alternatives: renditions,
	}
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
	}
	return out
}

// MediaPlaylist returns the HLS media playlist of one offered track, complete to its end.
func MediaPlaylist(p Presentation, track string) ([]byte, error) {
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
		seconds := float64(span.ticks(k)) / float64(span.Timescale)
		longest = max(longest, seconds)
		if err := list.Append(track+"/"+strconv.Itoa(k)+".m4s", seconds, ""); err != nil {
			return nil, fmt.Errorf("write media playlist of %s: %w", track, err)
		}
	}
	list.SetTargetDuration(uint(max(1, math.Round(longest))))
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
