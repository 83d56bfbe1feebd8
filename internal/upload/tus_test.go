package upload_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/testkit"
	"matinee/internal/upload"
)

const chunkType = "application/offset+octet-stream"

// create begins a tus upload and returns its path. Headers come as pairs.
func (b *bundle) create(path string, headers ...string) string {
	b.t.Helper()
	a := b.do("POST", path, nil, append([]string{"Tus-Resumable", "1.0.0"}, headers...)...)
	a.want(b.t, 201, "")
	location := a.header.Get("Location")
	if !strings.HasPrefix(location, path+"/") || strings.Contains(strings.TrimPrefix(location, path+"/"), "/") {
		b.t.Fatalf("Location %q is not below %s", location, path)
	}
	return location
}

func (b *bundle) patch(path string, offset int, body io.Reader, headers ...string) answer {
	b.t.Helper()
	return b.do("PATCH", path, body, append([]string{"Tus-Resumable", "1.0.0", "Content-Type", chunkType, "Upload-Offset", fmt.Sprint(offset)}, headers...)...)
}

func (b *bundle) head(path string, headers ...string) answer {
	b.t.Helper()
	return b.do("HEAD", path, nil, append([]string{"Tus-Resumable", "1.0.0"}, headers...)...)
}

func (b *bundle) wantOffset(path, offset string, headers ...string) {
	b.t.Helper()
	a := b.head(path, headers...)
	if a.status != 200 || a.header.Get("Upload-Offset") != offset {
		b.t.Errorf("HEAD answers %d and offset %q, want %q", a.status, a.header.Get("Upload-Offset"), offset)
	}
}

func metadata(pairs ...string) string {
	var out []string
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, pairs[i]+" "+base64.StdEncoding.EncodeToString([]byte(pairs[i+1])))
	}
	return strings.Join(out, ",")
}

func TestTusFillsTheVideoOfAGrant(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	said := metadata("filename", "a.mp4", "filetype", "video/mp4", "odd", "\xff\x00")
	path := b.create(g.TusPath(), "Upload-Length", "9", "Upload-Metadata", said)
	b.wantOffset(path, "0")
	b.patch(path, 0, text("the ")).want(t, 204, "")
	if b.state(g.Video) != library.Uploading {
		t.Errorf("the video is %s", b.state(g.Video))
	}
	b.wantOffset(path, "4")
	b.patch(path, 3, text("x")).want(t, 409, "offset_mismatch")
	a := b.patch(path, 4, text("bytes"))
	a.want(t, 204, "")
	if a.header.Get("Matinee-Video") != string(g.Video) || a.header.Get("Upload-Offset") != "9" || a.header.Get("Tus-Resumable") != "1.0.0" {
		t.Errorf("headers %v", a.header)
	}
	if got := b.source(g.Video); got != "the bytes" {
		t.Errorf("the source is %q", got)
	}
	seen := b.intake.seen()
	if len(seen) != 1 || seen[0].FileName != "a.mp4" || seen[0].FileType != "video/mp4" || seen[0].SizeBytes != 9 {
		t.Errorf("handed over %+v", seen)
	}
	b.wantOffset(path, "9") // the client may have missed the answer
	b.patch(path, 9, nil).want(t, 204, "")
	b.do("DELETE", path, nil, "Tus-Resumable", "1.0.0").want(t, 410, "upload_completed")
	b.do("POST", g.TusPath(), nil, "Tus-Resumable", "1.0.0", "Upload-Length", "9").want(t, 410, "upload_spent")
	if got := b.source(g.Video); got != "the bytes" || len(b.intake.seen()) != 1 {
		t.Errorf("the source is %q, handed over %d times", got, len(b.intake.seen()))
	}
}

func TestTusTakesBytesWithTheCreation(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	a := b.do("POST", g.TusPath(), text("all"), "Tus-Resumable", "1.0.0", "Upload-Length", "3", "Content-Type", chunkType)
	a.want(t, 201, "")
	if a.header.Get("Upload-Offset") != "3" || a.header.Get("Matinee-Video") != string(g.Video) || b.source(g.Video) != "all" {
		t.Errorf("headers %v", a.header)
	}
}

