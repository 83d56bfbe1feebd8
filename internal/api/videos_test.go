package api_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/api"
	"matinee/internal/blob/fileblob"
	"matinee/internal/database"
	"matinee/internal/events"
	"matinee/internal/ffmpeg"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
	"matinee/internal/replay"
	"matinee/internal/testkit"
	"matinee/internal/upload"
)

// videoServer is the API with every module behind it. No worker runs: videos stay where requests put them.
type videoServer struct {
	*authServer

	api                    *api.API
	uploads                *upload.Service
	pipeline               *pipeline.Pipeline
	owner, other, stranger string // bearer tokens
}

func newVideoServer(t *testing.T, o api.Options) *videoServer {
	t.Helper()
	return newVideoServerOn(t, filepath.Join(t.TempDir(), "matinee.db"), o)
}

func newVideoServerOn(t *testing.T, address string, o api.Options) *videoServer {
	t.Helper()
	folder := t.TempDir()
	db := must[*database.DB](t)(database.Open(t.Context(), address))
	t.Cleanup(func() { _ = db.Close() })
	objects := must[*fileblob.Store](t)(fileblob.Open(filepath.Join(folder, "media")))
	t.Cleanup(func() { _ = objects.Close() })
	keys := must[account.Keys](t)(account.DeriveKeys([32]byte{1}))
	tool := must[*ffmpeg.Tool](t)(ffmpeg.Open(t.Context(), ffmpeg.Options{}))
	m := api.Modules{
		Accounts: must[*account.Accounts](t)(account.New(database.NewAccount(db), keys, account.Options{})),
		Library:  library.New(database.NewLibrary(db), library.Options{}),
		Events:   events.NewHub(),
		Replays:  must[*replay.Keeper](t)(replay.New(database.NewReplays(db), [32]byte{1}, o.Now)),
	}
	m.Pipeline = must[*pipeline.Pipeline](t)(pipeline.New(database.NewPipeline(db), objects, tool, m.Events, filepath.Join(folder, "scratch"), pipeline.Options{PosterPatience: time.Minute}))
	m.Uploads = must[*upload.Service](t)(upload.New(database.NewUploads(db), objects, m.Pipeline, noMaker{}, m.Pipeline, upload.Options{}))
	s := &videoServer{api: api.New(m, o), uploads: m.Uploads, pipeline: m.Pipeline}
	s.authServer = &authServer{Server: httptest.NewServer(s.api), accounts: m.Accounts}
	t.Cleanup(s.Close)
	t.Cleanup(s.api.Close) // first: an open stream would hold the server
	s.owner, s.other = s.bearer(t, "owner@example.org", access.Uploader), s.bearer(t, "other@example.org", access.Uploader)
	return s
}

type noMaker struct{}

func (noMaker) CreateForUpload(context.Context, access.Viewer, string, string, string) (ids.VideoID, error) {
	return "", nil
}

func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func (s *videoServer) bearer(t *testing.T, email string, role access.Role) string {
	t.Helper()
	s.create(t, email, role)
	return s.bearerOf(t, email)
}

// bearerOf signs somebody in who has an account.
func (s *videoServer) bearerOf(t *testing.T, email string) string {
	t.Helper()
	return "Bearer " + s.call(t, "POST", "/auth/token", map[string]string{"email": email, "password": authPassword}).str("access_token")
}

// as sends a request with a bearer token, "" for a stranger.
func (s *videoServer) as(t *testing.T, token, method, path string, body any) answer {
	t.Helper()
	if token == "" {
		return s.call(t, method, path, body)
	}
	return s.call(t, method, path, body, "Authorization", token)
}

func (s *videoServer) video(t *testing.T, body map[string]any) string {
	t.Helper()
	a := s.as(t, s.owner, "POST", "/videos", body)
	if a.status != http.StatusCreated {
		t.Fatalf("create a video: %d %s", a.status, a.text)
	}
	return a.str("id")
}

