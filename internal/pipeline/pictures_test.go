package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ffmpeg"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
	"matinee/internal/testkit"
	"matinee/internal/testkit/clips"
	"matinee/internal/testkit/cook"
)

// cooked returns the bytes of what one ffmpeg command makes.
func cooked(t *testing.T, file, step string) []byte {
	t.Helper()
	path, err := cook.File(t.Context(), "pictures", cook.Recipe{File: file, Steps: []string{step}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// long is 110 s of which every picture is another one, at a rate so low that it is cheap; turned, it stands upright.
func long(t *testing.T, size string) []byte {
	t.Helper()
	return cooked(t, "long.mkv", "-f lavfi -i testsrc2=s="+size+":r=5:d=110 -c:v libx264 -preset veryfast -pix_fmt yuv420p -g 50 -threads 1 long.mkv")
}

// small is a picture of 32x18 in RGB, by which pictures are compared.
type small []byte

const smallBytes = 32 * 18 * 3

// pictures returns every picture of a file, in the order of showing.
func pictures(t *testing.T, data []byte) (all []small) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pictures")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-v", "error", "-i", path, "-fps_mode", "passthrough",
		"-vf", "format=rgb24,scale=32:18:flags=area", "-f", "rawvideo", "-").Output()
	if err != nil || len(out)%smallBytes != 0 {
		t.Fatalf("decode %d bytes: %v", len(data), err)
	}
	for ; len(out) > 0; out = out[smallBytes:] {
		all = append(all, out[:smallBytes])
	}
	return all
}

// nearest is the picture that is most like this one, and how far it is, of 255 on average.
func (s small) nearest(all []small) (best int, off float64) {
	off = 256
	for i, other := range all {
		sum := 0
		for j := range s {
			sum += max(int(s[j]), int(other[j])) - min(int(s[j]), int(other[j]))
		}
		if d := float64(sum) / float64(len(s)); d < off {
			best, off = i, d
		}
	}
	return best, off
}

func asPNG(t *testing.T, picture image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// cue is one line of a storyboard.
type cue struct {
	start, end float64
	sheet      string
	at         image.Rectangle
}

var cueLines = regexp.MustCompile(`(\S+) --> (\S+)\n(sheet-[0-9a-f]{24}\.jpg)#xywh=(\d+),(\d+),(\d+),(\d+)\n`)

func cuesOf(t *testing.T, vtt []byte) (all []cue) {
	t.Helper()
	seconds := func(text string) float64 {
		var h, m, s, ms int
		if _, err := fmt.Sscanf(text, "%d:%d:%d.%d", &h, &m, &s, &ms); err != nil {
			t.Fatal(err)
		}
		return float64(h)*3600 + float64(m)*60 + float64(s) + float64(ms)/1000
	}
	for _, m := range cueLines.FindAllStringSubmatch(string(vtt), -1) {
		var n [4]int
		for i := range n {
			n[i], _ = strconv.Atoi(m[4+i])
		}
		all = append(all, cue{seconds(m[1]), seconds(m[2]), m[3], image.Rect(n[0], n[1], n[0]+n[2], n[1]+n[3])})
	}
	if want := bytes.Count(vtt, []byte("-->")); want != len(all) || !bytes.HasPrefix(vtt, []byte("WEBVTT\n\n")) {
		t.Fatalf("%d of %d cues can be read:\n%s", len(all), want, vtt)
	}
	return all
}

// boarded waits for the storyboard of a video.
func (b *bench) boarded(t *testing.T, id ids.VideoID) library.Video {
	t.Helper()
	testkit.Eventually(t, patience, func() bool { return b.video(t, id).Version.Storyboard != "" })
	return b.video(t, id)
}

func (b *bench) picture(t *testing.T, v library.Video, name string) []byte {
	t.Helper()
	return b.read(t, blob.PictureKey(v.ID, v.Version.ID, name))
}

func TestAStoryboardShowsWhatIsShownThen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source func(t *testing.T) []byte
		rate   float64
		tiles  int
		tile   image.Point
		sheets []image.Point
	}{
		"a short video has a tile every second": {
			func(t *testing.T) []byte { return clip(t, clips.Film) }, 24000. / 1001, 5, image.Pt(160, 90), []image.Point{{800, 90}},
		},
		"a long one has a tile for every segment, on several sheets": {
			func(t *testing.T) []byte { return long(t, "160x120") }, 5, 110, image.Pt(120, 90), []image.Point{{1200, 900}, {1200, 90}},
		},
		"one that stands upright has tiles that do": {
			func(t *testing.T) []byte { return long(t, "90x160") }, 5, 110, image.Pt(90, 160), []image.Point{{900, 1600}, {900, 160}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			b := setupOn(t, folder, filepath.Join(folder, "matinee.db"), ffmpeg.Options{}, func(o *pipeline.Options) { o.Policy.ChunkSegments = 60 })
			b.start(t)
			source := c.source(t)
			v := b.boarded(t, b.send(t, source))
			shown := pictures(t, source)
			cues := cuesOf(t, b.picture(t, v, v.Version.Storyboard))
			if len(cues) != c.tiles {
				t.Fatalf("%d tiles, want %d", len(cues), c.tiles)
			}
			var sheets []string
			pages := map[string]image.Image{}
			for i, cue := range cues {
				if pages[cue.sheet] == nil {
					page, err := jpeg.Decode(bytes.NewReader(b.picture(t, v, cue.sheet)))
					if err != nil {
						t.Fatal(err)
					}
					pages[cue.sheet], sheets = page, append(sheets, cue.sheet)
				}
				if cue.at.Size() != c.tile || !cue.at.In(pages[cue.sheet].Bounds()) {
					t.Fatalf("tile %d is at %v of a sheet of %v", i, cue.at, pages[cue.sheet].Bounds())
				}
				if i+1 < len(cues) && cue.end != cues[i+1].start || i == 0 && cue.start != 0 {
					t.Errorf("tile %d is from %.3f to %.3f s", i, cue.start, cue.end)
				}
				if i%9 == 0 || i > len(cues)-4 {
					tile := pages[cue.sheet].(interface {
						SubImage(r image.Rectangle) image.Image
					}).SubImage(cue.at)
					frame := int(cue.start*c.rate + 0.02)
					if best, off := pictures(t, asPNG(t, tile))[0].nearest(shown); best != frame || off > 6 {
						t.Errorf("the tile of %.3f s is like frame %d, off by %.1f; want frame %d", cue.start, best, off, frame)
					}
				}
			}
			if last := cues[len(cues)-1]; last.end-v.Version.Duration.Seconds() > 0.001 || v.Version.Duration.Seconds()-last.end > 0.001 {
				t.Errorf("the last tile ends at %.3f of %.3f s", last.end, v.Version.Duration.Seconds())
			}
			if len(sheets) != len(c.sheets) {
				t.Fatalf("%d sheets, want %d", len(sheets), len(c.sheets))
			}
			for i, name := range sheets {
				if size := pages[name].Bounds().Size(); size != c.sheets[i] {
					t.Errorf("sheet %d is %v, want %v", i, size, c.sheets[i])
				}
			}
			if left, _ := os.ReadDir(b.scratch); len(left) > 0 {
				t.Errorf("%d scratch files are left", len(left))
			}
		})
	}
}

