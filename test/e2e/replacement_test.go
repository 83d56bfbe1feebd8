package e2e_test

import (
	"crypto/sha256"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"matinee/client"
	"matinee/internal/testkit/clips"
)

// audience is a player that opened a video once and goes on reading all that its master named.
type audience struct {
	held   map[string][sha256.Size]byte // address: what it was at first
	rounds atomic.Int64                 // how often everything was read
	stop   chan struct{}
	done   chan error
}

// watchOn begins to read everything that a presentation names, over and over.
func watchOn(t *testing.T, p client.Playback) *audience {
	t.Helper()
	a := &audience{held: map[string][sha256.Size]byte{}, stop: make(chan struct{}), done: make(chan error, 1)}
	for _, at := range crawl(t, p).objects {
		a.held[at] = sha256.Sum256([]byte(fetchOK(t, at)))
	}
	go func() { a.done <- a.read() }()
	t.Cleanup(func() { a.end(t) })
	return a
}

func (a *audience) read() error {
	for {
		for _, at := range slices.Sorted(maps.Keys(a.held)) {
			select {
			case <-a.stop:
				return nil
			default:
			}
			if sum, err := sumOf(at); err != nil || sum != a.held[at] {
				return errors.Join(errors.New(at+" is not what it was"), err)
			}
		}
		a.rounds.Add(1)
	}
}

func sumOf(at string) (sum [sha256.Size]byte, err error) {
	response, err := http.Get(at)
	if err != nil {
		return sum, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return sum, errors.New(response.Status)
	}
	body, err := io.ReadAll(response.Body)
	return sha256.Sum256(body), err
}

// wantRounds waits until everything was read so many times more.
func (a *audience) wantRounds(t *testing.T, more int64) {
	t.Helper()
	until := a.rounds.Load() + more + 1 // one is under way
	eventually(t, readyWithin, "somebody reads on", func() bool {
		select {
		case err := <-a.done:
			t.Fatalf("a viewer was interrupted: %v", err)
		default:
		}
		return a.rounds.Load() >= until
	})
}

func (a *audience) end(t *testing.T) {
	t.Helper()
	select {
	case <-a.stop:
		return
	default:
	}
	close(a.stop)
	if err := <-a.done; err != nil {
		t.Errorf("a viewer was interrupted: %v", err)
	}
}

