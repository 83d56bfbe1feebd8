package e2e_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"matinee/client"
	"matinee/internal/media"
	"matinee/internal/testkit/clips"
)

// readyWithin is how long a clip of half a minute may take on a machine that does other things too.
const readyWithin = 150 * time.Second

// answer is what came back for a request.
type answer struct {
	status int
	header http.Header
	body   string
}

// fetch sends a request to an address; headers come as pairs.
func fetch(t testing.TB, method, at string, body io.Reader, headers ...string) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, at, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, at, err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}

// upload makes a video from a file by its put_url.
func upload(t testing.TB, c *client.Client, title, visibility, path string) client.Video {
	t.Helper()
	v, err := c.CreateVideo(t.Context(), title, visibility)
	if err != nil {
		t.Fatalf("create a video: %v", err)
	}
	put(t, c, v, path)
	return v
}

func put(t testing.TB, c *client.Client, v client.Video, path string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.PutSource(t.Context(), v.Upload.PutURL, file, info.Size()); err != nil {
		t.Fatalf("put the source of %s: %v", v.ID, err)
	}
}

func uploadClip(t testing.TB, c *client.Client, clip clips.Clip, visibility string) client.Video {
	t.Helper()
	return upload(t, c, string(clip), visibility, clips.Path(t, clip))
}

// awaitReady waits until a video is ready and returns it; a failed one ends the test with its reason.
func awaitReady(t testing.TB, c *client.Client, id string) client.Video {
	t.Helper()
	var v client.Video
	eventually(t, readyWithin, "video "+id+" is ready", func() bool {
		var err error
		if v, err = c.Video(t.Context(), id); err != nil {
			t.Fatalf("read video %s: %v", id, err)
		}
		if v.State == "failed" {
			t.Fatalf("video %s failed: %+v", id, v.Error)
		}
		return v.State == "ready"
	})
	return v
}

// presentation is a video as players see it.
type presentation struct {
	encoding client.Encoding
	playback client.Playback
}