func TestPostersToChooseFromAreSpreadAndTelling(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	// Black where the automatic poster is, and where one of the five parts begins.
	v := b.boarded(t, b.send(t, cooked(t, "dark.mp4", "-f lavfi -i testsrc2=s=320x180:r=25:d=8 -vf 'drawbox=color=black:t=fill:enable=between(t\\,0.3\\,1.9)+between(t\\,3.3\\,4)' -c:v libx264 -preset veryfast -pix_fmt yuv420p -threads 1 dark.mp4")))
	all, err := b.Posters(t.Context(), b.owner, v.ID)
	if err != nil || len(all.Choices) != 5 || all.Version != v.Version.ID {
		t.Fatalf("posters %+v, %v", all, err)
	}
	shown := pictures(t, cooked(t, "light.mp4", "-f lavfi -i testsrc2=s=320x180:r=25:d=8 -c:v libx264 -preset veryfast -pix_fmt yuv420p -threads 1 light.mp4"))
	for i, c := range all.Choices {
		if from, to := float64(i)*1.6, float64(i+1)*1.6; c.Seconds < from || c.Seconds >= to {
			t.Errorf("choice %d is at %.2f s, want one of %.1f to %.1f s", i, c.Seconds, from, to)
		}
		if best, off := pictures(t, b.picture(t, v, c.File))[0].nearest(shown); off > 6 || best != int(c.Seconds*25+0.5) {
			t.Errorf("choice %d of %.2f s shows frame %d, off by %.1f", i, c.Seconds, best, off)
		}
	}
	if _, off := pictures(t, b.picture(t, v, v.Version.Poster))[0].nearest(shown); off > 6 {
		t.Errorf("the black poster stays though there are better ones: off by %.1f", off)
	}
	if all.Current == nil || all.Current.Origin != library.AutomaticPoster || all.Current.File != v.Version.Poster || all.Current.Seconds == nil {
		t.Errorf("the current one is %+v", all.Current)
	}
}

