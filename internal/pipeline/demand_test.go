package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ffmpeg"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/media"
	"matinee/internal/packaging"
	"matinee/internal/pipeline"
	"matinee/internal/testkit"
	"matinee/internal/testkit/cook"
)

// stage is ffmpeg whose runs for viewers are written down, and can be made to fail.
type stage struct {
	*ffmpeg.Tool

	mu    sync.Mutex
	runs  []run
	fails func(run) error
}

// run is one process that made some segments of one track.
type run struct {
	track           string
	first, segments int
}

func (s *stage) begin(r run) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = append(s.runs, r)
	if s.fails != nil {
		return s.fails(r)
	}
	return nil
}

func (s *stage) seen() []run {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.runs)
}

func (s *stage) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = nil
}

func (s *stage) EncodeChunk(ctx context.Context, src ffmpeg.Source, plan media.Plan, chunk int, o ffmpeg.ChunkOptions, consume ffmpeg.Consumer) (ffmpeg.Usage, error) {
	if o.Segments > 0 {
		if err := s.begin(run{o.Rungs[0], o.First, o.Segments}); err != nil {
			return ffmpeg.Usage{}, err
		}
		if o.Nice {
			return ffmpeg.Usage{}, errors.New("somebody waits for this")
		}
	}
	return s.Tool.EncodeChunk(ctx, src, plan, chunk, o, consume)
}

func (s *stage) EncodeAudioPart(ctx context.Context, src ffmpeg.Source, plan media.Plan, track string, first, segments int, o ffmpeg.AudioOptions, consume ffmpeg.Consumer) (ffmpeg.Usage, error) {
	if err := s.begin(run{track, first, segments}); err != nil {
		return ffmpeg.Usage{}, err
	}
	return s.Tool.EncodeAudioPart(ctx, src, plan, track, first, segments, o, consume)
}

