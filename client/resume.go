package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

const (
	// defaultPatience is how long a broken transfer is taken up again without one byte of progress.
	defaultPatience = 2 * time.Minute
	firstPause      = 250 * time.Millisecond
	longestPause    = 15 * time.Second
	// stallAfter is how long a request may neither take a byte nor be answered: then the connection counts as dead.
	stallAfter = 90 * time.Second
)

// ResumeOptions shape ResumeUpload. The zero value works.
type ResumeOptions struct {
	// Patience is how long a broken transfer is taken up again without any progress. 0 is two minutes, negative is not at all.
	Patience time.Duration
	// Progress is told how many bytes the server has or is being sent. It is called often and from one goroutine at a time.
	Progress func(bytes int64)
	// Interrupted is told why the transfer broke each time before it is taken up again.
	Interrupted func(error)
}

// ResumeUpload sends what the server does not have of an upload, from wherever it is, and takes a transfer that broke up again
// for as long as that helps. It returns nil once the server has all sizeBytes, and is ready to be called again after any error.
// A *Problem that sending again cannot change ends it at once: no space, too large, an upload that has expired.
func (c *Client) ResumeUpload(ctx context.Context, uploadURL string, source io.ReaderAt, sizeBytes int64, o ResumeOptions) error {
	if o.Patience == 0 {
		o.Patience = defaultPatience
	}
	if o.Progress == nil {
		o.Progress = func(int64) {}
	}
	t := &transfer{client: c, url: uploadURL, source: source, size: sizeBytes, o: o, reached: -1}
	pause := firstPause
	for {
		advanced, err := t.attempt(ctx)
		if err == nil || ctx.Err() != nil || isFinal(err) {
			return err
		}
		if advanced {
			pause, t.stuckSince = firstPause, time.Now()
		}
		if time.Since(t.stuckSince) >= o.Patience {
			return err
		}
		if o.Interrupted != nil {
			o.Interrupted(err)
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, longestPause)
	}
}

// transfer is one file on its way.
type transfer struct {
	client *Client
	url    string
	source io.ReaderAt
	size   int64
	o      ResumeOptions

	reached    int64 // the furthest offset that the server has told
	stuckSince time.Time
}

// attempt asks where the server is and sends the rest. It reports whether the server is further than ever before.
func (t *transfer) attempt(ctx context.Context) (advanced bool, err error) {
	if t.stuckSince.IsZero() {
		t.stuckSince = time.Now()
	}
	ctx, stall := context.WithCancelCause(ctx)
	watch := time.AfterFunc(stallAfter, func() { stall(errStalled) })
	defer func() {
		watch.Stop()
		if cause := context.Cause(ctx); err != nil && errors.Is(cause, errStalled) {
			err = cause
		}
		stall(nil)
	}()
	offset, err := t.client.UploadOffset(ctx, t.url)
	if err != nil {
		return false, err
	}
	advanced = offset > t.reached && t.reached >= 0
	t.reached = max(t.reached, offset)
	t.o.Progress(offset)
	if offset > t.size {
		return false, &sourceError{fmt.Errorf("the server has %d bytes already, and it has %d", offset, t.size)}
	}
	if offset == t.size {
		return advanced, nil
	}
	rest := &counted{Reader: io.NewSectionReader(t.source, offset, t.size-offset), at: offset, tell: func(at int64) {
		watch.Reset(stallAfter)
		t.o.Progress(at)
	}}
	after, err := t.client.sendRest(ctx, t.url, offset, rest, t.size-offset)
	if err == nil && after < t.size {
		err = fmt.Errorf("the server took %d of %d bytes", after, t.size)
	}
	if err != nil && rest.fault != nil {
		err = &sourceError{rest.fault}
	}
	return advanced || after > offset, err
}

// sendRest is SendUpload with a length.
func (c *Client) sendRest(ctx context.Context, uploadURL string, offset int64, rest io.Reader, length int64) (int64, error) {
	r, err := newPatch(ctx, uploadURL, offset, rest)
	if err != nil {
		return offset, err
	}
	r.ContentLength = length
	return c.patch(r)
}

// isFinal reports whether sending again cannot help. The exceptions of the 4xx are an upload that another request of ours still
// holds, one whose offset we guessed wrongly, and too many requests.
func isFinal(err error) bool {
	if _, ours := errors.AsType[*sourceError](err); ours {
		return true
	}
	p, answered := errors.AsType[*Problem](err)
	if !answered {
		return false
	}
	again := []int{http.StatusConflict, http.StatusLocked, http.StatusRequestTimeout, http.StatusTooManyRequests}
	if p.Code == "incomplete_body" || slices.Contains(again, p.Status) {
		return false
	}
	return p.Status < http.StatusInternalServerError || p.Status == http.StatusInsufficientStorage
}

var errStalled = errors.New("the connection stalled")

// sourceError is a fault of the file that is sent, not of the way: it cannot be read, or is another one.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return "the file: " + e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }

// counted tells how far a reader is, and remembers why it failed.
type counted struct {
	io.Reader

	at    int64
	tell  func(int64)
	fault error
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.at += int64(n)
	if n > 0 {
		c.tell(c.at)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		c.fault = err
	}
	return n, err
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
