package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"matinee/internal/api"
)

// newSampleServer is a server where every sample becomes a video whose probe waits: no worker runs.
func newSampleServer(t *testing.T) *videoServer {
	t.Helper()
	return newVideoServer(t, api.Options{Sample: []byte("these are the bytes of a clip")})
}

func (s *videoServer) sample(t *testing.T) string {
	t.Helper()
	return s.as(t, s.owner, "POST", "/videos/sample", nil).want(t, 201, "").str("id")
}

func TestLongWorkCanBeFollowedAndCancelled(t *testing.T) {
	t.Parallel()
	s := newSampleServer(t)
	video := "/videos/" + s.sample(t)
	begun := s.as(t, s.owner, "POST", video+"/repair", nil).want(t, 202, "")
	operation := "/operations/" + begun.str("operation", "id")
	if begun.str("operation", "state") != "running" || begun.str("operation", "kind") != "repair" || !strings.HasSuffix(begun.header.Get("Location"), operation) {
		t.Errorf("got %s at %s", begun.text, begun.header.Get("Location"))
	}
	if again := s.as(t, s.owner, "POST", video+"/repair", nil); again.str("operation", "id") != begun.str("operation", "id") {
		t.Error("the same work is two operations")
	}
	for _, ask := range []string{"GET", "DELETE"} {
		s.as(t, s.other, ask, operation, nil).want(t, 404, "not_found")
		s.as(t, "", ask, operation, nil).want(t, 404, "not_found")
	}
	if list := s.as(t, s.other, "GET", "/operations", nil); list.at("items", 0) != nil {
		t.Errorf("somebody else's list: %s", list.text)
	}
	s.as(t, "", "GET", "/operations", nil).want(t, 401, "unauthenticated")

	s.as(t, s.owner, "DELETE", operation, nil).want(t, 204, "")
	s.as(t, s.owner, "DELETE", operation, nil).want(t, 409, "operation_ended")
	if v := s.as(t, s.owner, "GET", video, nil); v.str("state") != "failed" || v.str("error", "code") != "cancelled" || v.str("error", "next") == "" {
		t.Errorf("the video is %s", v.text)
	}
	next := s.as(t, s.owner, "POST", video+"/repair", nil).want(t, 202, "")
	if v := s.as(t, s.owner, "GET", video, nil); v.str("state") != "processing" {
		t.Errorf("the repaired video is %s", v.text)
	}
	if o := s.as(t, s.owner, "GET", operation, nil); o.str("operation", "state") != "cancelled" || o.at("operation", "ended_at") == nil {
		t.Errorf("what has ended changed: %s", o.text)
	}
	anew := s.as(t, s.owner, "POST", video+"/reencode", nil).want(t, 202, "")
	if o := s.as(t, s.owner, "GET", "/operations/"+next.str("operation", "id"), nil); o.str("operation", "state") != "cancelled" {
		t.Errorf("work on a version that is gone is %s", o.text)
	}
	list := s.as(t, s.admin(t), "GET", "/operations?limit=2", nil)
	if list.at("items", 0, "id") != anew.at("operation", "id") || list.at("items", 2) != nil || list.str("next_cursor") == "" {
		t.Errorf("the list is %s", list.text)
	}
	if rest := s.as(t, s.owner, "GET", "/operations?limit=2&cursor="+list.str("next_cursor"), nil); rest.at("items", 0, "id") != begun.at("operation", "id") || rest.at("next_cursor") != nil {
		t.Errorf("the rest is %s", rest.text)
	}
	s.as(t, s.owner, "DELETE", video+"?permanent=true", nil).want(t, 204, "")
	s.as(t, s.owner, "GET", operation, nil).want(t, 404, "not_found")
}

