package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"matinee/client"
	"matinee/internal/testkit/clips"
)

// trouble is what stands in the way of a video's work, "" for nothing.
func trouble(t *testing.T, c *client.Client, id string) string {
	t.Helper()
	var v struct {
		Trouble *struct{ Code, Message, Next string }
	}
	if err := c.Do(t.Context(), http.MethodGet, "/videos/"+id, nil, &v); err != nil {
		t.Fatal(err)
	}
	if v.Trouble == nil {
		return ""
	}
	if v.Trouble.Message == "" || v.Trouble.Next == "" {
		t.Errorf("the trouble %q has no words", v.Trouble.Code)
	}
	return v.Trouble.Code
}

// tasks lists all tasks of a video, the chunks too.
func tasks(t *testing.T, c *client.Client, id string) []faultTask {
	t.Helper()
	var e struct{ Chunks, Tasks []faultTask }
	if err := c.Do(t.Context(), http.MethodGet, "/videos/"+id+"/encoding", nil, &e); err != nil {
		t.Fatal(err)
	}
	return append(e.Tasks, e.Chunks...)
}

type faultTask struct {
	ID       string
	State    string
	Attempts int
	Error    string
}

func TestAStoppedEncoderIsNoticed(t *testing.T) { //nolint:paralleltest // it wants both cores
	s := newFolder(t).start()
	owner := s.account("owner", "uploader")
	video := uploadClip(t, owner, clips.Flower, "public")
	var stopped process
	eventually(t, patience, "a chunk is being encoded", func() bool {
		for _, p := range s.children() {
			if p.encodesChunk() && syscall.Kill(p.pid, syscall.SIGSTOP) == nil {
				stopped = p
				return true
			}
		}
		return false
	})
	awaitReady(t, owner, video.ID)
	if stopped.alive() {
		t.Error("the stopped process is still there")
	}
	if n := attempts(t, owner, video.ID); n != 1 {
		t.Errorf("%d attempts ended without success, want the stopped one", n)
	}
	if !strings.Contains(s.log.String(), "stopped from outside") {
		t.Error("the log does not say why it took longer")
	}
	s.stop()
}

func TestAnEncoderThatDiesIsTriedAgainAndNamed(t *testing.T) { //nolint:paralleltest // it wants both cores
	installed, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	program := filepath.Join(folder, "ffmpeg")
	become := func(chunk string) {
		t.Helper()
		text := "#!/bin/sh\ncase \"$*\" in *libx264*sources*|*sources*libx264*) " + chunk + ";; esac\nexec " + installed + " \"$@\"\n"
		err := os.WriteFile(program+".next", []byte(text), 0o755)
		if err := errors.Join(err, os.Rename(program+".next", program), os.Chmod(folder, 0o755), os.Chmod(filepath.Dir(folder), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	become("echo it is broken >&2; exit 7")
	s := newFolder(t).start("--ffmpeg", program)
	owner := s.account("owner", "uploader")
	video := uploadClip(t, owner, clips.Silent, "public")
	eventually(t, patience, "two attempts failed and say why", func() bool {
		return attempts(t, owner, video.ID) >= 2 && slices.ContainsFunc(tasks(t, owner, video.ID), func(task faultTask) bool {
			return strings.Contains(task.Error, "exit status 7")
		})
	})
	become(":")
	var retried string
	for _, task := range tasks(t, owner, video.ID) {
		if task.Attempts > 0 && task.State == "queued" {
			retried = task.ID
		}
	}
	if _, err := owner.RetryTask(t.Context(), retried); err != nil {
		t.Fatalf("retry the task %q: %v", retried, err)
	}
	awaitReady(t, owner, video.ID)
	s.stop()
}

// smallDisk mounts a file system of so many MB at the folder. As nobody but root can, others get none.
func smallDisk(t *testing.T, at string, megabytes int) bool {
	t.Helper()
	if os.Getuid() != 0 {
		t.Log("only root can mount a small disk; the tests of package pipeline fill one that is made up")
		return false
	}
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", at, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=755", megabytes)); err != nil {
		t.Fatalf("mount a small disk: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(at, syscall.MNT_DETACH) })
	return true
}

// fill leaves so many bytes free on a small disk, and returns what empties it again.
func fill(t *testing.T, folder string, leave int64) (empty func()) {
	t.Helper()
	ballast := filepath.Join(folder, "ballast")
	file, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	block := make([]byte, 64<<10)
	for free(t, folder) > leave {
		if _, err := file.Write(block[:min(int64(len(block)), free(t, folder)-leave)]); errors.Is(err, syscall.ENOSPC) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	}
}

func free(t *testing.T, folder string) int64 {
	t.Helper()
	var disk syscall.Statfs_t
	if err := syscall.Statfs(folder, &disk); err != nil {
		t.Fatal(err)
	}
	return int64(disk.Bavail) * disk.Bsize
}

func TestAFullDiskIsWaitedFor(t *testing.T) { //nolint:paralleltest // it wants both cores
	f := newFolder(t)
	if !smallDisk(t, f.data(), 96) {
		return
	}
	s := f.start("--reserve", "1")
	owner := s.account("owner", "uploader")

	t.Run("an upload that does not fit is refused, and curl is told why", func(t *testing.T) {
		v, err := owner.CreateVideo(t.Context(), "too large", "public")
		if err != nil {
			t.Fatal(err)
		}
		big := filepath.Join(t.TempDir(), "big")
		if err := errors.Join(os.WriteFile(big, nil, 0o600), os.Truncate(big, 400<<20)); err != nil {
			t.Fatal(err)
		}
		for _, expect := range []string{"Expect:", "Expect: 100-continue"} {
			out, err := exec.CommandContext(t.Context(), "curl", "-sS", "-T", big, "-H", expect, "-w", "\n%{http_code}", v.Upload.PutURL).CombinedOutput()
			if err != nil || !strings.HasSuffix(string(out), "507") || !strings.Contains(string(out), "no_space") {
				t.Errorf("with %q curl says %s, %v", expect, out, err)
			}
		}
	})
	t.Run("work waits by name and goes on by itself", func(t *testing.T) {
		prepared := uploadClip(t, owner, clips.ProgramStream, "public") // needs a scratch copy too
		plain := uploadClip(t, owner, clips.LateAudio, "public")
		empty := fill(t, f.data(), 1<<20)
		eventually(t, patience, "the owner is told that the disk is full", func() bool {
			return trouble(t, owner, prepared.ID) == "disk_full" || trouble(t, owner, plain.ID) == "disk_full"
		})
		empty()
		for _, v := range []client.Video{prepared, plain} {
			awaitReady(t, owner, v.ID)
			if code := trouble(t, owner, v.ID); code != "" {
				t.Errorf("a ready video is in trouble: %s", code)
			}
		}
	})
	t.Run("a disk without a byte for the database stops nothing for good", func(t *testing.T) {
		v := uploadClip(t, owner, clips.Whole, "public")
		empty := fill(t, f.data(), 0)
		before := strings.Count(s.log.String(), "full")
		eventually(t, patience, "the log says that the disk is full", func() bool { return strings.Count(s.log.String(), "full") > before })
		if a := fetch(t, http.MethodGet, s.url+"/healthz", nil); a.status != http.StatusOK {
			t.Errorf("the server answers %d", a.status)
		}
		empty()
		awaitReady(t, owner, v.ID)
		presentationOf(t, owner, v.ID).wantExact(t)
	})
	s.stop()
}

func TestRepairCuresADamagedStore(t *testing.T) { //nolint:paralleltest // it wants both cores
	f := newFolder(t)
	s := f.start()
	owner := s.account("owner", "uploader")
	video := awaitReady(t, owner, uploadClip(t, owner, clips.Silent, "public").ID)
	e, err := owner.Encoding(t.Context(), video.ID)
	if err != nil {
		t.Fatal(err)
	}
	segment := f.data("media", "v", video.ID, e.Version, "tracks", e.Plan.Rungs[0].ID, "0.m4s")
	whole, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-20] ^= 1
	for name, spoil := range map[string]func() error{
		"deleted":            func() error { return os.Remove(segment) },
		"torn":               func() error { return os.Truncate(segment, int64(len(whole)/3)) },
		"with one wrong bit": func() error { return os.WriteFile(segment, flipped, 0o640) },
	} {
		if err := errors.Join(spoil(), owner.RepairVideo(t.Context(), video.ID)); err != nil {
			t.Fatal(err)
		}
		eventually(t, readyWithin, "a segment that was "+name+" is what it was", func() bool {
			now, err := os.ReadFile(segment)
			return err == nil && bytes.Equal(now, whole)
		})
		eventually(t, readyWithin, "the video was verified again", func() bool {
			return !slices.ContainsFunc(tasks(t, owner, video.ID), func(task faultTask) bool { return task.State != "done" })
		})
	}
	source := f.data("media", "v", video.ID, "sources", e.Version, "source")
	if err := errors.Join(os.Rename(source, source+".away"), os.Remove(segment), owner.RepairVideo(t.Context(), video.ID)); err != nil {
		t.Fatal(err)
	}
	eventually(t, readyWithin, "the owner is told that the source is missing", func() bool { return trouble(t, owner, video.ID) == "source_missing" })
	if v, err := owner.Video(t.Context(), video.ID); err != nil || v.State != "ready" {
		t.Errorf("the video is %s, %v", v.State, err)
	}
	if _, err := owner.Playback(t.Context(), video.ID); err != nil {
		t.Errorf("it cannot be played any more: %v", err)
	}
	if err := errors.Join(os.Rename(source+".away", source), owner.RepairVideo(t.Context(), video.ID)); err != nil {
		t.Fatal(err)
	}
	eventually(t, readyWithin, "the trouble is over", func() bool { return exists(segment) && trouble(t, owner, video.ID) == "" })
	s.stop()
}

// slow is a body that gives its bytes and then waits for the end of the request.
type slow struct {
	ctx   context.Context
	first io.Reader
}

func (s *slow) Read(p []byte) (int, error) {
	if n, err := s.first.Read(p); n > 0 || !errors.Is(err, io.EOF) {
		return n, err
	}
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

func TestAStopInTheMiddleOfEverythingIsClean(t *testing.T) { //nolint:paralleltest // it wants both cores
	f := newFolder(t)
	s := f.start("--drain-timeout", "1s")
	owner := s.account("owner", "uploader")
	token := s.token("owner")
	busy := uploadClip(t, owner, clips.BigBuckBunny, "public")
	arriving, err := owner.CreateVideo(t.Context(), "arriving", "public")
	if err != nil {
		t.Fatal(err)
	}
	at, err := owner.CreateUpload(t.Context(), arriving.Upload.TusURL, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	cut := make(chan error, 1)
	sending, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		_, err := owner.SendUpload(t.Context(), at, 0, &slow{sending, bytes.NewReader(make([]byte, 100_000))})
		cut <- err
	}()
	eventually(t, patience, "bytes of an upload and a chunk are under way", func() bool {
		return sourceBytes(t, f, arriving.ID) == 100_000 && slices.ContainsFunc(s.children(), process.encodesChunk)
	})
	begun := time.Now()
	s.stop() // holds the exit status to 0
	if took := time.Since(begun); took > 15*time.Second {
		t.Errorf("the stop took %v", took)
	}
	cancel()
	if err := <-cut; err == nil {
		t.Error("an upload that was cut off succeeded")
	}
	s = f.start()
	owner = client.New(s.url, token)
	if n := attempts(t, owner, busy.ID); n > 0 {
		t.Errorf("a stop in good order counts as %d attempts", n)
	}
	_, path, _ := strings.Cut(at, "/api/")
	if offset, err := owner.UploadOffset(t.Context(), s.url+"/api/"+path); err != nil || offset != 100_000 {
		t.Errorf("of 100,000 bytes %d are there, %v", offset, err)
	}
	s.stop()
}

func TestAPurgeSurvivesAKill(t *testing.T) { //nolint:paralleltest // it wants both cores
	f := newFolder(t)
	s := f.start()
	owner := s.account("owner", "uploader")
	token := s.token("owner")
	stays := uploadClip(t, owner, clips.Silent, "public")
	var gone []string
	for range 3 {
		gone = append(gone, uploadClip(t, owner, clips.LateAudio, "public").ID)
	}
	eventually(t, patience, "a chunk is being encoded", func() bool { return slices.ContainsFunc(s.children(), process.encodesChunk) })
	for _, id := range gone {
		if err := owner.PurgeVideo(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	s.kill()
	s = f.start()
	owner = client.New(s.url, token)
	for _, id := range gone {
		eventually(t, patience, "every byte of a purged video goes", func() bool { return !exists(f.data("media", "v", id)) })
	}
	awaitReady(t, owner, stays.ID)
	presentationOf(t, owner, stays.ID).wantExact(t)
	for _, id := range gone {
		if exists(f.data("media", "v", id)) {
			t.Errorf("something of %s came back", id)
		}
	}
	s.stop()
}
