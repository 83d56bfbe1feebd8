package account

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"matinee/internal/errs"
)

func TestTrackedTriesAreBounded(t *testing.T) {
	t.Parallel()
	d := newDelays(func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) })
	home := netip.MustParseAddr("192.0.2.1")
	for range addressPace().free {
		if err := d.begin("root@example.org", home); err != nil {
			break
		}
	}
	for i := range maxTracked {
		address := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		if err := d.begin(fmt.Sprintf("user%d@example.org", i), address); err != nil {
			t.Fatal(err)
		}
		if i%1000 == 0 && !errs.Is(d.begin("root@example.org", home), errs.RateLimited) {
			t.Fatal("whoever goes on trying was forgotten")
		}
	}
	if len(d.tries) > maxTracked || d.order.Len() != len(d.tries) {
		t.Errorf("%d tries in the map, %d in the list, at most %d", len(d.tries), d.order.Len(), maxTracked)
	}
}

func FuzzOnlyOurRefreshTokensNameASession(f *testing.F) {
	ours := refreshMaker{key: [32]byte{1}}
	good := string(ours.sealed("0000000000000000000002", strings.Repeat("A", 43))) // the same in every fuzzing process
	for _, seed := range []string{good, good[:len(good)-1], good + ".", strings.Repeat(".", 5), "", string(refreshMaker{}.first("0000000000000000000001"))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, ok := ours.session(Secret(text))
		if ok && (text != good || !strings.HasPrefix(text, string(id)+".")) {
			t.Errorf("%q passes as a token of session %s", text, id)
		}
	})
}
