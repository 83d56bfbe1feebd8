package packaging

import (
	"bytes"
	"fmt"

	"github.com/Eyevinn/mp4ff/mp4"
)

// Init writes the init segment of a copied track: the source's own decoder configuration in a header of ours, without its edit
// lists, because the segments are on the plan's timeline.
func (c *Copy) Init(track string) ([]byte, error) {
	t, err := c.track(track)
	if err != nil {
		return nil, err
	}
	moov, err := t.moov()
	if err != nil {
		return nil, fmt.Errorf("describe track %s: %w", track, err)
	}
	var out bytes.Buffer
	for _, b := range []mp4.Box{published(), moov} {
		if err := b.Encode(&out); err != nil {
			return nil, fmt.Errorf("write init segment: %w", err)
		}
	}
	if _, err := Codec(out.Bytes()); err != nil {
		return nil, fmt.Errorf("read init segment back: %w", err)
	}
	return out.Bytes(), nil
}

func (t copiedTrack) moov() (*mp4.MoovBox, error) {
	kind := "audio"
	if t.span.Video {
		kind = "video"
	}
	const id = 1
	trak := mp4.CreateEmptyTrak(id, t.span.Timescale, kind, "und")
	stsd := trak.Mdia.Minf.Stbl.Stsd
	if t.span.Video {
		entry, err := t.picture()
		if err != nil {
			return nil, err
		}
		trak.Tkhd.Width, trak.Tkhd.Height = mp4.Fixed32(uint32(entry.Width)<<16), mp4.Fixed32(uint32(entry.Height)<<16)
		stsd.AddChild(entry)
	} else {
		stsd.AddChild(t.sound())
	}
	mvex := mp4.NewMvexBox()
	mvex.AddChild(mp4.CreateTrex(id))
	moov := mp4.NewMoovBox()
	for _, b := range []mp4.Box{mp4.CreateMvhd(), trak, mvex} {
		moov.AddChild(b)
	}
	return moov, nil
}

// picture is the sample entry of the pictures. The configuration is kept byte for byte: a player's decoder is made from it.
func (t copiedTrack) picture() (*mp4.VisualSampleEntryBox, error) {
	config, err := rawBox{"avcC", t.table.AVCConfig}.parse()
	if err != nil {
		return nil, err
	}
	var written bytes.Buffer
	if err := config.Encode(&written); err != nil || !bytes.Equal(written.Bytes()[boxHead:], t.table.AVCConfig) {
		return nil, t.span.fault("the decoder's configuration cannot be kept as it is")
	}
	rung, _ := t.plan.Rung(t.span.Track)
	entry := mp4.CreateVisualSampleEntryBox("avc1", uint16(rung.Width), uint16(rung.Height), config)
	if colour := t.table.ColourBox; colour != nil {
		box, err := rawBox{"colr", colour}.parse()
		if err != nil {
			return nil, err
		}
		entry.AddChild(box)
	} else if t.plan.Source.Untagged {
		entry.AddChild(colourOf(t.plan.Source.Matrix))
	}
	return entry, nil
}

// colourOf says the colour that a source without tags is taken for: its encoded rungs are tagged with it, and a player that took the
// source for another one would show a jump between them. The numbers are those of ITU-T H.273.
func colourOf(matrix string) *mp4.ColrBox {
	const bt709, smpte170m = 1, 6
	number := uint16(bt709)
	if matrix == "smpte170m" {
		number = smpte170m
	}
	return &mp4.ColrBox{ColorType: mp4.ColorTypeOnScreenColors, ColorPrimaries: number, TransferCharacteristics: number, MatrixCoefficients: number}
}

// sound is the sample entry of AAC: QuickTime's own forms of it are for QuickTime.
func (t copiedTrack) sound() mp4.Box {
	audio, _ := t.plan.AudioTrack(t.span.Track)
	return mp4.CreateAudioSampleEntryBox("mp4a", uint16(audio.Channels), 16, uint16(t.span.Timescale), mp4.CreateEsdsBox(t.table.AudioConfig))
}
