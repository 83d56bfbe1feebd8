package delivery_test

import (
	"strings"
	"testing"
	"time"

	"matinee/internal/blob"
	"matinee/internal/delivery"
	"matinee/internal/events"
	"matinee/internal/ids"
	"matinee/internal/packaging"
)

// change replaces what the catalogue says of a version, as a transaction does.
func (o *origin) change(base string, how func(*delivery.Media)) {
	o.t.Helper()
	_, version := o.idsOf(base)
	o.media.mu.Lock()
	defer o.media.mu.Unlock()
	now := *o.media.kept[version]
	how(&now)
	o.media.kept[version] = &now
}

func (o *origin) idsOf(base string) (ids.VideoID, ids.VersionID) {
	parts := strings.Split(base, "/")
	return ids.VideoID(parts[2]), ids.VersionID(parts[3])
}

// asks returns how often the catalogue is asked while work runs.
func (o *origin) asks(work func()) int {
	count := func() int {
		o.media.mu.Lock()
		defer o.media.mu.Unlock()
		return o.media.asked
	}
	before := count()
	work()
	return count() - before
}

// want holds a segment of the version to a status.
func (o *origin) want(base string, status int) {
	o.t.Helper()
	if a := o.do("GET", base+"h264-360/0.m4s"); a.status != status {
		o.t.Errorf("a segment answers %d, want %d", a.status, status)
	}
}

func TestPublicMediaAreAskedForOnceAndPrivateOnesEachTime(t *testing.T) {
	t.Parallel()
	o := setup(t)
	several := func(base string, headers ...string) func() {
		return func() {
			for range 5 {
				if a := o.do("GET", base+"h264-360/0.m4s", headers...); a.status != 200 {
					t.Errorf("a segment answers %d", a.status)
				}
			}
		}
	}
	if n := o.asks(several(o.public)); n != 1 {
		t.Errorf("the catalogue was asked %d times for public media", n)
	}
	if n := o.asks(several(o.private, "X-User", owner)); n != 5 {
		t.Errorf("the catalogue was asked %d times for private media", n)
	}
	if n := o.asks(func() { o.do("GET", o.public+"master.m3u8"); o.do("GET", o.public+"h264-360.m3u8") }); n != 2 {
		t.Errorf("the catalogue was asked %d times for two playlists", n)
	}
}

func TestMediaThatBecomePrivateStopAtOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		tell func(*events.Hub, ids.VideoID)
	}{
		{"when the change is told", func(h *events.Hub, v ids.VideoID) { h.Publish(events.State, v) }},
		{"when the end is told", func(h *events.Hub, v ids.VideoID) { h.Publish(events.Deleted, v) }},
		{"when a listener has missed something", func(h *events.Hub, _ ids.VideoID) {
			for range 2000 {
				h.Publish(events.Progress, ids.New[ids.VideoID]())
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := setup(t)
			video, _ := o.idsOf(o.public)
			o.want(o.public, 200)
			o.change(o.public, func(m *delivery.Media) { m.Public = false })
			tt.tell(o.hub, video)
			o.want(o.public, 404)
			if a := o.do("GET", o.public+"h264-360/0.m4s", "X-User", owner); a.status != 200 || a.header.Get("Cache-Control") != "private, max-age=31536000, immutable" {
				t.Errorf("the owner gets %d %v", a.status, a.header)
			}
			o.want(o.public, 404)
		})
	}
}

func TestWhatAnotherProcessChangedIsNoticedWithinASecond(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.want(o.public, 200)
	o.change(o.public, func(m *delivery.Media) { m.Public = false })
	o.ahead.Add(int64(time.Second) - 1)
	o.want(o.public, 200) // nobody has told
	o.ahead.Add(1)
	o.want(o.public, 404)
}

func TestARefusalIsNotRemembered(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.want(o.private, 404)
	o.change(o.private, func(m *delivery.Media) { m.Public = true })
	o.want(o.private, 200)
}

func TestWhatWasReadBeforeAChangeIsNotRememberedAfterIt(t *testing.T) {
	t.Parallel()
	o := setup(t)
	video, _ := o.idsOf(o.public)
	o.media.during = func() {
		o.change(o.public, func(m *delivery.Media) { m.Public = false })
		o.hub.Publish(events.State, video)
	}
	o.want(o.public, 200) // it came before
	o.want(o.public, 404)
}

func TestOtherNewsDoNotCostAQuestion(t *testing.T) {
	t.Parallel()
	o := setup(t)
	video, _ := o.idsOf(o.public)
	o.want(o.public, 200)
	n := o.asks(func() {
		o.hub.Publish(events.Progress, video)
		o.want(o.public, 200)
		o.hub.Publish(events.State, ids.New[ids.VideoID]())
		o.want(o.public, 200)
	})
	if n != 0 {
		t.Errorf("the catalogue was asked %d times", n)
	}
}

func TestATrackIsServedAsSoonAsItIsOffered(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.want(o.public, 200)
	if a := o.do("GET", o.public+"h264-1080/0.m4s"); a.status != 404 {
		t.Fatalf("a track that is not offered answers %d", a.status)
	}
	o.change(o.public, func(m *delivery.Media) {
		m.Presentation.Tracks = append(m.Presentation.Tracks[:1:1], packaging.Track{ID: "h264-1080"})
	})
	if a := o.do("GET", o.public+"h264-1080/0.m4s"); a.status != 200 {
		t.Errorf("a new track answers %d", a.status)
	}
}

func TestWrongCredentialsAreRefusedWhateverIsRemembered(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.want(o.public, 200)
	if a := o.do("GET", o.public+"h264-360/0.m4s", "Authorization", "wrong"); a.status != 401 {
		t.Errorf("wrong credentials: %d", a.status)
	}
}

func TestABinnedVideoEndsWithItsFilesStillOpen(t *testing.T) {
	t.Parallel()
	o := setup(t)
	video, version := o.idsOf(o.public)
	o.want(o.public, 200)
	o.media.mu.Lock()
	delete(o.media.kept, version)
	o.media.mu.Unlock()
	must(t, o.files.DeletePrefix(t.Context(), blob.VersionPrefix(video, version)))
	o.hub.Publish(events.Deleted, video)
	o.want(o.public, 404)
}
