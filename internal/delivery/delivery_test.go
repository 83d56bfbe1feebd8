package delivery_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/blob"
	"matinee/internal/blob/fileblob"
	"matinee/internal/delivery"
	"matinee/internal/errs"
	"matinee/internal/events"
	"matinee/internal/ids"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// origin is the handler over a real folder, behind a real server, with two versions to serve.
type origin struct {
	t      *testing.T
	server *httptest.Server
	media  *shelf
	maker  *maker
	hub    *events.Hub
	ahead  atomic.Int64 // of the clock, in nanoseconds
	files  *fileblob.Store

	public, private string // where the two versions are
	segment         []byte
}

func setup(t *testing.T) *origin {
	t.Helper()
	files, err := fileblob.Open(t.TempDir())
	must(t, err)
	o := &origin{t: t, files: files, media: &shelf{kept: map[ids.VersionID]*delivery.Media{}}, maker: &maker{}, hub: events.NewHub(), segment: bytes.Repeat([]byte("segment "), 10_000)}
	h, err := delivery.New(o.media, files, o.maker, o.hub, delivery.Edge{ViewerOf: viewerOf, AddressOf: addressOf, Problem: problem}, delivery.Options{Now: o.now})
	must(t, err)
	o.server = httptest.NewUnstartedServer(h)
	o.server.Listener, o.server.Config.ConnContext = delivery.Listener(o.server.Listener), delivery.ConnContext
	o.server.Start()
	t.Cleanup(func() {
		o.server.Close()
		must(t, files.Close())
	})
	o.public, o.private = o.version(true), o.version(false)
	return o
}

// now is a clock that the test moves.
func (o *origin) now() time.Time { return time.Unix(0, o.ahead.Load()) }

// version puts the objects of a version on the shelf and returns its path.
func (o *origin) version(public bool) string {
	video, version := ids.New[ids.VideoID](), ids.New[ids.VersionID]()
	o.media.kept[version] = &delivery.Media{Presentation: presentation(), Public: public}
	for key, data := range map[string][]byte{
		blob.InitKey(video, version, "h264-360"):                                         []byte("init"),
		blob.SegmentKey(ids.Segment{Video: video, Version: version, Track: "h264-360"}):  o.segment,
		blob.SegmentKey(ids.Segment{Video: video, Version: version, Track: "audio-1"}):   []byte("sound"),
		blob.SegmentKey(ids.Segment{Video: video, Version: version, Track: "h264-1080"}): []byte("not offered"),
		blob.PictureKey(video, version, "poster-0123456789abcdef01234567.jpg"):           []byte("jpeg"),
		blob.PictureKey(video, version, "sheet-0123456789abcdef01234567.jpg"):            []byte("sheet"),
		blob.PictureKey(video, version, "storyboard-0123456789abcdef01234567.vtt"):       []byte("WEBVTT"),
		blob.VideoPictureKey(video, "chosen-0123456789abcdef01234567.jpg"):               []byte("chosen"),
		blob.SubtitlesKey(video, version, "0123456789abcdef01234567.vtt"):                []byte("WEBVTT"),
		blob.SubtitlesKey(video, version, "not-offered.vtt"):                             []byte("WEBVTT"),
		blob.SourceKey(video, version):                                                   []byte("the original"),
	} {
		_, err := o.files.Put(o.t.Context(), key, bytes.NewReader(data))
		must(o.t, err)
	}
	return "/media/" + string(video) + "/" + string(version) + "/"
}

func presentation() packaging.Presentation {
	return packaging.Presentation{
		Plan: media.Plan{
			Rate: media.Rational{Num: 25, Den: 1}, Timescale: 25_000, FrameDuration: 1000, Frames: 150, Boundaries: []int64{0, 100, 150},
			Rungs:  []media.Rung{{ID: "h264-360", Width: 640, Height: 360, ShortSide: 360, CapBitsPerSecond: 800_000, Level: "3.0"}},
			Audio:  []media.AudioTrack{{ID: "audio-1", Language: "en", Label: "English", Channels: 2, Default: true, BitsPerSecond: 128_000}},
			Chunks: []media.Chunk{{Segments: 2}},

			Subtitles: []media.SubtitleTrack{{ID: "subtitles-1", Language: "en", Label: "English", Role: media.Subtitle}},
		},
		Texts:  []packaging.Text{{ID: "subtitles-1", File: "0123456789abcdef01234567.vtt"}},
		Tracks: []packaging.Track{{ID: "h264-360", Codec: "avc1.64001e"}, {ID: "audio-1", Codec: "mp4a.40.2"}},
	}
}

