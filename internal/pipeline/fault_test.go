package pipeline_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
)

func TestAnEncoderThatNeverWorksFailsTheVideoByNameAndRepairCuresIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		chunk string
		code  string
	}{
		"it dies at once":                {"exit 1", "encoding_failed"},
		"it dies midway":                 {`FFMPEG "$@" & pid=$!; kill -9 $pid; wait $pid; exit 1`, "encoding_failed"},
		"it prints garbage":              {"/usr/bin/head -c 200000 /dev/urandom >&3; exit 0", ""},
		"it prints nothing and succeeds": {"exit 0", ""},
		"it is always killed":            {"kill -9 $$", "encoder_killed"},
		"it is always stopped":           {"kill -STOP $$", "encoder_hung"},
		"its headers are never the same": {`for a; do shift; [ "$a" = high ] && a=main; set -- "$@" "$a"; done`, "encoder_unstable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t, c.chunk)
			b := setupIn(t, t.TempDir(), ffmpeg.Options{FFmpeg: p.path, Stopped: 50 * time.Millisecond})
			b.start(t)
			id := b.send(t, clip(t, clips.FullRange))
			f := b.fails(t, id)
			if c.code != "" && f.Code != c.code || f.Code == "" || f.Message == "" || f.Next == "" {
				t.Errorf("failure %+v, want %q", f, c.code)
			}
			if b.log.count("task ended") == 0 {
				t.Error("the log does not say why")
			}
			p.heal()
			if err := b.Repair(t.Context(), b.owner, id); err != nil {
				t.Fatal(err)
			}
			b.goesOn(t, id)
		})
	}
}

func TestAFullDiskIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, state := range map[string]func(d *disk, full bool){
		"a put finds no room":         func(d *disk, full bool) { d.noRoom.Store(full) },
		"too little is free to begin": func(d *disk, full bool) { d.full.Store(full) },
		"no room and nothing is free": func(d *disk, full bool) { d.noRoom.Store(full); d.full.Store(full) },
		"the sources cannot be read":  func(d *disk, full bool) { d.unreadable.Store(full) },
	} {
		want := pipeline.DiskFull
		if strings.Contains(name, "read") {
			want = pipeline.StoreUnreadable
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			id := b.send(t, clip(t, clips.Silent))
			state(b.disk, true)
			b.start(t)
			b.waits(t, id, want)
			watch := readings{}
			if err := b.Register(watch); err != nil {
				t.Fatal(err)
			}
			testkit.Eventually(t, patience, func() bool { return watch["matinee_tasks_waiting_"+string(want)]() > 0 })
			state(b.disk, false)
			b.goesOn(t, id)
		})
	}
}

func TestADiskThatFillsUpInTheMiddleLosesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	id := b.send(t, clip(t, clips.LateAudio))
	testkit.Eventually(t, patience, func() bool { return b.log.count("kind=chunk") > 0 })
	b.disk.noRoom.Store(true)
	b.waits(t, id, pipeline.DiskFull)
	b.disk.noRoom.Store(false)
	b.goesOn(t, id)
}

func TestADatabaseThatIsAwayIsWaitedFor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	id := b.send(t, clip(t, clips.LateAudio))
	testkit.Eventually(t, patience, func() bool { return b.log.count("kind=chunk") > 0 })
	b.rows.away.Store(true)
	testkit.Eventually(t, patience, func() bool { return b.rows.missed.Load() > 20 })
	b.rows.away.Store(false)
	b.goesOn(t, id)
	for _, task := range b.encoding(t, id).Tasks {
		if task.Faults > 0 {
			t.Errorf("%s %d has %d faults: %s", task.Kind, task.Chunk, task.Faults, task.Error)
		}
	}
}

// sourceFile is where the source of a video lies.
func (b *bench) sourceFile(t *testing.T, id ids.VideoID) string {
	t.Helper()
	path, err := b.objects.Path(blob.SourceKey(id, b.video(t, id).Version.SourceID))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestASourceThatIsGoneFailsTheVideoByName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		clip  clips.Clip
		spoil func(path string) error
		code  string
	}{
		"before it was looked at":            {clips.Silent, os.Remove, "source_missing"},
		"when it was cut short":              {clips.Silent, func(path string) error { return os.Truncate(path, 1000) }, "source_changed"},
		"when it is emptied":                 {clips.Silent, func(path string) error { return os.Truncate(path, 0) }, "source_changed"},
		"of one that must be prepared first": {clips.ProgramStream, os.Remove, "source_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			id := b.send(t, clip(t, c.clip))
			path := b.sourceFile(t, id)
			if err := c.spoil(path); err != nil {
				t.Fatal(err)
			}
			b.start(t)
			if f := b.fails(t, id); f.Code != c.code || f.Next == "" {
				t.Errorf("failure %+v, want %s", f, c.code)
			}
			if err := os.WriteFile(path, clip(t, c.clip), 0o640); err != nil {
				t.Fatal(err)
			}
			if err := b.Repair(t.Context(), b.owner, id); err != nil {
				t.Fatal(err)
			}
			b.goesOn(t, id)
		})
	}
}

