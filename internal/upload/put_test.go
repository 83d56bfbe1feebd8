package upload_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/testkit"
	"matinee/internal/upload"
)

func TestAPutFillsTheVideoOfItsGrantOnce(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]io.Reader{
		"with its length known": text("the bytes"),
		"in chunks":             chunked{text("the bytes")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, upload.Options{})
			g := b.grant(upload.GrantOptions{})
			a := b.do("PUT", g.PutPath(), body, "Content-Type", "video/mp4", "Content-Disposition", `attachment; filename="../ho\"li\"day.mp4"`)
			a.want(t, 202, "")
			if a.header.Get("Matinee-Video") != string(g.Video) || !strings.Contains(a.body, string(g.Video)) || !strings.Contains(a.body, string(b.owner.User)) {
				t.Errorf("answer %s %v", a.body, a.header)
			}
			if got := b.source(g.Video); got != "the bytes" {
				t.Errorf("the source is %q", got)
			}
			seen := b.intake.seen()
			if len(seen) != 1 || seen[0].SizeBytes != 9 || seen[0].FileType != "video/mp4" || seen[0].FileName != `../ho"li"day.mp4` {
				t.Errorf("handed over %+v", seen)
			}
			if b.state(g.Video) != library.Processing || b.moved.Load() == 0 {
				t.Errorf("state %s, %d events", b.state(g.Video), b.moved.Load())
			}
			b.do("PUT", g.PutPath(), text("again")).want(t, 410, "upload_spent")
			b.do("POST", g.TusPath(), nil, "Tus-Resumable", "1.0.0", "Upload-Length", "1").want(t, 410, "upload_spent")
		})
	}
}

func TestAPutIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{MaxBytes: 1000})
	g := b.grant(upload.GrantOptions{MaxBytes: 10})
	wide := b.grant(upload.GrantOptions{MaxBytes: 100_000})
	put := func(path string, body io.Reader, headers ...string) answer {
		t.Helper()
		return b.do("PUT", path, body, headers...)
	}
	put("/api/v1/direct/unknown", text("x")).want(t, 404, "not_found")
	put("/api/v1/direct/"+strings.Repeat("A", 43), text("x")).want(t, 404, "not_found")
	put(g.PutPath(), http.NoBody).want(t, 422, "empty_file")
	put(g.PutPath(), chunked{text("")}).want(t, 422, "empty_file")
	put(g.PutPath(), text("half"), "Content-Range", "bytes 0-3/8").want(t, 400, "partial_put")
	for _, body := range []io.Reader{text("eleven bytes"), chunked{text("eleven bytes")}} {
		a := put(g.PutPath(), body)
		a.want(t, 413, "too_large")
		if !strings.Contains(a.detail, "10 bytes") {
			t.Errorf("the sentence names no limit: %s", a.detail)
		}
	}
	put(wide.PutPath(), text(strings.Repeat("x", 1001))).want(t, 413, "too_large") // the instance's bound holds too
	b.wantNothingLeft(g.Video)
	b.wantNothingLeft(wide.Video)
	put(g.PutPath(), text("ten bytes.")).want(t, 202, "")

	old := b.grant(upload.GrantOptions{TTL: time.Hour})
	b.later(2 * time.Hour)
	put(old.PutPath(), text("x")).want(t, 410, "upload_expired")
}

func TestAClientThatVanishesLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, head := range map[string]string{
		"with its length known": "Content-Length: 100\r\n\r\nhalf of it",
		"in chunks":             "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, upload.Options{})
			g := b.grant(upload.GrantOptions{})
			conn, err := net.Dial("tcp", b.server.Listener.Addr().String())
			must(t, err)
			_, err = fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: x\r\n%s", g.PutPath(), head)
			must(t, err)
			testkit.Eventually(t, soon, func() bool { return b.state(g.Video) == library.Uploading })
			must(t, conn.Close())
			testkit.Eventually(t, soon, func() bool {
				_, err := b.uploads.ActiveUpload(t.Context(), g.Video)
				return errs.Is(err, errs.NotFound) && b.state(g.Video) == library.Waiting
			})
			b.do("PUT", g.PutPath(), text("the whole")).want(t, 202, "")
			if got := b.source(g.Video); got != "the whole" {
				t.Errorf("the source is %q", got)
			}
		})
	}
}