// movie is 25 s that browsers do not play: every track is encoded. With the policy of viewers there are 25 segments: chunk 0 is the
// first, then six make a chunk.
func movie(t *testing.T) []byte {
	t.Helper()
	path, err := cook.File(t.Context(), "demand", cook.Recipe{File: "movie.mp4", Steps: []string{
		"-f lavfi -i testsrc2=s=320x180:d=25:r=25 -f lavfi -i sine=f=440:b=4:r=48000:d=25 -c:v mpeg4 -b:v 700k -g 50 -bf 2 -threads 1 -c:a libmp3lame -ac 2 movie.mp4",
	}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const (
	rung  = "h264-180"
	sound = "audio-1"
)

// audience watches a video whose ladder waits.
type audience struct {
	*bench

	video library.Video
}

func viewers(t *testing.T, change func(*pipeline.Options)) *audience {
	t.Helper()
	folder := t.TempDir()
	return viewersOn(t, setupOn(t, folder, folder+"/matinee.db", ffmpeg.Options{}, chunksOfSix(change)))
}

func chunksOfSix(change func(*pipeline.Options)) func(*pipeline.Options) {
	return func(o *pipeline.Options) {
		o.DemandSlots = 1
		o.Policy.ChunkSegments = 6
		if change != nil {
			change(o)
		}
	}
}

func viewersOn(t *testing.T, b *bench) *audience {
	t.Helper()
	b.rows.later.Store(true)
	b.start(t)
	a := &audience{b, b.waitFor(t, b.send(t, movie(t)), library.Playable)}
	b.stage.forget()
	return a
}

func (a *audience) segment(track string, number int) ids.Segment {
	return ids.Segment{Video: a.video.ID, Version: a.video.Version.ID, Track: track, Number: number}
}

// wait asks for a segment, again and again as long as it is told to come back.
func (a *audience) wait(ctx context.Context, viewer, track string, number int) error {
	for {
		err := a.EnsureSegment(ctx, a.segment(track, number), viewer)
		if !errs.Is(err, errs.Busy) || ctx.Err() != nil {
			return err
		}
	}
}

// asks has a viewer ask in the background, and returns when the ask is noted. The channel gets how it ended.
func (a *audience) asks(ctx context.Context, t *testing.T, viewer, track string, number int) <-chan error {
	t.Helper()
	before := a.rows.asked.Load()
	ended := make(chan error, 1)
	go func() { ended <- a.wait(ctx, viewer, track, number) }()
	testkit.Eventually(t, patience, func() bool { return a.rows.asked.Load() > before })
	return ended
}

func (a *audience) has(t *testing.T, track string, number int) bool {
	t.Helper()
	_, err := a.objects.Stat(t.Context(), blob.SegmentKey(a.segment(track, number)))
	if err != nil && !errs.Is(err, errs.NotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func (a *audience) demandTasks(t *testing.T) (n int) {
	t.Helper()
	for _, task := range a.encoding(t, a.video.ID).Tasks {
		if task.Kind == pipeline.Demand {
			n++
		}
	}
	return n
}

// calm waits until no demand task is left.
func (a *audience) calm(t *testing.T) {
	t.Helper()
	testkit.Eventually(t, patience, func() bool { return a.demandTasks(t) == 0 })
}

func none(t *testing.T, ended ...<-chan error) {
	t.Helper()
	for _, e := range ended {
		if err := <-e; err != nil {
			t.Error(err)
		}
	}
}

func TestAVideoIsPlayableBeforeAnyChunk(t *testing.T) {
	t.Parallel()
	a := viewers(t, nil)
	if a.video.Version.PlayableAt.IsZero() || !a.video.Version.ReadyAt.IsZero() {
		t.Errorf("playable at %s, ready at %s", a.video.Version.PlayableAt, a.video.Version.ReadyAt)
	}
	wins := a.disk.wins()
	if len(wins) != 2 || !a.has(t, rung, 0) || !a.has(t, sound, 0) {
		t.Errorf("it has %v", wins)
	}
	media, err := a.Media(t.Context(), a.owner, a.video.ID, a.video.Version.ID)
	if err != nil || len(media.Presentation.Tracks) != 2 || media.Complete {
		t.Errorf("%+v, %v", media, err)
	}
	for _, s := range []ids.Segment{a.segment(rung, 25), a.segment(rung, -1), a.segment("h264-720", 0)} {
		if err := a.EnsureSegment(t.Context(), s, "v"); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s %d: %v", s.Track, s.Number, err)
		}
	}
}

func TestASegmentIsMadeOnceHoweverManyAsk(t *testing.T) {
	t.Parallel()
	a := viewers(t, nil)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if err := a.wait(t.Context(), fmt.Sprint(i), rung, 16); err != nil {
				t.Error(err)
			}
			if !a.has(t, rung, 16) {
				t.Error("it is not there")
			}
		})
	}
	all.Wait()
	if err := a.wait(t.Context(), "0", sound, 16); err != nil {
		t.Error(err)
	}
	a.calm(t)
	if got, want := a.stage.seen(), []run{{rung, 16, 3}, {sound, 16, 3}}; !slices.Equal(got, want) {
		t.Errorf("ran %v, want %v", got, want)
	}
	onDemand := len(a.disk.wins()) // and the first ones
	a.rows.later.Store(false)
	a.waitFor(t, a.video.ID, library.Ready)
	a.everySegmentOnce(t, onDemand)
}

// everySegmentOnce holds the segments of a ready video to having been put once each: by a task, or by one of the wins that no task
// counts.
func (a *audience) everySegmentOnce(t *testing.T, uncounted int) {
	t.Helper()
	e := a.encoding(t, a.video.ID)
	wins := a.disk.wins()
	if want := e.Version.Plan.Segments() * len(e.Version.Tracks); len(wins) != want {
		t.Errorf("%d segments, want %d", len(wins), want)
	}
	for key, n := range wins {
		if n != 1 {
			t.Errorf("%s was put %d times", key, n)
		}
	}
	facts, err := a.store.TaskFacts(t.Context(), e.Version.ID)
	if err != nil {
		t.Fatal(err)
	}
	written := uncounted
	for _, f := range facts {
		written += f.Written
	}
	if written != len(wins) {
		t.Errorf("%d were written, and there are %d", written, len(wins))
	}
}

func TestAnAskBeforeARunningTaskMakesOnlyTheHead(t *testing.T) {
	t.Parallel()
	a := viewers(t, nil)
	at, release := a.disk.pause(rung + "/4.m4s")
	defer release()
	tail := a.asks(t.Context(), t, "one", rung, 4)
	<-at
	head := a.asks(t.Context(), t, "two", rung, 2)
	release()
	none(t, tail, head)
	a.calm(t)
	if got := a.stage.seen(); len(got) < 2 || got[0] != (run{rung, 4, 3}) || got[1] != (run{rung, 2, 2}) {
		t.Errorf("ran %v", got)
	}
}

func TestATaskYieldsAfterASegmentWhenAnotherViewerWaits(t *testing.T) {
	t.Parallel()
	a := viewers(t, nil)
	at, release := a.disk.pause(rung + "/2.m4s")
	defer release()
	one := a.asks(t.Context(), t, "one", rung, 2)
	<-at
	two := a.asks(t.Context(), t, "two", rung, 14)
	release()
	none(t, one, two)
	a.calm(t)
	if got, want := a.stage.seen(), []run{{rung, 2, 5}, {rung, 14, 5}}; !slices.Equal(got, want) {
		t.Errorf("ran %v, want %v", got, want)
	}
	if a.has(t, rung, 3) {
		t.Error("the first task went on while another viewer waited")
	}
}

func TestAViewerWithManyAsksDoesNotStarveAnother(t *testing.T) {
	t.Parallel()
	a := viewers(t, nil)
	at, release := a.disk.pause(rung + "/1.m4s")
	defer release()
	many := []<-chan error{a.asks(t.Context(), t, "many", rung, 1)}
	<-at
	for _, number := range []int{8, 14} {
		many = append(many, a.asks(t.Context(), t, "many", rung, number))
	}
	one := a.asks(t.Context(), t, "one", rung, 20)
	release()
	none(t, one)
	none(t, many...)
	if got := a.stage.seen(); len(got) < 4 || got[1].first != 20 {
		t.Errorf("ran %v: the viewer with one ask is not the second", got)
	}
}

func TestAFullQueueSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	a := viewers(t, func(o *pipeline.Options) { o.MaxAsks = 2 })
	at, release := a.disk.pause(rung + "/1.m4s")
	defer release()
	one := a.asks(t.Context(), t, "one", rung, 1)
	<-at
	two := a.asks(t.Context(), t, "two", rung, 8)
	err := a.EnsureSegment(t.Context(), a.segment(rung, 14), "three") // the gate is closed: it cannot have waited for its turn
	if e, ok := errors.AsType[*errs.Error](err); !ok || e.Kind != errs.Busy || e.Code != "segment_busy" || e.RetryAfter < time.Second {
		t.Errorf("the third got %+v", err)
	}
	release()
	none(t, one, two)
}

