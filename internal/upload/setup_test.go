package upload_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/blob"
	"matinee/internal/blob/fileblob"
	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
	"matinee/internal/upload"
)

const (
	soon   = 20 * time.Second
	plenty = 1 << 50
)

// bundle is an upload service over a real database and a real folder, behind a real server.
type bundle struct {
	*upload.Service

	t      *testing.T
	folder string
	opts   upload.Options

	db      *database.DB
	uploads *database.Uploads
	library *library.Library
	disk    *disk
	intake  *recorder
	handler http.Handler
	server  *httptest.Server

	owner   access.Viewer
	moved   atomic.Int64  // progress events
	made    atomic.Int64  // videos that were made for uploads
	removed atomic.Int64  // videos that went with their uploads
	offset  *atomic.Int64 // of the clock, in nanoseconds
}

func setup(t *testing.T, opts upload.Options) *bundle {
	t.Helper()
	return start(t, t.TempDir(), opts, access.Viewer{User: ids.New[ids.UserID](), Role: access.Uploader})
}

func start(t *testing.T, folder string, opts upload.Options, owner access.Viewer) *bundle {
	t.Helper()
	b := &bundle{t: t, folder: folder, opts: opts, owner: owner, offset: &atomic.Int64{}}
	db, err := database.Open(t.Context(), filepath.Join(folder, "matinee.db"))
	must(t, err)
	objects, err := fileblob.Open(filepath.Join(folder, "media"))
	must(t, err)
	b.db, b.uploads, b.library = db, database.NewUploads(db), library.New(database.NewLibrary(db), library.Options{})
	b.disk = &disk{Store: objects}
	b.disk.free.Store(plenty)
	b.disk.room.Store(plenty)
	b.intake = &recorder{store: database.NewPipeline(db)}
	opts.Now = func() time.Time { return time.Now().Add(time.Duration(b.offset.Load())) }
	b.Service, err = upload.New(b.uploads, b.disk, b.intake, videos{b.library}, b, opts)
	must(t, err)
	b.handler = b.routes()
	b.server = httptest.NewServer(b.handler)
	t.Cleanup(b.stop)
	return b
}

// restart is what a crash and a new start leave: the folder, and nothing else.
func (b *bundle) restart() *bundle {
	b.t.Helper()
	b.stop()
	return start(b.t, b.folder, b.opts, b.owner)
}

func (b *bundle) stop() {
	if b.server == nil {
		return
	}
	b.server.Close()
	b.server = nil
	must(b.t, errors.Join(b.disk.Close(), b.db.Close()))
}

func (b *bundle) routes() http.Handler {
	h, err := upload.NewHandler(b.Service, upload.Edge{ViewerOf: viewerOf, Respond: respond, Problem: problem})
	must(b.t, err)
	mux := http.NewServeMux()
	for _, route := range h.Routes() {
		mux.Handle(route.Pattern, route.Handler)
	}
	return mux
}

// later moves the clock.
func (b *bundle) later(d time.Duration) { b.offset.Add(int64(d)) }

// UploadProgress implements the service's progress.
func (b *bundle) UploadProgress(ids.VideoID) { b.moved.Add(1) }

// UploadChanged implements the service's progress.
func (b *bundle) UploadChanged(ids.VideoID) { b.moved.Add(1) }

// UploadVideoMade implements the service's progress.
func (b *bundle) UploadVideoMade(ids.VideoID) { b.made.Add(1) }

// UploadVideoRemoved implements the service's progress.
func (b *bundle) UploadVideoRemoved(ids.VideoID) { b.removed.Add(1) }

// video makes a video of the owner's that waits.
func (b *bundle) video() ids.VideoID {
	b.t.Helper()
	v, err := b.library.CreateVideo(b.t.Context(), b.owner, library.Draft{Title: "A video"})
	must(b.t, err)
	return v.ID
}

func (b *bundle) grant(opts upload.GrantOptions) upload.Grant {
	b.t.Helper()
	g, err := b.Grant(b.t.Context(), b.owner, b.video(), opts)
	must(b.t, err)
	return g
}

func (b *bundle) state(video ids.VideoID) library.State {
	b.t.Helper()
	v, err := b.library.Video(b.t.Context(), b.owner, video)
	must(b.t, err)
	return v.State
}

// source returns the bytes of a finished source.
func (b *bundle) source(video ids.VideoID) string {
	b.t.Helper()
	v, err := b.library.Video(b.t.Context(), b.owner, video)
	must(b.t, err)
	if v.Version == nil {
		b.t.Fatal("the video has no source")
	}
	object, err := b.disk.Open(b.t.Context(), blob.SourceKey(video, v.Version.ID))
	must(b.t, err)
	defer object.Close()
	data, err := io.ReadAll(object)
	must(b.t, err)
	return string(data)
}

