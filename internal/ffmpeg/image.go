package ffmpeg

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"

	"matinee/internal/errs"
	"matinee/internal/media"
)

// The formats of images that people send, by the names of ffmpeg's demuxers.
const (
	jpegImage media.Container = "jpeg_pipe"
	pngImage  media.Container = "png_pipe"
	webpImage media.Container = "webp_pipe"
)

// Bounds of images, in pixels.
const (
	minImageSide   = 16
	maxImageSide   = 16_384
	maxImagePixels = media.MaxPixels
)

// SniffImage names the format of an image from its bytes: JPEG, PNG or WebP of a size that may be decoded. Anything else is an
// errs.Invalid error; nothing was decoded then.
func SniffImage(data []byte) (media.Container, error) {
	var (
		format        media.Container
		width, height int
	)
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		format = jpegImage
		if c, err := jpeg.DecodeConfig(bytes.NewReader(data)); err == nil {
			width, height = c.Width, c.Height
		}
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		format = pngImage
		if c, err := png.DecodeConfig(bytes.NewReader(data)); err == nil {
			width, height = c.Width, c.Height
		}
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		if isAnimated(data[12:]) {
			return "", errs.New(errs.Invalid, "invalid_image", "An animation cannot be a poster. Send one picture of it.")
		}
		format = webpImage
		width, height = webpSize(data[12:])
	}
	switch {
	case width == 0 || height == 0:
		return "", errImage()
	case width < minImageSide || height < minImageSide || max(width, height) > maxImageSide || width*height > maxImagePixels:
		return "", errs.New(errs.Invalid, "invalid_image", "An image has %d to %d pixels a side, and %d million at most. This one has %d×%d.",
			minImageSide, maxImageSide, maxImagePixels/1_000_000, width, height)
	}
	return format, nil
}

func errImage() error {
	return errs.New(errs.Invalid, "invalid_image", "This cannot be read as a JPEG, PNG or WebP image.")
}

// webpSize reads the size off the first chunk of a WebP file (RFC 9649 §2.5 to §2.7), 0 where there is none.
func webpSize(chunk []byte) (width, height int) {
	if len(chunk) < 18 {
		return 0, 0
	}
	switch data := chunk[8:]; string(chunk[:4]) {
	case "VP8 ": // RFC 6386 §9.1
		if string(data[3:6]) == "\x9d\x01\x2a" {
			return int(binary.LittleEndian.Uint16(data[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(data[8:]) & 0x3fff)
		}
	case "VP8L":
		if bits := binary.LittleEndian.Uint32(data[1:]); data[0] == 0x2f {
			return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1
		}
	case "VP8X":
		return int(uint24(data[4:])) + 1, int(uint24(data[7:])) + 1
	}
	return 0, 0
}

// isAnimated reads the flags of an extended WebP file (RFC 9649 §2.7); ffmpeg decodes none that moves.
func isAnimated(chunk []byte) bool {
	return len(chunk) > 8 && string(chunk[:4]) == "VP8X" && chunk[8]&0x02 != 0
}

func uint24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }

// Image decodes an image, of several its first, and returns it as a JPEG no wider than maxWidth, without anything that came with
// it. One that cannot be decoded is an errs.Invalid error.
func (t *Tool) Image(ctx context.Context, src Source, maxWidth int) ([]byte, error) {
	args := append(guarded(), src.opened()...)
	args = append(args, "-threads", "1", "-i", src.url(), "-filter_complex",
		// What is transparent lies on black.
		fmt.Sprintf("[0:0]format=gbrap,premultiply=inplace=1,format=gbrp,%s%s", atMost(maxWidth), jpegColour))
	picture, err := t.onePicture(ctx, append(args, jpegOutput()...), false)
	if isOwnFault(err) || errors.Is(err, errNoPicture) {
		return nil, errImage()
	}
	return picture, err
}