func TestOfTwoClientsAtOnceTheSecondIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	body, send := io.Pipe()
	first := make(chan answer)
	go func() { first <- b.do("PUT", g.PutPath(), body) }()
	_, err := send.Write([]byte("half"))
	must(t, err)
	testkit.Eventually(t, soon, func() bool { return b.state(g.Video) == library.Uploading })
	b.do("PUT", g.PutPath(), text("second")).want(t, 409, "upload_in_progress")
	b.do("POST", g.TusPath(), nil, "Tus-Resumable", "1.0.0", "Upload-Length", "5").want(t, 409, "upload_in_progress")
	b.do("PUT", "/api/v1/videos/"+string(g.Video)+"/source", text("third"), "X-User", string(b.owner.User)).want(t, 409, "upload_in_progress")
	must(t, b.Sweep(t.Context())) // does not touch what runs
	_, err = send.Write([]byte(" and half"))
	must(t, err)
	must(t, send.Close())
	(<-first).want(t, 202, "")
	if got := b.source(g.Video); got != "half and half" {
		t.Errorf("the source is %q", got)
	}
}

func TestWithoutSpaceNothingIsTaken(t *testing.T) {
	t.Parallel()
	const reserve = 1000
	b := setup(t, upload.Options{ReserveBytes: reserve, RenditionFactor: 2})
	g := b.grant(upload.GrantOptions{})
	refused := func(a answer) {
		t.Helper()
		a.want(t, 507, "no_space")
		b.wantNothingLeft(g.Video)
	}

	b.disk.free.Store(reserve + 3*100 - 1) // the file and twice as much from it
	a := b.do("PUT", g.PutPath(), text(strings.Repeat("x", 100)))
	refused(a)
	if !strings.Contains(a.detail, "needs 300 bytes") || !strings.Contains(a.detail, "299 bytes are free") {
		t.Errorf("the sentence says %q", a.detail)
	}
	b.disk.free.Store(reserve)
	refused(b.do("PUT", g.PutPath(), chunked{text("x")}))

	b.disk.free.Store(reserve + 5<<20) // enough to begin, too little for what comes
	refused(b.do("PUT", g.PutPath(), chunked{io.LimitReader(zeros{}, 20<<20)}))

	b.disk.free.Store(plenty) // the disk is full all the same
	b.disk.room.Store(600 << 10)
	refused(b.do("PUT", g.PutPath(), io.LimitReader(zeros{}, 5<<20)))
	b.disk.room.Store(plenty)

	b.disk.free.Store(reserve + 3*100)
	b.do("PUT", g.PutPath(), text(strings.Repeat("x", 100))).want(t, 202, "")
}

func TestWhatOthersAnnouncedIsNotFree(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{ReserveBytes: -1, RenditionFactor: -1, IdleAfter: time.Minute})
	one, two := b.grant(upload.GrantOptions{}), b.grant(upload.GrantOptions{})
	b.disk.free.Store(100)
	b.do("POST", one.TusPath(), nil, "Tus-Resumable", "1.0.0", "Upload-Length", "60").want(t, 201, "")
	b.do("PUT", two.PutPath(), text(strings.Repeat("x", 41))).want(t, 507, "no_space")
	b.do("PUT", two.PutPath(), text(strings.Repeat("x", 40))).want(t, 202, "")
	three := b.grant(upload.GrantOptions{})
	b.later(2 * time.Minute) // the first one does not run any more
	b.do("PUT", three.PutPath(), text(strings.Repeat("x", 100))).want(t, 202, "")
}

func TestAnOwnerPutsASource(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	video := b.video()
	path := "/api/v1/videos/" + string(video) + "/source"
	b.do("PUT", path, text("x")).want(t, 401, "unauthenticated")
	b.do("PUT", path, text("x"), "X-User", string(ids.New[ids.UserID]())).want(t, 404, "not_found")
	b.do("PUT", "/api/v1/videos/none/source", text("x"), "X-User", string(b.owner.User)).want(t, 404, "not_found")
	b.do("PUT", "/api/v1/videos/"+string(ids.New[ids.VideoID]())+"/source", text("x"), "X-User", string(b.owner.User)).want(t, 404, "not_found")
	b.do("PUT", path, text("the first"), "X-User", string(b.owner.User)).want(t, 202, "")
	b.do("PUT", path, text("the second"), "X-User", string(b.owner.User)).want(t, 202, "")
	if got := b.source(video); got != "the second" { // nothing of the first could be played yet
		t.Errorf("the source is %q", got)
	}
	if seen := b.intake.seen(); len(seen) != 2 {
		t.Errorf("handed over %+v", seen)
	}
	must(t, b.library.BinVideo(t.Context(), b.owner, video))
	b.do("PUT", path, text("x"), "X-User", string(b.owner.User)).want(t, 404, "not_found")
}