// shelf is the catalogue: private media are the owner's.
type shelf struct {
	mu   sync.Mutex
	kept map[ids.VersionID]*delivery.Media
	err  error

	asked  int
	during func() // runs once, after the answer was read and before it is given
}

const owner = "0000000000000000000001"

func (s *shelf) Media(_ context.Context, v access.Viewer, _ ids.VideoID, version ids.VersionID) (*delivery.Media, error) {
	s.mu.Lock()
	m, ok := s.kept[version]
	during, err := s.during, s.err
	s.during = nil
	s.asked++
	s.mu.Unlock()
	if during != nil {
		during()
	}
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, errs.Missing("video")
	case !m.Public && v.User != owner:
		return nil, errs.New(errs.Denied, "denied", "Not you.")
	}
	return m, nil
}

func viewerOf(r *http.Request) (access.Viewer, error) {
	if r.Header.Get("Authorization") == "wrong" {
		return access.Viewer{}, errs.New(errs.Unauthenticated, "invalid_token", "This token is not valid.")
	}
	return access.Viewer{User: ids.UserID(r.Header.Get("X-User"))}, nil
}

func problem(w http.ResponseWriter, _ *http.Request, err error) {
	status := map[errs.Kind]int{errs.NotFound: 404, errs.Unauthenticated: 401, errs.Internal: 500, errs.Busy: 503}[errs.KindOf(err)]
	w.Header().Set("Content-Type", "application/problem+json")
	detail := "internal"
	if e, ok := errors.AsType[*errs.Error](err); ok {
		detail = e.Message
		if e.RetryAfter > 0 {
			w.Header().Set("Retry-After", fmt.Sprint(e.RetryAfter.Seconds()))
		}
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"code": errs.CodeOf(err), "detail": detail})
}