func TestWhatNobodyWaitsForIsNotMade(t *testing.T) {
	t.Parallel()
	a := viewers(t, nil)
	at, release := a.disk.pause(rung + "/1.m4s")
	defer release()
	one := a.asks(t.Context(), t, "one", rung, 1)
	<-at
	ctx, cancel := context.WithCancel(t.Context())
	two := a.asks(ctx, t, "two", rung, 8)
	if n := a.demandTasks(t); n != 2 {
		t.Errorf("%d demand tasks", n)
	}
	cancel()
	if err := <-two; !errors.Is(err, context.Canceled) {
		t.Errorf("the cancelled request got %v", err)
	}
	if n := a.demandTasks(t); n != 1 {
		t.Errorf("%d demand tasks after one was cancelled", n)
	}
	release()
	none(t, one)
	a.calm(t)
	if a.has(t, rung, 8) {
		t.Error("it was made for nobody")
	}
}

func TestAViewerWhoWaitedTooLongKeepsThePlace(t *testing.T) {
	t.Parallel()
	a := viewers(t, nil)
	at, release := a.disk.pause(rung + "/1.m4s")
	defer release()
	one := a.asks(t.Context(), t, "one", rung, 1)
	<-at
	err := a.EnsureSegment(t.Context(), a.segment(rung, 8), "two")
	if e, ok := errors.AsType[*errs.Error](err); !ok || e.Kind != errs.Busy || e.RetryAfter < time.Second || e.RetryAfter > 10*time.Second {
		t.Errorf("after its patience the second got %v", err)
	}
	if n := a.demandTasks(t); n != 2 {
		t.Errorf("%d demand tasks while a viewer is away for a moment", n)
	}
	other := a.asks(t.Context(), t, "two", rung, 14) // it wants another part of the video now
	if n := a.demandTasks(t); n != 2 {
		t.Errorf("%d demand tasks after it sought elsewhere", n)
	}
	release()
	none(t, one, other)
}