func TestAPosterThatWasChosenStays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	source := clip(t, clips.Film)
	id := b.send(t, source)
	v := b.boarded(t, id)
	shown := pictures(t, source)
	automatic := v.PosterFile()

	all, err := b.ChooseFrame(t.Context(), b.owner, id, 2.5)
	if err != nil || all.Current.Origin != library.FramePoster || all.Current.Seconds == nil || *all.Current.Seconds > 2.5 || *all.Current.Seconds < 2.45 {
		t.Fatalf("chosen %+v, %v", all.Current, err)
	}
	first := all.Current.File
	if best, off := pictures(t, b.read(t, blob.VideoPictureKey(id, first)))[0].nearest(shown); best != 59 || off > 6 {
		t.Errorf("the poster is frame %d, off by %.1f", best, off)
	}
	if now := b.video(t, id); now.PosterFile() != first || now.Version.Poster != automatic {
		t.Errorf("the video shows %s", now.PosterFile())
	}

	image := asPNG(t, image.NewNRGBA(image.Rect(0, 0, 64, 48)))
	if all, err = b.ChooseImage(t.Context(), b.owner, id, image); err != nil || all.Current.Origin != library.UploadedPoster || all.Current.Seconds != nil {
		t.Fatalf("sent %+v, %v", all.Current, err)
	}
	sent := all.Current.File
	if made := b.read(t, blob.VideoPictureKey(id, sent)); bytes.Contains(made, image[:8]) || !bytes.HasPrefix(made, []byte("\xff\xd8")) {
		t.Error("the image is kept as it came")
	}
	if _, err := b.objects.Stat(t.Context(), blob.VideoPictureKey(id, first)); !errs.Is(err, errs.NotFound) {
		t.Errorf("the poster before stays in the store: %v", err)
	}

	if _, err := b.BeginReencode(t.Context(), b.owner, id); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, patience, func() bool {
		now := b.video(t, id)
		return now.Version.ID != v.Version.ID && now.Version.Storyboard != ""
	})
	if now := b.video(t, id); now.PosterFile() != sent {
		t.Errorf("a new version shows %s, not the poster that was chosen", now.PosterFile())
	}

	if err := b.ResetPoster(t.Context(), b.owner, id); err != nil {
		t.Fatal(err)
	}
	if now := b.video(t, id); now.PosterFile() != now.Version.Poster || now.PosterFile() == "" {
		t.Errorf("the automatic poster is not back: %s", now.PosterFile())
	}
}

func TestAVideoTakesItsChosenPosterAlong(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	id := b.send(t, clip(t, clips.OnePicture))
	b.boarded(t, id)
	if _, err := b.ChooseFrame(t.Context(), b.owner, id, 0); err != nil {
		t.Fatal(err)
	}
	if err := b.PurgeVideo(t.Context(), b.owner, id); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, patience, func() bool {
		left := 0
		for _, err := range b.objects.List(t.Context(), blob.VideoPrefix(id)) {
			if err != nil {
				t.Fatal(err)
			}
			left++
		}
		return left == 0
	})
}

func TestPostersAreTheirEditorsAndOfThisVideo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	id := b.send(t, clip(t, clips.OnePicture))
	b.boarded(t, id)
	other := access.Viewer{User: ids.New[ids.UserID](), Role: access.Uploader}
	picture := asPNG(t, image.NewGray(image.Rect(0, 0, 32, 32)))
	for name, err := range map[string]error{
		"list":   second(b.Posters(t.Context(), other, id)),
		"frame":  second(b.ChooseFrame(t.Context(), other, id, 0)),
		"image":  second(b.ChooseImage(t.Context(), other, id, picture)),
		"reset":  b.ResetPoster(t.Context(), other, id),
		"load":   second(b.Download(t.Context(), other, id, "", "")),
		"absent": second(b.Posters(t.Context(), b.owner, ids.New[ids.VideoID]())),
	} {
		if !errs.Is(err, errs.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, seconds := range []float64{-0.001, 1, 1e300} {
		if _, err := b.ChooseFrame(t.Context(), b.owner, id, seconds); !errs.Is(err, errs.Invalid) {
			t.Errorf("a frame at %g s of 0.04: %v", seconds, err)
		}
	}
	if _, err := b.ChooseImage(t.Context(), b.owner, id, []byte("no image")); errs.CodeOf(err) != "invalid_image" {
		t.Errorf("no image: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// slow is an encoder whose pictures never come.
type slow struct{ *ffmpeg.Tool }

func (slow) Still(ctx context.Context, _ string, _ ffmpeg.StillOptions) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestAPosterThatTakesTooLongIsGivenUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stop := b.start(t)
	id := b.send(t, clip(t, clips.OnePicture))
	b.boarded(t, id)
	stop()
	impatient, err := pipeline.New(b.store, b.objects, slow{b.tool}, b.hub, b.scratch, pipeline.Options{PosterPatience: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first does not keep the turn
		_, err = impatient.ChooseFrame(t.Context(), b.owner, id, 0)
		if e, ok := errors.AsType[*errs.Error](err); !ok || e.Kind != errs.Busy || e.RetryAfter == 0 {
			t.Errorf("a picture that does not come: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.ChooseFrame(ctx, b.owner, id, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that is gone: %v", err)
	}
	if left, _ := os.ReadDir(b.scratch); len(left) > 0 {
		t.Errorf("%d scratch files are left", len(left))
	}
}