func TestTasksAreListedAndDoneAgain(t *testing.T) {
	t.Parallel()
	s := newSampleServer(t)
	admin := s.admin(t)
	first, second := s.sample(t), s.sample(t)
	list := s.as(t, admin, "GET", "/tasks?limit=1&state=queued&kind=probe", nil).want(t, 200, "")
	if list.at("items", 0, "video", "id") != second || list.at("items", 0, "video", "title") == "" || list.at("items", 0, "worker") != nil || list.at("items", 0, "chunk") != nil {
		t.Errorf("the newest is %s", list.text)
	}
	rest := s.as(t, admin, "GET", "/tasks?limit=1&state=queued&kind=probe&cursor="+list.str("next_cursor"), nil)
	if rest.at("items", 0, "video", "id") != first || rest.at("next_cursor") != nil {
		t.Errorf("the rest is %s", rest.text)
	}
	if only := s.as(t, admin, "GET", "/tasks?video="+first, nil); only.at("items", 0, "id") != rest.at("items", 0, "id") || only.at("items", 1) != nil {
		t.Errorf("of one video: %s", only.text)
	}
	s.as(t, admin, "GET", "/tasks?cursor=x", nil).want(t, 422, "invalid")
	s.as(t, s.owner, "GET", "/tasks", nil).want(t, 403, "denied")
	s.as(t, "", "GET", "/tasks", nil).want(t, 401, "unauthenticated")

	task, _ := rest.at("items", 0, "id").(string)
	s.as(t, s.other, "POST", "/tasks/"+task+"/retry", nil).want(t, 404, "not_found")
	begun := s.as(t, s.owner, "POST", "/tasks/"+task+"/retry", nil).want(t, 202, "")
	if begun.str("operation", "kind") != "retry" || begun.str("operation", "task_id") != task || begun.str("operation", "video_id") != first {
		t.Errorf("got %s", begun.text)
	}
	if e := s.as(t, s.owner, "GET", "/videos/"+first+"/encoding", nil); e.at("tasks", 0, "id") != task {
		t.Errorf("the encoding is %s", e.text)
	}
}

func TestStorageAndLimitsAreTold(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{ReserveBytes: 7, Sample: []byte("these are the bytes of a clip")})
	s.sample(t)
	storage := s.as(t, s.admin(t), "GET", "/storage", nil).want(t, 200, "")
	free, _ := storage.at("free_bytes").(float64)
	total, _ := storage.at("total_bytes").(float64)
	if free <= 0 || total < free || storage.jsonAt("reserve_bytes") != "7" || storage.jsonAt("media_bytes") != "29" || storage.jsonAt("scratch_bytes") != "0" {
		t.Errorf("got %s", storage.text)
	}
	s.as(t, s.owner, "GET", "/storage", nil).want(t, 403, "denied")
	if a := s.as(t, s.owner, "GET", "/instance", nil); a.jsonAt("upload", "max_bytes") != "null" || a.jsonAt("upload", "disk_factor") != "1" || a.at("upload", "free_bytes") == nil {
		t.Errorf("the instance is %s", a.text)
	}
	if a := s.as(t, "", "GET", "/instance", nil); a.at("upload", "free_bytes") != nil {
		t.Errorf("a stranger is told of the disk: %s", a.text)
	}
}

func TestTheSourceComesBackAsAnAttachment(t *testing.T) {
	t.Parallel()
	s := newSampleServer(t)
	path := "/videos/" + s.sample(t) + "/source"
	whole := s.as(t, s.owner, "GET", path, nil)
	if whole.status != 200 || whole.text != "these are the bytes of a clip" {
		t.Fatalf("got %d %s", whole.status, whole.text)
	}
	for name, want := range map[string]string{
		"Content-Disposition": "attachment; filename=sample.mp4", "Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Accept-Ranges": "bytes", "Cache-Control": "private, no-store",
	} {
		if got := whole.header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if part := s.call(t, "GET", path, nil, "Authorization", s.owner, "Range", "bytes=10-14"); part.status != http.StatusPartialContent || part.text != "the b" {
		t.Errorf("a part is %d %q", part.status, part.text)
	}
	s.as(t, s.other, "GET", path, nil).want(t, 404, "not_found")
	s.as(t, "", "GET", path, nil).want(t, 404, "not_found")
	s.as(t, s.owner, "GET", "/videos/short/source", nil).want(t, 404, "not_found")
	s.as(t, s.owner, "GET", "/videos/"+s.video(t, map[string]any{"visibility": "public"})+"/source", nil).want(t, 409, "no_source")
	s.as(t, s.other, "GET", "/videos/"+s.video(t, map[string]any{"visibility": "public"})+"/source", nil).want(t, 403, "denied")
}

// fileTaker is a server's own writer: it says what it was handed.
type fileTaker struct {
	*httptest.ResponseRecorder

	file bool
}

func (w *fileTaker) ReadFrom(r io.Reader) (int64, error) {
	limited, ok := r.(*io.LimitedReader)
	if ok {
		_, w.file = limited.R.(*os.File)
	}
	return io.Copy(w.ResponseRecorder, r)
}

func TestTheSourceReachesTheServersWriterAsAFile(t *testing.T) {
	t.Parallel()
	s := newSampleServer(t)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, api.Prefix+"/videos/"+s.sample(t)+"/source", nil)
	r.Header.Set("Authorization", s.owner)
	w := &fileTaker{ResponseRecorder: httptest.NewRecorder()}
	s.api.ServeHTTP(w, r)
	if w.Code != 200 || !w.file {
		t.Errorf("%d: the kernel could not send it", w.Code)
	}
}