func TestAGrantFillsWhatItWasMadeFor(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	before := b.grant(upload.GrantOptions{})
	path := "/api/v1/videos/" + string(before.Video) + "/source"
	b.do("PUT", path, text("by its owner"), "X-User", string(b.owner.User)).want(t, 202, "")
	b.do("PUT", before.PutPath(), text("by somebody")).want(t, 410, "upload_spent")
	b.do("POST", before.TusPath(), nil, "Tus-Resumable", "1.0.0", "Upload-Length", "10").want(t, 410, "upload_spent")

	fresh, err := b.Grant(t.Context(), b.owner, before.Video, upload.GrantOptions{})
	must(t, err)
	b.do("PUT", fresh.PutPath(), text("a replacement")).want(t, 202, "")
	b.do("PUT", fresh.PutPath(), text("once more")).want(t, 410, "upload_spent")
	if got := b.source(before.Video); got != "a replacement" {
		t.Errorf("the source is %q", got)
	}

	fresh, err = b.Grant(t.Context(), b.owner, before.Video, upload.GrantOptions{})
	must(t, err)
	begun := b.do("POST", fresh.TusPath(), nil, "Tus-Resumable", "1.0.0", "Upload-Length", "9")
	begun.want(t, 201, "")
	b.do("PATCH", begun.header.Get("Location"), text("by tus :-"), "Tus-Resumable", "1.0.0", "Upload-Offset", "0",
		"Content-Type", "application/offset+octet-stream").want(t, 204, "")
	if got := b.source(before.Video); got != "by tus :-" {
		t.Errorf("the source is %q", got)
	}
	b.do("POST", fresh.TusPath(), nil, "Tus-Resumable", "1.0.0", "Upload-Length", "9").want(t, 410, "upload_spent")
}

func TestAWholePutThatWasNotHandedOverIsNotLost(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	b.intake.fail(io.ErrUnexpectedEOF)
	b.do("PUT", g.PutPath(), chunked{text("the bytes")}).want(t, 500, "internal")
	b = b.restart()
	must(t, b.Sweep(t.Context()))
	if got := b.source(g.Video); got != "the bytes" {
		t.Errorf("the source is %q", got)
	}
	b.do("PUT", g.PutPath(), text("again")).want(t, 410, "upload_spent")
}

func TestAPutOfAnEarlierProcessGivesWay(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	now := time.Now()
	dead := upload.Upload{
		ID: ids.New[ids.UploadID](), Video: g.Video, Version: ids.New[ids.VersionID](), Protocol: upload.Put, Length: upload.Unknown,
		ExpiresAt: now.Add(time.Hour), CreatedAt: now, UpdatedAt: now,
	}
	must(t, b.uploads.AddUpload(t.Context(), dead))
	must(t, b.uploads.SaveOffset(t.Context(), dead.ID, 5, now))
	b.do("PUT", g.PutPath(), text("alive")).want(t, 202, "")

	other := b.grant(upload.GrantOptions{})
	dead.ID, dead.Version, dead.Video = ids.New[ids.UploadID](), ids.New[ids.VersionID](), other.Video
	must(t, b.uploads.AddUpload(t.Context(), dead))
	must(t, b.uploads.SaveOffset(t.Context(), dead.ID, 5, now))
	must(t, b.Sweep(t.Context()))
	b.wantNothingLeft(other.Video)
}

// Not parallel: it counts the allocations of the whole process.
func TestALargePutTakesLittleMemory(t *testing.T) {
	const size, most = 256 << 20, 8 << 20
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, g.PutPath(), io.LimitReader(zeros{}, size))
	r.ContentLength = size
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	runtime.ReadMemStats(&after)
	if w.Code != 202 {
		t.Fatalf("answer %d %s", w.Code, w.Body)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > most {
		t.Errorf("%d bytes were allocated for an upload of %d, at most %d are meant to be", used, size, most)
	}
	if v, err := b.library.Video(t.Context(), b.owner, g.Video); err != nil || v.Version.SourceBytes != size {
		t.Errorf("%+v, %v", v.Version, err)
	}
}

func TestAGrantIsForWhoMayEdit(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	video := b.video()
	for _, viewer := range []access.Viewer{{}, {User: ids.New[ids.UserID](), Role: access.Uploader}} {
		if _, err := b.Grant(t.Context(), viewer, video, upload.GrantOptions{}); !errs.Is(err, errs.NotFound) {
			t.Errorf("%+v: %v", viewer, err)
		}
	}
	if _, err := b.Grant(t.Context(), b.owner, ids.New[ids.VideoID](), upload.GrantOptions{}); !errs.Is(err, errs.NotFound) {
		t.Errorf("a missing video: %v", err)
	}
	for _, opts := range []upload.GrantOptions{
		{MaxBytes: -1}, {TTL: -1}, {CORSOrigin: "a.example"}, {CORSOrigin: "https://a.example/"}, {CORSOrigin: "https://a.example, https://b.example"}, {CORSOrigin: "javascript://x"}, {CORSOrigin: "https://u@a.example"},
	} {
		if _, err := b.Grant(t.Context(), b.owner, video, opts); !errs.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", opts, err)
		}
	}
}

// zeros is an endless file.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
