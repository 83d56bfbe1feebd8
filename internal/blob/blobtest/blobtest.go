package blobtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"matinee/internal/blob"
	"matinee/internal/errs"
)

// Run runs the suite. fresh returns an empty store that is closed when its test ends.
func Run(t *testing.T, fresh func(t *testing.T) blob.Store) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, blob.Store){
		"a put object is read back whole":                      putAndRead,
		"an object may be empty":                               emptyObject,
		"a put replaces and open readers never meet a mixture": replace,
		"a put whose reader fails leaves the old object":       failedPut,
		"a missing object is not found":                        missingObject,
		"any range is read by seeking":                         ranges,
		"of two puts if absent the first wins":                 putIfAbsent,
		"of twenty puts if absent at once exactly one wins":    putIfAbsentRace,
		"a list holds what is below its prefix and no more":    list,
		"deleting an object spares its siblings":               deleteOne,
		"deleting a prefix spares its siblings":                deletePrefix,
		"a deleted prefix can be filled again":                 refill,
		"puts and deletes of one prefix at once do no harm":    putWhileDeleting,
		"a malformed key or prefix touches nothing":            malformed,
		"the name of an object may not also be a folder there": objectAsPrefix,
		"it does all that blob.Check asks for":                 checked,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh(t))
		})
	}
	runAbilities(t, fresh)
}

func putAndRead(t *testing.T, s blob.Store) {
	data := pattern(3 << 20)
	put(t, s, "v/a/b/source", data)
	info, err := s.Stat(t.Context(), "v/a/b/source")
	if err != nil || info.SizeBytes != int64(len(data)) || info.ModTime.IsZero() || info.Key != "v/a/b/source" {
		t.Errorf("Stat = %+v, %v", info, err)
	}
	wantBytes(t, s, "v/a/b/source", data)
}

func emptyObject(t *testing.T, s blob.Store) {
	put(t, s, "v/a/empty", nil)
	wantBytes(t, s, "v/a/empty", nil)
	won, err := s.PutIfAbsent(t.Context(), "v/a/empty2", nil)
	if err != nil || !won {
		t.Errorf("PutIfAbsent = %v, %v", won, err)
	}
	wantBytes(t, s, "v/a/empty2", nil)
}

func replace(t *testing.T, s blob.Store) {
	older, newer := pattern(1<<20), bytes.Repeat([]byte("new"), 1<<19)
	put(t, s, "v/a/x", older)
	object, err := s.Open(t.Context(), "v/a/x")
	if err != nil {
		t.Fatal(err)
	}
	defer object.Close()
	put(t, s, "v/a/x", newer)
	for _, from := range []int{0, 1000} { // from the start, as it was opened, and from elsewhere
		if _, err := object.Seek(int64(from), io.SeekStart); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(object)
		if !bytes.HasPrefix(older[from:], got) || err == nil && len(got) != len(older)-from || err != nil && !errs.Is(err, errs.Conflict) {
			t.Errorf("an open reader got %d bytes from %d on, %v", len(got), from, err)
		}
	}
	wantBytes(t, s, "v/a/x", newer)
}

func failedPut(t *testing.T, s blob.Store) {
	boom := errors.New("boom")
	put(t, s, "v/a/x", []byte("old"))
	broken := io.MultiReader(strings.NewReader("new"), errorReader{boom})
	if _, err := s.Put(t.Context(), "v/a/x", broken); !errors.Is(err, boom) {
		t.Errorf("Put = %v", err)
	}
	wantBytes(t, s, "v/a/x", []byte("old"))
}

func missingObject(t *testing.T, s blob.Store) {
	put(t, s, "v/a/x", []byte("x"))
	for _, key := range []string{"v/none", "v/a", "v/a/y", "v/a/x/below"} {
		if _, err := s.Open(t.Context(), key); !errs.Is(err, errs.NotFound) {
			t.Errorf("Open(%s) = %v", key, err)
		}
		if _, err := s.Stat(t.Context(), key); !errs.Is(err, errs.NotFound) {
			t.Errorf("Stat(%s) = %v", key, err)
		}
	}
}

