package pipeline_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/blob"
	"matinee/internal/blob/fileblob"
	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/events"
	"matinee/internal/ffmpeg"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/media"
	"matinee/internal/pipeline"
	"matinee/internal/testkit"
	"matinee/internal/testkit/clips"
	"matinee/internal/upload"
)

const patience = 2 * time.Minute

// bench is a pipeline over a real database, a real folder and the real ffmpeg, with one owner.
type bench struct {
	*pipeline.Pipeline

	store   *database.Pipeline
	videos  *library.Library
	uploads *upload.Service
	objects *fileblob.Store
	disk    *disk        // the objects as the pipeline has them
	rows    *rows        // the store as the pipeline has it
	offset  atomic.Int64 // of the clock, in nanoseconds
	folder  string
	shared  bool // other processes may work on the same tasks
	hub     *events.Hub
	tool    *ffmpeg.Tool
	stage   *stage // the tool as the pipeline has it
	scratch string
	owner   access.Viewer
	log     *logBuffer
}

func setup(t *testing.T) *bench {
	t.Helper()
	return setupIn(t, t.TempDir(), ffmpeg.Options{})
}

// setupIn is what a start of the server in the folder builds.
func setupIn(t *testing.T, folder string, o ffmpeg.Options) *bench {
	t.Helper()
	return setupOn(t, folder, filepath.Join(folder, "matinee.db"), o, func(*pipeline.Options) {})
}

// setupOn is setupIn with a database at an address and other options.
func setupOn(t *testing.T, folder, address string, o ffmpeg.Options, change func(*pipeline.Options)) *bench {
	t.Helper()
	db, err := database.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	objects, err := fileblob.Open(filepath.Join(folder, "media"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = objects.Close() })
	tool, err := ffmpeg.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{
		store: database.NewPipeline(db), videos: library.New(database.NewLibrary(db), library.Options{}), objects: objects, hub: events.NewHub(),
		disk: &disk{Store: objects, won: map[string]int{}, before: map[string]func(){}}, folder: folder,
		tool: tool, scratch: filepath.Join(folder, "scratch"), owner: access.Viewer{User: ids.New[ids.UserID](), Role: access.Uploader}, log: &logBuffer{},
	}
	b.rows = &rows{Pipeline: b.store}
	b.stage = &stage{Tool: tool}
	options := pipeline.Options{
		Poll: 50 * time.Millisecond, Heartbeat: 50 * time.Millisecond, Lease: time.Second, Logger: slog.New(slog.NewTextHandler(b.log, nil)),
		Policy: media.Policy{Segment: time.Second, ChunkSegments: 2, FirstChunkSegments: 1}, PosterPatience: patience,
		Now: func() time.Time { return time.Now().Add(time.Duration(b.offset.Load())) },
	}
	change(&options)
	b.Pipeline, err = pipeline.New(b.rows, b.disk, b.stage, b.hub, b.scratch, options)
	if err != nil {
		t.Fatal(err)
	}
	b.uploads, err = upload.New(database.NewUploads(db), objects, b.Pipeline, noVideos{}, b.Pipeline, upload.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type noVideos struct{}

func (noVideos) CreateForUpload(context.Context, access.Viewer, string, string, string) (ids.VideoID, error) {
	return "", errs.Missing("video")
}

// logBuffer is a log that tests read.
type logBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBuffer) count(part string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), part)
}