// replace gives a video another file by a grant of its own.
func replace(t *testing.T, c *client.Client, id, path string) client.Upload {
	t.Helper()
	grant, err := c.CreateVersion(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	put(t, c, client.Video{ID: id, Upload: &grant}, path)
	return grant
}

// wantWatchable is one look at a video that must never stop to be playable.
func wantWatchable(t *testing.T, c *client.Client, id string) client.Video {
	t.Helper()
	v, err := c.Video(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if v.State != "ready" && v.State != "playable" {
		t.Fatalf("the video that plays is %s: %+v", v.State, v)
	}
	return v
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if p, ok := err.(*client.Problem); !ok || p.Code != code { //nolint:errorlint // the client documents that it returns exactly this
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestAReplacementInterruptsNobody(t *testing.T) {
	t.Parallel()
	s := newFolder(t).start()
	owner := s.account("owner", "uploader")
	video := uploadClip(t, owner, clips.LateAudio, "public")
	awaitReady(t, owner, video.ID)
	before, err := owner.Playback(t.Context(), video.ID)
	if err != nil {
		t.Fatal(err)
	}
	viewer := watchOn(t, before)

	grant := replace(t, owner, video.ID, clips.Path(t, clips.Silent))
	now := before
	eventually(t, readyWithin, "the new version takes over", func() bool {
		wantWatchable(t, s.stranger(), video.ID)
		if now, err = s.stranger().Playback(t.Context(), video.ID); err != nil {
			t.Fatalf("somebody who comes now cannot play it: %v", err)
		}
		return now.HLS != before.HLS
	})
	viewer.wantRounds(t, 2)
	if v := awaitReady(t, owner, video.ID); v.Replacement != nil {
		t.Errorf("it is over and told: %+v", v.Replacement)
	}
	presentationOf(t, owner, video.ID).wantExact(t)
	viewer.wantRounds(t, 1)

	list, err := owner.Versions(t.Context(), video.ID)
	if err != nil || len(list) != 2 || !list[0].Current || list[0].State != "ready" || list[1].Current || list[1].RetireAt.IsZero() {
		t.Fatalf("versions %+v, %v", list, err)
	}
	if v, err := s.stranger().Video(t.Context(), video.ID); err != nil || v.Replacement != nil {
		t.Errorf("a stranger is told %+v, %v", v.Replacement, err)
	}
	_, err = owner.PutSource(t.Context(), grant.PutURL, http.NoBody, 0)
	wantCode(t, err, "upload_spent")

	viewer.end(t)
	was := s.url
	s.kill()
	s = s.folder.start()
	owner = client.New(s.url, s.token("owner"))
	for at, sum := range viewer.held { // the old one still answers
		if got, err := sumOf(strings.Replace(at, was, s.url, 1)); err != nil || got != sum {
			t.Errorf("after a start %s is not what it was: %v", at, err)
		}
	}
	if err := owner.GiveUpVersion(t.Context(), video.ID, list[1].ID); err != nil { // nobody needs it any more
		t.Fatal(err)
	}
	for at := range viewer.held {
		if got := fetch(t, http.MethodGet, strings.Replace(at, was, s.url, 1), nil).status; got != http.StatusNotFound {
			t.Errorf("%s answers %d", at, got)
		}
	}
	eventually(t, patience, "its files are gone", func() bool { return !exists(s.data("media", "v", video.ID, list[1].ID)) })
	presentationOf(t, owner, video.ID).wantExact(t)
	s.stop()
}

func TestAReplacementThatIsNoVideoLeavesAllAsItWas(t *testing.T) {
	t.Parallel()
	s := newFolder(t).start()
	owner := s.account("owner", "uploader")
	video := uploadClip(t, owner, clips.Silent, "public")
	awaitReady(t, owner, video.ID)
	before := presentationOf(t, owner, video.ID)
	viewer := watchOn(t, before.playback)

	replace(t, owner, video.ID, clips.Path(t, clips.Text))
	var v client.Video
	eventually(t, readyWithin, "the replacement is refused", func() bool {
		v = wantWatchable(t, owner, video.ID)
		return v.Replacement != nil && v.Replacement.State == "failed"
	})
	if v.State != "ready" || v.Error != nil || v.Replacement.Error == nil || v.Replacement.Error.Code != "not_a_video" || v.Replacement.Error.Next == "" {
		t.Errorf("the owner is told %+v, %+v", v, v.Replacement)
	}
	viewer.wantRounds(t, 1)
	viewer.end(t)
	after := presentationOf(t, owner, video.ID)
	if after.playback.HLS != before.playback.HLS || after.encoding.Version != before.encoding.Version {
		t.Errorf("it plays %s, before it was %s", after.playback.HLS, before.playback.HLS)
	}
	list, err := owner.Versions(t.Context(), video.ID)
	if err != nil || len(list) != 2 || list[0].State != "failed" || !list[1].Current {
		t.Fatalf("versions %+v, %v", list, err)
	}
	wantCode(t, owner.GiveUpVersion(t.Context(), video.ID, list[1].ID), "version_shown")
	if err := owner.GiveUpVersion(t.Context(), video.ID, list[0].ID); err != nil {
		t.Fatal(err)
	}
	if v := wantWatchable(t, owner, video.ID); v.Replacement != nil {
		t.Errorf("it was given up and is told: %+v", v.Replacement)
	}
	eventually(t, patience, "its file is gone", func() bool {
		_, err := os.Stat(s.data("media", "v", video.ID, "sources", list[0].ID))
		return errors.Is(err, os.ErrNotExist)
	})
	after.wantExact(t)
	s.stop()
}

func TestAVersionThatIsReplacedBeforeItIsReadyIsWholeForWhoWatchesIt(t *testing.T) {
	t.Parallel()
	s := newFolder(t).start()
	owner := s.account("owner", "uploader")
	video := uploadClip(t, owner, clips.TransportHEVC, "public")
	eventually(t, readyWithin, "it can be played", func() bool {
		v, err := owner.Video(t.Context(), video.ID)
		if err != nil || v.State == "failed" {
			t.Fatalf("the video is %+v, %v", v, err)
		}
		return v.State == "playable" || v.State == "ready"
	})
	before, err := owner.Playback(t.Context(), video.ID)
	if err != nil {
		t.Fatal(err)
	}
	named := slices.DeleteFunc(crawl(t, before).objects, func(at string) bool { return at == "" }) // its poster may come later
	replace(t, owner, video.ID, clips.Path(t, clips.Silent))
	eventually(t, readyWithin, "the new version takes over", func() bool {
		wantWatchable(t, owner, video.ID)
		now, err := owner.Playback(t.Context(), video.ID)
		if err != nil {
			t.Fatal(err)
		}
		return now.HLS != before.HLS
	})
	for _, at := range named {
		eventually(t, readyWithin, at+" is there", func() bool {
			got := fetch(t, http.MethodGet, at, nil)
			if got.status != http.StatusOK && got.status != http.StatusServiceUnavailable {
				t.Fatalf("%s answers %d %s", at, got.status, got.body)
			}
			return got.status == http.StatusOK
		})
	}
	awaitReady(t, owner, video.ID)
	presentationOf(t, owner, video.ID).wantExact(t)
	s.stop()
}

func TestAReplacementGoesOnAfterAKill(t *testing.T) {
	t.Parallel()
	s := newFolder(t).start()
	owner := s.account("owner", "uploader")
	video := uploadClip(t, owner, clips.Silent, "public")
	awaitReady(t, owner, video.ID)
	before := presentationOf(t, owner, video.ID)
	replace(t, owner, video.ID, clips.Path(t, clips.LateAudio))
	s.kill()
	s = s.folder.start()
	owner = client.New(s.url, s.token("owner"))
	eventually(t, readyWithin, "the new version takes over", func() bool {
		wantWatchable(t, owner, video.ID)
		list, err := owner.Versions(t.Context(), video.ID)
		if err != nil || len(list) != 2 {
			t.Fatalf("versions %+v, %v", list, err)
		}
		return list[0].Current && list[1].ID == before.encoding.Version
	})
	awaitReady(t, owner, video.ID)
	presentationOf(t, owner, video.ID).wantExact(t)
	s.stop()
}
