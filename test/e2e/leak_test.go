package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"matinee/client"
	"matinee/internal/testkit/clips"
)

const (
	canary = "canary in a coal mine"
	// nobody is an id that no video has.
	nobody = "0000000000000000000000"
)

// apiRoute is one line of the route table as the OpenAPI document gives it.
type apiRoute struct{ method, path, permission string }

// routeTable reads every route of the API from the document that the server publishes.
func routeTable(t *testing.T, s *server) (routes []apiRoute) {
	t.Helper()
	var document struct {
		Paths map[string]map[string]struct {
			Permission string `yaml:"x-permission"`
		} `yaml:"paths"`
	}
	if err := yaml.Unmarshal([]byte(fetchOK(t, s.url+"/openapi.yaml")), &document); err != nil {
		t.Fatal(err)
	}
	for path, methods := range document.Paths {
		for method, op := range methods {
			if path == "/api/v1/auth/session" && method == "delete" || path == "/api/v1/events" {
				continue // it would sign the caller out, who has more to ask; it never ends
			}
			if path == "/api/v1/events" {
				continue // it never ends; rawRoutes has the one of a video
			}
			routes = append(routes, apiRoute{strings.ToUpper(method), path, op.Permission})
		}
	}
	if len(routes) < 20 {
		t.Fatalf("the document has %d routes only", len(routes))
	}
	return routes
}

// bodyOf is what a route takes: the least that it does not refuse for its form.
func bodyOf(route apiRoute) string {
	if strings.HasSuffix(route.path, "/password") {
		return `{"password": "a password of nobody"}`
	}
	return "{}"
}

// rawRoutes are those of a video that the document does not hold, or not in this way: they carry files or never end.
func rawRoutes() []apiRoute {
	return []apiRoute{
		{"PUT", "/api/v1/videos/{id}/source", "signed-in"},
		{"GET", "/api/v1/events?video={id}", "public"},
	}
}

func TestAPrivateVideoIsNothingToStrangers(t *testing.T) { //nolint:paralleltest // it wants both cores
	s := newFolder(t).start()
	owner := s.account("owner", "uploader")
	ownerToken := "Bearer " + s.token("owner")
	private := upload(t, owner, canary, "private", clips.Path(t, clips.Silent))
	public := upload(t, owner, "for all", "public", clips.Path(t, clips.Silent))
	awaitReady(t, owner, private.ID)
	awaitReady(t, owner, public.ID)
	playback, err := owner.Playback(t.Context(), private.ID)
	if err != nil {
		t.Fatal(err)
	}
	media := crawl(t, playback, "Authorization", ownerToken)
	s.account("reader", "viewer")
	s.account("other", "uploader")
	callers := map[string][]string{
		"a stranger": nil, "a viewer": {"Authorization", "Bearer " + s.token("reader")}, "another uploader": {"Authorization", "Bearer " + s.token("other")},
	}
	for name, credentials := range callers {
		t.Run(name, func(t *testing.T) {
			for _, route := range append(routeTable(t, s), rawRoutes()...) {
				wantNothing(t, s, route, private.ID, credentials)
			}
			wantNoMedia(t, media, credentials)
			if page := fetch(t, http.MethodGet, s.url+"/w/"+private.ID, nil, credentials...); page.status != http.StatusNotFound {
				t.Errorf("the page of the private video answers %d", page.status)
			}
			if list := fetchOK(t, s.url+"/api/v1/videos", credentials...); !strings.Contains(list, public.ID) || strings.Contains(list, private.ID) {
				t.Errorf("the list is %s", list)
			}
		})
	}
	if still := awaitReady(t, owner, private.ID); still.Title != canary {
		t.Errorf("somebody changed the video: %+v", still)
	}
	t.Run("a public video that is made private closes at once", func(t *testing.T) { wantClosing(t, owner, public) })
	t.Run("a binned video is gone for its owner too", func(t *testing.T) { wantBinned(t, s, owner, private, media, ownerToken) })
	s.stop()
}