// start runs the workers until the returned function is called, which waits for them.
func (b *bench) start(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx, !b.shared) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// send makes a video of a clip's bytes.
func (b *bench) send(t *testing.T, source []byte) ids.VideoID {
	t.Helper()
	v, err := b.videos.CreateVideo(t.Context(), b.owner, library.Draft{Title: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.uploads.Import(t.Context(), b.owner, v.ID, upload.File{Name: "x", SizeBytes: int64(len(source)), Body: bytes.NewReader(source)}); err != nil {
		t.Fatal(err)
	}
	return v.ID
}

func (b *bench) video(t *testing.T, id ids.VideoID) library.Video {
	t.Helper()
	v, err := b.videos.Video(t.Context(), b.owner, id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (b *bench) waitFor(t *testing.T, id ids.VideoID, want library.State) library.Video {
	t.Helper()
	testkit.Eventually(t, patience, func() bool {
		v := b.video(t, id)
		if v.State == library.Failed && want != library.Failed {
			t.Fatalf("the video failed: %+v", v.Version.Failure)
		}
		return v.State == want
	})
	return b.video(t, id)
}

func clip(t *testing.T, c clips.Clip) []byte {
	t.Helper()
	data, err := os.ReadFile(clips.Path(t, c))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (b *bench) encoding(t *testing.T, id ids.VideoID) pipeline.Encoding {
	t.Helper()
	e, err := b.Encoding(t.Context(), b.owner, id)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestASourceBecomesReady(t *testing.T) {
	t.Parallel()
	for _, c := range []clips.Clip{clips.LateAudio, clips.Silent, clips.ProgramStream} {
		t.Run(string(c), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.start(t)
			v := b.waitFor(t, b.send(t, clip(t, c)), library.Ready)
			b.everyCheckPassed(t, v)
			if v.Version.Poster == "" || v.Version.Duration == 0 || len(v.Version.Rungs) == 0 {
				t.Errorf("version %+v", v.Version)
			}
			if left, _ := os.ReadDir(b.scratch); len(left) > 0 {
				t.Errorf("%d scratch files are left", len(left))
			}
			media, err := b.Media(t.Context(), b.owner, v.ID, v.Version.ID)
			if err != nil || !media.Complete || media.Public || media.Tracks[0].PeakBitsPerSecond == 0 {
				t.Errorf("media %+v, %v", media, err)
			}
			if _, err := b.Media(t.Context(), access.Viewer{}, v.ID, v.Version.ID); !errs.Is(err, errs.NotFound) {
				t.Errorf("a stranger gets private media: %v", err)
			}
		})
	}
}

func TestARefusedSourceFailsByName(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	for c, code := range map[clips.Clip]media.Code{clips.Text: media.NotAVideo, clips.Playlist: media.PlaylistDisguised, clips.NoIndex: media.TruncatedNoIndex} {
		v := b.waitFor(t, b.send(t, clip(t, c)), library.Failed)
		if f := v.Version.Failure; f == nil || f.Code != string(code) || f.Message == "" || f.Next == "" {
			t.Errorf("%s: failure %+v, want %s", c, f, code)
		}
	}
}

func TestACutOffFileIsShownAsFarAsItGoes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	whole := clip(t, clips.Flower) // its index comes first
	v := b.waitFor(t, b.send(t, whole[:len(whole)*3/10]), library.Ready)
	for _, want := range []string{"The file was cut off", "could not be decoded"} {
		if !strings.Contains(strings.Join(v.Version.Warnings, " "), want) {
			t.Errorf("the owner is told %q, not that %q", v.Version.Warnings, want)
		}
	}
	if plan := b.encoding(t, v.ID).Version.Plan; plan.Frames < 145 {
		t.Errorf("%d frames are promised, the index names 150", plan.Frames)
	}
}

func TestARestartEncodesNothingTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stop := b.start(t)
	id := b.send(t, clip(t, clips.LateAudio))
	testkit.Eventually(t, patience, func() bool {
		return b.log.count("kind=chunk") > 0 && b.log.count("outcome=finished") >= 3
	})
	stop()
	done := map[ids.TaskID]time.Time{}
	for _, task := range b.encoding(t, id).Tasks {
		if task.State == pipeline.Running {
			t.Errorf("a stopped server still holds %s %d", task.Kind, task.Chunk)
		}
		if task.State == pipeline.Done {
			done[task.ID] = task.FinishedAt
		}
		if task.Crashes+task.Faults > 0 {
			t.Errorf("stopping counted against %s %d", task.Kind, task.Chunk)
		}
	}
	b.start(t)
	b.waitFor(t, id, library.Ready)
	for _, task := range b.encoding(t, id).Tasks {
		if before, was := done[task.ID]; was && !task.FinishedAt.Equal(before) {
			t.Errorf("%s %d was done again", task.Kind, task.Chunk)
		}
	}
}

func TestATornSegmentIsFoundAndMadeAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stop := b.start(t)
	v := b.waitFor(t, b.send(t, clip(t, clips.FullRange)), library.Ready)
	stop()
	track := v.Version.Rungs[0].ID
	torn := blob.SegmentKey(ids.Segment{Video: v.ID, Version: v.Version.ID, Track: track, Number: 1})
	whole := b.read(t, torn)
	if _, err := b.objects.Put(t.Context(), torn, bytes.NewReader(whole[:len(whole)/2])); err != nil {
		t.Fatal(err)
	}
	if err := b.Repair(t.Context(), b.owner, v.ID); err != nil {
		t.Fatal(err)
	}
	b.start(t)
	testkit.Eventually(t, patience, func() bool { return b.log.count("a bad segment was found") > 0 && b.log.count("video is ready") == 2 })
	if got := b.read(t, torn); !bytes.Equal(got, whole) {
		t.Error("the segment is not what it was")
	}
}

func (b *bench) read(t *testing.T, key string) []byte {
	t.Helper()
	object, err := b.objects.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer object.Close()
	data, err := io.ReadAll(object)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (b *bench) objectsBelow(t *testing.T, prefix string) (n int) {
	t.Helper()
	for _, err := range b.objects.List(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func TestAnotherEncoderMakesTheVersionAnew(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.send(t, clip(t, clips.Silent))
	first := b.video(t, id).Version.ID
	// The probe of another node has left an init segment that this encoder does not make.
	key := blob.InitKey(id, first, "h264-180")
	if _, err := b.objects.PutIfAbsent(t.Context(), key, []byte("another encoder's")); err != nil {
		t.Fatal(err)
	}
	b.start(t)
	v := b.waitFor(t, id, library.Ready)
	if v.Version.ID == first || v.Version.SourceID != first {
		t.Errorf("version %s of source %s; want a new one of the old source %s", v.Version.ID, v.Version.SourceID, first)
	}
	if err := b.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := b.objectsBelow(t, blob.VersionPrefix(id, first)); n > 0 {
		t.Errorf("%d objects of the old version are left", n)
	}
	if _, err := b.objects.Stat(t.Context(), blob.SourceKey(id, first)); err != nil {
		t.Errorf("the source is gone: %v", err)
	}
}

func TestAPurgedVideoLeavesNoByte(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	id := b.send(t, clip(t, clips.Silent))
	b.waitFor(t, id, library.Ready)
	if err := b.PurgeVideo(t.Context(), access.Viewer{}, id); !errs.Is(err, errs.NotFound) {
		t.Errorf("a stranger purges a private video: %v", err)
	}
	if err := b.PurgeVideo(t.Context(), b.owner, id); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, patience, func() bool { return b.objectsBelow(t, blob.VideoPrefix(id)) == 0 })
	testkit.Eventually(t, patience, func() bool { // its row goes right after its media
		return errs.Is(b.PurgeVideo(t.Context(), b.owner, id), errs.NotFound)
	})
}

func TestABinnedVideoIsNothingToWorkOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.send(t, clip(t, clips.Text))
	public := access.Public
	if _, err := b.videos.UpdateVideo(t.Context(), b.owner, id, library.Patch{Visibility: &public}); err != nil {
		t.Fatal(err)
	}
	if err := b.videos.BinVideo(t.Context(), b.owner, id); err != nil {
		t.Fatal(err)
	}
	stranger, other := access.Viewer{}, access.Viewer{User: ids.New[ids.UserID](), Role: access.Uploader}
	for _, v := range []access.Viewer{b.owner, stranger, other} {
		if _, err := b.Encoding(t.Context(), v, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("its encoding is shown to %q: %v", v.User, err)
		}
		if err := b.Repair(t.Context(), v, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("%q repairs it: %v", v.User, err)
		}
	}
	for _, v := range []access.Viewer{stranger, other} {
		if err := b.PurgeVideo(t.Context(), v, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("purging tells %q of it: %v", v.User, err)
		}
		if _, err := b.videos.RestoreVideo(t.Context(), v, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("restoring tells %q of it: %v", v.User, err)
		}
	}
	if err := b.PurgeVideo(t.Context(), b.owner, id); err != nil {
		t.Errorf("its owner cannot purge it: %v", err)
	}
}

func TestRepairIsForEditors(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.send(t, clip(t, clips.Text))
	b.start(t)
	b.waitFor(t, id, library.Failed)
	if err := b.Repair(t.Context(), access.Viewer{}, id); !errs.Is(err, errs.NotFound) {
		t.Errorf("a stranger repairs: %v", err)
	}
	listener := b.hub.Subscribe()
	defer listener.Close()
	if err := b.Repair(t.Context(), b.owner, id); err != nil {
		t.Fatal(err)
	}
	if happened, err := listener.Next(t.Context()); err != nil || happened[0].Video != id {
		t.Errorf("nobody is told: %v, %v", happened, err)
	}
	b.waitFor(t, id, library.Failed)
}

// readings is a registry that reads on demand.
type readings map[string]func() float64

func (r readings) Gauges(name, _ string, _ []string, read func(set func(float64, ...string))) error {
	r[name] = func() float64 {
		values := 0.0
		read(func(float64, ...string) { values++ })
		return values
	}
	return nil
}

func (r readings) Gauge(name, _ string, read func() float64) error {
	r[name] = read
	return nil
}

func TestTheQueueCanBeWatched(t *testing.T) {
	t.Parallel()
	b := setup(t)
	watch := readings{}
	if err := b.Register(watch); err != nil {
		t.Fatal(err)
	}
	b.send(t, clip(t, clips.Silent))
	if n := watch["matinee_tasks_queued"](); n != 1 {
		t.Errorf("%v tasks wait, want the probe", n)
	}
	if n := watch["matinee_tasks_running"](); n != 0 {
		t.Errorf("%v tasks run without a worker", n)
	}
	if n := watch["matinee_store_free_bytes"](); n < 1<<20 {
		t.Errorf("%v bytes are free", n)
	}
}
