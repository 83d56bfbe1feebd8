package e2e_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"matinee/client"
	"matinee/internal/testkit/clips"
	"matinee/internal/testkit/cook"
)

// demandKills is how often the kill test of demand strikes.
var demandKills = flag.Int("demandkills", 3, "how often TestKillsWhileSegmentsAreMadeOnDemandLoseNothing kills the server or an encoder")

// feature is a minute of real footage that browsers do not play: every track is encoded.
func feature(t testing.TB) string {
	t.Helper()
	path, err := cook.File(t.Context(), "e2e-demand", cook.Recipe{File: "feature.mp4", Steps: []string{
		"-stream_loop 1 -i '" + clips.Path(t, clips.BigBuckBunny) + "' -t 60 -map 0:v:0 -map 0:a:0 -vf scale=640:360 -c:v mpeg4 -b:v 1500k -g 120 -bf 2 -threads 1 -c:a libmp3lame -ac 2 feature.mp4",
	}})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// awaitPlayable waits until a video can be played, however much of it is made by then.
func awaitPlayable(t testing.TB, c *client.Client, id string) client.Video {
	t.Helper()
	var v client.Video
	eventually(t, readyWithin, "video "+id+" is playable", func() bool {
		var err error
		if v, err = c.Video(t.Context(), id); err != nil {
			t.Fatalf("read video %s: %v", id, err)
		}
		if v.State == "failed" {
			t.Fatalf("video %s failed: %+v", id, v.Error)
		}
		return v.State == "playable" || v.State == "ready"
	})
	return v
}

// fetchMade is fetchOK of a segment that may have to be made: it comes back as often as it is told to.
func fetchMade(t testing.TB, at string) string {
	t.Helper()
	var body string
	eventually(t, settledWithin, "a segment", func() bool {
		a := fetch(t, http.MethodGet, at, nil)
		if a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != "" {
			return false
		}
		if a.status != http.StatusOK {
			t.Fatalf("GET %s answers %d: %s", at, a.status, a.body)
		}
		body = a.body
		return true
	})
	return body
}

// offeredTracks are the tracks that a multivariant playlist names.
func offeredTracks(t testing.TB, hls string) (tracks []string) {
	t.Helper()
	for line := range strings.Lines(fetchOK(t, hls)) {
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("\n\",=", r) }) {
			if name, ok := strings.CutSuffix(word, ".m3u8"); ok && !strings.Contains(name, "/") && !slices.Contains(tracks, name) {
				tracks = append(tracks, name)
			}
		}
	}
	return tracks
}

func TestAFarSegmentPlaysWithItsSoundBeforeTheLadder(t *testing.T) { //nolint:paralleltest // it wants both cores
	s := newFolder(t).start()
	owner := s.account("owner", "uploader")
	id := upload(t, owner, "feature", "public", feature(t)).ID
	awaitPlayable(t, owner, id)
	p := presentationOf(t, owner, id)
	tracks := offeredTracks(t, p.playback.HLS)
	rungs := slices.DeleteFunc(slices.Clone(tracks), func(t string) bool { return !strings.HasPrefix(t, "h264-") })
	if len(rungs) == 0 || !slices.Contains(tracks, "audio-1") {
		t.Fatalf("at playable the playlists name %v", tracks)
	}
	base := p.playback.HLS[:strings.LastIndexByte(p.playback.HLS, '/')+1]
	number := len(p.encoding.Plan.Boundaries) - 3
	files := map[string]string{}
	for _, track := range []string{rungs[len(rungs)-1], "audio-1"} {
		files[track] = filepath.Join(t.TempDir(), track+".mp4")
		data := fetchOK(t, base+track+"/init.mp4") + fetchMade(t, fmt.Sprintf("%s%s/%d.m4s", base, track, number))
		if err := os.WriteFile(files[track], []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := p.encoding.Plan.Boundaries[number+1] - p.encoding.Plan.Boundaries[number]
	pictures, sound := decodeTogether(t, files[rungs[len(rungs)-1]], files["audio-1"])
	if int64(pictures) != want {
		t.Errorf("segment %d shows %d pictures, want %d", number, pictures, want)
	}
	if sound < 1000 {
		t.Errorf("its loudest sample is %d: there is no sound", sound)
	}
	wantPlayableFirst(t, s.log.String())
	awaitReady(t, owner, id)
	presentationOf(t, owner, id).wantExact(t)
	if now := offeredTracks(t, p.playback.HLS); len(now) != len(p.encoding.Plan.Rungs)+1 {
		t.Errorf("when it is ready the playlists name %v", now)
	}
	s.stop()
}

// wantPlayableFirst holds the log to have the video playable before a chunk was done.
func wantPlayableFirst(t testing.TB, log string) {
	t.Helper()
	playable := strings.Index(log, "video is playable")
	for at, line := 0, ""; at < len(log); at += len(line) {
		line = log[at:]
		if end := strings.IndexByte(line, '\n'); end >= 0 {
			line = line[:end+1]
		}
		if strings.Contains(line, "task ended") && strings.Contains(line, "chunk") && strings.Contains(line, "finished") && strings.Contains(line, `"kind":"chunk"`) {
			if playable < 0 || at < playable {
				t.Error("a chunk was done before the video was playable")
			}
			return
		}
	}
	if playable < 0 {
		t.Error("the video was never playable")
	}
}

// decodeTogether decodes pictures and sound at once. It returns how many pictures there are, and the loudest sample.
func decodeTogether(t testing.TB, pictures, sound string) (n, loudest int) {
	t.Helper()
	samples := filepath.Join(t.TempDir(), "samples")
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-v", "error", "-i", pictures, "-i", sound,
		"-map", "0:v", "-fps_mode", "passthrough", "-f", "framecrc", "-", "-map", "1:a", "-f", "s16le", samples)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil || said.Len() > 0 {
		t.Errorf("ffmpeg decodes %s and %s: %v: %s", pictures, sound, err, said.String())
	}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "#") {
			n++
		}
	}
	data, err := os.ReadFile(samples)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(data); i += 2 {
		loudest = max(loudest, int(int16(uint16(data[i])|uint16(data[i+1])<<8)))
	}
	return n, loudest
}

