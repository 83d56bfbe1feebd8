package database_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/database"
	"matinee/internal/ids"
	"matinee/internal/library"
)

// TestListsHoldExactlyWhatCanAllows holds the SQL reading of the rules equal to Can, over generated worlds.
func TestListsHoldExactlyWhatCanAllows(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewLibrary(db)
		viewers := newViewers()
		videos := newVideos(t, s, viewers, 90)
		for _, v := range viewers {
			for _, action := range []access.Action{access.ListVideo, access.EditVideo, access.DeleteVideo} {
				var want []ids.VideoID
				for _, video := range videos {
					if access.Can(v, action, factsOf(video), noon).OK {
						want = append(want, video.ID)
					}
				}
				if got := listed(t, s, access.ReachOf(v, action, noon)); !slices.Equal(got, want) {
					t.Errorf("%s by %+v: the list holds %d videos, Can allows %d", action, v, len(got), len(want))
				}
			}
		}
	})
}

func TestAChangedVisibilityMovesAVideoInAndOutOfLists(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewLibrary(db)
		video := newVideo(ids.New[ids.UserID](), access.Private, library.Ready, noon)
		if err := s.CreateVideo(t.Context(), video); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			to   access.Visibility
			want int
		}{{access.Public, 1}, {access.Public, 1}, {access.Unlisted, 0}, {access.Public, 1}, {access.Private, 0}} {
			if err := s.UpdateVideo(t.Context(), video.ID, library.Patch{Visibility: &step.to}, noon); err != nil {
				t.Fatal(err)
			}
			if got := listed(t, s, access.ReachOf(access.Viewer{}, access.ListVideo, noon)); len(got) != step.want {
				t.Errorf("%s: a stranger's list holds %d videos", step.to, len(got))
			}
		}
	})
}

func TestAReachOfNothingHoldsNothing(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewLibrary(db)
		if err := s.CreateVideo(t.Context(), newVideo("", access.Public, library.Ready, noon)); err != nil {
			t.Fatal(err)
		}
		for name, reach := range map[string]access.Reach{"zero": {}, "unknown subjects": {Subjects: []access.Subject{"group:a", "role:b'--"}}} {
			if got := listed(t, s, reach); len(got) != 0 {
				t.Errorf("%s: %d videos", name, len(got))
			}
		}
	})
}

func newViewers() []access.Viewer {
	viewers := []access.Viewer{{}, {Local: true}}
	for _, role := range access.Roles() {
		viewers = append(viewers, access.Viewer{User: ids.New[ids.UserID](), Role: role}, access.Viewer{User: ids.New[ids.UserID](), Role: role})
	}
	return viewers
}

// newVideos stores n videos of every owner, visibility and state, and returns them, the newest first.
func newVideos(t *testing.T, s *database.Library, viewers []access.Viewer, n int) []library.Video {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	states := []library.State{library.Waiting, library.Uploading, library.Processing, library.Playable, library.Ready, library.Failed}
	var videos []library.Video
	for i := range n {
		video := newVideo(viewers[random.IntN(len(viewers))].User, access.Visibilities()[random.IntN(3)], states[random.IntN(len(states))],
			noon.Add(time.Duration(i)*time.Second))
		if err := s.CreateVideo(t.Context(), video); err != nil {
			t.Fatal(err)
		}
		videos = append(videos, video)
	}
	slices.Reverse(videos)
	return videos
}

func newVideo(owner ids.UserID, v access.Visibility, state library.State, at time.Time) library.Video {
	return library.Video{
		ID: ids.New[ids.VideoID](), Owner: library.Owner{ID: owner}, Title: "A video", Visibility: v, State: state, CreatedAt: at, UpdatedAt: at,
	}
}

func factsOf(v library.Video) access.Facts {
	return access.Facts{Owner: v.Owner.ID, Visibility: v.Visibility, Watchable: v.State.Watchable()}
}

func listed(t *testing.T, s *database.Library, reach access.Reach) []ids.VideoID {
	t.Helper()
	page, err := s.Videos(t.Context(), reach, library.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	var found []ids.VideoID
	for _, v := range page.Videos {
		found = append(found, v.ID)
	}
	return found
}
