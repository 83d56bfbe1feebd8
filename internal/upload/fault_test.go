package upload_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"matinee/internal/blob"
	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/testkit"
	"matinee/internal/upload"
)

const uploadsPath = "/api/v1/uploads"

// dial opens a connection that a test speaks on byte by byte.
func (b *bundle) dial() net.Conn {
	b.t.Helper()
	conn, err := net.Dial("tcp", b.server.Listener.Addr().String())
	must(b.t, err)
	b.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// begin sends the head of a request, and whatever body follows it.
func begin(t *testing.T, conn net.Conn, method, path string, length int64, body string, headers ...string) {
	t.Helper()
	head := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n", method, path, length)
	for i := 0; i < len(headers); i += 2 {
		head += headers[i] + ": " + headers[i+1] + "\r\n"
	}
	_, err := io.WriteString(conn, head+"\r\n"+body)
	must(t, err)
}

// read reads an answer off a connection.
func read(t *testing.T, conn net.Conn) (status int, text string) {
	t.Helper()
	must(t, conn.SetReadDeadline(time.Now().Add(soon)))
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("the answer was lost: %v", err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Errorf("the answer broke off: %v", err)
	}
	return answer.StatusCode, string(data)
}

func TestAClientThatSendsWithoutAskingStillGetsTheRefusal(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{MaxBytes: 1000})
	const large = 24 << 20
	path := b.create(uploadsPath, "X-User", string(b.owner.User), "Upload-Length", "900")
	for name, c := range map[string]struct {
		method, path string
		headers      []string
		status       int
		code         string
	}{
		"too large by PUT":          {"PUT", b.grant(upload.GrantOptions{}).PutPath(), nil, 413, "too_large"},
		"unknown address":           {"PUT", "/api/v1/direct/unknown", nil, 404, "not_found"},
		"a stranger":                {"PUT", "/api/v1/videos/" + string(b.video()) + "/source", nil, 401, "unauthenticated"},
		"over the announced length": {"PATCH", path, []string{"X-User", string(b.owner.User), "Tus-Resumable", "1.0.0", "Content-Type", chunkType, "Upload-Offset", "0"}, 413, "too_large"},
		"at a wrong offset":         {"PATCH", path, []string{"X-User", string(b.owner.User), "Tus-Resumable", "1.0.0", "Content-Type", chunkType, "Upload-Offset", "5"}, 409, "offset_mismatch"},
		"a creation that is refused": {
			"POST", uploadsPath, []string{"X-User", string(b.owner.User), "Tus-Resumable", "1.0.0", "Content-Type", chunkType, "Upload-Length", strconv.Itoa(large)}, 413, "too_large",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := b.dial()
			begin(t, conn, c.method, c.path, large, "", c.headers...)
			sent := 0 // a simple client sends everything before it reads
			for block := make([]byte, 1<<20); sent < large; {
				n, err := conn.Write(block)
				if sent += n; err != nil {
					t.Fatalf("the connection was reset after %d bytes: %v", sent, err)
				}
			}
			status, text := read(t, conn)
			if status != c.status || !strings.Contains(text, `"`+c.code+`"`) {
				t.Errorf("answer %d %s, want %d %s", status, text, c.status, c.code)
			}
		})
	}
}

func TestAClientThatAsksFirstIsAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{MaxBytes: 1000})
	conn := b.dial()
	begin(t, conn, "PUT", b.grant(upload.GrantOptions{}).PutPath(), 1<<30, "", "Expect", "100-continue")
	if status, text := read(t, conn); status != 413 || !strings.Contains(text, "too_large") {
		t.Errorf("answer %d %s", status, text)
	}
}

func TestASilentClientIsCutOffAndItsBytesStay(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{StallAfter: 300 * time.Millisecond})
	g := b.grant(upload.GrantOptions{})
	path := b.create(g.TusPath(), "Upload-Length", "10")
	conn := b.dial()
	begin(t, conn, "PATCH", path, 10, "half", "Tus-Resumable", "1.0.0", "Content-Type", chunkType, "Upload-Offset", "0")
	must(t, conn.SetReadDeadline(time.Now().Add(soon)))
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Errorf("the connection stays open: %v", err)
	}
	b.wantOffset(path, "4")
	b.patch(path, 4, text(" done!")).want(t, 204, "")
	if got := b.source(g.Video); got != "half done!" {
		t.Errorf("the source is %q", got)
	}

	other := b.grant(upload.GrantOptions{})
	conn = b.dial()
	begin(t, conn, "PUT", other.PutPath(), 10, "half")
	if status, text := read(t, conn); status != 400 || !strings.Contains(text, "incomplete_body") {
		t.Errorf("a silent PUT is answered %d %s", status, text)
	}
	testkit.Eventually(t, soon, func() bool { return b.state(other.Video) == library.Waiting })
	b.wantNothingLeft(other.Video)
}