func ranges(t *testing.T, s blob.Store) {
	data := pattern(100_000)
	put(t, s, "v/a/x", data)
	object, err := s.Open(t.Context(), "v/a/x")
	if err != nil {
		t.Fatal(err)
	}
	defer object.Close()
	for _, r := range [][2]int{{0, 1}, {99_999, 100_000}, {4_096, 70_000}, {0, 100_000}, {50_000, 50_000}} {
		if _, err := object.Seek(int64(r[0]), io.SeekStart); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, r[1]-r[0])
		if _, err := io.ReadFull(object, got); err != nil || !bytes.Equal(got, data[r[0]:r[1]]) {
			t.Errorf("range %v: %v", r, err)
		}
	}
	if end, err := object.Seek(0, io.SeekEnd); err != nil || end != int64(len(data)) {
		t.Errorf("the end is at %d, %v", end, err)
	}
}

func putIfAbsent(t *testing.T, s blob.Store) {
	for i, want := range []bool{true, false} {
		won, err := s.PutIfAbsent(t.Context(), "v/a/t/0.m4s", []byte{byte(i)})
		if err != nil || won != want {
			t.Errorf("PutIfAbsent number %d = %v, %v", i, won, err)
		}
	}
	wantBytes(t, s, "v/a/t/0.m4s", []byte{0})
}

func putIfAbsentRace(t *testing.T, s blob.Store) {
	const callers, size = 20, 200_000
	var (
		wins [callers]bool
		wg   sync.WaitGroup
	)
	start := make(chan struct{})
	for i := range callers {
		wg.Go(func() {
			<-start
			won, err := s.PutIfAbsent(t.Context(), "v/a/t/0.m4s", bytes.Repeat([]byte{byte(i)}, size))
			if err != nil {
				t.Error(err)
			}
			wins[i] = won
			if got := read(t, s, "v/a/t/0.m4s"); len(got) != size {
				t.Errorf("caller %d met %d bytes right after its call", i, len(got))
			}
		})
	}
	close(start)
	wg.Wait()
	winner := slices.Index(wins[:], true)
	if winner < 0 || slices.Contains(wins[winner+1:], true) {
		t.Fatalf("winners: %v", wins)
	}
	wantBytes(t, s, "v/a/t/0.m4s", bytes.Repeat([]byte{byte(winner)}, size))
}

func list(t *testing.T, s blob.Store) {
	want := []string{"v/a/1/source", "v/a/1/tracks/h/0.m4s", "v/a/1/tracks/h/init.mp4"}
	for _, key := range append([]string{"v/a/10/source", "v/a/2/source", "v/ab/1/source"}, want...) {
		put(t, s, key, []byte(key))
	}
	if got := keys(t, s, "v/a/1/"); !slices.Equal(got, want) {
		t.Errorf("List = %v", got)
	}
	if got := keys(t, s, "v/none/"); len(got) != 0 {
		t.Errorf("List of nothing = %v", got)
	}
	for info, err := range s.List(t.Context(), "v/a/1/") {
		if err != nil || info.SizeBytes != int64(len(info.Key)) {
			t.Errorf("List yields %+v, %v", info, err)
		}
		break // ending early must not panic
	}
}

func deleteOne(t *testing.T, s blob.Store) {
	for _, key := range []string{"v/a/x", "v/a/xy", "v/a/1/x"} {
		put(t, s, key, []byte("x"))
	}
	for _, key := range []string{"v/a/x", "v/a/x", "v/a/1", "v/none/x", "v/a/xy/below"} { // only the first is an object
		if err := s.Delete(t.Context(), key); err != nil {
			t.Errorf("Delete(%s) = %v", key, err)
		}
	}
	if got := keys(t, s, "v/"); !slices.Equal(got, []string{"v/a/1/x", "v/a/xy"}) {
		t.Errorf("left: %v", got)
	}
}