func TestANewVideoComesWithTheRightToFillIt(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{PublicURL: "https://video.example/"})
	a := s.as(t, s.owner, "POST", "/videos", map[string]any{"title": "One"})
	a.want(t, http.StatusCreated, "")
	if a.str("state") != "waiting" || a.str("visibility") != "private" {
		t.Errorf("got %s", a.text)
	}
	for _, url := range []string{a.str("watch_url"), a.str("upload", "put_url"), a.str("upload", "tus_url"), a.header.Get("Location")} {
		if !strings.HasPrefix(url, "https://video.example/") {
			t.Errorf("%q does not begin with the public URL", url)
		}
	}
	if again := s.as(t, s.owner, "GET", "/videos/"+a.str("id"), nil); strings.Contains(again.text, "put_url") {
		t.Error("the upload URLs are told twice")
	}
}

func TestAVideoIsChangedByMergePatch(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	path := "/videos/" + s.video(t, map[string]any{"title": "One", "description": "Two", "visibility": "public"})
	if a := s.as(t, s.owner, "PATCH", path, map[string]any{"title": "Three"}); a.str("title") != "Three" || a.str("description") != "Two" {
		t.Errorf("got %s", a.text)
	}
	if a := s.as(t, s.owner, "PATCH", path, map[string]any{"description": nil}); a.str("title") != "Three" || a.str("description") != "" {
		t.Errorf("null does not clear: %s", a.text)
	}
	s.as(t, s.owner, "PATCH", path, map[string]any{"title": ""}).want(t, http.StatusUnprocessableEntity, "invalid")
	s.as(t, s.owner, "PATCH", path, map[string]any{"titel": "x"}).want(t, http.StatusUnprocessableEntity, "invalid")
	s.as(t, s.other, "PATCH", path, map[string]any{"title": "x"}).want(t, http.StatusForbidden, "denied")
	s.as(t, s.stranger, "PATCH", path, map[string]any{"title": "x"}).want(t, http.StatusUnauthorized, "unauthenticated")
}

func TestAPrivateVideoReadsLikeNone(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	id := s.video(t, map[string]any{"title": "canary"})
	none := "0000000000000000000000"
	for _, token := range []string{s.stranger, s.other} {
		for _, route := range [][2]string{
			{"GET", ""}, {"PATCH", ""}, {"DELETE", ""}, {"DELETE", "?permanent=true"}, {"GET", "/playback"}, {"GET", "/encoding"}, {"POST", "/repair"}, {"POST", "/restore"},
		} {
			var body any
			if route[0] == "PATCH" {
				body = map[string]any{"title": "x"}
			}
			a, b := s.as(t, token, route[0], "/videos/"+id+route[1], body), s.as(t, token, route[0], "/videos/"+none+route[1], body)
			if a.status != http.StatusNotFound || b.status != http.StatusNotFound || a.str("detail") != b.str("detail") {
				t.Errorf("%s %s: %d %q; of a video that is none: %d %q", route[0], route[1], a.status, a.str("detail"), b.status, b.str("detail"))
			}
		}
		if list := s.as(t, token, "GET", "/videos", nil); strings.Contains(list.text, "canary") {
			t.Error("the private video is listed")
		}
	}
}

func TestAnEditorReachesEveryRouteOfAVideo(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	id := "/videos/" + s.video(t, map[string]any{})
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "", 200}, {"PATCH", "", 200}, {"GET", "/playback", 409}, {"GET", "/encoding", 409}, {"POST", "/repair", 409},
		{"DELETE", "", 204}, {"GET", "", 404}, {"POST", "/restore", 200}, {"DELETE", "?permanent=true", 204}, {"POST", "/restore", 404},
	} {
		var body any
		if c.method == "PATCH" {
			body = map[string]any{}
		}
		if a := s.as(t, s.owner, c.method, id+c.path, body); a.status != c.status {
			t.Errorf("%s %s: %d %s, want %d", c.method, c.path, a.status, a.text, c.status)
		}
	}
}

