package account

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"matinee/internal/errs"
)

// pace says how guesses are slowed down: some are free, then each wait is twice the one before, up to a longest one.
type pace struct {
	free    int
	longest time.Duration
}

const (
	firstWait = time.Second
	// forgetAfter is how long a try counts. It is longer than any wait.
	forgetAfter = time.Hour
	// maxTracked bounds the memory: about 200 bytes each.
	maxTracked = 20_000
)

// The delay for one account from one address may grow long: it hurts whoever guesses. That for an address as a whole stays
// short, since many people can share one.
func pairPace() pace    { return pace{free: 5, longest: 15 * time.Minute} }
func addressPace() pace { return pace{free: 50, longest: 10 * time.Second} }

// delays slows down guesses of passwords. Nothing in it is kept per account alone, so that a stranger elsewhere cannot keep
// somebody out. It is safe for concurrent use.
type delays struct {
	now func() time.Time

	mu    sync.Mutex
	tries map[triesKey]*list.Element // of *tries
	order *list.List                 // the least recently used last
}

type triesKey struct {
	account Hash // of the e-mail address as it was given; "": the network address as a whole
	address netip.Prefix
}

type tries struct {
	key    triesKey
	count  int
	until  time.Time // no try before
	lastAt time.Time
}

func newDelays(now func() time.Time) *delays {
	return &delays{now: now, tries: map[triesKey]*list.Element{}, order: list.New()}
}

// begin counts a try, or returns errs.RateLimited with the time to wait. Counting before the outcome is known keeps many
// tries at once from being free.
func (d *delays) begin(email string, from netip.Addr) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	pair, address := d.entry(pairKey(email, from)), d.entry(addressKey(from))
	now := d.now()
	if wait := max(pair.until.Sub(now), address.until.Sub(now)); wait > 0 {
		return &errs.Error{
			Kind: errs.RateLimited, Code: "too_many_attempts", RetryAfter: wait,
			Message: "There were too many wrong attempts. Wait a moment and try again.",
		}
	}
	pair.add(now, pairPace())
	address.add(now, addressPace())
	return nil
}

// succeeded takes back what begin counted for a try that was right.
func (d *delays) succeeded(email string, from netip.Addr) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e, ok := d.tries[pairKey(email, from)]; ok {
		delete(d.tries, d.order.Remove(e).(*tries).key)
	}
	address := d.entry(addressKey(from))
	address.count = max(address.count-1, 0)
	if address.count < addressPace().free {
		address.until = time.Time{}
	}
}

func pairKey(email string, from netip.Addr) triesKey {
	return triesKey{HashOf(Secret(email)), network(from)}
}
func addressKey(from netip.Addr) triesKey { return triesKey{"", network(from)} }

// entry returns the tries under a key, new where there are none that still count. The caller holds the lock.
func (d *delays) entry(key triesKey) *tries {
	if e, ok := d.tries[key]; ok {
		d.order.MoveToFront(e)
		t := e.Value.(*tries)
		if d.now().Sub(t.lastAt) > forgetAfter {
			*t = tries{key: key}
		}
		return t
	}
	if d.order.Len() >= maxTracked {
		oldest := d.order.Back()
		delete(d.tries, d.order.Remove(oldest).(*tries).key)
	}
	t := &tries{key: key}
	d.tries[key] = d.order.PushFront(t)
	return t
}

func (t *tries) add(now time.Time, p pace) {
	t.count++
	t.lastAt = now
	if over := t.count - p.free; over >= 0 {
		t.until = now.Add(min(firstWait<<min(over, 30), p.longest))
	}
}

// network is what counts as one address: an IPv6 customer has at least a /64 to try from.
func network(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{} // no address: a local caller
	}
	return p
}