// wantNothingLeft holds when a failed upload has left neither a row, an object nor a state.
func (b *bundle) wantNothingLeft(video ids.VideoID) {
	b.t.Helper()
	if u, err := b.uploads.ActiveUpload(b.t.Context(), video); !errs.Is(err, errs.NotFound) {
		b.t.Errorf("an upload is left: %+v, %v", u, err)
	}
	for info, err := range b.disk.List(b.t.Context(), blob.VideoPrefix(video)) {
		b.t.Errorf("an object is left: %+v, %v", info, err)
	}
	if state := b.state(video); state != library.Waiting {
		b.t.Errorf("the video is %s", state)
	}
}

// answer is a response with its body read.
type answer struct {
	status int
	header http.Header
	body   string
	code   string // of a problem
	detail string
}

// do sends a request to a path and reads the answer. Headers come as pairs.
func (b *bundle) do(method, path string, body io.Reader, headers ...string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.server.URL+path, body)
	must(b.t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.send(r)
}

func (b *bundle) send(r *http.Request) answer {
	b.t.Helper()
	response, err := b.server.Client().Do(r)
	if err != nil {
		b.t.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(b.t, err)
	a := answer{status: response.StatusCode, header: response.Header, body: string(text)}
	var p struct{ Code, Detail string }
	if json.Unmarshal(text, &p) == nil {
		a.code, a.detail = p.Code, p.Detail
	}
	return a
}

func (a answer) want(t *testing.T, status int, code string) {
	t.Helper()
	if a.status != status || a.code != code {
		t.Errorf("answer %d %q (%s), want %d %q", a.status, a.code, a.body, status, code)
	}
}

// viewerOf takes the user's id from a header.
func viewerOf(r *http.Request) (access.Viewer, error) {
	user := ids.UserID(r.Header.Get("X-User"))
	if user == "" {
		return access.Viewer{}, nil
	}
	role := access.Role(r.Header.Get("X-Role"))
	if role == "" {
		role = access.Uploader
	}
	return access.Viewer{User: user, Role: role}, nil
}

func respond(w http.ResponseWriter, _ *http.Request, viewer access.Viewer, video ids.VideoID) {
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(map[string]string{"id": string(video), "viewer": string(viewer.User)})
}

func problem(w http.ResponseWriter, _ *http.Request, err error) {
	statuses := map[errs.Kind]int{
		errs.Malformed: 400, errs.Unauthenticated: 401, errs.Denied: 403, errs.NotFound: 404, errs.Conflict: 409, errs.Gone: 410, errs.Stale: 412,
		errs.TooLarge: 413, errs.Invalid: 422, errs.Busy: 503, errs.NoSpace: 507, errs.Internal: 500,
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(statuses[errs.KindOf(err)])
	detail := err.Error()
	if e, ok := errors.AsType[*errs.Error](err); ok {
		detail = e.Message
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"code": errs.CodeOf(err), "detail": detail})
}

// videos makes videos as the pipeline does.
type videos struct{ library *library.Library }

func (v videos) CreateForUpload(ctx context.Context, viewer access.Viewer, title, filename, visibility string) (ids.VideoID, error) {
	if title == "" {
		title = filename
	}
	made, err := v.library.CreateVideo(ctx, viewer, library.Draft{Title: title, Visibility: access.Visibility(visibility)})
	return made.ID, err
}

// recorder is the intake: the real rows, and a fault where a test wants one.
type recorder struct {
	store *database.Pipeline

	mu       sync.Mutex
	fault    error
	finished []upload.Finished
}

func (r *recorder) FinishUpload(ctx context.Context, f upload.Finished) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fault != nil {
		return r.fault
	}
	r.finished = append(r.finished, f)
	return r.store.FinishUpload(ctx, f, pipeline.ProbeTask(), time.Now())
}

func (r *recorder) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault = err
}

// seen returns what was handed over.
func (r *recorder) seen() []upload.Finished {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.finished
}

// disk is a file store whose disk can be small.
type disk struct {
	*fileblob.Store

	free atomic.Int64 // what it says is free
	room atomic.Int64 // what it takes before it is full
}

func (d *disk) Free(context.Context) (int64, error) { return d.free.Load(), nil }

func (d *disk) Append(ctx context.Context, key string, offset int64) (blob.AppendWriter, error) {
	w, err := d.Store.Append(ctx, key, offset)
	return &smallWriter{w, d}, err
}

type smallWriter struct {
	blob.AppendWriter

	disk *disk
}

func (w *smallWriter) Write(p []byte) (int, error) {
	if w.disk.room.Add(-int64(len(p))) < 0 {
		return 0, errors.Join(syscall.ENOSPC, errs.New(errs.NoSpace, "no_space", "The disk that keeps the media is full."))
	}
	return w.AppendWriter.Write(p)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// chunked hides a reader's length, so that the request is sent in chunks.
type chunked struct{ io.Reader }

func text(s string) io.Reader { return strings.NewReader(s) }
