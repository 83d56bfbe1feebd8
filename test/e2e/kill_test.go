package e2e_test

import (
	"errors"
	"flag"
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

// kills is how often the kill test strikes between the first byte and ready. A great number brings mixed sources.
var kills = flag.Int("kills", 10, "how often TestKillsAtRandomMomentsLoseNothing kills the server or an encoder")

func TestKillsAtRandomMomentsLoseNothing(t *testing.T) { //nolint:paralleltest // it wants both cores
	sources := func(*rand.Rand) []source {
		return clipSources(t, clips.BigBuckBunny, clips.LateAudio, clips.TransportHEVC)
	}
	if *kills > 10 {
		sources = func(r *rand.Rand) []source { return mixedSources(t, r) }
	}
	strike(t, rand.Uint64(), *kills, sources)
}

// settledWithin is how long the sources may take that are killed again and again, on a machine that does other things too.
const settledWithin = 10 * time.Minute

// strike uploads the sources and kills the server or one of its ffmpeg processes so many times at random moments. Afterwards
// everything must end ready, or refused by name, by itself.
func strike(t *testing.T, seed uint64, times int, sources func(*rand.Rand) []source) {
	t.Helper()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	k := &killing{T: t, folder: newFolder(t), random: random, begun: time.Now(), done: map[string]finishedChunk{}}
	k.server = k.folder.start()
	k.owner = k.server.account("owner", "uploader")
	k.signIn()
	waiting := sources(random)
	next := func() source {
		s := waiting[0]
		waiting = append(waiting[1:], s)
		return s
	}
	k.killDuringUpload(next())
	for range 2 {
		k.upload(next())
	}
	for k.ofServer+k.ofFFmpeg < times {
		k.waitSome()
		if k.unsettled() == 0 {
			if s := next(); random.IntN(4) == 0 {
				k.killDuringUpload(s)
			} else {
				k.upload(s)
			}
			k.waitSome()
		}
		if random.IntN(2) == 1 || !k.killFFmpeg() {
			k.killServer()
		}
		if (k.ofServer+k.ofFFmpeg)%25 == 0 {
			k.sum()
		}
	}
	k.expectAllSettled()
	k.sum()
}

// killing is one run of the kill test.
type killing struct {
	*testing.T

	folder   *folder
	server   *server
	owner    *client.Client
	token    string
	signedIn time.Time
	random   *rand.Rand
	begun    time.Time
	videos   []*victim
	done     map[string]finishedChunk // by version and chunk, as first seen done

	ofServer, ofFFmpeg int
}

// victim is one video.
type victim struct {
	source

	id      string
	settled bool // ready, or failed by name
	failed  string
}

// finishedChunk is what must not change of a chunk once it is done.
type finishedChunk struct {
	cpu      float64
	attempts int
	files    map[string]fileMark
}

// fileMark tells a file from another one in its place, even within the resolution of a clock.
type fileMark struct {
	inode    uint64
	modified int64
}

func (k *killing) sum() {
	ready, failed := 0, map[string]int{}
	for _, v := range k.videos {
		switch {
		case v.failed != "":
			failed[v.failed]++
		case v.settled:
			ready++
		}
	}
	k.Logf("soak: %d sources, %d ready, refused %v; %d kills of the server, %d of ffmpeg; %d finished chunks watched; %.0f s",
		len(k.videos), ready, failed, k.ofServer, k.ofFFmpeg, len(k.done), time.Since(k.begun).Seconds())
}

// signIn renews the token before it ends.
func (k *killing) signIn() {
	k.Helper()
	if time.Since(k.signedIn) > 5*time.Minute {
		k.token, k.signedIn = k.server.token("owner"), time.Now()
	}
	k.owner = client.New(k.server.url, k.token)
}

func (k *killing) upload(s source) {
	k.Helper()
	k.videos = append(k.videos, &victim{source: s, id: upload(k, k.owner, s.name, "public", s.path).ID})
}

// killDuringUpload cuts a PUT in its middle by killing the server; the same address takes the whole file afterwards.
func (k *killing) killDuringUpload(s source) {
	k.Helper()
	v, err := k.owner.CreateVideo(k.Context(), "cut off "+s.name, "public")
	if err != nil {
		k.Fatal(err)
	}
	file, err := os.Open(s.path)
	if err != nil {
		k.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		k.Fatal(err)
	}
	body := &fuse{r: file, left: info.Size() / 2, blow: k.server.kill}
	if _, err := k.owner.PutSource(k.Context(), v.Upload.PutURL, body, info.Size()); err == nil {
		k.Fatal("an upload to a killed server succeeded")
	}
	k.ofServer++
	k.restart()
	// The address names the port of the server before.
	_, key, _ := strings.Cut(v.Upload.PutURL, "/api/")
	v.Upload.PutURL = k.server.url + "/api/" + key
	put(k, k.owner, v, s.path)
	k.videos = append(k.videos, &victim{source: s, id: v.ID})
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
	r := k.random.Float64()
	amount := r * r * r / 2 // rather little than much: from nothing to half a video
	begun := k.work()
	eventually(k, settledWithin, "some work", slowly(func() bool {
		k.checkFinishedChunks(false)
		return k.work() >= begun+amount || k.unsettled() == 0
	}))
}

// slowly asks an expensive question less often than it is asked.
func slowly(condition func() bool) func() bool {
	const pause = 50 * time.Millisecond
	var last time.Time
	return func() bool {
		if time.Since(last) < pause {
			return false
		}
		held := condition()
		last = time.Now()
		return held
	}
}

// work is how much was done so far: a video counts one when it is encoded, and a tenth for each step before and after.
func (k *killing) work() (sum float64) {
	for _, v := range k.videos {
		if v.settled {
			sum += 2
			continue
		}
		e, err := k.owner.Encoding(k.Context(), v.id)
		if err != nil {
			continue
		}
		for _, t := range e.Tasks {
			if t.State == "done" {
				sum += 0.1
			}
		}
		if now, err := k.owner.Video(k.Context(), v.id); err == nil {
			sum += now.Progress.Encode
		}
	}
	return sum
}

// unsettled counts the videos that are neither ready nor failed by name.
func (k *killing) unsettled() (n int) {
	for _, v := range k.videos {
		if !v.settled {
			now, err := k.owner.Video(k.Context(), v.id)
			v.settled = err == nil && (now.State == "ready" || now.State == "failed")
			if v.settled && now.State == "failed" {
				k.failed(v, now)
			}
		}
		if !v.settled {
			n++
		}
	}
	return n
}

// failed holds a failure to its name, and a source to its promise.
func (k *killing) failed(v *victim, now client.Video) {
	k.Helper()
	if now.Error == nil || now.Error.Code == "" || now.Error.Message == "" {
		v.failed = "without a name"
		k.Errorf("%s failed without a name: %+v", v.name, now.Error)
		return
	}
	v.failed = now.Error.Code
	if !v.refusable {
		k.Errorf("the good source %s failed: %+v", v.name, now.Error)
	}
}

func (k *killing) killServer() {
	k.Helper()
	children := k.descendants()
	k.server.kill()
	k.ofServer++
	k.noOrphans(children)
	k.restart()
	k.checkFinishedChunks(true)
}

// restart serves the folder again. Every task of the process before must be free at once.
func (k *killing) restart() {
	k.Helper()
	k.server = k.folder.start()
	k.signIn()
}

// killFFmpeg kills one encoder of the server, if there is one.
func (k *killing) killFFmpeg() bool {
	found := slices.DeleteFunc(k.descendants(), func(p process) bool { return !p.isFFmpeg() })
	if len(found) == 0 {
		return false
	}
	if syscall.Kill(found[k.random.IntN(len(found))].pid, syscall.SIGKILL) != nil {
		return false
	}
	k.ofFFmpeg++
	return true
}

// checkFinishedChunks holds every chunk that was seen done to stay as it was: not encoded again, no file touched. Videos that have
// settled are looked at only when asked for.
func (k *killing) checkFinishedChunks(all bool) {
	k.Helper()
	for _, v := range k.videos {
		if v.settled && !all {
			continue
		}
		e, err := k.owner.Encoding(k.Context(), v.id)
		if err != nil || e.Plan == nil {
			continue // just restarted, or not planned yet
		}
		for _, c := range e.Chunks {
			if c.State == "done" {
				k.checkFinished(e.Version+"/"+strconv.Itoa(c.Index), finishedChunk{c.CPUSeconds, c.Attempts, k.segmentFiles(v.id, e, c.FirstSegment, c.Segments)})
			}
		}
	}
}

func (k *killing) checkFinished(key string, now finishedChunk) {
	k.Helper()
	before, seen := k.done[key]
	if !seen {
		k.done[key] = now
		return
	}
	if now.cpu != before.cpu || now.attempts != before.attempts || len(now.files) != len(before.files) {
		k.Errorf("chunk %s was done and then worked on: %+v after %+v", key, now, before)
	}
	for name, mark := range before.files {
		if now.files[name] != mark {
			k.Errorf("%s of the finished chunk %s was written again", name, key)
		}
	}
}

// segmentFiles lists the files of a chunk with when each was written, and as what.
func (k *killing) segmentFiles(video string, e client.Encoding, first, n int) map[string]fileMark {
	files := map[string]fileMark{}
	for _, rung := range e.Plan.Rungs {
		for number := first; number < first+n; number++ {
			name := filepath.Join("v", video, e.Version, "tracks", rung.ID, strconv.Itoa(number)+".m4s")
			if info, err := os.Stat(k.folder.data("media", name)); err == nil {
				files[name] = fileMark{info.Sys().(*syscall.Stat_t).Ino, info.ModTime().UnixNano()}
			}
		}
	}
	return files
}

// expectAllSettled waits for every video, unattended, and holds the ready ones to their plans.
func (k *killing) expectAllSettled() {
	k.Helper()
	for _, v := range k.videos {
		eventually(k, settledWithin, v.name+" is ready or failed", slowly(func() bool { return k.unsettled() == 0 || v.settled }))
	}
	k.checkFinishedChunks(true)
	k.signIn()
	for _, v := range k.videos {
		if v.failed != "" {
			continue
		}
		p := presentationOf(k, k.owner, v.id)
		p.wantExact(k)
		for _, c := range p.encoding.Chunks {
			if c.State != "done" {
				k.Errorf("chunk %d of the ready video %s is %s", c.Index, v.name, c.State)
			}
		}
	}
	if len(k.done) == 0 {
		k.Error("no finished chunk was ever seen")
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
