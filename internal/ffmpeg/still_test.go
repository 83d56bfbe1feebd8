package ffmpeg_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"matinee/internal/errs"
	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
	"matinee/internal/testkit/clips"
)

// thumb is a picture of 32x18 in RGB, by which pictures are compared.
type thumb []byte

const thumbBytes = 32 * 18 * 3

// thumbs returns every picture of a file, in the order of showing.
func thumbs(t *testing.T, path string) (all []thumb) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-v", "error", "-i", path, "-fps_mode", "passthrough",
		"-vf", "format=rgb24,scale=32:18:flags=area", "-f", "rawvideo", "-").Output()
	if err != nil || len(out)%thumbBytes != 0 {
		t.Fatalf("decode %s: %d bytes, %v", path, len(out), err)
	}
	for ; len(out) > 0; out = out[thumbBytes:] {
		all = append(all, out[:thumbBytes])
	}
	return all
}

// off is how far two pictures are apart, of 255 on average.
func (a thumb) off(b thumb) float64 {
	sum := 0
	for i := range a {
		sum += max(int(a[i]), int(b[i])) - min(int(a[i]), int(b[i]))
	}
	return float64(sum) / float64(len(a))
}

// nearest is the picture that is most like this one.
func (a thumb) nearest(all []thumb) (best int, off float64) {
	off = a.off(all[0])
	for i, b := range all {
		if d := a.off(b); d < off {
			best, off = i, d
		}
	}
	return best, off
}

// ofImage is an image as a thumb, by way of the program that makes the others.
func ofImage(t *testing.T, picture image.Image) thumb {
	t.Helper()
	var whole bytes.Buffer
	if err := png.Encode(&whole, picture); err != nil {
		t.Fatal(err)
	}
	return thumbs(t, written(t, "picture.png", whole.Bytes()))[0]
}

// ofJPEG reads colours as JFIF says, as browsers do.
func ofJPEG(t *testing.T, data []byte) thumb {
	t.Helper()
	picture, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return ofImage(t, picture)
}