func TestTusTakesAFileWhoseLengthComesLater(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{MaxBytes: 10})
	path := b.create(g.TusPath(), "Upload-Defer-Length", "1")
	b.patch(path, 0, text("half")).want(t, 204, "")
	b.patch(path, 4, text("more"), "Upload-Length", "11").want(t, 413, "too_large")
	b.patch(path, 4, chunked{text("too much of it")}).want(t, 413, "too_large")
	b.patch(path, 4, text(" half"), "Upload-Length", "9").want(t, 204, "")
	if got := b.source(g.Video); got != "half half" {
		t.Errorf("the source is %q", got)
	}
}

func TestTusGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	path := b.create(g.TusPath(), "Upload-Length", "15")
	b.patch(path, 0, text("first ")).want(t, 204, "")
	u, err := b.uploads.ActiveUpload(t.Context(), g.Video)
	must(t, err)

	// The process died after more bytes reached the file than the database knows of.
	file := filepath.Join(b.folder, "media", blob.SourceKey(u.Video, u.Version))
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteString("sec")
	must(t, errors.Join(err, f.Close()))

	b = b.restart()
	must(t, b.Sweep(t.Context()))
	b.wantOffset(path, "9")
	b.patch(path, 6, text("x")).want(t, 409, "offset_mismatch")
	b.patch(path, 9, text("ond...")).want(t, 204, "")
	if got := b.source(g.Video); got != "first second..." {
		t.Errorf("the source is %q", got)
	}
}

func TestATransferThatIsCutGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	path := b.create(g.TusPath(), "Upload-Length", "10")
	conn, err := net.Dial("tcp", b.server.Listener.Addr().String())
	must(t, err)
	_, err = fmt.Fprintf(conn, "PATCH %s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nContent-Type: %s\r\nUpload-Offset: 0\r\nContent-Length: 10\r\n\r\nhalf", path, chunkType)
	must(t, err)
	testkit.Eventually(t, soon, func() bool { return b.state(g.Video) == library.Uploading })
	must(t, conn.Close())
	testkit.Eventually(t, soon, func() bool { return b.head(path).header.Get("Upload-Offset") == "4" })
	b.patch(path, 4, text(" an ha")).want(t, 204, "")
	if got := b.source(g.Video); got != "half an ha" {
		t.Errorf("the source is %q", got)
	}
}

func TestASecondConnectionTakesATransferOver(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	path := b.create(g.TusPath(), "Upload-Length", "10")
	conn, err := net.Dial("tcp", b.server.Listener.Addr().String())
	must(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "PATCH %s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nContent-Type: %s\r\nUpload-Offset: 0\r\nContent-Length: 10\r\n\r\nhalf", path, chunkType)
	must(t, err)
	testkit.Eventually(t, soon, func() bool { return b.state(g.Video) == library.Uploading })
	other := b.grant(upload.GrantOptions{})
	for range 3 { // whoever does not own the upload cannot interrupt it
		if got := b.head(other.TusPath() + "/" + filepath.Base(path)).status; got != 404 {
			t.Errorf("HEAD with another key answers %d", got)
		}
	}
	_, err = conn.Write([]byte("-"))
	must(t, err)
	testkit.Eventually(t, soon, func() bool {
		u, err := b.uploads.ActiveUpload(t.Context(), g.Video)
		must(t, err)
		info, err := b.disk.Stat(t.Context(), blob.SourceKey(u.Video, u.Version))
		must(t, err)
		return info.SizeBytes == 5
	})
	b.wantOffset(path, "5") // the line hangs and the client came back
	b.patch(path, 5, text("done!")).want(t, 204, "")
	if got := b.source(g.Video); got != "half-done!" {
		t.Errorf("the source is %q", got)
	}
}