// segmentFile is where a segment of the first rung lies.
func (b *bench) segmentFile(t *testing.T, id ids.VideoID, number int) string {
	t.Helper()
	v := b.video(t, id).Version
	path, err := b.objects.Path(blob.SegmentKey(ids.Segment{Video: id, Version: v.ID, Track: v.Rungs[0].ID, Number: number}))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestADamagedSegmentIsFoundAndMadeAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	id := b.send(t, clip(t, clips.FullRange))
	b.waitFor(t, id, library.Ready)
	path := b.segmentFile(t, id, 1)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ready := 1
	for _, c := range []struct {
		name  string
		spoil func() error
	}{
		{"truncated", func() error { return os.Truncate(path, int64(len(whole)/2)) }},
		{"emptied", func() error { return os.Truncate(path, 0) }},
		{"zeroed", func() error { return os.WriteFile(path, make([]byte, len(whole)), 0o640) }},
		{"with one wrong bit in its pictures", func() error {
			flipped := bytes.Clone(whole)
			flipped[len(flipped)-20] ^= 1
			return os.WriteFile(path, flipped, 0o640)
		}},
		{"deleted", func() error { return os.Remove(path) }},
		{"replaced by a folder", func() error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.Mkdir(path, 0o750)
		}},
	} {
		if err := c.spoil(); err != nil {
			t.Fatal(err)
		}
		if err := b.Repair(t.Context(), b.owner, id); err != nil {
			t.Fatal(err)
		}
		if c.name == "replaced by a folder" { // nobody could have made that but a person, who is told
			testkit.Eventually(t, patience, func() bool {
				b.later(10 * time.Second)
				return b.video(t, id).Version.Trouble != nil
			})
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := b.Repair(t.Context(), b.owner, id); err != nil {
				t.Fatal(err)
			}
		}
		ready++
		testkit.Eventually(t, patience, func() bool {
			b.later(10 * time.Second)
			return b.log.count("video is ready") == ready
		})
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, whole) {
			t.Errorf("a segment that was %s has %d bytes and is not what it was, %v", c.name, len(got), err)
		}
		if v := b.video(t, id); v.State != library.Ready || v.Version.Trouble != nil {
			t.Errorf("%s: the video is %s, trouble %+v", c.name, v.State, v.Version.Trouble)
		}
	}
}

func TestALostHeaderMakesTheVersionAnew(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	id := b.send(t, clip(t, clips.Silent))
	v := b.waitFor(t, id, library.Ready).Version
	path, err := b.objects.Path(blob.InitKey(id, v.ID, v.Rungs[0].ID))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := b.Repair(t.Context(), b.owner, id); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, patience, func() bool {
		v := b.video(t, id)
		return v.State == library.Ready && v.Version.ID != v.Version.SourceID
	})
}

func TestAReadyVideoStaysPlayableWithoutItsSource(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	id := b.send(t, clip(t, clips.FullRange))
	b.waitFor(t, id, library.Ready)
	source, segment := b.sourceFile(t, id), b.segmentFile(t, id, 1)
	if err := os.Remove(source); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(segment); err != nil {
		t.Fatal(err)
	}
	if err := b.Repair(t.Context(), b.owner, id); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, patience, func() bool { return b.video(t, id).Version.Trouble != nil })
	v := b.video(t, id)
	if v.State != library.Ready || v.Version.Failure != nil || v.Version.Trouble.Code != "source_missing" {
		t.Errorf("the video is %s, failure %+v, trouble %+v", v.State, v.Version.Failure, v.Version.Trouble)
	}
	if err := os.WriteFile(source, clip(t, clips.FullRange), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := b.Repair(t.Context(), b.owner, id); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, patience, func() bool { _, err := os.Stat(segment); return err == nil && b.log.count("video is ready") == 2 })
	if v := b.video(t, id); v.Version.Trouble != nil {
		t.Errorf("after the repair: %+v", v.Version.Trouble)
	}
}

