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
		{"another container", "\x00\x00", media.Matroska, false},
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
	f.Fuzz(func(_ *testing.T, data []byte) {
		media.CutOff(bytes.NewReader(data), int64(len(data)), media.MP4) // it must end
	})
}
