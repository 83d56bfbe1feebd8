package e2e_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"matinee/client"
	"matinee/internal/testkit/clips"
)

// lease is how long a silent worker keeps its task.
const lease = 20 * time.Second

func TestTusGoesOnAfterAKill(t *testing.T) { //nolint:paralleltest // it wants both cores
	source, err := os.ReadFile(clips.Path(t, clips.Friday))
	if err != nil {
		t.Fatal(err)
	}
	f := newFolder(t)
	s := f.start()
	owner := s.account("owner", "uploader")
	token := s.token("owner")
	v, err := owner.CreateVideo(t.Context(), "cut off", "public")
	if err != nil {
		t.Fatal(err)
	}
	at, err := owner.CreateUpload(t.Context(), v.Upload.TusURL, int64(len(source)))
	if err != nil {
		t.Fatal(err)
	}
	half := int64(len(source) / 2)
	stored := func() bool { return sourceBytes(t, f, v.ID) > 0 }
	body := &fuse{r: bytes.NewReader(source), left: half, blow: func() {
		eventually(t, patience, "bytes are stored", stored)
		s.kill()
	}}
	if _, err := owner.SendUpload(t.Context(), at, 0, body); err == nil {
		t.Fatal("a transfer to a killed server succeeded")
	}
	s = f.start()
	owner = client.New(s.url, token)
	_, path, _ := strings.Cut(at, "/api/")
	at = s.url + "/api/" + path // the address names the port of the server before
	offset, err := owner.UploadOffset(t.Context(), at)
	if err != nil || offset <= 0 || offset > half {
		t.Fatalf("after %d bytes the offset is %d, %v", half, offset, err)
	}
	if end, err := owner.SendUpload(t.Context(), at, offset, bytes.NewReader(source[offset:])); err != nil || end != int64(len(source)) {
		t.Fatalf("the rest ends at %d of %d, %v", end, len(source), err)
	}
	awaitReady(t, owner, v.ID)
	presentationOf(t, owner, v.ID).wantExact(t)
	if got := fetch(t, "HEAD", at, nil, "Tus-Resumable", "1.0.0"); got.status >= 500 {
		t.Errorf("the address of a finished upload answers %d", got.status)
	}
	s.stop()
}

// sourceBytes is how much of a video's source is in the media folder.
func sourceBytes(t *testing.T, f *folder, video string) (n int64) {
	t.Helper()
	sources, err := os.ReadDir(f.data("media", "v", video, "sources"))
	if err != nil {
		return 0
	}
	for _, version := range sources {
		if info, err := os.Stat(f.data("media", "v", video, "sources", version.Name(), "source")); err == nil {
			n += info.Size()
		}
	}
	return n
}

func TestKilledWorkBeginsAgainWithinItsLease(t *testing.T) { //nolint:paralleltest // it wants both cores
	f := newFolder(t)
	s := f.start()
	owner := s.account("owner", "uploader")
	token := s.token("owner")
	video := uploadClip(t, owner, clips.BigBuckBunny, "public")
	encoding := func() (found process) {
		t.Helper()
		eventually(t, lease, "a chunk is being encoded", func() bool {
			children := s.children()
			at := slices.IndexFunc(children, process.encodesChunk)
			if at >= 0 {
				found = children[at]
			}
			return at >= 0
		})
		return found
	}
	gone := func(what string, all []process) {
		t.Helper()
		eventually(t, patience, what, func() bool { return !slices.ContainsFunc(all, process.alive) })
	}

	encoding()
	children := s.children()
	s.kill()
	gone("the processes of a killed server end", children)
	s = f.start()
	owner = client.New(s.url, token)
	begun := time.Now()
	victim := encoding()
	if took := time.Since(begun); took > lease/2 {
		t.Errorf("the work of a killed server began again after %s: it waited for the lease", took)
	}

	before := attempts(t, owner, video.ID)
	if err := syscall.Kill(victim.pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, lease, "the killed process counts as one attempt", func() bool { return attempts(t, owner, video.ID) == before+1 })

	encoding()
	children = s.children()
	s.stop()
	gone("the processes of a stopped server end", children)
	s = f.start()
	owner = client.New(s.url, token)
	if after := attempts(t, owner, video.ID); after != before+1 {
		t.Errorf("a stop in good order counts as an attempt: %d after %d", after, before+1)
	}
	s.stop()
}

// attempts sums those of all work on a video that ended without success.
func attempts(t *testing.T, c *client.Client, video string) (n int) {
	t.Helper()
	e, err := c.Encoding(t.Context(), video)
	if err != nil {
		t.Fatal(err)
	}
	for _, chunk := range e.Chunks {
		n += chunk.Attempts
	}
	for _, task := range e.Tasks {
		n += task.Attempts
	}
	return n
}