func presentationOf(t testing.TB, c *client.Client, id string) presentation {
	t.Helper()
	encoding, err := c.Encoding(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	playback, err := c.Playback(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return presentation{encoding, playback}
}

// audioTracks counts the tracks of sound.
func (p presentation) audioTracks() int { return p.encodedAudio() + p.copiedAudio() }

func (p presentation) encodedAudio() (n int) {
	for _, task := range p.encoding.Tasks {
		if task.Kind == "audio" {
			n++
		}
	}
	return n
}

// copiedAudio counts the tracks of sound that are passed through.
func (p presentation) copiedAudio() (n int) {
	for _, task := range p.encoding.Tasks {
		if task.Kind == "copy" && task.Track != media.SourceRung {
			n++
		}
	}
	return n
}

// coversPictures reports whether so many frames of AAC are right for a track of sound. One that is passed through has its own sample
// rate, from 32 kHz on, and may begin a tenth of a second late and end half a second early; the judge of sources counts exactly.
func (p presentation) coversPictures(frames int64) bool {
	if p.copiedAudio() == 0 {
		return frames == p.audioFrames()
	}
	seconds := float64(p.encoding.Plan.Frames)/p.encoding.Plan.FrameRate - 0.6
	return frames <= p.audioFrames() && float64(frames) >= math.Floor(seconds*32_000/media.AudioFrameSamples)
}

// audioFrames is how many frames of AAC cover the planned pictures.
func (p presentation) audioFrames() int64 {
	plan := p.encoding.Plan
	return int64(math.Ceil(float64(plan.Frames)/plan.FrameRate*media.AudioSampleRate/media.AudioFrameSamples - 1e-6))
}

// wantExact holds a public video to its plan as ffmpeg reads it by HLS and by DASH: each rung has exactly the planned frames,
// each track of sound covers them, and ffmpeg has nothing to say. Streams are read one by one, because ffmpeg's DASH demuxer
// ends all of them with the first that ends.
func (p presentation) wantExact(t testing.TB) {
	t.Helper()
	for _, manifest := range []string{p.playback.HLS, p.playback.DASH} {
		for i := range p.encoding.Plan.Rungs {
			if n := decoded(t, manifest, "v", i); n != p.encoding.Plan.Frames {
				t.Errorf("%s: rung %d has %d frames, want %d", manifest, i, n, p.encoding.Plan.Frames)
			}
		}
		for i := range p.audioTracks() {
			if n := decoded(t, manifest, "a", i); !p.coversPictures(n) {
				t.Errorf("%s: sound %d has %d frames, want %d", manifest, i, n, p.audioFrames())
			}
		}
		want := len(p.encoding.Plan.Rungs) + p.audioTracks()
		if len(p.encoding.Plan.Rungs) == 0 && manifest == p.playback.HLS {
			want++ // of sound alone, the default track is the variant and one of its renditions
		}
		if streams := streamsOf(t, manifest); streams != want {
			t.Errorf("%s lists %d streams, want %d: %d rungs and %d of sound", manifest, streams, want, len(p.encoding.Plan.Rungs), p.audioTracks())
		}
	}
}

// decoded counts the frames that ffmpeg decodes of one stream of a manifest, "v" for pictures and "a" for sound.
func decoded(t testing.TB, manifest, kind string, stream int) int64 {
	t.Helper()
	args := []string{"-nostdin", "-v", "warning", "-i", manifest, "-map", fmt.Sprintf("0:%s:%d", kind, stream)}
	if kind == "v" {
		args = append(args, "-fps_mode", "passthrough")
	}
	cmd := exec.CommandContext(t.Context(), "ffmpeg", append(args, "-f", "framecrc", "-")...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if complaint := beyondHarmless(said.String()); err != nil || complaint != "" {
		t.Errorf("ffmpeg reads %s:%d of %s: %v: %s", kind, stream, manifest, err, complaint)
	}
	var frames int64
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "#") {
			frames++
		}
	}
	return frames
}

// beyondHarmless leaves out what ffmpeg says of good lists: that it reads no subtitles of HLS, and that the only picture of a last segment
// comes two frames early, which is the reorder delay that it adds to all others of a file without an edit list.
func beyondHarmless(said string) (rest string) {
	for line := range strings.Lines(said) {
		if !strings.Contains(line, "Can't support the subtitle") && !strings.Contains(line, "Non-monotonous DTS in output stream") {
			rest += line
		}
	}
	return rest
}

// streamsOf counts the streams of pictures and of sound; of text there is only a file.
func streamsOf(t testing.TB, manifest string) int {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_entries", "stream=index,codec_type", "-of", "csv=p=0", manifest).Output()
	if err != nil {
		t.Errorf("ffprobe reads %s: %v", manifest, err)
	}
	// A stream is listed once by itself and once in each program: variants of HLS are programs.
	streams := slices.DeleteFunc(strings.Fields(string(out)), func(line string) bool { return !strings.Contains(line, "video") && !strings.Contains(line, "audio") })
	slices.Sort(streams)
	return len(slices.Compact(streams))
}

// mediaURLs are all addresses of a video's media, as its owner finds them in the playlists and in the manifest.
type mediaURLs struct {
	playlists []string // the multivariant playlist, the manifest and every media playlist
	objects   []string // init segments, segments and the poster
}

func (m mediaURLs) all() []string { return slices.Concat(m.playlists, m.objects) }

// crawl reads every playlist of a video. HLS and DASH must name the same segments.
func crawl(t testing.TB, p client.Playback, headers ...string) mediaURLs {
	t.Helper()
	found := mediaURLs{playlists: []string{p.HLS, p.DASH}, objects: []string{p.Poster}}
	var byHLS []string
	for _, list := range named(t, p.HLS, fetchOK(t, p.HLS, headers...)) {
		found.playlists = append(found.playlists, list)
		byHLS = append(byHLS, named(t, list, fetchOK(t, list, headers...))...)
	}
	byDASH := represented(t, p.DASH, fetchOK(t, p.DASH, headers...))
	slices.Sort(byHLS)
	slices.Sort(byDASH)
	if !slices.Equal(byHLS, byDASH) {
		t.Errorf("HLS and DASH name other segments:\n%q\n%q", byHLS, byDASH)
	}
	found.objects = append(found.objects, byHLS...)
	return found
}

func fetchOK(t testing.TB, at string, headers ...string) string {
	t.Helper()
	a := fetch(t, http.MethodGet, at, nil, headers...)
	if a.status != http.StatusOK {
		t.Fatalf("GET %s answers %d %s", at, a.status, a.body)
	}
	return a.body
}

// named lists the addresses in an HLS playlist: its lines and its URI attributes, each once.
func named(t testing.TB, at, playlist string) (found []string) {
	t.Helper()
	for line := range strings.Lines(playlist) {
		name := strings.TrimSpace(line)
		if strings.HasPrefix(name, "#") {
			_, rest, _ := strings.Cut(name, `URI="`)
			name, _, _ = strings.Cut(rest, `"`)
		}
		if full := resolve(t, at, name); name != "" && !slices.Contains(found, full) {
			found = append(found, full)
		}
	}
	return found
}

// represented lists the addresses that a DASH manifest of SegmentTimelines stands for.
func represented(t testing.TB, at, manifest string) (found []string) {
	t.Helper()
	var mpd struct {
		Sets []struct {
			Template struct {
				Init  string `xml:"initialization,attr"`
				Media string `xml:"media,attr"`
				Start int    `xml:"startNumber,attr"`
				S     []struct {
					Repeat int `xml:"r,attr"`
				} `xml:"SegmentTimeline>S"`
			} `xml:"SegmentTemplate"`
			Representations []struct {
				ID string `xml:"id,attr"`
			} `xml:"Representation"`
		} `xml:"Period>AdaptationSet"`
	}
	if err := xml.Unmarshal([]byte(manifest), &mpd); err != nil {
		t.Fatalf("read %s: %v", at, err)
	}
	for _, set := range mpd.Sets {
		segments := 0
		for _, s := range set.Template.S {
			segments += 1 + s.Repeat
		}
		for _, r := range set.Representations {
			found = append(found, resolve(t, at, strings.ReplaceAll(set.Template.Init, "$RepresentationID$", r.ID)))
			for n := range segments {
				name := strings.NewReplacer("$RepresentationID$", r.ID, "$Number$", strconv.Itoa(set.Template.Start+n)).Replace(set.Template.Media)
				found = append(found, resolve(t, at, name))
			}
		}
	}
	return found
}

func resolve(t testing.TB, at, name string) string {
	t.Helper()
	from, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	to, err := from.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return to.String()
}