func written(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// alike is how far two encodings of one picture may be apart.
const alike = 4.0

func TestAChosenFrameIsTheOneThatIsShown(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	for _, clip := range []clips.Clip{clips.Film, clips.LatestVideo, clips.Interlaced, clips.HDR, clips.Rotated, clips.Phone} {
		t.Run(string(clip), func(t *testing.T) {
			t.Parallel()
			src, plan := admit(t, tool, clip, media.Policy{})
			inits := inits(t, tool, plan)
			s := newShelf()
			for i := range plan.Chunks {
				if err := encodeChunk(t.Context(), tool, src, plan, i, ffmpeg.ChunkOptions{}, inits, s); err != nil {
					t.Fatal(err)
				}
			}
			path := s.track(t, plan, inits, plan.Rungs[0].ID)
			shown := thumbs(t, path)
			for _, frame := range []int64{0, plan.Frames / 3, plan.Frames * 3 / 4, plan.Frames - 1} {
				still, err := tool.Still(t.Context(), path, ffmpeg.StillOptions{Frame: frame, MaxWidth: 1280})
				if err != nil {
					t.Fatal(err)
				}
				fromSource, err := tool.Frame(t.Context(), src, plan, frame, 1280)
				if err != nil {
					t.Fatal(err)
				}
				for from, picture := range map[string][]byte{"the rung": still, "the source": fromSource} {
					got := ofJPEG(t, picture)
					_, off := got.nearest(shown)
					if own := got.off(shown[frame]); own > alike || own > off+0.3 { // pictures that are held look alike
						t.Errorf("frame %d of %s is off by %.1f from what is shown; the nearest one is off by %.1f", frame, from, own, off)
					}
				}
			}
		})
	}
}

func TestAPosterHasTheColoursOfItsVideo(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	for _, clip := range []clips.Clip{clips.Silent, clips.FullRange, clips.Flower, clips.Animation} {
		t.Run(string(clip), func(t *testing.T) {
			t.Parallel()
			src, plan := admit(t, tool, clip, media.Policy{})
			poster, err := tool.Poster(t.Context(), src, plan, 0, 1280)
			if err != nil {
				t.Fatal(err)
			}
			if _, off := ofJPEG(t, poster).nearest(thumbs(t, src.Path)); off > alike {
				t.Errorf("no picture of the video is nearer than %.1f", off)
			}
		})
	}
}

func TestTilesAreThePicturesOfTheirMoments(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	src, plan := admit(t, tool, clips.Film, media.Policy{Segment: time.Second})
	inits := inits(t, tool, plan)
	s := newShelf()
	for i := range plan.Chunks {
		if err := encodeChunk(t.Context(), tool, src, plan, i, ffmpeg.ChunkOptions{}, inits, s); err != nil {
			t.Fatal(err)
		}
	}
	rung := plan.Rungs[len(plan.Rungs)-1].ID
	path := s.track(t, plan, inits, rung)
	shown := thumbs(t, path)
	var film bytes.Buffer
	stills, err := packaging.NewStills(&film, inits[rung])
	if err != nil {
		t.Fatal(err)
	}
	for k := range plan.Segments() {
		if err := stills.Add(bytes.NewReader(s.segments[rung][k])); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		path   string
		frames func(int) int64
		count  int
	}{
		"all":                  {path, func(i int) int64 { return int64(i) }, int(plan.Frames)},
		"one of every segment": {written(t, "stills.mp4", film.Bytes()), func(i int) int64 { return plan.Boundaries[i] }, plan.Segments()},
	} {
		count := 0
		_, err := tool.Tiles(t.Context(), c.path, 160, 90, func(p *image.YCbCr) error {
			if count%20 == 0 || c.count < 20 {
				frame := c.frames(count)
				if best, off := ofImage(t, p).nearest(shown); int64(best) != frame || off > alike {
					t.Errorf("%s: tile %d is like frame %d, off by %.1f; want frame %d", name, count, best, off, frame)
				}
			}
			count++
			return nil
		})
		if err != nil || count != c.count {
			t.Errorf("%s: %d tiles, want %d, %v", name, count, c.count, err)
		}
	}
	boom := errors.New("enough")
	if _, err := tool.Tiles(t.Context(), path, 160, 90, func(*image.YCbCr) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("what the consumer says is lost: %v", err)
	}
}

// stripes has a red, a green and a blue stripe, and one that is transparent.
func stripes() *image.NRGBA {
	picture := image.NewNRGBA(image.Rect(0, 0, 128, 64))
	for i, c := range []color.NRGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 0}} {
		draw.Draw(picture, image.Rect(i*32, 0, (i+1)*32, 64), image.NewUniform(c), image.Point{}, draw.Src)
	}
	return picture
}

// send does what is done with an image that somebody sends.
func send(ctx context.Context, t *testing.T, tool *ffmpeg.Tool, data []byte) (image.Image, error) {
	t.Helper()
	container, err := ffmpeg.SniffImage(data)
	if err != nil {
		return nil, err
	}
	made, err := tool.Image(ctx, ffmpeg.Source{Path: written(t, "sent", data), Container: container}, 1280)
	if err != nil {
		return nil, err
	}
	return jpeg.Decode(bytes.NewReader(made))
}

