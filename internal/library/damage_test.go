package library_test

import (
	"testing"

	"matinee/internal/library"
)

func TestDamageIsToldInWords(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]library.Damage{
		"The file is damaged: up to 1 picture could not be decoded (0:04.0–0:04.0). The picture before is shown there, or what is left of them.": {
			Frames: 1, Ranges: []library.Range{{StartSeconds: 4, EndSeconds: 4.04}},
		},
		"The file is damaged: up to 140 pictures could not be decoded (0:04.5–0:10.0, 1:02.0–1:03.0, 1:00:00.0–1:00:01.9, 2 more places). The picture before is shown there, or what is left of them.": {
			Frames: 140, Ranges: []library.Range{{4.48, 10}, {62, 63}, {3600, 3601.86}, {4000, 4001}, {5000, 5001}},
		},
	} {
		if got := d.Words(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