// TestKillsWhileSegmentsAreMadeOnDemandLoseNothing has viewers ask for segments all over a new video while the server, or an encoder,
// is killed at random moments of it. Afterwards every segment must be whole and there once, and the video ready by itself.
func TestKillsWhileSegmentsAreMadeOnDemandLoseNothing(t *testing.T) { //nolint:paralleltest // it wants both cores
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	k := &killing{T: t, folder: newFolder(t), random: rand.New(rand.NewPCG(seed, 0)), begun: time.Now(), done: map[string]finishedChunk{}}
	k.server = k.folder.start()
	k.owner = k.server.account("owner", "uploader")
	k.signIn()
	path := feature(t)
	for k.ofServer+k.ofFFmpeg < *demandKills {
		if k.unsettled() == 0 {
			k.upload(source{name: "feature", path: path})
		}
		k.strikeDuringDemand(k.videos[len(k.videos)-1].id)
	}
	k.expectAllSettled()
	k.sum()
}

// strikeDuringDemand kills while some viewers wait for segments, or right after one of them got the first.
func (k *killing) strikeDuringDemand(id string) {
	k.Helper()
	if k.random.IntN(4) > 0 { // else in the middle of what leads to playable
		awaitPlayable(k, k.owner, id)
	}
	playback, err := k.owner.Playback(k.Context(), id)
	asked := make(chan struct{}, 16)
	var viewers sync.WaitGroup
	if err == nil {
		base := playback.HLS[:strings.LastIndexByte(playback.HLS, '/')+1]
		tracks := offeredTracks(k, playback.HLS)
		for range 1 + k.random.IntN(4) {
			at := fmt.Sprintf("%s%s/%d.m4s", base, tracks[k.random.IntN(len(tracks))], k.random.IntN(15))
			viewers.Go(func() {
				r, err := http.NewRequestWithContext(k.Context(), http.MethodGet, at, nil)
				if err != nil {
					return
				}
				if response, err := http.DefaultClient.Do(r); err == nil { // the server may be gone
					_ = response.Body.Close()
				}
				asked <- struct{}{}
			})
		}
	}
	if err == nil && k.random.IntN(2) == 0 {
		<-asked
	} else if k.random.IntN(2) == 0 {
		eventually(k, settledWithin, "an encoder", slowly(func() bool {
			return k.unsettled() == 0 || slices.ContainsFunc(k.descendants(), process.isFFmpeg)
		}))
	}
	if k.random.IntN(2) == 1 || !k.killFFmpeg() {
		k.killServer()
	}
	viewers.Wait()
}