func TestClocksThatJumpStopNothing(t *testing.T) {
	t.Parallel()
	for name, jump := range map[string]time.Duration{"set back by an hour": -time.Hour, "an hour ahead": time.Hour, "a year ahead": 365 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, shared := range []bool{false, true} {
				b := setup(t)
				b.shared = shared
				stop := b.start(t)
				id := b.send(t, clip(t, clips.Silent))
				testkit.Eventually(t, patience, func() bool { return b.log.count("kind=chunk") > 0 })
				b.later(jump)
				b.waitFor(t, id, library.Ready)
				for _, task := range b.encoding(t, id).Tasks {
					if task.Crashes+task.Faults > 0 {
						t.Errorf("shared %t: the jump counts against %s %d: %s", shared, task.Kind, task.Chunk, task.Error)
					}
				}
				stop()
			}
		})
	}
	t.Run("a retry that was put off before the clock was set back", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		id := b.send(t, clip(t, clips.Silent))
		l := b.claimAs(t, "somebody")
		if err := b.store.Requeue(t.Context(), l, pipeline.Retry{Fault: true, Why: "x", NotBefore: time.Now().Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		b.later(-time.Hour)
		b.start(t)
		b.waitFor(t, id, library.Ready)
	})
}

// claimAs takes a task as another process would.
func (b *bench) claimAs(t *testing.T, worker string) pipeline.Lease {
	t.Helper()
	l, err := b.store.ClaimTask(t.Context(), pipeline.Worker{ID: worker, Kinds: pipeline.Kinds()}, time.Now(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestASilentWorkerLosesItsTaskAndOneThatRenewsKeepsIt(t *testing.T) {
	t.Parallel()
	t.Run("a node that is alone takes what it does not hold at once, whatever the lease says", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.start(t)
		b.rows.away.Store(true) // so that the lanes leave the task to somebody who dies with it
		id := b.send(t, clip(t, clips.Text))
		lost := b.claimAs(t, "a thread that died")
		b.rows.away.Store(false)
		b.waitFor(t, id, library.Failed)
		if task := b.encoding(t, id).Tasks[0]; task.ID != lost.ID || task.Crashes != 1 || task.Faults != 0 {
			t.Errorf("the task is %+v", task)
		}
	})
	t.Run("among others it waits until the lease was not renewed for its time", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.shared = true
		kept, silent := b.send(t, clip(t, clips.Text)), b.send(t, clip(t, clips.Text))
		leases := map[ids.VideoID]pipeline.Lease{}
		for range 2 {
			l := b.claimAs(t, "elsewhere")
			leases[l.Video] = l
		}
		b.start(t)
		testkit.Eventually(t, patience, func() bool {
			if err := b.store.RenewLease(t.Context(), leases[kept], 0, time.Now().Add(time.Hour)); err != nil {
				t.Fatalf("a lease that was renewed is lost: %v", err)
			}
			return b.video(t, silent).State == library.Failed
		})
		if b.video(t, kept).State != library.Processing {
			t.Error("the task of a living worker was done by another")
		}
	})
}

func TestOneTaskCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stop := b.start(t)
	id := b.send(t, clip(t, clips.FullRange))
	b.waitFor(t, id, library.Ready)
	stop()
	path := b.segmentFile(t, id, 1)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tasks := b.encoding(t, id).Tasks
	chunk := tasks[slices.IndexFunc(tasks, func(t pipeline.Task) bool {
		return t.Kind == pipeline.Chunk && t.FirstSegment <= 1 && 1 < t.FirstSegment+t.Segments
	})]
	probe := tasks[slices.IndexFunc(tasks, func(t pipeline.Task) bool { return t.Kind == pipeline.Probe })]
	for name, viewer := range map[string]access.Viewer{"a stranger": {}, "another uploader": {User: ids.New[ids.UserID](), Role: access.Uploader}} {
		if _, err := b.RetryTask(t.Context(), viewer, chunk.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s retries it: %v", name, err)
		}
	}
	if _, err := b.RetryTask(t.Context(), b.owner, ids.New[ids.TaskID]()); !errs.Is(err, errs.NotFound) {
		t.Errorf("an unknown task: %v", err)
	}
	if _, err := b.RetryTask(t.Context(), b.owner, probe.ID); errs.CodeOf(err) != "task_done" {
		t.Errorf("a probe that is done: %v", err)
	}
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	got, err := b.RetryTask(t.Context(), access.Viewer{User: ids.New[ids.UserID](), Role: access.Admin}, chunk.ID)
	if err != nil || got.ID != chunk.ID || got.State != pipeline.Queued || got.Video != id {
		t.Fatalf("retried %+v, %v", got, err)
	}
	others := fileTimes(t, filepath.Dir(path))
	delete(others, filepath.Base(path))
	b.start(t)
	testkit.Eventually(t, patience, func() bool { return b.log.count("video is ready") == 2 })
	if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, whole) {
		t.Errorf("the bad segment was not made again: %d bytes, %v", len(now), err)
	}
	for name, at := range fileTimes(t, filepath.Dir(path)) {
		if before, ok := others[name]; ok && !before.Equal(at) {
			t.Errorf("the good segment %s was written again", name)
		}
	}
}