func TestADemandTaskThatGoesWrongHarmsNothing(t *testing.T) {
	t.Parallel()
	a := viewers(t, nil)
	a.stage.mu.Lock()
	a.stage.fails = func(r run) error {
		if r.first == 8 {
			return fmt.Errorf("short: %w", packaging.ErrSpan)
		}
		return nil
	}
	a.stage.mu.Unlock()
	err := a.EnsureSegment(t.Context(), a.segment(rung, 8), "one")
	if e, ok := errors.AsType[*errs.Error](err); !ok || e.Kind != errs.Busy || e.RetryAfter <= 0 {
		t.Errorf("the viewer got %v", err)
	}
	a.calm(t)
	tried := len(a.stage.seen())
	if err := a.EnsureSegment(t.Context(), a.segment(rung, 9), "two"); !errs.Is(err, errs.Busy) {
		t.Errorf("the next viewer got %v", err)
	}
	if n := len(a.stage.seen()); n != tried {
		t.Errorf("it was tried %d times, and then %d times", tried, n)
	}
	if v := a.video; v.State != library.Playable {
		t.Errorf("the video is %s", v.State)
	}
	a.rows.later.Store(false)
	a.waitFor(t, a.video.ID, library.Ready)
}

func TestTwoServersMakeASegmentOnce(t *testing.T) {
	t.Parallel()
	folder, address := t.TempDir(), testkit.Postgres(t)
	two := func(o *pipeline.Options) { o.Lease = time.Minute }
	first := setupOn(t, folder, address, ffmpeg.Options{}, chunksOfSix(two))
	second := setupOn(t, folder, address, ffmpeg.Options{}, chunksOfSix(two))
	first.shared, second.shared = true, true
	second.rows.later.Store(true)
	second.start(t)
	a := viewersOn(t, first)
	b := &audience{second, a.video}
	b.stage.forget()
	var all sync.WaitGroup
	for i, x := range []*audience{a, b, a, b, a, b, a, b} {
		all.Go(func() {
			for _, number := range []int{8, 14, 20} {
				if err := x.wait(t.Context(), fmt.Sprint(i), rung, number); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	a.calm(t)
	wins := a.disk.wins()
	for key, n := range b.disk.wins() {
		wins[key] += n
	}
	for key, n := range wins {
		if n != 1 && strings.Contains(key, rung) {
			t.Errorf("%s was put %d times", key, n)
		}
	}
	starts := map[run]int{}
	for _, r := range append(a.stage.seen(), b.stage.seen()...) {
		if starts[r]++; starts[r] > 1 {
			t.Errorf("%v was run %d times", r, starts[r])
		}
	}
	for number := range 25 {
		if !a.has(t, rung, number) {
			continue
		}
		data, err := readSegment(t, a, number)
		if err != nil || len(data) == 0 {
			t.Errorf("segment %d: %d bytes, %v", number, len(data), err)
		}
	}
}

func readSegment(t *testing.T, a *audience, number int) ([]byte, error) {
	t.Helper()
	object, err := a.objects.Open(t.Context(), blob.SegmentKey(a.segment(rung, number)))
	if err != nil {
		return nil, err
	}
	defer object.Close()
	return io.ReadAll(object)
}
