package packaging

import (
	"bytes"
	"fmt"
	"image"
	"time"
)

// Tile is one small picture of a storyboard: shown from Start until the next begins, at a place of a sheet.
type Tile struct {
	Start time.Duration
	Sheet string // file name, relative to the WebVTT
	At    image.Rectangle
}

// StoryboardVTT lists the tiles as WebVTT, whose text names a part of a picture (Media Fragments URI 1.0 §4.2.2). They are in the
// order of their times; the last is shown until the end.
func StoryboardVTT(tiles []Tile, end time.Duration) []byte {
	var out bytes.Buffer
	out.WriteString("WEBVTT\n")
	for i, t := range tiles {
		until := end
		if i+1 < len(tiles) {
			until = tiles[i+1].Start
		}
		fmt.Fprintf(&out, "\n%s --> %s\n%s#xywh=%d,%d,%d,%d\n", vttTime(t.Start), vttTime(until), t.Sheet, t.At.Min.X, t.At.Min.Y, t.At.Dx(), t.At.Dy())
	}
	return out.Bytes()
}