func TestAnUploadAnswersOnlyItsOwn(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g, other := b.grant(upload.GrantOptions{}), b.grant(upload.GrantOptions{})
	direct := b.create(g.TusPath(), "Upload-Length", "5")
	id := filepath.Base(direct)
	own := b.create("/api/v1/uploads", "Upload-Length", "5", "X-User", string(b.owner.User), "Upload-Metadata", metadata("filename", "a.mp4"))
	stranger := string(ids.New[ids.UserID]())
	for _, tt := range []struct {
		path, user string
		status     int
	}{
		{direct, "", 200},
		{other.TusPath() + "/" + id, "", 404},
		{g.TusPath() + "/" + string(ids.New[ids.UploadID]()), "", 404},
		{g.TusPath() + "/none", "", 404},
		{g.TusPath() + "/" + filepath.Base(own), "", 404},
		{"/api/v1/uploads/" + id, string(b.owner.User), 404},
		{own, string(b.owner.User), 200},
		{own, stranger, 404},
		{own, "", 401},
	} {
		if got := b.head(tt.path, "X-User", tt.user).status; got != tt.status {
			t.Errorf("HEAD %s as %q answers %d, want %d", tt.path, tt.user, got, tt.status)
		}
		if tt.status != 200 {
			if got := b.patch(tt.path, 0, text("evil!"), "X-User", tt.user).status; got != tt.status {
				t.Errorf("PATCH %s as %q answers %d, want %d", tt.path, tt.user, got, tt.status)
			}
			if got := b.do("DELETE", tt.path, nil, "Tus-Resumable", "1.0.0", "X-User", tt.user).status; got != tt.status {
				t.Errorf("DELETE %s as %q answers %d, want %d", tt.path, tt.user, got, tt.status)
			}
		}
	}
	if got := b.do("GET", direct, nil).status; got != 405 {
		t.Errorf("GET of an upload answers %d", got)
	}
}

func TestASignedInUploadMakesItsVideo(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{MaxBytes: 100})
	const path = "/api/v1/uploads"
	user := string(b.owner.User)
	said := metadata("filename", "holiday.mp4", "filetype", "video/mp4", "title", "Holiday", "visibility", "unlisted")
	b.do("POST", path, nil, "Tus-Resumable", "1.0.0", "Upload-Length", "3").want(t, 401, "unauthenticated")
	b.do("POST", path, nil, "Tus-Resumable", "1.0.0", "Upload-Length", "3", "X-User", user, "X-Role", "viewer").want(t, 403, "denied")
	b.do("POST", path, nil, "Tus-Resumable", "1.0.0", "Upload-Length", "101", "X-User", user).want(t, 413, "too_large")
	b.do("POST", path, nil, "Tus-Resumable", "1.0.0", "Upload-Length", "0", "X-User", user).want(t, 422, "empty_file")
	b.do("POST", path, nil, "Tus-Resumable", "1.0.0", "Upload-Length", "3", "X-User", user, "Upload-Metadata", metadata("title", strings.Repeat("x", 9<<10))).want(t, 413, "metadata_too_large")
	b.do("POST", path, nil, "Tus-Resumable", "1.0.0", "Upload-Length", "3", "X-User", user, "Upload-Metadata", metadata("title", "x", "visibility", "odd")).want(t, 422, "invalid")
	b.disk.free.Store(1)
	b.do("POST", path, nil, "Tus-Resumable", "1.0.0", "Upload-Length", "3", "X-User", user).want(t, 507, "no_space")
	b.disk.free.Store(plenty)
	if page, err := b.library.Videos(t.Context(), b.owner, library.Filter{}); err != nil || len(page.Videos) != 0 {
		t.Errorf("refused uploads made %d videos, %v", len(page.Videos), err)
	}

	a := b.do("POST", path, nil, "Tus-Resumable", "1.0.0", "Upload-Length", "3", "X-User", user, "Upload-Metadata", said)
	a.want(t, 201, "")
	video := ids.VideoID(a.header.Get("Matinee-Video"))
	v, err := b.library.Video(t.Context(), b.owner, video)
	if err != nil || v.Title != "Holiday" || v.Visibility != "unlisted" || v.Owner.ID != b.owner.User {
		t.Errorf("video %+v, %v", v, err)
	}
	location := a.header.Get("Location")
	b.patch(location, 0, text("all"), "X-User", user).want(t, 204, "")
	if got := b.source(video); got != "all" {
		t.Errorf("the source is %q", got)
	}
}

func TestACancelledUploadLeavesNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	path := b.create(g.TusPath(), "Upload-Length", "10")
	b.patch(path, 0, text("half")).want(t, 204, "")
	b.do("DELETE", path, nil, "Tus-Resumable", "1.0.0").want(t, 204, "")
	b.wantNothingLeft(g.Video)
	if got := b.head(path).status; got != 404 {
		t.Errorf("HEAD answers %d", got)
	}
	b.do("PUT", g.PutPath(), text("the whole")).want(t, 202, "")
}