func TestPlaybackSaysWhyNot(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	a := s.as(t, s.owner, "GET", "/videos/"+s.video(t, map[string]any{})+"/playback", nil)
	a.want(t, http.StatusConflict, "not_playable")
	if a.str("state") != "waiting" {
		t.Errorf("got %s", a.text)
	}
}

func TestBadRequestsAreProblems(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	for _, c := range []struct {
		name, method, path string
		body               any
		status             int
		code               string
	}{
		{"nothing there", "GET", "/nothing", nil, 404, "not_found"},
		{"another method", "PUT", "/videos", nil, 405, "method_not_allowed"},
		{"a malformed id", "GET", "/videos/short", nil, 422, "invalid"},
		{"a page too large", "GET", "/videos?limit=1000", nil, 422, "invalid"},
		{"a cursor made up", "GET", "/videos?cursor=x", nil, 422, "invalid"},
		{"an owner without a value", "GET", "/videos?owner=", nil, 422, "invalid"},
		{"a time without a value", "GET", "/videos?created_after=", nil, 422, "invalid"},
		{"a visibility that is none", "POST", "/videos", map[string]any{"visibility": "friends"}, 422, "invalid"},
		{"a title too long", "POST", "/videos", map[string]any{"title": strings.Repeat("x", 201)}, 422, "invalid"},
		{"a body too large", "POST", "/videos", map[string]any{"description": strings.Repeat("x", 2<<20)}, 413, "too_large"},
		{"a body that is no JSON object", "POST", "/videos", "text", 422, "invalid"},
		{"no sample in this build", "POST", "/videos/sample", nil, 404, "not_found"},
		{"no source to speak of", "GET", "/videos/" + s.video(t, map[string]any{}) + "/encoding", nil, 409, "no_source"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := s.as(t, s.owner, c.method, c.path, c.body)
			a.want(t, c.status, c.code)
			if a.header.Get("Content-Type") != "application/problem+json" || a.str("detail") == "" || a.header.Get("X-Request-Id") == "" {
				t.Errorf("got %s with %v", a.text, a.header)
			}
		})
	}
}

// TestOddTextIsTheClientsTrouble asks both databases: PostgreSQL keeps no NUL and nothing that is not UTF-8.
func TestOddTextIsTheClientsTrouble(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func() string{
		"on SQLite": func() string { return filepath.Join(t.TempDir(), "matinee.db") }, "on PostgreSQL": func() string { return testkit.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newVideoServerOn(t, address(), api.Options{})
			admin := s.admin(t)
			for _, odd := range []string{"%00", "%ff", "%c3%28", "a%00b", "%ed%a0%80", "%0d%0a"} {
				for _, path := range []string{
					"/videos?tag=", "/videos?category=", "/videos?external_id=", "/videos?cursor=", "/users?email=", "/users?cursor=", "/tasks?cursor=", "/operations?cursor=",
					"/videos/", "/operations/",
				} {
					if a := s.as(t, admin, "GET", path+odd, nil); a.status >= 500 {
						t.Errorf("GET %s%s: %d %s", path, odd, a.status, a.text)
					}
				}
				for _, method := range []string{"PATCH", "DELETE"} {
					if a := s.as(t, admin, method, "/categories/"+odd, map[string]any{}); a.status >= 500 {
						t.Errorf("%s /categories/%s: %d %s", method, odd, a.status, a.text)
					}
				}
			}
			for _, odd := range []string{"a\x00b", "a\ufffdb", "\u202e"} {
				for member, path := range map[string]string{"title": "/videos", "description": "/videos", "external_id": "/videos", "category": "/videos", "name": "/categories"} {
					if a := s.as(t, admin, "POST", path, map[string]any{member: odd}); a.status >= 500 {
						t.Errorf("POST %s with %s %q: %d %s", path, member, odd, a.status, a.text)
					}
				}
				for member, value := range map[string]any{"tags": []string{odd}, "metadata": map[string]any{odd: odd}, "upload": map[string]any{"cors_origin": odd}} {
					if a := s.as(t, admin, "POST", "/videos", map[string]any{member: value}); a.status >= 500 {
						t.Errorf("POST /videos with %s %q: %d %s", member, odd, a.status, a.text)
					}
				}
				user := map[string]any{"email": odd + "@example.org", "name": odd, "role": "viewer", "password": authPassword + odd}
				if a := s.as(t, admin, "POST", "/users", user); a.status >= 500 {
					t.Errorf("POST /users with %q: %d %s", odd, a.status, a.text)
				}
			}
			for _, agent := range []string{"\xff\xfe", "caf\xe9"} {
				if a := s.call(t, "POST", "/auth/token", credentialsOf("owner@example.org"), "User-Agent", agent); a.status != http.StatusOK {
					t.Errorf("sign in by %q: %d %s", agent, a.status, a.text)
				}
			}
		})
	}
}