// wantNothing holds a route, asked about the private video, to answer as it does about a video that is none.
func wantNothing(t *testing.T, s *server, route apiRoute, id string, credentials []string) {
	t.Helper()
	about := func(id string) answer {
		var body io.Reader
		headers := credentials
		if route.method != http.MethodGet && route.method != http.MethodDelete {
			body = strings.NewReader(bodyOf(route))
			headers = append([]string{"Content-Type", "application/json"}, credentials...)
		}
		path := strings.NewReplacer("{id}", id, "{version}", nobody).Replace(route.path)
		return fetch(t, route.method, s.url+path, body, headers...)
	}
	got := about(id)
	if strings.Contains(got.body, canary) || strings.Contains(got.body, id) {
		t.Errorf("%s %s tells of the private video: %s", route.method, route.path, got.body)
	}
	if !strings.Contains(route.path, "{id}") {
		return
	}
	none := about(nobody)
	refusal := got.status == http.StatusUnauthorized || got.status == http.StatusForbidden || got.status == http.StatusNotFound
	if !refusal || got.status != none.status || withoutRequestID(got.body) != withoutRequestID(none.body) {
		t.Errorf("%s %s answers %d %s; of a video that is none %d %s", route.method, route.path, got.status, got.body, none.status, none.body)
	}
	if strings.HasPrefix(route.permission, "video:") && got.status != http.StatusNotFound {
		t.Errorf("%s %s answers %d, want 404", route.method, route.path, got.status)
	}
}

func withoutRequestID(body string) string {
	var members map[string]any
	if json.Unmarshal([]byte(body), &members) != nil {
		return body
	}
	delete(members, "request_id")
	text, _ := json.Marshal(members)
	return string(text)
}

// wantNoMedia holds every address of media to be nothing, whatever way it is asked.
func wantNoMedia(t *testing.T, media mediaURLs, credentials []string) {
	t.Helper()
	for _, at := range media.all() {
		for _, ask := range []struct {
			method  string
			headers []string
		}{{"GET", nil}, {"HEAD", nil}, {"OPTIONS", nil}, {"GET", []string{"Range", "bytes=0-1"}}, {"GET", []string{"If-None-Match", "*"}}} {
			a := fetch(t, ask.method, at, nil, append(ask.headers, credentials...)...)
			if a.status != http.StatusNotFound || a.header.Get("Access-Control-Allow-Origin") != "" || a.header.Get("ETag") != "" {
				t.Errorf("%s %s %v answers %d %v", ask.method, at, ask.headers, a.status, a.header)
			}
		}
	}
}

func wantClosing(t *testing.T, owner *client.Client, public client.Video) {
	t.Helper()
	playback, err := owner.Playback(t.Context(), public.ID)
	if err != nil {
		t.Fatal(err)
	}
	media := crawl(t, playback) // without credentials: anybody may
	if _, err := owner.UpdateVideo(t.Context(), public.ID, map[string]any{"visibility": "private"}); err != nil {
		t.Fatal(err)
	}
	wantNoMedia(t, media, nil)
}

func wantBinned(t *testing.T, s *server, owner *client.Client, private client.Video, media mediaURLs, token string) {
	t.Helper()
	if err := owner.BinVideo(t.Context(), private.ID); err != nil {
		t.Fatal(err)
	}
	wantNoMedia(t, media, []string{"Authorization", token})
	if _, err := owner.Video(t.Context(), private.ID); err == nil {
		t.Error("a binned video is found")
	}
	if _, err := owner.RestoreVideo(t.Context(), private.ID); err != nil {
		t.Fatal(err)
	}
	fetchOK(t, media.objects[len(media.objects)-1], "Authorization", token)
	if err := owner.PurgeVideo(t.Context(), private.ID); err != nil {
		t.Fatal(err)
	}
	wantNoMedia(t, media, []string{"Authorization", token})
	eventually(t, patience, "every byte of a purged video goes", func() bool { return !exists(s.data("media", "v", private.ID, "sources")) })
}
