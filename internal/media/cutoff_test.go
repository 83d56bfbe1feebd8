package media_test

import (
	"bytes"
	"testing"

	"matinee/internal/media"
)

func TestCutOff(t *testing.T) {
	t.Parallel()
	ftyp := "\x00\x00\x00\x10ftypisom\x00\x00\x02\x00"
	large := "\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x14data"
	for _, c := range []struct {
		name, bytes string
		container   media.Container
		want        bool
	}{
		{"whole boxes", ftyp + "\x00\x00\x00\x0cmdatdata", media.MP4, false},
		{"a box that goes to the end", ftyp + "\x00\x00\x00\x00mdatdata", media.MP4, false},
		{"a box of 64-bit size", ftyp + large, media.MP4, false},
		{"a 64-bit box that is cut", ftyp + large[:18], media.MP4, true},
		{"a box that is cut", ftyp + "\x00\x00\x00\x0cmdatda", media.MP4, true},
		{"a head that is cut", ftyp + "\x00\x00", media.MP4, true},
		{"a size that is none", ftyp + "\x00\x00\x00\x03mdat", media.MP4, true},
		{"a whole AVI", "RIFF\x08\x00\x00\x00AVI LIST", media.AVI, false},
		{"an AVI in two parts, the second cut", "RIFF\x04\x00\x00\x00AVI RIFF\x09\x00\x00\x00AVIX", media.AVI, true},
		{"an AVI whose recorder never wrote its size", "RIFF\x00\x00\x00\x00AVI ", media.AVI, false},
		{"an AVI that is cut", "RIFF\x09\x00\x00\x00AVI LIST", media.AVI, true},
		{"a whole Matroska file", "\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x84data", media.Matroska, false},
		{"a Matroska file that is cut", "\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\x00\x00\x00\x00\x00\x00\x05data", media.Matroska, true},
		{"a live Matroska file", "\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xffdata", media.Matroska, false},
		{"a whole FLV", "FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00\x09\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00ab\x00\x00\x00\x0d", media.FLV, false},
		{"an FLV that is cut", "FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00\x09\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00ab\x00", media.FLV, true},
		{"another container", "\x00\x00", media.MPEGTS, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := media.CutOff(bytes.NewReader([]byte(c.bytes)), int64(len(c.bytes)), c.container); got != c.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func FuzzCutOff(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x10ftypisom\x00\x00\x02\x00"))
	f.Add([]byte("RIFF\x08\x00\x00\x00AVI LIST"))
	f.Add([]byte("\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, c := range []media.Container{media.MP4, media.AVI, media.Matroska, media.FLV} {
			media.CutOff(bytes.NewReader(data), int64(len(data)), c) // it must end
			if _, err := media.HasIndex(bytes.NewReader(data), int64(len(data)), c); err != nil && len(data) > 0 {
				t.Errorf("%s: %v", c, err)
			}
		}
	})
}
