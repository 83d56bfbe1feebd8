package s3blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/minio/minio-go/v7"

	"matinee/internal/blob"
	"matinee/internal/errs"
)

const (
	// firstRead is how much memory a put takes before it knows that more comes.
	firstRead = 64 << 10
	// abortTimeout bounds the clean-up after a put that failed or was cancelled.
	abortTimeout = 30 * time.Second
	// attempts is how often a put if absent is sent while another one of its key is being answered.
	attempts = 5
	// markName is the metadata by which a writer recognises its own object.
	markName = "Matinee-Put"
)

// Put implements blob.Store. What fits into one part is sent in one request, everything else part by part.
func (s *Store) Put(ctx context.Context, key string, r io.Reader) (int64, error) {
	if err := blob.CheckKey(key); err != nil {
		return 0, err
	}
	part, last, err := fill(nil, s.o.PartBytes, r)
	if err != nil {
		return 0, fmt.Errorf("put %s: %w", key, err)
	}
	if last {
		_, err := s.core.PutObject(ctx, s.bucket, s.name(key), bytes.NewReader(part), int64(len(part)), "", "", minio.PutObjectOptions{})
		if err != nil {
			return 0, fmt.Errorf("put: %w", translate(err, key))
		}
		return int64(len(part)), nil
	}
	n, err := s.putParts(ctx, key, part, r)
	if err != nil {
		return 0, fmt.Errorf("put: %w", translate(err, key))
	}
	return n, nil
}

// fill reads size bytes into the part's memory, which it grows as bytes come, and reports whether r has ended. It may not know
// that yet when the part is full.
func fill(part []byte, size int, r io.Reader) (filled []byte, last bool, err error) {
	part = part[:0]
	for len(part) < size {
		if len(part) == cap(part) {
			part = slices.Grow(part, min(max(len(part), firstRead), size-len(part)))
		}
		n, err := r.Read(part[len(part):min(cap(part), size)])
		part = part[:len(part)+n]
		if errors.Is(err, io.EOF) {
			return part, true, nil
		}
		if err != nil {
			return nil, false, fmt.Errorf("read: %w", err)
		}
	}
	return part, false, nil
}

// putParts sends a large object, of which part holds the beginning. When it fails the service forgets the parts.
func (s *Store) putParts(ctx context.Context, key string, part []byte, r io.Reader) (n int64, err error) {
	name := s.name(key)
	id, err := s.core.NewMultipartUpload(ctx, s.bucket, name, minio.PutObjectOptions{})
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.abort(ctx, name, id))
		}
	}()
	var parts []minio.CompletePart
	for last := false; len(part) > 0; {
		if len(parts) == maxParts {
			return 0, errs.New(errs.TooLarge, "too_large", "The object is larger than the store takes: %d parts of %d bytes.", maxParts, s.o.PartBytes)
		}
		sent, err := s.core.PutObjectPart(ctx, s.bucket, name, id, len(parts)+1, bytes.NewReader(part), int64(len(part)), minio.PutObjectPartOptions{})
		if err != nil {
			return 0, err
		}
		parts = append(parts, minio.CompletePart{PartNumber: sent.PartNumber, ETag: sent.ETag})
		n += int64(len(part))
		if last {
			break
		}
		if part, last, err = fill(part, s.o.PartBytes, r); err != nil {
			return 0, err
		}
	}
	_, err = s.core.CompleteMultipartUpload(ctx, s.bucket, name, id, parts, minio.PutObjectOptions{})
	return n, err
}

// abort makes the service forget the parts of an object, also after the caller has given up.
func (s *Store) abort(ctx context.Context, name, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	err := s.core.AbortMultipartUpload(ctx, s.bucket, name, id)
	if err != nil && minio.ToErrorResponse(err).Code != codeNoSuchUpload {
		return fmt.Errorf("abort the multipart put: %w", err)
	}
	return nil
}

// PutIfAbsent implements blob.Store by a request that the service refuses when the key exists.
func (s *Store) PutIfAbsent(ctx context.Context, key string, data []byte) (bool, error) {
	if err := blob.CheckKey(key); err != nil {
		return false, err
	}
	mark := rand.Text()
	options := minio.PutObjectOptions{UserMetadata: map[string]string{markName: mark}}
	options.SetMatchETagExcept("*")
	for range attempts {
		_, err := s.core.PutObject(ctx, s.bucket, s.name(key), bytes.NewReader(data), int64(len(data)), "", "", options)
		if err == nil {
			return true, nil
		}
		switch minio.ToErrorResponse(err).Code {
		case codePrecondition:
			return s.wrote(ctx, key, mark)
		case codeConflict: // two at once and none has won yet
		default:
			return false, fmt.Errorf("put if absent: %w", translate(err, key))
		}
	}
	return false, errs.New(errs.Busy, "object_busy", "The object is being written by others. Try again.")
}

// wrote tells whether the object is the caller's own after all: the client sends a request again whose answer was lost, and then
// the object of the first one stands in the way of the second.
func (s *Store) wrote(ctx context.Context, key, mark string) (bool, error) {
	facts, err := s.core.StatObject(ctx, s.bucket, s.name(key), minio.StatObjectOptions{})
	if err != nil {
		if err = translate(err, key); errs.Is(err, errs.NotFound) {
			return false, nil // it was there and has been deleted since
		}
		return false, fmt.Errorf("look who won: %w", err)
	}
	return facts.UserMetadata[markName] == mark, nil
}
