package pipeline_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"matinee/internal/access"
	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/events"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
	"matinee/internal/testkit"
	"matinee/internal/testkit/clips"
	"matinee/internal/upload"
)

// replace gives a video another source.
func (b *bench) replace(t *testing.T, id ids.VideoID, source []byte) {
	t.Helper()
	if err := b.uploads.Import(t.Context(), b.owner, id, upload.File{Name: "next", SizeBytes: int64(len(source)), Body: bytes.NewReader(source)}); err != nil {
		t.Fatal(err)
	}
}

// awaitTakeover waits until a video shows another version than before, and holds it to be watchable until then.
func (b *bench) awaitTakeover(t *testing.T, before library.Video) library.Video {
	t.Helper()
	var now library.Video
	testkit.Eventually(t, patience, func() bool {
		now = b.video(t, before.ID)
		if !now.State.Watchable() {
			t.Fatalf("the video that plays is %s", now.State)
		}
		return now.Version.ID != before.Version.ID
	})
	return now
}

// someSegment names a segment of what a video shows.
func (b *bench) someSegment(t *testing.T, v library.Video) string {
	t.Helper()
	for info, err := range b.objects.List(t.Context(), blob.TracksPrefix(v.ID, v.Version.ID)) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(info.Key, ".m4s") {
			return info.Key
		}
	}
	t.Fatal("there is no segment")
	return ""
}

func TestWhoReadsARetiredVersionReadsToItsEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stop := b.start(t)
	before := b.waitFor(t, b.send(t, clip(t, clips.Silent)), library.Ready)
	key := b.someSegment(t, before)
	whole := b.read(t, key)
	b.replace(t, before.ID, clip(t, clips.LateAudio))
	now := b.awaitTakeover(t, before)
	if _, err := b.Media(t.Context(), b.owner, before.ID, before.Version.ID); err != nil {
		t.Errorf("the version before does not answer: %v", err)
	}
	if now.Version.Duration == before.Version.Duration || len(now.Version.Tracks) == 0 {
		t.Errorf("the video still tells of the version before: %+v", now.Version)
	}
	b.waitFor(t, before.ID, library.Ready)
	stop()

	reader, err := b.objects.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	half, err := io.ReadAll(io.LimitReader(reader, int64(len(whole)/2)))
	if err != nil {
		t.Fatal(err)
	}
	b.offset.Add(int64(pipeline.Grace(before.Version.Duration)))
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := b.objectsBelow(t, blob.VersionPrefix(before.ID, before.Version.ID)) + b.objectsBelow(t, blob.SourcePrefix(before.ID, before.Version.ID)); n > 0 {
		t.Errorf("%d objects of the old version are left", n)
	}
	rest, err := io.ReadAll(reader)
	if err != nil || !bytes.Equal(append(half, rest...), whole) {
		t.Errorf("the reader got %d of %d bytes: %v", len(half)+len(rest), len(whole), err)
	}
	if _, err := b.Media(t.Context(), b.owner, before.ID, before.Version.ID); !errs.Is(err, errs.NotFound) {
		t.Errorf("it still answers: %v", err)
	}
	if _, err := b.Media(t.Context(), b.owner, now.ID, now.Version.ID); err != nil {
		t.Errorf("what is shown does not answer: %v", err)
	}
}

func TestEncodingAgainKeepsTheVideoPlaying(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	before := b.waitFor(t, b.send(t, clip(t, clips.Silent)), library.Ready)
	o, err := b.BeginReencode(t.Context(), b.owner, before.ID)
	if err != nil || o.Version == before.Version.ID || o.State != pipeline.OperationRunning {
		t.Fatalf("operation %+v, %v", o, err)
	}
	now := b.awaitTakeover(t, before)
	if now.Version.ID != o.Version || now.Version.SourceID != before.Version.ID {
		t.Errorf("it shows %+v", now.Version)
	}
	testkit.Eventually(t, patience, func() bool {
		o, err := b.Operation(t.Context(), b.owner, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		return o.State == pipeline.OperationDone
	})
	b.offset.Add(int64(pipeline.Grace(before.Version.Duration)))
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, patience, func() bool { return b.objectsBelow(t, blob.VersionPrefix(before.ID, before.Version.ID)) == 0 })
	if _, err := b.objects.Stat(t.Context(), blob.SourceKey(before.ID, before.Version.ID)); err != nil {
		t.Errorf("the source that both were made of is gone: %v", err)
	}
}

func TestListenersHearOfEveryStepOfAReplacement(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.send(t, clip(t, clips.Text))
	heard := b.hub.Subscribe()
	defer heard.Close()
	wantState := func(what string) {
		t.Helper()
		for _, e := range heard.Take() {
			if e.Kind == events.State && e.Video == id {
				return
			}
		}
		t.Errorf("nobody hears that %s", what)
	}
	b.replace(t, id, clip(t, clips.Text))
	wantState("it has come")
	list, err := b.Versions(t.Context(), b.owner, id)
	if err != nil || len(list) != 1 || !list[0].Current {
		t.Fatalf("versions %+v, %v", list, err)
	}
	stop := b.start(t)
	b.waitFor(t, id, library.Failed)
	stop()
	wantState("it was refused")
	b.UploadChanged(id)
	wantState("its first byte has come")
	for _, stranger := range []access.Viewer{{}, {User: ids.New[ids.UserID](), Role: access.Uploader}} {
		if _, err := b.Versions(t.Context(), stranger, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("a stranger asks for the versions: %v", err)
		}
		if err := b.GiveUpVersion(t.Context(), stranger, id, list[0].ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("a stranger gives one up: %v", err)
		}
	}
}