type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request; headers come as pairs.
func (o *origin) do(method, path string, headers ...string) answer {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), method, o.server.URL+path, nil)
	must(o.t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := o.server.Client().Do(r)
	must(o.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(o.t, err)
	return answer{response.StatusCode, response.Header, string(body)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestMediaAreServedWithTheirHeaders(t *testing.T) {
	t.Parallel()
	o := setup(t)
	const forEver, fiveSeconds = "max-age=31536000, immutable", "max-age=5"
	for _, tt := range []struct{ path, contentType, body, cache string }{
		{"master.m3u8", "application/vnd.apple.mpegurl", "#EXTM3U", fiveSeconds},
		{"h264-360.m3u8", "application/vnd.apple.mpegurl", "#EXTM3U", fiveSeconds},
		{"audio-1.m3u8", "application/vnd.apple.mpegurl", "#EXTM3U", fiveSeconds},
		{"manifest.mpd", "application/dash+xml", "<", fiveSeconds},
		{"h264-360/init.mp4", "video/mp4", "init", forEver},
		{"h264-360/0.m4s", "video/mp4", "segment segment ", forEver},
		{"audio-1/0.m4s", "audio/mp4", "sound", forEver},
		{"poster-0123456789abcdef01234567.jpg", "image/jpeg", "jpeg", forEver},
		{"sheet-0123456789abcdef01234567.jpg", "image/jpeg", "sheet", forEver},
		{"chosen-0123456789abcdef01234567.jpg", "image/jpeg", "chosen", forEver},
		{"storyboard-0123456789abcdef01234567.vtt", "text/vtt; charset=utf-8", "WEBVTT", forEver},
		{"subtitles-1.m3u8", "application/vnd.apple.mpegurl", "#EXTM3U", fiveSeconds},
		{"subtitles/0123456789abcdef01234567.vtt", "text/vtt; charset=utf-8", "WEBVTT", forEver},
	} {
		for base, scope := range map[string]string{o.public: "public, ", o.private: "private, "} {
			a := o.do("GET", base+tt.path, "X-User", owner)
			if a.status != 200 || !strings.HasPrefix(a.body, tt.body) {
				t.Fatalf("GET %s answers %d %.80q", tt.path, a.status, a.body)
			}
			for name, want := range map[string]string{
				"Content-Type": tt.contentType, "Cache-Control": scope + tt.cache, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Accept-Ranges": "bytes",
			} {
				if got := a.header.Get(name); got != want {
					t.Errorf("%s: %s is %q, want %q", tt.path, name, got, want)
				}
			}
			wantSharing(t, a, base == o.public)
			wantValidators(t, o, base+tt.path, a)
		}
	}
}

func wantSharing(t *testing.T, a answer, public bool) {
	t.Helper()
	want := map[string]string{"Access-Control-Allow-Origin": "", "Cross-Origin-Resource-Policy": "same-origin", "Vary": "Cookie, Authorization"}
	if public {
		want = map[string]string{"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", "Vary": ""}
	}
	for name, value := range want {
		if got := a.header.Get(name); got != value {
			t.Errorf("public %v: %s is %q, want %q", public, name, got, value)
		}
	}
}

// wantValidators holds HEAD, 304 and 206 to what GET answered.
func wantValidators(t *testing.T, o *origin, path string, got answer) {
	t.Helper()
	head := o.do("HEAD", path, "X-User", owner)
	if head.status != 200 || head.body != "" || head.header.Get("Etag") != got.header.Get("Etag") || head.header.Get("Content-Length") != got.header.Get("Content-Length") {
		t.Errorf("HEAD %s answers %d %v", path, head.status, head.header)
	}
	etag := got.header.Get("Etag")
	if same := o.do("GET", path, "X-User", owner, "If-None-Match", etag); same.status != 304 || same.body != "" || etag == "" || same.header.Get("Cache-Control") != got.header.Get("Cache-Control") {
		t.Errorf("%s with its ETag answers %d %v", path, same.status, same.header)
	}
	part := o.do("GET", path, "X-User", owner, "Range", "bytes=1-2", "If-Range", etag)
	if part.status != 206 || part.body != got.body[1:3] {
		t.Errorf("%s with a range answers %d %q", path, part.status, part.body)
	}
	if beyond := o.do("GET", path, "X-User", owner, "Range", "bytes=10000000-"); beyond.status != 416 {
		t.Errorf("%s beyond its end answers %d", path, beyond.status)
	}
}

func TestPlaylistsOfCompleteVersionsAreKeptLonger(t *testing.T) {
	t.Parallel()
	o := setup(t)
	for _, m := range o.media.kept {
		m.Complete = true
	}
	if got := o.do("GET", o.public+"master.m3u8").header.Get("Cache-Control"); got != "public, max-age=60" {
		t.Errorf("Cache-Control is %q", got)
	}
}

func TestWhoMayNotWatchLearnsNothing(t *testing.T) {
	t.Parallel()
	o := setup(t)
	missing := "/media/" + string(ids.New[ids.VideoID]()) + "/" + string(ids.New[ids.VersionID]()) + "/"
	for _, path := range []string{"master.m3u8", "manifest.mpd", "h264-360.m3u8", "h264-360/init.mp4", "h264-360/0.m4s", "poster-0123456789abcdef01234567.jpg", "subtitles-1.m3u8", "subtitles/0123456789abcdef01234567.vtt"} {
		for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
			got, want := o.do(method, o.private+path), o.do(method, missing+path)
			if got.status != 404 || got.body != want.body || got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s %s answers %d %q %v", method, path, got.status, got.body, got.header)
			}
			for name := range got.header {
				if name != "Date" && got.header.Get(name) != want.header.Get(name) {
					t.Errorf("%s %s: %s tells them apart", method, path, name)
				}
			}
		}
	}
}

func TestPathsHaveOneForm(t *testing.T) {
	t.Parallel()
	o := setup(t)
	for _, path := range []string{
		"", "master.m3u8/", "none.m3u8", "h264-1080.m3u8", "h264-1080/0.m4s", "h264-360/1.m4s", "h264-360/00.m4s", "h264-360/+0.m4s", "h264-360/-0.m4s", "h264-360/0", "h264-360/0.mp4", "h264-360/0.m4s.none",
		"h264-360/0.m4s/", "h264-360/%30.m4s", "h264-360/99999999999999999999.m4s", "h264-360/../h264-360/0.m4s", "h264-360%2F0.m4s", "../source", "source", "tracks/h264-360/0.m4s", "empty/0.m4s",
		"poster-.jpg", "poster-ab.png", "poster-a/b.jpg", "poster-a.b.jpg", "pictures/poster-0123456789abcdef01234567.jpg", "h264-360/init.mp4x", "/0.m4s", "h264-360//0.m4s", "h264-360/0.m4s%00", "h264-360/٠.m4s",
		"subtitles/", "subtitles/.vtt", "subtitles/not-offered.vtt", "subtitles/0123456789abcdef01234567", "subtitles/../subtitles/0123456789abcdef01234567.vtt", "subtitles/init.mp4", "subtitles/0.m4s",
		"subtitles.m3u8", "subtitles-2.m3u8", "subtitles-1/0.m4s", "subtitles-1/init.mp4",
	} {
		if a := o.do("GET", o.public+path); a.status != 404 {
			t.Errorf("GET %q answers %d %.40q", path, a.status, a.body)
		}
	}
	for _, path := range []string{"/media/", "/media", "/", "/media/x/y/master.m3u8", strings.Replace(o.public, "/media/", "/media//", 1) + "master.m3u8"} {
		if a := o.do("GET", path); a.status != 404 {
			t.Errorf("GET %q answers %d", path, a.status)
		}
	}
	if a := o.do("GET", o.public+"h264-360/0.m4s?_=1"); a.status != 200 {
		t.Errorf("a query makes it %d", a.status)
	}
}

func TestMediaCanOnlyBeRead(t *testing.T) {
	t.Parallel()
	o := setup(t)
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		a := o.do(method, o.public+"master.m3u8")
		if a.status != 405 || a.header.Get("Allow") != "GET, HEAD, OPTIONS" || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s answers %d %v", method, a.status, a.header)
		}
	}
}

