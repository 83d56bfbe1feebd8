package blobtest

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"matinee/internal/blob"
)

func put(t *testing.T, s blob.Store, key string, data []byte) {
	t.Helper()
	if n, err := s.Put(t.Context(), key, bytes.NewReader(data)); err != nil || n != int64(len(data)) {
		t.Fatalf("Put(%s) = %d, %v", key, n, err)
	}
}

// read may be called from any goroutine of the test.
func read(t *testing.T, s blob.Store, key string) []byte {
	t.Helper()
	object, err := s.Open(t.Context(), key)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer object.Close()
	data, err := io.ReadAll(object)
	if err != nil {
		t.Error(err)
	}
	return data
}

func wantBytes(t *testing.T, s blob.Store, key string, want []byte) {
	t.Helper()
	if got := read(t, s, key); !bytes.Equal(got, want) {
		t.Errorf("%s holds %d bytes that are not the %d expected", key, len(got), len(want))
	}
}

func keys(t *testing.T, s blob.Store, prefix string) []string {
	t.Helper()
	var keys []string
	for info, err := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, info.Key)
	}
	slices.Sort(keys)
	return keys
}

// pattern returns n bytes that do not repeat in a power of two.
func pattern(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i % 251)
	}
	return data
}

// errorReader fails at once.
type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }
