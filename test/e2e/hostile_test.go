package e2e_test

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"matinee/client"
	"matinee/internal/media"
	"matinee/internal/testkit/clips"
	"matinee/test/hostile"
)

// judgedWithin is how long all hostile files together may take: they queue behind each other.
const judgedWithin = 3 * time.Minute

func TestHostileUploadsEscapeNowhereAndTheServerStaysWell(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	trap := hostile.Set(t, dir)
	s := newFolder(t).start()
	owner := s.account("owner", "uploader")
	before := peakMemory(t, s.pid)
	sent := map[string]hostile.File{}
	for _, f := range hostile.Write(t, dir, trap.Aims) {
		if slices.Contains(f.Want, media.EmptyFile) {
			continue // it is not even taken, as the tests of uploads show
		}
		sent[upload(t, owner, f.Name, "private", f.Path).ID] = f
	}
	for id, f := range sent {
		v := awaitEnd(t, owner, id)
		switch {
		case v.State == "ready" && f.Plays:
		case v.State == "failed" && v.Error != nil && slices.Contains(f.Want, media.Code(v.Error.Code)):
		case v.State == "failed" && v.Error != nil && slices.Contains([]string{"damaged_source", "encoding_failed"}, v.Error.Code) && f.Plays: // it began to
		default:
			t.Errorf("%s ended %s, %+v; want one of %q, or ready: %t", f.Name, v.State, v.Error, f.Want, f.Plays)
		}
	}
	if sprung := trap.Sprung(); len(sprung) > 0 {
		t.Errorf("sprung: %q", sprung)
	}
	// What the server itself reads of these files, it reads in pieces.
	if grown := peakMemory(t, s.pid) - before; grown > 256<<20 {
		t.Errorf("the server took %d MiB more", grown>>20)
	}
	awaitReady(t, owner, uploadClip(t, owner, clips.OnePicture, "private").ID)
	s.stop()
}

// awaitEnd waits until the video is ready or has failed.
func awaitEnd(t *testing.T, c *client.Client, id string) client.Video {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), judgedWithin)
	defer cancel()
	var v client.Video
	eventually(t, judgedWithin, "video "+id+" is judged", func() bool {
		var err error
		if v, err = c.Video(ctx, id); err != nil {
			t.Fatalf("read video %s: %v", id, err)
		}
		return v.State == "ready" || v.State == "failed"
	})
	return v
}

// peakMemory is the most that the process had resident so far, in bytes (proc_pid_status(5)).
func peakMemory(t *testing.T, pid int) int64 {
	t.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmHWM:" {
			kilobytes, err := strconv.ParseInt(fields[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kilobytes << 10
		}
	}
	t.Fatal("the kernel does not say how much memory the server had")
	return 0
}