func TestAWrongPasswordIsNeverEchoed(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	a := s.call(t, "POST", "/auth/token", map[string]any{"email": 7, "password": "hunter2hunter2"})
	if a.status != http.StatusUnprocessableEntity || strings.Contains(a.text, "hunter2") {
		t.Errorf("got %d %s", a.status, a.text)
	}
}

func TestLinksNeverNameAHostThatTheClientMadeUp(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{Listen: "10.0.0.1:80"})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+api.Prefix+"/videos", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "evil.example"
	r.Header.Set("X-Forwarded-Host", "evil.example")
	r.Header.Set("Authorization", s.owner)
	r.Header.Set("Content-Type", "application/json")
	got, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if location := got.Header.Get("Location"); !strings.HasPrefix(location, "http://10.0.0.1:80/") {
		t.Errorf("the link is %q", location)
	}
}

func TestEventsTellOnlyWhatTheListenerMaySee(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	mine, theirs := s.listen(t, s.owner), s.listen(t, s.other)
	id := s.video(t, map[string]any{"title": "quiet"})
	if got := mine(); !strings.Contains(got, "video.created") || !strings.Contains(got, id) || !strings.Contains(got, `"state":"waiting"`) {
		t.Errorf("the owner is told %q", got)
	}
	other := s.as(t, s.other, "POST", "/videos", map[string]any{"title": "loud"}).str("id")
	if got := theirs(); !strings.Contains(got, other) || strings.Contains(got, id) {
		t.Errorf("somebody else is told %q", got)
	}
	s.as(t, s.owner, "DELETE", "/videos/"+id, nil)
	if got := mine(); !strings.Contains(got, "video.deleted") || !strings.Contains(got, id) {
		t.Errorf("the owner is told %q", got)
	}
	s.as(t, s.stranger, "GET", "/events?video="+id, nil).want(t, http.StatusNotFound, "not_found")
}

// listen opens an event stream. Each call of the returned function waits for one event.
func (s *videoServer) listen(t *testing.T, token string) (next func() string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+api.Prefix+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", token)
	stream, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stream.Body.Close() })
	lines := bufio.NewScanner(stream.Body)
	next = func() string {
		var text strings.Builder
		for lines.Scan() && lines.Text() != "" {
			text.WriteString(lines.Text() + "\n")
		}
		return text.String()
	}
	if greeting := next(); !strings.HasPrefix(greeting, ":") {
		t.Fatalf("the stream begins with %q", greeting)
	}
	return next
}

func TestEveryRouteDeclaresItsPermissionAndIsDocumented(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{})
	document, err := s.api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	known := []api.Permission{api.Anybody, api.SignedIn, api.Token}
	for _, a := range access.Actions() {
		known = append(known, api.Permission(a))
	}
	for _, route := range s.api.Routes() {
		if !slices.Contains(known, route.Permission) {
			t.Errorf("%s %s has the permission %q", route.Method, route.Path, route.Permission)
		}
		if strings.HasPrefix(route.Path, api.Prefix) && !strings.HasSuffix(route.Path, "/events") && !strings.Contains(string(document), route.Path+":") {
			t.Errorf("%s is not in the OpenAPI document", route.Path)
		}
	}
}
