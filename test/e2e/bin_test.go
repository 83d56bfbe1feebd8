package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"matinee/internal/testkit/clips"
)

func TestABinnedVideoIsNothingToAnybody(t *testing.T) { //nolint:paralleltest // it wants both cores
	s := newFolder(t).start()
	owner := s.account("owner", "uploader")
	ownerToken := []string{"Authorization", "Bearer " + s.token("owner")}
	s.account("other", "uploader")
	video := upload(t, owner, canary, "public", clips.Path(t, clips.Silent))
	awaitReady(t, owner, video.ID)
	playback, err := owner.Playback(t.Context(), video.ID)
	if err != nil {
		t.Fatal(err)
	}
	media := crawl(t, playback)
	if err := owner.BinVideo(t.Context(), video.ID); err != nil {
		t.Fatal(err)
	}
	for name, credentials := range map[string][]string{
		"a stranger": nil, "another uploader": {"Authorization", "Bearer " + s.token("other")}, "its owner": ownerToken,
	} {
		t.Run(name, func(t *testing.T) {
			for _, route := range append(routeTable(t, s), rawRoutes()...) {
				if name == "its owner" && strings.HasSuffix(route.path, "/restore") {
					continue
				}
				wantNothing(t, s, route, video.ID, credentials)
			}
			wantNoMedia(t, media, credentials)
			if page := fetch(t, http.MethodGet, s.url+"/w/"+video.ID, nil, credentials...); page.status == http.StatusOK {
				t.Error("its page opens")
			}
		})
	}
	t.Run("restored it is what it was", func(t *testing.T) {
		if v, err := owner.RestoreVideo(t.Context(), video.ID); err != nil || v.Title != canary || v.State != "ready" {
			t.Fatalf("restored: %+v, %v", v, err)
		}
		crawl(t, playback)
	})
	t.Run("purged out of the bin no byte and no way back is left", func(t *testing.T) {
		if err := owner.BinVideo(t.Context(), video.ID); err != nil {
			t.Fatal(err)
		}
		if err := owner.PurgeVideo(t.Context(), video.ID); err != nil {
			t.Fatal(err)
		}
		for _, route := range routeTable(t, s) {
			wantNothing(t, s, route, video.ID, ownerToken)
		}
		wantNoMedia(t, media, ownerToken)
		eventually(t, patience, "every byte of the video goes", func() bool { return !exists(s.data("media", "v", video.ID)) })
	})
	s.stop()
}
