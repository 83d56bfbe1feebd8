package upload

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
)

// tusLocker lets the newest request for an upload have it: it ends the body of the one that holds the upload. tusd's own way to
// do that reads the body's field from another goroutine than the one that fills it in, without a lock between them.
type tusLocker struct{ handler.Locker }

// NewLock implements handler.Locker.
func (l tusLocker) NewLock(id string) (handler.Lock, error) {
	lock, err := l.Locker.NewLock(id)
	if err != nil {
		return nil, err
	}
	return tusLock{of: lock}, nil
}

type tusLock struct{ of handler.Lock }

// Lock implements handler.Lock.
func (l tusLock) Lock(ctx context.Context, _ func()) error {
	call := callOf(ctx)
	return l.of.Lock(ctx, func() { call.body.end() })
}

// Unlock implements handler.Lock.
func (l tusLock) Unlock() error { return l.of.Unlock() }

// tusBody is a request's body that another request may end. What came before stays.
type tusBody struct {
	io.ReadCloser

	connection *http.ResponseController
	ended      atomic.Bool
}

// Read implements io.Reader. Once the body was ended it returns tusd's own error for that.
func (b *tusBody) Read(p []byte) (int, error) {
	if b.ended.Load() {
		return 0, handler.ErrUploadInterrupted
	}
	n, err := b.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && b.ended.Load() {
		err = handler.ErrUploadInterrupted
	}
	return n, err
}

// end makes a read that waits return, and those after it. It may be called from any goroutine, and of a request without a body.
func (b *tusBody) end() {
	if b == nil {
		return
	}
	b.ended.Store(true)
	_ = b.connection.SetReadDeadline(time.Now()) // where there is none, the read ends with the next byte
}