func TestAnImageIsWrittenAnew(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	var asPNG, asJPEG bytes.Buffer
	if err := errors.Join(png.Encode(&asPNG, stripes()), jpeg.Encode(&asJPEG, stripes(), nil)); err != nil {
		t.Fatal(err)
	}
	converted := func(args ...string) []byte { // without the coder for animations, which is the default
		out := filepath.Join(t.TempDir(), "image.webp")
		args = append(append([]string{"-nostdin", "-v", "error", "-i", written(t, "stripes.png", asPNG.Bytes()), "-c:v", "libwebp"}, args...), out)
		if said, err := exec.CommandContext(t.Context(), "ffmpeg", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, said)
		}
		data, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for name, c := range map[string]struct {
		data          []byte
		width, height int
	}{
		"PNG":                      {asPNG.Bytes(), 128, 64},
		"JPEG":                     {asJPEG.Bytes(), 128, 64},
		"JPEG that was turned":     {turned(asJPEG.Bytes()), 64, 128},
		"WebP":                     {converted("-pix_fmt", "yuv420p"), 128, 64},
		"WebP without loss":        {converted("-lossless", "1", "-pix_fmt", "bgra"), 128, 64},
		"WebP that is see-through": {converted("-pix_fmt", "yuva420p"), 128, 64},
		"WebP that is large":       {converted("-vf", "scale=2000:1000"), 1280, 640},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			picture, err := send(t.Context(), t, tool, c.data)
			if err != nil {
				t.Fatal(err)
			}
			size := picture.Bounds().Size()
			if size != image.Pt(c.width, c.height) {
				t.Fatalf("it is %v, want %dx%d", size, c.width, c.height)
			}
			if c.height > c.width {
				return
			}
			for i, want := range []color.NRGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}} {
				got := color.NRGBAModel.Convert(picture.At(size.X*(2*i+1)/8, size.Y/2)).(color.NRGBA)
				for _, d := range []int{int(got.R) - int(want.R), int(got.G) - int(want.G), int(got.B) - int(want.B)} {
					if d > 12 || d < -12 {
						t.Errorf("stripe %d is %v, want %v", i, got, want)
						break
					}
				}
			}
		})
	}
}

// turned gives a JPEG the note of a camera that was held upright (Exif 2.3, orientation 6).
func turned(data []byte) []byte {
	note := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00")
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(note)+2))...)
	return append(append(out, note...), data[2:]...)
}

func TestWhatIsNoImageIsRefused(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	var whole bytes.Buffer
	if err := png.Encode(&whole, stripes()); err != nil {
		t.Fatal(err)
	}
	bomb := bytes.Clone(whole.Bytes())
	binary.BigEndian.PutUint32(bomb[16:], 30_000)
	binary.BigEndian.PutUint32(bomb[20:], 30_000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	for name, data := range map[string][]byte{
		"nothing":               nil,
		"a text":                []byte("GET / HTTP/1.1"),
		"a vector image":        []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`),
		"a playlist":            []byte("#EXTM3U\nfile:///etc/passwd\n"),
		"a PNG of 900 million":  bomb,
		"a PNG cut in its head": whole.Bytes()[:20],
		"a PNG without pixels":  append(bytes.Clone(whole.Bytes()[:33]), "\x00\x00\x00\x00IEND\xaeB`\x82"...),
		"a JPEG of its mark":    []byte("\xff\xd8\xff"),
		"a WebP of its mark":    []byte("RIFF\x00\x00\x00\x00WEBPVP8 "),
		"a huge WebP":           []byte("RIFF\x20\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\xff\xff\x00\x00\x00"),
		"a WebP without pixels": []byte("RIFF\x20\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\xff\x00\x00\xff\x00\x00\x00\x00"),
		"one pixel":             onePixel(t),
		"an animated WebP":      []byte("RIFF\x20\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\xff\x00\x00\xff\x00\x00\x00\x00"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := send(t.Context(), t, tool, data)
			if !errs.Is(err, errs.Invalid) || errs.CodeOf(err) != "invalid_image" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func onePixel(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func FuzzSniffImage(f *testing.F) {
	var whole bytes.Buffer
	if err := png.Encode(&whole, stripes()); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add([]byte("RIFF\x20\x00\x00\x00WEBPVP8L\x0a\x00\x00\x00\x2f\x00\x00\x00\xff\x00\x00\xff\x00\x00\x00\x00"))
	f.Add([]byte("RIFF\x20\x00\x00\x00WEBPVP8 \x0a\x00\x00\x00\x00\x00\x00\x9d\x01\x2a\xff\x00\xff\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := ffmpeg.SniffImage(data); err == nil && c != "jpeg_pipe" && c != "png_pipe" && c != "webp_pipe" {
			t.Errorf("%q was taken for %s", data, strconv.Quote(string(c)))
		}
	})
}
