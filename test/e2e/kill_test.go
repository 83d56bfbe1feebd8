package e2e_test

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"matinee/client"
	"matinee/internal/testkit/clips"
)

// kills is how often the kill test strikes between the first byte and ready.
const kills = 10

func TestKillsAtRandomMomentsLoseNothing(t *testing.T) { //nolint:paralleltest // it wants both cores
	strike(t, rand.Uint64(), kills, []clips.Clip{clips.BigBuckBunny, clips.LateAudio, clips.TransportHEVC})
}

// strike uploads the sources and kills the server or one of its ffmpeg processes so many times at random moments. Afterwards
// everything must end ready by itself.
func strike(t *testing.T, seed uint64, times int, sources []clips.Clip) {
	t.Helper()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	k := &killing{T: t, folder: newFolder(t), random: random, done: map[string]finishedChunk{}}
	k.server = k.folder.start()
	owner := k.server.account("owner", "uploader")
	k.token = k.server.token("owner")
	k.owner = owner
	k.killDuringUpload(sources[0])
	for _, clip := range sources[1:] {
		k.videos = append(k.videos, uploadClip(t, k.owner, clip, "public").ID)
	}
	for n := 1; n < times; n++ { // the first one was during the upload
		k.waitSome()
		if k.allReady() {
			t.Logf("everything was ready after %d kills; another source follows", n)
			k.videos = append(k.videos, uploadClip(t, k.owner, sources[n%len(sources)], "public").ID)
			k.waitSome()
		}
		if random.IntN(2) == 0 && k.killFFmpeg() {
			continue
		}
		k.killServer()
	}
	k.expectAllExact()
}

// killing is one run of the kill test.
type killing struct {
	*testing.T

	folder *folder
	server *server
	owner  *client.Client
	token  string
	random *rand.Rand
	videos []string
	done   map[string]finishedChunk // by version and chunk, as first seen done
}

// finishedChunk is what must not change of a chunk once it is done.
type finishedChunk struct {
	cpu      float64
	attempts int
	files    map[string]time.Time
}

// killDuringUpload cuts a PUT in its middle by killing the server; the same address takes the whole file afterwards.
func (k *killing) killDuringUpload(clip clips.Clip) {
	k.Helper()
	v, err := k.owner.CreateVideo(k.Context(), "cut off", "public")
	if err != nil {
		k.Fatal(err)
	}
	path := clips.Path(k, clip)
	source, err := os.Open(path)
	if err != nil {
		k.Fatal(err)
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		k.Fatal(err)
	}
	body := &fuse{r: source, left: info.Size() / 2, blow: k.server.kill}
	if _, err := k.owner.PutSource(k.Context(), v.Upload.PutURL, body, info.Size()); err == nil {
		k.Fatal("an upload to a killed server succeeded")
	}
	k.restart()
	// The address names the port of the server before.
	_, key, _ := strings.Cut(v.Upload.PutURL, "/api/")
	v.Upload.PutURL = k.server.url + "/api/" + key
	put(k, k.owner, v, path)
	k.videos = append(k.videos, v.ID)
}

// fuse is a body that does something after so many bytes and then never ends by itself.
type fuse struct {
	r    io.Reader
	left int64
	blow func()
}

func (f *fuse) Read(p []byte) (int, error) {
	if f.left <= 0 {
		if f.blow != nil {
			f.blow()
			f.blow = nil
		}
		return 0, errors.New("the fuse is blown")
	}
	n, err := f.r.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	return n, err
}

// waitSome lets the server go on until a random amount of work was done, and checks what is finished meanwhile.
func (k *killing) waitSome() {
	k.Helper()
	amount := k.random.Float64() * k.random.Float64() / 2 // rather little than much: from nothing to half a video
	begun := k.work()
	eventually(k, readyWithin, "some work", func() bool {
		k.checkFinishedChunks()
		return k.work() >= begun+amount || k.allReady()
	})
}

// work is how much was done so far: a video counts one when it is encoded, and a tenth for each step before and after.
func (k *killing) work() (sum float64) {
	for _, id := range k.videos {
		e, err := k.owner.Encoding(k.Context(), id)
		if err != nil {
			continue
		}
		for _, t := range e.Tasks {
			if t.State == "done" {
				sum += 0.1
			}
		}
		if v, err := k.owner.Video(k.Context(), id); err == nil {
			sum += v.Progress.Encode
		}
	}
	return sum
}

