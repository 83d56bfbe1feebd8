package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"time"

	"matinee/internal/media"
	"matinee/internal/packaging"
)

const (
	tileLong, tileShort = 160, 90 // what a tile fits into, lying or standing
	sheetSide           = 10      // tiles in a row, and rows, of a sheet
	sheetQuality        = 75
	posterChoices       = 5
)

// errTiles says that the decoder showed another number of pictures than the file has.
var errTiles = errors.New("the storyboard has not the pictures that were to come")

// board gathers small pictures into sheets, and notes which of those that it sees tell the most.
type board struct {
	plan          media.Plan
	width, height int     // of a tile
	moments       []int64 // frame of each tile
	segments      []int   // whose first pictures are seen; nil: every picture of the video is
	seen          int
	placed        int
	sheets        []*image.YCbCr
	scores        [posterChoices]float64 // of the most telling picture of each part of the video
	tellers       [posterChoices]int64   // its frame
}

func newBoard(plan media.Plan, rung media.Rung) *board {
	b := &board{plan: plan}
	b.width, b.height = tileSize(rung.Width, rung.Height)
	if plan.Duration() <= shortVideo {
		for second := int64(0); ; second++ {
			frame := plan.Rate.MulRound(second)
			if frame >= plan.Frames {
				break
			}
			b.moments = append(b.moments, frame)
		}
	} else {
		step := (plan.Segments() + maxTiles - 1) / maxTiles
		for k := 0; k < plan.Segments(); k += step {
			b.segments, b.moments = append(b.segments, k), append(b.moments, plan.Boundaries[k])
		}
	}
	for left := len(b.moments); left > 0; left -= sheetSide * sheetSide {
		columns, rows := min(left, sheetSide), min((left+sheetSide-1)/sheetSide, sheetSide)
		b.sheets = append(b.sheets, image.NewYCbCr(image.Rect(0, 0, columns*b.width, rows*b.height), image.YCbCrSubsampleRatio420))
	}
	for i := range b.scores {
		b.scores[i] = -1
	}
	return b
}

// tileSize fits a picture into a tile, with even sides.
func tileSize(width, height int) (int, int) {
	boxWidth, boxHeight := tileLong, tileShort
	if height > width {
		boxWidth, boxHeight = tileShort, tileLong
	}
	scale := min(float64(boxWidth)/float64(width), float64(boxHeight)/float64(height))
	even := func(side int) int { return max(2, 2*int(math.Round(float64(side)*scale/2))) }
	return even(width), even(height)
}

// take sees the next picture.
func (b *board) take(picture *image.YCbCr) error {
	frame := int64(b.seen)
	if b.segments != nil {
		if b.seen >= len(b.moments) {
			return errTiles
		}
		frame = b.moments[b.seen]
	}
	b.seen++
	b.judge(frame, picture)
	if b.placed < len(b.moments) && frame == b.moments[b.placed] {
		b.place(picture)
	}
	return nil
}

// complete returns an error unless every picture was seen.
func (b *board) complete() error {
	want := len(b.moments)
	if b.segments == nil {
		want = int(b.plan.Frames)
	}
	if b.seen != want || b.placed != len(b.moments) {
		return fmt.Errorf("%d pictures, want %d: %w", b.seen, want, errTiles)
	}
	return nil
}

func (b *board) judge(frame int64, picture *image.YCbCr) {
	part := min(posterChoices-1, int(frame*posterChoices/b.plan.Frames))
	if score := scoreOf(picture); score > b.scores[part] {
		b.scores[part], b.tellers[part] = score, frame
	}
}

func (b *board) place(picture *image.YCbCr) {
	sheet, at := b.sheets[b.placed/(sheetSide*sheetSide)], b.rectangle(b.placed)
	b.placed++
	paste(sheet.Y, sheet.YStride, at.Min.X, at.Min.Y, picture.Y, picture.YStride, b.width, b.height)
	for _, plane := range [][2][]byte{{sheet.Cb, picture.Cb}, {sheet.Cr, picture.Cr}} {
		paste(plane[0], sheet.CStride, at.Min.X/2, at.Min.Y/2, plane[1], picture.CStride, b.width/2, b.height/2)
	}
}

// paste copies a plane of a tile into that of a sheet.
func paste(sheet []byte, sheetStride, x, y int, tile []byte, tileStride, width, height int) {
	for row := range height {
		copy(sheet[(y+row)*sheetStride+x:][:width], tile[row*tileStride:][:width])
	}
}

// rectangle is where tile i lies on its sheet.
func (b *board) rectangle(i int) image.Rectangle {
	column, row := i%sheetSide, i/sheetSide%sheetSide
	return image.Rect(0, 0, b.width, b.height).Add(image.Pt(column*b.width, row*b.height))
}

// tiles lists where everything is, given the names of the sheets.
func (b *board) tiles(sheets []string) []packaging.Tile {
	list := make([]packaging.Tile, len(b.moments))
	for i, frame := range b.moments {
		list[i] = packaging.Tile{Start: b.plan.At(frame).Round(time.Millisecond), Sheet: sheets[i/(sheetSide*sheetSide)], At: b.rectangle(i)}
	}
	return list
}

// telling lists the frames that tell the most, one of each part of the video in their order; those that say nothing are left out,
// unless all do.
func (b *board) telling() (frames []int64) {
	for i, score := range b.scores {
		if score >= dull {
			frames = append(frames, b.tellers[i])
		}
	}
	if len(frames) == 0 {
		frames = append(frames, b.best())
	}
	return frames
}

// best is the frame that tells the most.
func (b *board) best() int64 {
	best := 0
	for i, score := range b.scores {
		if score > b.scores[best] {
			best = i
		}
	}
	return b.tellers[best]
}

func encodeSheet(sheet *image.YCbCr) ([]byte, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, sheet, &jpeg.Options{Quality: sheetQuality}); err != nil {
		return nil, fmt.Errorf("encode sheet: %w", err)
	}
	return out.Bytes(), nil
}

// dull is the score below which a picture says nothing: black, a fade, one colour.
const dull = 1.0

// scoreOf says how much a picture shows: the entropy of its brightness, from 0 of a single colour to 6 bits, less where it is very
// dark or very bright as a whole.
func scoreOf(picture *image.YCbCr) float64 {
	var (
		bins [64]int
		sum  int
		size = picture.Rect.Size()
	)
	for y := range size.Y {
		for _, luma := range picture.Y[y*picture.YStride:][:size.X] {
			bins[luma>>2]++
			sum += int(luma)
		}
	}
	count := float64(size.X * size.Y)
	if count == 0 {
		return 0
	}
	var entropy float64
	for _, n := range &bins {
		if n > 0 {
			share := float64(n) / count
			entropy -= share * math.Log2(share)
		}
	}
	mean := float64(sum) / count
	const shade = 40.0 // of 255: from here to black or white a picture loses its score
	return entropy * min(1, mean/shade, (255-mean)/shade+0.25)
}

func scoreOfJPEG(data []byte) (score float64, ok bool) {
	decoded, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return 0, false
	}
	picture, ok := decoded.(*image.YCbCr)
	if !ok {
		return 0, false
	}
	return scoreOf(picture), true
}