func TestPagesOfOtherOriginsMayAskForPublicMedia(t *testing.T) {
	t.Parallel()
	o := setup(t)
	a := o.do("OPTIONS", o.public+"h264-360/0.m4s", "Origin", "https://other.example", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "range")
	if a.status != 204 || a.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(a.header.Get("Access-Control-Allow-Headers"), "Range") {
		t.Errorf("OPTIONS answers %d %v", a.status, a.header)
	}
	a = o.do("OPTIONS", o.private+"h264-360/0.m4s", "Origin", "https://other.example", "X-User", owner)
	if a.header.Get("Access-Control-Allow-Origin") != "" || a.header.Get("Access-Control-Allow-Methods") != "" {
		t.Errorf("OPTIONS of private media answers %d %v", a.status, a.header)
	}
}

func TestFaultsAreNotAbsence(t *testing.T) {
	t.Parallel()
	o := setup(t)
	if a := o.do("GET", o.public+"master.m3u8", "Authorization", "wrong"); a.status != 401 || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("wrong credentials: %d %v", a.status, a.header)
	}
	o.media.err = errors.New("boom at /var/lib")
	if a := o.do("GET", o.public+"master.m3u8"); a.status != 500 || strings.Contains(a.body, "boom") || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("a fault: %d %s", a.status, a.body)
	}
}

// The kernel sends a file when net/http hands its connection an *os.File, which it does only for its own ResponseWriter.
func TestTheKernelSendsSegments(t *testing.T) {
	t.Parallel()
	o := setup(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	watched := &watchedListener{Listener: listener, readers: make(chan io.Reader, 10)}
	server := &httptest.Server{Listener: watched, Config: &http.Server{Handler: o.server.Config.Handler}}
	server.Start()
	defer server.Close()
	for _, ranged := range []string{"", "bytes=1000-70000"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+o.public+"h264-360/0.m4s", nil)
		must(t, err)
		if ranged != "" {
			r.Header.Set("Range", ranged)
		}
		response, err := server.Client().Do(r)
		must(t, err)
		body, err := io.ReadAll(response.Body)
		must(t, errors.Join(err, response.Body.Close()))
		if len(body) < 60_000 || !bytes.Contains(o.segment, body) {
			t.Errorf("%d bytes came", len(body))
		}
		limited, ok := (<-watched.readers).(*io.LimitedReader)
		if !ok {
			t.Fatal("the connection was not given a part of a file")
		}
		if _, ok := limited.R.(*os.File); !ok {
			t.Errorf("the connection was given a %T", limited.R)
		}
	}
}

// watchedListener sees what its connections are asked to read from.
type watchedListener struct {
	net.Listener

	readers chan io.Reader
}

func (l *watchedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &watchedConn{conn.(*net.TCPConn), l.readers}, nil
}

type watchedConn struct {
	*net.TCPConn

	readers chan io.Reader
}

func (c *watchedConn) ReadFrom(r io.Reader) (int64, error) {
	c.readers <- r
	return c.TCPConn.ReadFrom(r)
}