func (k *killing) allReady() bool {
	for _, id := range k.videos {
		if v, err := k.owner.Video(k.Context(), id); err != nil || v.State != "ready" {
			return false
		}
	}
	return true
}

func (k *killing) killServer() {
	k.Helper()
	k.server.kill()
	k.noOrphans()
	k.restart()
	k.checkFinishedChunks()
}

// restart serves the folder again. Every task of the process before must be free at once.
func (k *killing) restart() {
	k.Helper()
	k.server = k.folder.start()
	k.owner = client.New(k.server.url, k.token)
}

// killFFmpeg kills one encoder of the server, if there is one.
func (k *killing) killFFmpeg() bool {
	found := k.encoders()
	if len(found) == 0 {
		return false
	}
	return syscall.Kill(found[k.random.IntN(len(found))], syscall.SIGKILL) == nil
}

// noOrphans holds a killed server to leave no process behind.
func (k *killing) noOrphans() {
	k.Helper()
	eventually(k, patience, "the encoders of a killed server end", func() bool { return len(k.encoders()) == 0 })
}

// encoders lists the ffmpeg processes that read from this test's data folder.
func (k *killing) encoders() (pids []int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		k.Fatal(err)
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		line, err := os.ReadFile("/proc/" + e.Name() + "/cmdline")
		if err == nil && strings.Contains(string(line), k.folder.dir) && strings.Contains(string(line), "ffmpeg") {
			pids = append(pids, pid)
		}
	}
	return pids
}

// checkFinishedChunks holds every chunk that was seen done to stay as it was: not encoded again, no file touched.
func (k *killing) checkFinishedChunks() {
	k.Helper()
	for _, id := range k.videos {
		e, err := k.owner.Encoding(k.Context(), id)
		if err != nil || e.Plan == nil {
			continue // just restarted, or not planned yet
		}
		for _, c := range e.Chunks {
			if c.State != "done" {
				continue
			}
			key := e.Version + "/" + strconv.Itoa(c.Index)
			now := finishedChunk{c.CPUSeconds, c.Attempts, k.segmentFiles(id, e, c.FirstSegment, c.Segments)}
			before, seen := k.done[key]
			if !seen {
				k.done[key] = now
				continue
			}
			if now.cpu != before.cpu || now.attempts != before.attempts || len(now.files) != len(before.files) {
				k.Errorf("chunk %s was done and then worked on: %+v after %+v", key, now, before)
			}
			for name, at := range before.files {
				if !now.files[name].Equal(at) {
					k.Errorf("%s of the finished chunk %s was written again", name, key)
				}
			}
		}
	}
}

// segmentFiles lists the files of a chunk with when each was written.
func (k *killing) segmentFiles(video string, e client.Encoding, first, n int) map[string]time.Time {
	files := map[string]time.Time{}
	for _, rung := range e.Plan.Rungs {
		for number := first; number < first+n; number++ {
			name := filepath.Join("v", video, e.Version, "tracks", rung.ID, strconv.Itoa(number)+".m4s")
			if info, err := os.Stat(k.folder.data("media", name)); err == nil {
				files[name] = info.ModTime()
			}
		}
	}
	return files
}

// expectAllExact waits for every video, unattended, and holds it to its plan.
func (k *killing) expectAllExact() {
	k.Helper()
	for _, id := range k.videos {
		awaitReady(k, k.owner, id)
		k.checkFinishedChunks()
		p := presentationOf(k, k.owner, id)
		p.wantExact(k)
		for _, c := range p.encoding.Chunks {
			if c.State != "done" {
				k.Errorf("chunk %d of the ready video %s is %s", c.Index, id, c.State)
			}
		}
	}
	if len(k.done) < len(k.videos) {
		k.Errorf("only %d finished chunks were ever seen", len(k.done))
	}
	k.server.stop()
	k.noLeftovers()
}

// noLeftovers holds the data folder to have no halves of files once everything is ready.
func (k *killing) noLeftovers() {
	k.Helper()
	var left []string
	for _, folder := range []string{k.folder.data("media", ".tmp"), k.folder.data("scratch")} {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				left = append(left, path)
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			k.Fatal(err)
		}
	}
	if slices.Sort(left); len(left) > 0 {
		k.Errorf("left over: %q", left)
	}
}
