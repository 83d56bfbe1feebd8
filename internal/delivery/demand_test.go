package delivery_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/testkit"
)

// maker makes what it is told to. Without work nothing can be made, as if the plan had no such segment.
type maker struct {
	work func(context.Context, ids.Segment) error

	mu    sync.Mutex
	asked []string // who
	ended int
}

func (m *maker) EnsureSegment(ctx context.Context, s ids.Segment, viewer string) error {
	m.mu.Lock()
	m.asked = append(m.asked, viewer)
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.ended++
	}()
	if m.work == nil {
		return errs.Missing("segment")
	}
	return m.work(ctx, s)
}

func (m *maker) count() (asked []string, ended int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.asked), m.ended
}

// makes has the maker put the bytes into the store, as the pipeline does.
func (o *origin) makes(data []byte) {
	o.maker.work = func(ctx context.Context, s ids.Segment) error {
		_, err := o.files.PutIfAbsent(ctx, blob.SegmentKey(s), data)
		return err
	}
}

func TestASegmentThatDoesNotExistIsMade(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, method, ranged, body string
		status                     int
	}{
		{"asked for whole", "GET", "", "made when asked", 200},
		{"asked for a part", "GET", "bytes=5-8", "when", 206},
		{"asked for its head", "HEAD", "", "", 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := setup(t)
			o.makes([]byte("made when asked"))
			a := o.do(tt.method, o.public+"h264-360/1.m4s", "Range", tt.ranged)
			if a.status != tt.status || a.body != tt.body {
				t.Fatalf("it answers %d %q", a.status, a.body)
			}
			if got := a.header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
				t.Errorf("Cache-Control is %q", got)
			}
			again := o.do("GET", o.public+"h264-360/1.m4s")
			if asked, _ := o.maker.count(); len(asked) != 1 || again.body != "made when asked" || again.header.Get("Etag") != a.header.Get("Etag") {
				t.Errorf("asked %d times; the second answer is %d %q", len(asked), again.status, again.body)
			}
		})
	}
}

func TestWhatAnotherMadeFirstIsServed(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.maker.work = func(ctx context.Context, s ids.Segment) error {
		if _, err := o.files.PutIfAbsent(ctx, blob.SegmentKey(s), []byte("the winner's")); err != nil {
			return err
		}
		_, err := o.files.PutIfAbsent(ctx, blob.SegmentKey(s), []byte("the loser's"))
		return err
	}
	if a := o.do("GET", o.public+"h264-360/1.m4s"); a.body != "the winner's" {
		t.Errorf("%d %q", a.status, a.body)
	}
}

func TestOnlyOfferedSegmentsAreMade(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.makes([]byte("x"))
	for _, path := range []string{
		o.public + "h264-1080/1.m4s", o.public + "h264-480/0.m4s", o.public + "h264-360/init.mp4x", o.public + "audio-1/00.m4s",
		o.public + "poster-0000000000000000000000aa.jpg", o.public + "subtitles/none.vtt", o.private + "h264-360/1.m4s",
	} {
		if a := o.do("GET", path); a.status != 404 {
			t.Errorf("%s answers %d", path, a.status)
		}
	}
	if asked, _ := o.maker.count(); len(asked) != 0 {
		t.Errorf("the maker was asked %d times", len(asked))
	}
}

func TestASegmentThatCannotBeMadeInTimeSaysWhenToAskAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		after time.Duration
		want  string
	}{{"a time", 7 * time.Second, "7"}, {"no time", 0, "1"}, {"a part of a second", time.Millisecond, "1"}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := setup(t)
			o.maker.work = func(context.Context, ids.Segment) error {
				return &errs.Error{Kind: errs.Busy, Message: "Others are before you.", RetryAfter: tt.after}
			}
			for _, method := range []string{"GET", "HEAD"} {
				a := o.do(method, o.public+"h264-360/1.m4s")
				if a.status != 503 || a.header.Get("Retry-After") != tt.want || a.header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s answers %d %v", method, a.status, a.header)
				}
				if a.header.Get("Access-Control-Allow-Origin") != "*" || a.header.Get("Etag") != "" {
					t.Errorf("%s answers with %v", method, a.header)
				}
			}
			if a := o.do("GET", o.public+"h264-360/1.m4s"); !bytes.Contains([]byte(a.body), []byte(`"segment_busy"`)) {
				t.Errorf("the body is %s", a.body)
			}
		})
	}
}

func TestAFaultOfTheMakerIsNotAbsence(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.maker.work = func(context.Context, ids.Segment) error { return errors.New("boom") }
	if a := o.do("GET", o.public+"h264-360/1.m4s"); a.status != 500 || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", a.status, a.header)
	}
}

func TestWhoeverLeavesIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	o := setup(t)
	asked := make(chan struct{})
	o.maker.work = func(ctx context.Context, _ ids.Segment) error {
		close(asked)
		<-ctx.Done()
		return ctx.Err()
	}
	ctx, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, o.server.URL+o.public+"h264-360/1.m4s", nil)
	must(t, err)
	go func() {
		<-asked
		leave()
	}()
	if answer, err := o.server.Client().Do(r); err == nil {
		_ = answer.Body.Close()
		t.Fatal("an answer came")
	}
	testkit.Eventually(t, time.Minute, func() bool {
		_, ended := o.maker.count()
		return ended == 1
	})
}

func TestTheMakerTellsViewersApart(t *testing.T) {
	t.Parallel()
	o := setup(t)
	for _, headers := range [][]string{
		{"X-User", owner},
		{"X-User", owner, "User-Agent", "another"},
		{"User-Agent", "one"},
		{"User-Agent", "one"},
		{"User-Agent", "another"},
		{"User-Agent", "one", "X-Address", "192.0.2.7"},
	} {
		o.do("GET", o.public+"h264-360/1.m4s", headers...)
	}
	asked, _ := o.maker.count()
	if len(asked) != 6 || asked[0] != owner || asked[1] != owner || asked[2] != asked[3] || asked[2] == asked[4] || asked[2] == asked[5] || asked[4] == asked[5] {
		t.Errorf("their names are %q", asked)
	}
}

func addressOf(r *http.Request) string { return r.Header.Get("X-Address") }