func fileTimes(t *testing.T, folder string) map[string]time.Time {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]time.Time{}
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			times[e.Name()] = info.ModTime()
		}
	}
	return times
}

func TestRetryingOneTaskOfAFailedVideoLetsAllGoOn(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "exit 1")
	b := setupIn(t, t.TempDir(), ffmpeg.Options{FFmpeg: p.path})
	b.start(t)
	id := b.send(t, clip(t, clips.FullRange))
	b.fails(t, id)
	p.heal()
	tasks := b.encoding(t, id).Tasks
	i := slices.IndexFunc(tasks, func(t pipeline.Task) bool { return t.Kind == pipeline.Chunk && t.State == pipeline.GivenUp })
	if _, err := b.RetryTask(t.Context(), b.owner, tasks[i].ID); err != nil {
		t.Fatal(err)
	}
	b.goesOn(t, id)
}

func TestTheListOfTasksIsForAdministrators(t *testing.T) {
	t.Parallel()
	b := setup(t)
	admin := access.Viewer{User: ids.New[ids.UserID](), Role: access.Admin}
	var sent []ids.VideoID
	for range 3 {
		sent = append(sent, b.send(t, clip(t, clips.Text)))
	}
	if _, err := b.ListTasks(t.Context(), b.owner, pipeline.TaskFilter{}); !errs.Is(err, errs.Denied) {
		t.Errorf("an uploader lists them: %v", err)
	}
	if _, err := b.ListTasks(t.Context(), access.Viewer{}, pipeline.TaskFilter{}); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("a stranger lists them: %v", err)
	}
	var listed []ids.VideoID
	f := pipeline.TaskFilter{State: pipeline.Queued, Kind: pipeline.Probe, Limit: 2}
	for {
		page, err := b.ListTasks(t.Context(), admin, f)
		if err != nil || len(page.Tasks) > 2 {
			t.Fatalf("%d tasks, %v", len(page.Tasks), err)
		}
		for _, task := range page.Tasks {
			listed = append(listed, task.Video)
			if task.Title != "x" || task.CreatedAt.IsZero() {
				t.Errorf("listed %+v", task)
			}
		}
		if f.After = page.Next; page.Next == (pipeline.TaskCursor{}) {
			break
		}
	}
	slices.Reverse(listed)
	if !slices.Equal(listed, sent) {
		t.Errorf("listed %v, want %v the other way round", listed, sent)
	}
	if page, err := b.ListTasks(t.Context(), admin, pipeline.TaskFilter{Video: sent[1]}); err != nil || len(page.Tasks) != 1 {
		t.Errorf("of one video: %d, %v", len(page.Tasks), err)
	}
	if page, err := b.ListTasks(t.Context(), admin, pipeline.TaskFilter{State: pipeline.Done}); err != nil || len(page.Tasks) != 0 {
		t.Errorf("of another state: %d, %v", len(page.Tasks), err)
	}
}

func TestAVideoIsPurgedWhileItIsEncoded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	id := b.send(t, clip(t, clips.LateAudio))
	other := b.send(t, clip(t, clips.Silent))
	testkit.Eventually(t, patience, func() bool { return b.log.count("kind=chunk") > 0 })
	if err := b.PurgeVideo(t.Context(), b.owner, id); err != nil {
		t.Fatal(err)
	}
	testkit.Eventually(t, patience, func() bool {
		return b.objectsBelow(t, blob.VideoPrefix(id)) == 0 && errs.Is(b.PurgeVideo(t.Context(), b.owner, id), errs.NotFound)
	})
	b.waitFor(t, other, library.Ready)
	if n := b.objectsBelow(t, blob.VideoPrefix(id)); n > 0 {
		t.Errorf("%d objects came after the purge", n)
	}
	testkit.Eventually(t, patience, func() bool { // the storyboard of the other one is made here
		left, err := os.ReadDir(b.scratch)
		return err == nil && len(left) == 0
	})
}

func TestAPurgeGoesOnAfterItsProcessDied(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	b := setupIn(t, folder, ffmpeg.Options{})
	stop := b.start(t)
	id := b.send(t, clip(t, clips.Silent))
	b.waitFor(t, id, library.Ready)
	stop()
	// The process died after the rows were tombstoned and half of the media were gone.
	if err := b.PurgeVideo(t.Context(), b.owner, id); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Dir(filepath.Join(folder, "media", "v", string(id), "sources"))); err != nil {
		t.Fatal(err)
	}
	next := setupIn(t, folder, ffmpeg.Options{})
	next.start(t)
	testkit.Eventually(t, patience, func() bool {
		return next.objectsBelow(t, blob.VideoPrefix(id)) == 0 && errs.Is(next.PurgeVideo(t.Context(), b.owner, id), errs.NotFound)
	})
}
