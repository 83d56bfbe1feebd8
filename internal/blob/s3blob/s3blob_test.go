package s3blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"matinee/internal/blob"
	"matinee/internal/blob/blobtest"
	"matinee/internal/blob/s3blob"
	"matinee/internal/errs"
	"matinee/internal/testkit"
)

const partBytes = 5 << 20

func bucket(t *testing.T) s3blob.Bucket {
	t.Helper()
	b := testkit.S3(t)
	return s3blob.Bucket{Endpoint: b.Endpoint, Region: b.Region, Name: b.Name, PathStyle: true, AccessKey: b.AccessKey, SecretKey: b.SecretKey}
}

func open(t *testing.T, b s3blob.Bucket, o s3blob.Options) *s3blob.Store {
	t.Helper()
	s, err := s3blob.Open(t.Context(), b, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	for name, prefix := range map[string]string{"a whole bucket": "", "a part of a bucket": "media/one/"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			blobtest.Run(t, func(t *testing.T) blob.Store {
				b := bucket(t)
				b.Prefix = prefix
				return open(t, b, s3blob.Options{PageKeys: 2, PartBytes: partBytes})
			})
		})
	}
}

func TestALargeObject(t *testing.T) {
	t.Parallel()
	t.Run("is put part by part", func(t *testing.T) {
		t.Parallel()
		for _, size := range []int{partBytes - 1, partBytes, partBytes + 1, 2 * partBytes, 2*partBytes + partBytes/2} {
			s := open(t, bucket(t), s3blob.Options{PartBytes: partBytes})
			want := bytes.Repeat([]byte("0123456789abc"), size/13+1)[:size]
			if n, err := s.Put(t.Context(), "v/a/source", onlyReader{bytes.NewReader(want)}); err != nil || n != int64(size) {
				t.Fatalf("%d bytes: Put = %d, %v", size, n, err)
			}
			if got := read(t, s, "v/a/source"); !bytes.Equal(got, want) {
				t.Errorf("%d bytes came back as %d others", size, len(got))
			}
		}
	})
	t.Run("is not there before its last byte", func(t *testing.T) {
		t.Parallel()
		s := open(t, bucket(t), s3blob.Options{PartBytes: partBytes})
		in, out := io.Pipe()
		done := make(chan error, 1)
		go func() {
			_, err := s.Put(context.WithoutCancel(t.Context()), "v/a/source", in)
			done <- err
		}()
		if _, err := out.Write(make([]byte, 2*partBytes+1)); err != nil { // returns when two parts have gone out
			t.Fatal(err)
		}
		if _, err := s.Stat(t.Context(), "v/a/source"); !errs.Is(err, errs.NotFound) {
			t.Errorf("half an object can be met: %v", err)
		}
		for info, err := range s.List(t.Context(), "v/") {
			t.Errorf("half an object is listed: %v, %v", info, err)
		}
		_ = out.Close()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if info, err := s.Stat(t.Context(), "v/a/source"); err != nil || info.SizeBytes != 2*partBytes+1 {
			t.Errorf("Stat = %+v, %v", info, err)
		}
	})
	t.Run("whose reader fails leaves neither object nor parts", func(t *testing.T) {
		t.Parallel()
		b := bucket(t)
		s := open(t, b, s3blob.Options{PartBytes: partBytes})
		boom := errors.New("boom")
		_, err := s.Put(t.Context(), "v/a/source", io.MultiReader(bytes.NewReader(make([]byte, partBytes+1)), failing{boom}))
		if !errors.Is(err, boom) {
			t.Errorf("Put = %v", err)
		}
		if left := unfinished(t, b); len(left) > 0 {
			t.Errorf("parts are left: %v", left)
		}
	})
	t.Run("whose put is cancelled leaves no parts", func(t *testing.T) {
		t.Parallel()
		b := bucket(t)
		s := open(t, b, s3blob.Options{PartBytes: partBytes})
		ctx, cancel := context.WithCancel(t.Context())
		cancelling := readerFunc(func([]byte) (int, error) { cancel(); return 0, io.EOF })
		if _, err := s.Put(ctx, "v/a/source", io.MultiReader(bytes.NewReader(make([]byte, partBytes+1)), cancelling)); !errors.Is(err, context.Canceled) {
			t.Errorf("Put = %v", err)
		}
		if left := unfinished(t, b); len(left) > 0 {
			t.Errorf("parts are left: %v", left)
		}
	})
	t.Run("of a dead process ends with its prefix", func(t *testing.T) {
		t.Parallel()
		b := bucket(t)
		s := open(t, b, s3blob.Options{})
		for _, name := range []string{"v/a/1/source", "v/a/2/source"} {
			if _, err := core(t, b).NewMultipartUpload(t.Context(), b.Name, name, minio.PutObjectOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.DeletePrefix(t.Context(), "v/a/1/"); err != nil {
			t.Fatal(err)
		}
		if left := unfinished(t, b); len(left) != 1 || left[0] != "v/a/2/source" {
			t.Errorf("unfinished: %v", left)
		}
	})
}

func TestAnOpenReaderNeverMixesOldAndNewBytes(t *testing.T) {
	t.Parallel()
	s := open(t, bucket(t), s3blob.Options{})
	put(t, s, "v/a/x", "older")
	object, err := s.Open(t.Context(), "v/a/x")
	if err != nil {
		t.Fatal(err)
	}
	defer object.Close()
	put(t, s, "v/a/x", "newer")
	if _, err := object.Seek(2, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(object); !errs.Is(err, errs.Conflict) || len(got) > 0 {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestARangeOfAnObjectIsServed(t *testing.T) {
	t.Parallel()
	s := open(t, bucket(t), s3blob.Options{})
	put(t, s, "v/a/x", "0123456789")
	for asked, want := range map[string]string{"": "0123456789", "bytes=0-0": "0", "bytes=3-5": "345", "bytes=-2": "89", "bytes=8-": "89"} {
		object, err := s.Open(t.Context(), "v/a/x")
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Range", asked)
		w := httptest.NewRecorder()
		http.ServeContent(w, r, "", object.ModTime, object.ReadSeekCloser)
		if w.Body.String() != want {
			t.Errorf("the range %q is %d %q", asked, w.Code, w.Body)
		}
		_ = object.Close()
	}
}

func TestAPutIfAbsentWhoseAnswerIsLostIsWon(t *testing.T) {
	t.Parallel()
	lossy := &losing{}
	s := open(t, bucket(t), s3blob.Options{Transport: lossy})
	lossy.armed.Store(true)
	if won, err := s.PutIfAbsent(t.Context(), "v/a/x", []byte("mine")); err != nil || !won {
		t.Errorf("PutIfAbsent = %v, %v", won, err)
	}
	if lossy.armed.Load() {
		t.Error("no answer was lost")
	}
	if won, err := s.PutIfAbsent(t.Context(), "v/a/x", []byte("other")); err != nil || won {
		t.Errorf("the second PutIfAbsent = %v, %v", won, err)
	}
}

func TestAWrongBucketIsASentence(t *testing.T) {
	t.Parallel()
	right := bucket(t)
	for name, tt := range map[string]struct {
		change func(*s3blob.Bucket)
		want   string
	}{
		"a missing bucket":        {func(b *s3blob.Bucket) { b.Name = "nowhere" }, "has no bucket nowhere"},
		"a wrong secret":          {func(b *s3blob.Bucket) { b.SecretKey = "wrong" }, "ask http://127.0.0.1"},
		"an endpoint without URL": {func(b *s3blob.Bucket) { b.Endpoint = "s3.example.org" }, "is not the address"},
		"no keys":                 {func(b *s3blob.Bucket) { b.AccessKey = "" }, "needs the name of a bucket"},
		"a prefix with no slash":  {func(b *s3blob.Bucket) { b.Prefix = "media" }, "ends with a slash"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := right
			tt.change(&b)
			if _, err := s3blob.Open(t.Context(), b, s3blob.Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := s3blob.Open(t.Context(), right, s3blob.Options{PartBytes: 1 << 20}); err == nil {
		t.Error("parts that S3 refuses are accepted")
	}
}

func TestAFullStoreIsNoSpace(t *testing.T) {
	t.Parallel()
	full := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut {
			return
		}
		w.WriteHeader(http.StatusInsufficientStorage)
		_, _ = io.WriteString(w, `<Error><Code>XMinioStorageFull</Code><Message>full</Message></Error>`)
	}))
	t.Cleanup(full.Close)
	s := open(t, s3blob.Bucket{Endpoint: full.URL, Name: "full", PathStyle: true, AccessKey: "a", SecretKey: "b"}, s3blob.Options{})
	if _, err := s.Put(t.Context(), "v/a/x", strings.NewReader("x")); !errs.Is(err, errs.NoSpace) {
		t.Errorf("Put = %v", err)
	}
	if _, err := s.PutIfAbsent(t.Context(), "v/a/x", nil); !errs.Is(err, errs.NoSpace) {
		t.Errorf("PutIfAbsent = %v", err)
	}
}

func put(t *testing.T, s blob.Store, key, text string) {
	t.Helper()
	if _, err := s.Put(t.Context(), key, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, s blob.Store, key string) []byte {
	t.Helper()
	object, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer object.Close()
	data, err := io.ReadAll(object)
	if err != nil {
		t.Error(err)
	}
	return data
}

// core is a client beside the driver.
func core(t *testing.T, b s3blob.Bucket) minio.Core {
	t.Helper()
	c, err := minio.NewCore(strings.TrimPrefix(b.Endpoint, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(b.AccessKey, b.SecretKey, ""), Region: b.Region, BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		t.Fatal(err)
	}
	return *c
}

// unfinished names the objects whose parts the service keeps.
func unfinished(t *testing.T, b s3blob.Bucket) (names []string) {
	t.Helper()
	for put := range core(t, b).ListIncompleteUploads(t.Context(), b.Name, "", true) {
		if put.Err != nil {
			t.Fatal(put.Err)
		}
		names = append(names, put.Key)
	}
	return names
}

// onlyReader hides what else a reader can do.
type onlyReader struct{ io.Reader }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// losing loses the answer to the first PUT after it was armed: the service has done what was asked and nobody learns of it.
type losing struct{ armed atomic.Bool }

func (l *losing) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || r.Method != http.MethodPut || !l.armed.CompareAndSwap(true, false) {
		return answer, err
	}
	_ = answer.Body.Close()
	return nil, io.ErrUnexpectedEOF
}
