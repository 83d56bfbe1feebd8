package blob_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"matinee/internal/blob"
	"matinee/internal/blob/fileblob"
)

func TestCheckSaysWhatAStoreDoesNotDo(t *testing.T) {
	t.Parallel()
	for want, broken := range map[string]func(blob.Store) blob.Store{
		"a second writer takes the place of the first": func(s blob.Store) blob.Store { return overwriting{s} },
		"the object is still there":                    func(s blob.Store) blob.Store { return keeping{s} },
		"read a range of an object":                    func(s blob.Store) blob.Store { return unseekable{s} },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			files, err := fileblob.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = files.Close() })
			if err := blob.Check(t.Context(), broken(files), "v/check/"); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v", err)
			}
			for info, err := range files.List(t.Context(), "v/") {
				t.Errorf("left: %v, %v", info, err)
			}
		})
	}
}

// overwriting is a store that does not know conditional puts.
type overwriting struct{ blob.Store }

func (s overwriting) PutIfAbsent(ctx context.Context, key string, data []byte) (bool, error) {
	_, err := s.Put(ctx, key, strings.NewReader(string(data)))
	return err == nil, err
}

// keeping is a store that forgets to delete.
type keeping struct{ blob.Store }

func (keeping) Delete(context.Context, string) error { return nil }

// unseekable is a store that always sends whole objects.
type unseekable struct{ blob.Store }

func (s unseekable) Open(ctx context.Context, key string) (blob.Object, error) {
	o, err := s.Store.Open(ctx, key)
	o.ReadSeekCloser = stuck{o.ReadSeekCloser}
	return o, err
}

type stuck struct{ io.ReadSeekCloser }

func (stuck) Seek(int64, int) (int64, error) { return 0, nil }
