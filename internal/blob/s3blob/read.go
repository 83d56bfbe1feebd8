package s3blob

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/minio/minio-go/v7"

	"matinee/internal/blob"
)

// Open implements blob.Store. It asks for the whole object and reads nothing of it, so that one request is enough for a reader
// that begins at the start; a seek leads to another request, for the rest from there on. The object can be read for as long as
// ctx lasts.
func (s *Store) Open(ctx context.Context, key string) (blob.Object, error) {
	if err := blob.CheckKey(key); err != nil {
		return blob.Object{}, err
	}
	body, facts, _, err := s.core.GetObject(ctx, s.bucket, s.name(key), minio.GetObjectOptions{})
	if err != nil {
		return blob.Object{}, translate(err, key)
	}
	info := infoOf(key, facts)
	return blob.Object{ReadSeekCloser: &reader{ctx: ctx, store: s, info: info, etag: facts.ETag, body: body}, Info: info}, nil
}

// reader is one open object. It keeps the context that it was opened with, since io.Reader takes none.
type reader struct {
	ctx   context.Context
	store *Store
	info  blob.Info
	etag  string // of the bytes that were opened: another request for them fails when they were replaced

	at     int64         // where the next Read begins
	body   io.ReadCloser // what the service is sending; nil when nothing is
	bodyAt int64         // where body's next byte lies
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if r.at >= r.info.SizeBytes {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	if err := r.aim(); err != nil {
		return 0, err
	}
	n, err := r.body.Read(p)
	r.at += int64(n)
	r.bodyAt += int64(n)
	if errors.Is(err, io.EOF) && r.at < r.info.SizeBytes {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fmt.Errorf("read: %w", translate(err, r.info.Key))
	}
	return n, err
}

// aim makes the service send what comes next.
func (r *reader) aim() error {
	if r.body != nil && r.bodyAt == r.at {
		return nil
	}
	if err := r.Close(); err != nil {
		return err
	}
	options := minio.GetObjectOptions{}
	err := errors.Join(options.SetMatchETag(r.etag), options.SetRange(r.at, r.info.SizeBytes-1))
	if err != nil {
		return err
	}
	body, _, _, err := r.store.core.GetObject(r.ctx, r.store.bucket, r.store.name(r.info.Key), options)
	if err != nil {
		return fmt.Errorf("read from %d on: %w", r.at, translate(err, r.info.Key))
	}
	r.body, r.bodyAt = body, r.at
	return nil
}

// Seek implements io.Seeker. It sends nothing.
func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.info.SizeBytes
	default:
		return 0, fmt.Errorf("seek: there is no whence %d", whence)
	}
	if offset < 0 {
		return 0, errors.New("seek before the start of an object")
	}
	r.at = offset
	return offset, nil
}

// Close implements io.Closer.
func (r *reader) Close() error {
	if r.body == nil {
		return nil
	}
	body := r.body
	r.body = nil
	return body.Close()
}
