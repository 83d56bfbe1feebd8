package api

import (
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"matinee/internal/account"
	"matinee/internal/errs"
)

// Class says which requests count together against a rate limit.
type Class string

// The classes.
const (
	Reads     Class = "read"
	Writes    Class = "write"
	Creations Class = "create"
	SignIns   Class = "sign-in"
)

// Quota is how many requests of a class one caller may make in a window. What was not used may come at once.
type Quota struct {
	Requests int
	Window   time.Duration
}

// quotas are the limits before Options.RateLimit scales them.
func quotas() map[Class]Quota {
	return map[Class]Quota{
		Reads: {3000, time.Minute}, Writes: {600, time.Minute}, Creations: {300, time.Minute}, SignIns: {120, time.Minute},
	}
}

// maxBuckets bounds the memory of the limits: about 100 bytes each.
const maxBuckets = 50_000

// limiter counts requests by class and caller, each as one instant: when all that was used will have come back (the generic
// cell rate algorithm). It is safe for concurrent use.
type limiter struct {
	quotas map[Class]Quota
	now    func() time.Time

	mu      sync.Mutex
	buckets map[bucket]time.Time
}

type bucket struct {
	class Class
	who   string
}

// newLimiter returns limits of factor times the built-in ones, nil for none.
func newLimiter(factor float64, now func() time.Time) *limiter {
	if factor < 0 {
		return nil
	}
	if factor == 0 {
		factor = 1
	}
	l := &limiter{quotas: quotas(), now: now, buckets: map[bucket]time.Time{}}
	for class, q := range l.quotas {
		q.Requests = max(1, int(float64(q.Requests)*factor))
		l.quotas[class] = q
	}
	return l
}

// standing is where a caller stands in a class after a request.
type standing struct {
	quota     Quota
	allowed   bool
	remaining int           // requests that may come at once
	reset     time.Duration // until everything has come back
	wait      time.Duration // until a refused request may come again
}

// take counts one request.
func (l *limiter) take(class Class, who string) standing {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, q, key := l.now(), l.quotas[class], bucket{class, who}
	each := q.Window / time.Duration(q.Requests)
	full := l.buckets[key]
	if full.Before(now) {
		full = now
	}
	used := full.Sub(now)
	if used+each > q.Window {
		return standing{quota: q, reset: used, wait: used + each - q.Window}
	}
	l.makeRoom(now, key)
	l.buckets[key] = full.Add(each)
	return standing{quota: q, allowed: true, remaining: int((q.Window - used - each) / each), reset: used + each}
}

// makeRoom forgets who has everything back, which changes nothing, and then anybody: bounded memory is worth a limit that begins
// anew for somebody.
func (l *limiter) makeRoom(now time.Time, key bucket) {
	if _, known := l.buckets[key]; known || len(l.buckets) < maxBuckets {
		return
	}
	for b, full := range l.buckets {
		if !full.After(now) {
			delete(l.buckets, b)
		}
	}
	for b := range l.buckets {
		if len(l.buckets) < maxBuckets*9/10 {
			break
		}
		delete(l.buckets, b)
	}
}

// limit counts a request against its class and tells the caller where they stand
// (draft-ietf-httpapi-ratelimit-headers-10). It returns an errs.RateLimited error for one too many.
func (a *API) limit(header http.Header, class Class, caller account.Caller, origin account.Origin) error {
	if a.limits == nil || caller.Viewer.Local {
		return nil
	}
	s := a.limits.take(class, whoCounts(class, caller, origin))
	header.Set("RateLimit-Policy", fmt.Sprintf("%q;q=%d;w=%d", class, s.quota.Requests, int(s.quota.Window.Seconds())))
	header.Set("RateLimit", fmt.Sprintf("%q;r=%d;t=%s", class, s.remaining, strconv.Itoa(seconds(s.reset))))
	if s.allowed {
		return nil
	}
	return &errs.Error{
		Kind: errs.RateLimited, Code: "rate_limited", RetryAfter: s.wait,
		Message: "You sent too many requests. Wait a moment and go on more slowly.",
	}
}

// whoCounts names the account, or the network of somebody who has none. Who signs in is not known yet.
func whoCounts(class Class, caller account.Caller, origin account.Origin) string {
	if caller.Viewer.User != "" && class != SignIns {
		return string(caller.Viewer.User)
	}
	bits := 32
	if origin.Address.Is6() && !origin.Address.Is4In6() {
		bits = 64 // one customer has at least that
	}
	network, err := origin.Address.Unmap().Prefix(bits)
	if err != nil {
		network = netip.Prefix{}
	}
	return network.String()
}

func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