func TestAnUploadThatWasNotHandedOverIsHandedOverLater(t *testing.T) {
	t.Parallel()
	for name, later := range map[string]func(b *bundle, path string){
		"by HEAD":             func(b *bundle, path string) { b.wantOffset(path, "9") },
		"by the last PATCH":   func(b *bundle, path string) { b.patch(path, 9, nil).want(b.t, 204, "") },
		"by the sweep":        func(b *bundle, _ string) { must(b.t, b.Sweep(b.t.Context())) },
		"by the sweep, twice": func(b *bundle, _ string) { must(b.t, errors.Join(b.Sweep(b.t.Context()), b.Sweep(b.t.Context()))) },
		"by another client": func(b *bundle, path string) {
			b.do("PUT", strings.TrimSuffix(filepath.Dir(path), "/tus"), text("x")).want(b.t, 410, "upload_spent")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, upload.Options{})
			g := b.grant(upload.GrantOptions{})
			path := b.create(g.TusPath(), "Upload-Length", "9")
			b.intake.fail(io.ErrUnexpectedEOF)
			b.patch(path, 0, text("the bytes")).want(t, 500, "internal")
			if err := b.Sweep(t.Context()); err == nil {
				t.Error("the sweep hid a fault of the intake")
			}
			b = b.restart()
			later(b, path)
			if got := b.source(g.Video); got != "the bytes" || len(b.intake.seen()) != 1 {
				t.Errorf("the source is %q, handed over %d times", got, len(b.intake.seen()))
			}
		})
	}
}

func TestAnUploadToAVideoThatIsGoneGoesToo(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{})
	g := b.grant(upload.GrantOptions{})
	path := b.create(g.TusPath(), "Upload-Length", "9")
	b.intake.fail(errs.Missing("video"))
	b.patch(path, 0, text("the bytes")).want(t, 404, "not_found")
	b.wantNothingLeft(g.Video)
}

func TestUnfinishedUploadsExpireAfterTheirLastByte(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{UploadTTL: time.Hour, GrantTTL: 24 * time.Hour})
	g := b.grant(upload.GrantOptions{})
	path := b.create(g.TusPath(), "Upload-Length", "10")
	b.later(50 * time.Minute)
	b.patch(path, 0, text("half")).want(t, 204, "")
	b.later(50 * time.Minute)
	must(t, b.Sweep(t.Context()))
	b.wantOffset(path, "4") // bytes came less than an hour ago
	b.later(11 * time.Minute)
	if got := b.head(path).status; got != 410 {
		t.Errorf("HEAD of an expired upload answers %d", got)
	}
	must(t, b.Sweep(t.Context()))
	b.wantNothingLeft(g.Video)
	b.do("PUT", g.PutPath(), text("the whole")).want(t, 202, "")
	b.later(100 * time.Hour)
	must(t, b.Sweep(t.Context()))
	b.do("PUT", g.PutPath(), text("again")).want(t, 404, "not_found") // nobody remembers it
}

func TestAnIdleUploadGivesWay(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{IdleAfter: time.Minute})
	g := b.grant(upload.GrantOptions{})
	path := b.create(g.TusPath(), "Upload-Length", "10")
	b.patch(path, 0, text("half")).want(t, 204, "")
	b.do("PUT", g.PutPath(), text("other")).want(t, 409, "upload_in_progress")
	b.later(2 * time.Minute)
	b.do("PUT", g.PutPath(), text("other")).want(t, 202, "")
	if got := b.head(path).status; got != 404 {
		t.Errorf("HEAD of the upload that gave way answers %d", got)
	}
}

func TestATusUploadOutlivesAFullDisk(t *testing.T) {
	t.Parallel()
	b := setup(t, upload.Options{ReserveBytes: -1, RenditionFactor: -1})
	g := b.grant(upload.GrantOptions{})
	path := b.create(g.TusPath(), "Upload-Length", "10")
	b.patch(path, 0, text("half")).want(t, 204, "")
	b.disk.free.Store(5)
	b.patch(path, 4, text(" done!")).want(t, 507, "no_space")
	b.disk.free.Store(plenty)
	b.disk.room.Store(0)
	b.patch(path, 4, text(" done!")).want(t, 507, "no_space")
	b.disk.room.Store(plenty)
	b.wantOffset(path, "4")
	b.patch(path, 4, text(" done!")).want(t, 204, "")
	if got := b.source(g.Video); got != "half done!" {
		t.Errorf("the source is %q", got)
	}
}
