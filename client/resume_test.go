package client_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"matinee/client"
)

// tusServer keeps what arrives, and answers as each test wants.
type tusServer struct {
	mu     sync.Mutex
	have   bytes.Buffer
	patch  func(n int, w http.ResponseWriter, r *http.Request) (done bool) // the n-th PATCH, from 0; true when it has answered
	asked  int
	status int // of HEAD; 0 for the offset
}

func (s *tusServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodPatch {
		n := s.asked
		s.asked++
		if s.patch != nil && s.patch(n, w, r) {
			return
		}
		if r.Header.Get("Upload-Offset") != strconv.Itoa(s.have.Len()) {
			w.WriteHeader(http.StatusConflict)
			return
		}
		_, _ = io.Copy(&s.have, r.Body)
	}
	if s.status != 0 {
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, `{"status":`+strconv.Itoa(s.status)+`,"code":"x","detail":"No."}`)
		return
	}
	w.Header().Set("Upload-Offset", strconv.Itoa(s.have.Len()))
}

func resume(t *testing.T, s *tusServer, text string, o client.ResumeOptions) error {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return client.New(server.URL, "").ResumeUpload(t.Context(), server.URL+"/u", strings.NewReader(text), int64(len(text)), o)
}

func TestAnUploadIsResumed(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("0123456789", 10_000)
	for name, tt := range map[string]struct {
		server *tusServer
		broken int
	}{
		"after nothing went wrong": {server: &tusServer{}},
		"from where an earlier run stopped": {server: &tusServer{patch: func(_ int, _ http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("Upload-Offset") != "7" {
				t.Errorf("the offset is %s", r.Header.Get("Upload-Offset"))
			}
			return false
		}}},
		"after a connection that was cut": {broken: 2, server: &tusServer{patch: func(n int, _ http.ResponseWriter, _ *http.Request) bool {
			if n < 2 {
				panic(http.ErrAbortHandler)
			}
			return false
		}}},
		"after a server that was busy, or held the upload still": {broken: 3, server: &tusServer{patch: func(n int, w http.ResponseWriter, _ *http.Request) bool {
			answers := []int{http.StatusServiceUnavailable, http.StatusConflict, http.StatusBadGateway}
			if n < len(answers) {
				w.WriteHeader(answers[n])
			}
			return n < len(answers)
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := tt.server
			if strings.HasPrefix(name, "from where") {
				s.have.WriteString(text[:7])
			}
			var told []int64
			broken := 0
			err := resume(t, s, text, client.ResumeOptions{
				Progress: func(n int64) { told = append(told, n) }, Interrupted: func(error) { broken++ },
			})
			if err != nil || s.have.String() != text {
				t.Errorf("the server has %d bytes, %v", s.have.Len(), err)
			}
			if broken != tt.broken || len(told) == 0 || told[len(told)-1] != int64(len(text)) {
				t.Errorf("broken %d times, told %v", broken, told)
			}
		})
	}
}

func TestAnUploadThatCannotSucceedEndsAtOnce(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusNotFound, http.StatusGone, http.StatusForbidden, http.StatusRequestEntityTooLarge, http.StatusInsufficientStorage} {
		s := &tusServer{status: status}
		err := resume(t, s, "text", client.ResumeOptions{Interrupted: func(error) { t.Errorf("%d is tried again", status) }})
		if p, ok := errors.AsType[*client.Problem](err); !ok || p.Status != status {
			t.Errorf("%d ends with %v", status, err)
		}
	}
	s := &tusServer{}
	s.have.WriteString("a longer text")
	if err := resume(t, s, "text", client.ResumeOptions{}); err == nil {
		t.Error("a longer upload is taken for this file's")
	}
	if err := client.New("http://127.0.0.1:1", "").ResumeUpload(t.Context(), "http://127.0.0.1:1/u", brokenFile{}, 4, client.ResumeOptions{Patience: -1}); err == nil {
		t.Error("a server that is not there took an upload")
	}
}

func TestAFileThatCannotBeReadIsNoFaultOfTheNetwork(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(&tusServer{})
	t.Cleanup(server.Close)
	err := client.New(server.URL, "").ResumeUpload(t.Context(), server.URL+"/u", brokenFile{}, 4, client.ResumeOptions{
		Interrupted: func(err error) { t.Errorf("tried again after %v", err) },
	})
	if !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

func TestPatienceEnds(t *testing.T) {
	t.Parallel()
	s := &tusServer{patch: func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}}
	tries := 0
	err := resume(t, s, "text", client.ResumeOptions{Patience: 300 * time.Millisecond, Interrupted: func(error) { tries++ }})
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.Status != http.StatusServiceUnavailable || tries == 0 {
		t.Errorf("after %d tries %v", tries, err)
	}
}

var errBroken = errors.New("the disk is broken")

// brokenFile cannot be read.
type brokenFile struct{}

func (brokenFile) ReadAt([]byte, int64) (int, error) { return 0, errBroken }

func TestListsAreReadPageByPage(t *testing.T) {
	t.Parallel()
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("cursor") == "" {
			_, _ = io.WriteString(w, `{"items":[{"email":"a"},{"email":"b"}],"next_cursor":"C"}`)
			return
		}
		_, _ = io.WriteString(w, `{"items":[{"email":"c"}],"next_cursor":null}`)
	})
	users, err := client.New(base, "").Users(t.Context())
	emails := slices.Collect(func(yield func(string) bool) {
		for _, u := range users {
			if !yield(u.Email) {
				return
			}
		}
	})
	if err != nil || strings.Join(emails, "") != "abc" {
		t.Errorf("got %v, %v", emails, err)
	}
}

func TestAFileIsNamedToTheServer(t *testing.T) {
	t.Parallel()
	var sent string
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent = r.Header.Get("Upload-Length") + " " + r.Header.Get("Upload-Metadata")
		w.Header().Set("Location", "/u/1")
		w.WriteHeader(http.StatusCreated)
	})
	at, err := client.New(base, "").BeginUpload(t.Context(), base+"/tus", client.File{SizeBytes: 3, Name: "ä.mp4", Type: "video/mp4"})
	if err != nil || at != base+"/u/1" || sent != "3 filename w6QubXA0,filetype dmlkZW8vbXA0" {
		t.Errorf("got %q, %q, %v", at, sent, err)
	}
}