func deletePrefix(t *testing.T, s blob.Store) {
	stay := []string{"v/a/10/x", "v/a/2/x", "v/a/file", "v/ab/1/x"}
	for _, key := range append([]string{"v/a/1/x", "v/a/1/tracks/h/0.m4s"}, stay...) {
		put(t, s, key, []byte("x"))
	}
	for range 2 { // again: nothing is there any more
		if err := s.DeletePrefix(t.Context(), "v/a/1/"); err != nil {
			t.Fatal(err)
		}
	}
	if got := keys(t, s, "v/"); !slices.Equal(got, stay) {
		t.Errorf("left: %v", got)
	}
}

func refill(t *testing.T, s blob.Store) {
	for range 2 {
		if won, err := s.PutIfAbsent(t.Context(), "v/a/1/x", []byte("x")); err != nil || !won {
			t.Fatalf("PutIfAbsent = %v, %v", won, err)
		}
		if err := s.DeletePrefix(t.Context(), "v/a/1/"); err != nil {
			t.Fatal(err)
		}
	}
}

func putWhileDeleting(t *testing.T, s blob.Store) {
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 50 {
			if _, err := s.PutIfAbsent(t.Context(), fmt.Sprintf("v/a/1/%d", i), []byte("x")); err != nil {
				t.Logf("a put gave up: %v", err) // allowed, as long as it says so
			}
		}
	})
	wg.Go(func() {
		for range 20 {
			if err := s.DeletePrefix(t.Context(), "v/a/1/"); err != nil {
				t.Logf("a delete gave up: %v", err)
			}
		}
	})
	wg.Wait()
	if err := s.DeletePrefix(t.Context(), "v/a/1/"); err != nil {
		t.Error(err)
	}
	if got := keys(t, s, "v/"); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
}

func malformed(t *testing.T, s blob.Store) {
	bad := []string{"", "/", "/v", "v/", "v//x", "v/../x", "..", ".", "v/./x", ".tmp/x", "v/.hidden", "v/ä", "v/a b", "v\\x", "v/\x00", strings.Repeat("x", 2000)}
	for _, key := range bad {
		if _, err := s.Put(t.Context(), key, strings.NewReader("x")); err == nil {
			t.Errorf("Put(%q) was accepted", key)
		}
		if _, err := s.PutIfAbsent(t.Context(), key, nil); err == nil {
			t.Errorf("PutIfAbsent(%q) was accepted", key)
		}
		if _, err := s.Open(t.Context(), key); err == nil {
			t.Errorf("Open(%q) was accepted", key)
		}
		if err := s.Delete(t.Context(), key); err == nil {
			t.Errorf("Delete(%q) was accepted", key)
		}
		if err := s.DeletePrefix(t.Context(), key+"x"); err == nil {
			t.Errorf("DeletePrefix(%q) was accepted without its slash", key+"x")
		}
	}
	for _, prefix := range []string{"", "/", "../", "v/../", "//"} {
		if err := s.DeletePrefix(t.Context(), prefix); err == nil {
			t.Errorf("DeletePrefix(%q) was accepted", prefix)
		}
		for _, err := range s.List(t.Context(), prefix) {
			if err == nil {
				t.Errorf("List(%q) was accepted", prefix)
			}
		}
	}
}

func checked(t *testing.T, s blob.Store) {
	if err := blob.Check(t.Context(), s, "v/check/"); err != nil {
		t.Error(err)
	}
	if got := keys(t, s, "v/"); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
	if err := blob.Check(t.Context(), s, "v"); err == nil {
		t.Error("a prefix without its slash is accepted")
	}
}

func objectAsPrefix(t *testing.T, s blob.Store) {
	put(t, s, "v/a/x", []byte("x"))
	if err := s.DeletePrefix(t.Context(), "v/a/x/"); err != nil {
		t.Error(err)
	}
	if got := keys(t, s, "v/a/x/"); len(got) != 0 {
		t.Errorf("List = %v", got)
	}
	wantBytes(t, s, "v/a/x", []byte("x"))
}