func TestATusUploadSaysWhenItExpires(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{UploadTTL: time.Hour})
	g := b.grant(upload.GrantOptions{})
	created := b.do("POST", g.TusPath(), nil, "Tus-Resumable", "1.0.0", "Upload-Length", "10")
	expires := func(a answer) time.Duration {
		t.Helper()
		at, err := http.ParseTime(a.header.Get("Upload-Expires"))
		if err != nil {
			t.Fatalf("Upload-Expires %q: %v", a.header.Get("Upload-Expires"), err)
		}
		return time.Until(at).Round(time.Minute)
	}
	path := created.header.Get("Location")
	if in := expires(created); in != time.Hour {
		t.Errorf("a new upload expires in %v", in)
	}
	b.later(30 * time.Minute)
	if in := expires(b.head(path)); in != time.Hour {
		t.Errorf("without bytes it expires in %v", in)
	}
	if in := expires(b.patch(path, 0, text("half"))); in != 90*time.Minute {
		t.Errorf("after bytes half an hour later it expires in %v, want an hour after them", in)
	}
	if a := b.patch(path, 4, text(" done!")); a.header.Get("Upload-Expires") != "" {
		t.Error("a complete upload expires")
	}
}

func TestTheVideoOfAnUnfinishedUploadGoesWithIt(t *testing.T) {
	t.Parallel()
	said := metadata("filename", "holiday.mp4")
	for name, end := range map[string]func(b *bundle, path string){
		"when it expires": func(b *bundle, _ string) { b.later(2 * time.Hour); must(b.t, b.Sweep(b.t.Context())) },
		"when it is cancelled": func(b *bundle, path string) {
			b.do("DELETE", path, nil, "Tus-Resumable", "1.0.0", "X-User", string(b.owner.User)).want(b.t, 204, "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, upload.Options{UploadTTL: time.Hour})
			a := b.do("POST", uploadsPath, nil, "Tus-Resumable", "1.0.0", "Upload-Length", "10", "X-User", string(b.owner.User), "Upload-Metadata", said)
			a.want(t, 201, "")
			video := ids.VideoID(a.header.Get("Matinee-Video"))
			b.patch(a.header.Get("Location"), 0, text("half"), "X-User", string(b.owner.User)).want(t, 204, "")
			end(b, a.header.Get("Location"))
			if _, err := b.library.Video(t.Context(), b.owner, video); !errs.Is(err, errs.NotFound) {
				t.Errorf("the video stays without a file: %v", err)
			}
			for info, err := range b.disk.List(t.Context(), blob.VideoPrefix(video)) {
				t.Errorf("an object is left: %+v, %v", info, err)
			}
			if made, removed := b.made.Load(), b.removed.Load(); made != 1 || removed != 1 {
				t.Errorf("%d beginnings and %d removals were told", made, removed)
			}
		})
	}
	t.Run("but a video that somebody made stays", func(t *testing.T) {
		t.Parallel()
		b := setup(t, upload.Options{UploadTTL: time.Hour})
		g := b.grant(upload.GrantOptions{})
		b.patch(b.create(g.TusPath(), "Upload-Length", "10"), 0, text("half")).want(t, 204, "")
		b.later(2 * time.Hour)
		must(t, b.Sweep(t.Context()))
		b.wantNothingLeft(g.Video)
	})
}

func TestTwoClientsOnOneUploadCorruptNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	content := strings.Repeat("0123456789", 20_000)
	path := b.create(g.TusPath(), "Upload-Length", strconv.Itoa(len(content)))
	var clients sync.WaitGroup
	for i := range 2 {
		clients.Go(func() {
			for range 10_000 {
				a := b.head(path)
				offset, err := strconv.Atoi(a.header.Get("Upload-Offset"))
				if err != nil {
					continue // the other one has it just now
				}
				if offset == len(content) {
					return
				}
				end := min(offset+7_001+i, len(content))
				switch a := b.patch(path, offset, text(content[offset:end])); a.status {
				case 204, 409, 423, 503:
				case 400: // the other one took the transfer over
				default:
					t.Errorf("a PATCH is answered %d %s", a.status, a.body)
					return
				}
			}
		})
	}
	clients.Wait()
	if got := b.source(g.Video); got != content {
		t.Errorf("the source has %d bytes and is not what was sent", len(got))
	}
	if n := len(b.intake.seen()); n != 1 {
		t.Errorf("handed over %d times", n)
	}
}

func TestTheSameFileTwiceAtOnceIsTwoVideos(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	var (
		clients sync.WaitGroup
		made    [2]ids.VideoID
	)
	for i := range made {
		clients.Go(func() {
			a := b.do("POST", uploadsPath, text("the bytes"), "Tus-Resumable", "1.0.0", "Upload-Length", "9", "Content-Type", chunkType,
				"X-User", string(b.owner.User), "Upload-Metadata", metadata("filename", "same.mp4"))
			a.want(t, 201, "")
			made[i] = ids.VideoID(a.header.Get("Matinee-Video"))
		})
	}
	clients.Wait()
	if made[0] == made[1] {
		t.Error("both became one video")
	}
	for _, video := range made {
		if got := b.source(video); got != "the bytes" {
			t.Errorf("the source is %q", got)
		}
	}
}

func TestAnEmptyFileIsRefusedHoweverItComes(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	b.do("PUT", g.PutPath(), http.NoBody).want(t, 422, "empty_file")
	b.do("PUT", g.PutPath(), chunked{text("")}).want(t, 422, "empty_file")
	b.do("POST", g.TusPath(), nil, "Tus-Resumable", "1.0.0", "Upload-Length", "0").want(t, 422, "empty_file")
	path := b.create(g.TusPath(), "Upload-Defer-Length", "1")
	b.patch(path, 0, nil, "Upload-Length", "0").want(t, 422, "empty_file")
	b.do("DELETE", path, nil, "Tus-Resumable", "1.0.0").want(t, 204, "")
	b.wantNothingLeft(g.Video)
}

func TestAPurgedVideoEndsItsUpload(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	store := database.NewPipeline(b.db)
	t.Run("between two parts", func(t *testing.T) {
		g := b.grant(upload.GrantOptions{})
		path := b.create(g.TusPath(), "Upload-Length", "10")
		b.patch(path, 0, text("half")).want(t, 204, "")
		must(t, store.PurgeVideo(t.Context(), g.Video, time.Now()))
		b.patch(path, 4, text(" done!")).want(t, 404, "not_found")
		dead, err := store.Tombstones(t.Context())
		if err != nil || len(dead) != 1 || dead[0].Video != g.Video || dead[0].Source == "" {
			t.Errorf("its bytes are not marked for removal: %+v, %v", dead, err)
		}
	})
	t.Run("in the middle of one", func(t *testing.T) {
		g := b.grant(upload.GrantOptions{})
		path := b.create(g.TusPath(), "Upload-Length", "10")
		conn := b.dial()
		begin(t, conn, "PATCH", path, 10, "half", "Tus-Resumable", "1.0.0", "Content-Type", chunkType, "Upload-Offset", "0")
		testkit.Eventually(t, soon, func() bool { return b.state(g.Video) == library.Uploading })
		must(t, store.PurgeVideo(t.Context(), g.Video, time.Now()))
		_, err := io.WriteString(conn, " done!")
		must(t, err)
		if status, text := read(t, conn); status != 404 {
			t.Errorf("answer %d %s", status, text)
		}
		testkit.Eventually(t, soon, func() bool {
			for _, err := range b.disk.List(t.Context(), blob.VideoPrefix(g.Video)) {
				must(t, err)
				return false
			}
			return true
		})
	})
}

func TestTheClockMayJump(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{IdleAfter: time.Minute})
	g := b.grant(upload.GrantOptions{})
	path := b.create(g.TusPath(), "Upload-Length", "10")
	b.patch(path, 0, text("half")).want(t, 204, "")
	b.later(-time.Hour)
	b.wantOffset(path, "4")
	b.do("PUT", g.PutPath(), text("other")).want(t, 202, "") // the first one is not active for another hour
}

func TestTheLimitsAreThoseOfTheAdmission(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{MaxBytes: 700, ReserveBytes: 100, RenditionFactor: 2})
	b.disk.free.Store(1000)
	l, err := b.Limits(t.Context())
	if want := (upload.Limits{MaxBytes: 700, FreeBytes: 900, DiskFactor: 2}); err != nil || l != want {
		t.Errorf("limits %+v, %v; want %+v", l, err, want)
	}
	b.create(b.grant(upload.GrantOptions{}).TusPath(), "Upload-Length", "300") // 300 × 3 fits exactly
	b.do("POST", b.grant(upload.GrantOptions{}).TusPath(), nil, "Tus-Resumable", "1.0.0", "Upload-Length", "301").want(t, 507, "no_space")
	if l, err := b.Limits(t.Context()); err != nil || l.FreeBytes != 600 {
		t.Errorf("with 300 bytes announced %d are free, %v", l.FreeBytes, err)
	}
	b.disk.free.Store(10)
	if l, err := b.Limits(t.Context()); err != nil || l.FreeBytes != 0 {
		t.Errorf("below the reserve %d are free, %v", l.FreeBytes, err)
	}
}

func TestAWrongContentTypeIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	path := b.create(b.grant(upload.GrantOptions{}).TusPath(), "Upload-Length", "4")
	a := b.do("PATCH", path, text("half"), "Tus-Resumable", "1.0.0", "Content-Type", "video/mp4", "Upload-Offset", "0")
	a.want(t, 400, "malformed")
	b.wantOffset(path, "0")
}
