package pipeline

import (
	"fmt"
	"sync"
	"time"

	"matinee/internal/errs"
	"matinee/internal/ids"
)

// desk is where requests of this process wait for segments. It holds nothing that a restart would miss: what is queued is a row.
type desk struct {
	wakes *wakes // of the lanes that make segments
	most  int    // requests that may wait at once

	mu       sync.Mutex
	waiting  int
	bells    map[ids.Segment]*bell
	holders  map[askKey]int       // requests that stand behind an ask
	left     map[leftKey]Ask      // asks that outlived their request, whose viewer was told to come back
	hopeless map[string]time.Time // demand tasks that went wrong, until when nobody waits for them
	idle     map[bool]int         // lanes without work, those for sound under true
	mean     map[bool]time.Duration
	figures  demandFigures
}

// demandFigures count since the start of the process.
type demandFigures struct {
	asked  int64 // requests for a segment that did not exist
	busy   int64 // that were told to come back
	made   int64 // segments
	waited time.Duration
}

// bell wakes whoever waits for one segment.
type bell struct {
	rung    chan struct{}
	waiting int
}

type askKey struct {
	segment ids.Segment
	viewer  string
}

// leftKey is what a viewer wants one segment of at a time.
type leftKey struct {
	version ids.VersionID
	viewer  string
	sound   bool
}

// What a segment is taken to cost before one was made.
const (
	firstMean      = 2 * time.Second
	firstMeanSound = 300 * time.Millisecond
)

func newDesk(most int) *desk {
	return &desk{
		wakes: newWakes(), most: most, bells: map[ids.Segment]*bell{}, holders: map[askKey]int{}, left: map[leftKey]Ask{},
		hopeless: map[string]time.Time{}, idle: map[bool]int{}, mean: map[bool]time.Duration{false: firstMean, true: firstMeanSound},
	}
}

// enter lets one more request wait until leave is called, which reports whether nobody else stands behind the same ask. It is an
// errs.Busy error when too many wait.
func (d *desk) enter(a Ask) (b *bell, leave func() (last bool), err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.figures.asked++
	if d.waiting >= d.most {
		d.figures.busy++
		return nil, nil, busy(d.mean[a.Sound] * time.Duration(d.most))
	}
	d.waiting++
	if b = d.bells[a.Segment]; b == nil {
		b = &bell{rung: make(chan struct{})}
		d.bells[a.Segment] = b
	}
	b.waiting++
	d.holders[askKey{a.Segment, a.Viewer}]++
	begun := time.Now()
	return b, func() bool { return d.leave(a, b, begun) }, nil
}

func (d *desk) leave(a Ask, b *bell, begun time.Time) (last bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting--
	d.figures.waited += time.Since(begun)
	if b.waiting--; b.waiting == 0 && d.bells[a.Segment] == b {
		delete(d.bells, a.Segment)
	}
	key := askKey{a.Segment, a.Viewer}
	if d.holders[key]--; d.holders[key] > 0 {
		return false
	}
	delete(d.holders, key)
	return true
}

// made wakes whoever waits for the segment.
func (d *desk) made(s ids.Segment) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if b := d.bells[s]; b != nil {
		close(b.rung)
		delete(d.bells, s)
	}
}

// keep remembers an ask that stands until its viewer comes back. Those that have expired are forgotten.
func (d *desk) keep(a Ask, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key, old := range d.left {
		if !old.Until.After(now) {
			delete(d.left, key)
		}
	}
	d.left[leftKey{a.Version, a.Viewer, a.Sound}] = a
}

// comesBack takes what was remembered of a viewer. It returns an ask for another segment, which the viewer does not want any more.
func (d *desk) comesBack(a Ask) (unwanted Ask, some bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := leftKey{a.Version, a.Viewer, a.Sound}
	old, some := d.left[key]
	delete(d.left, key)
	some = some && old.Segment != a.Segment && d.holders[askKey{old.Segment, old.Viewer}] == 0
	return old, some
}

// hopelessFor is how long nobody waits for a demand task that went wrong.
const hopelessFor = 20 * time.Second

func (d *desk) giveUp(key string, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for k, until := range d.hopeless {
		if !until.After(now) {
			delete(d.hopeless, k)
		}
	}
	d.hopeless[key] = now.Add(hopelessFor)
}

func (d *desk) isHopeless(key string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.hopeless[key].After(now)
}

// took notes that a segment was made, and how long that took.
func (d *desk) took(sound bool, one time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.figures.made++
	d.mean[sound] += (one - d.mean[sound]) / 8
}

// refused notes that a request was told to come back.
func (d *desk) refused() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.figures.busy++
}

// meanOf is how long a segment takes, as seen lately.
func (d *desk) meanOf(sound bool) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mean[sound]
}

// rest counts a lane as without work until the returned function is called.
func (d *desk) rest(sound bool) (end func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.idle[sound]++
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.idle[sound]--
	}
}

func (d *desk) hasIdle(sound bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.idle[sound] > 0
}

func (d *desk) counted() (f demandFigures, waiting int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.figures, d.waiting
}

func demandKey(version ids.VersionID, track string, chunk int) string {
	return fmt.Sprintf("%s/%s/%d", version, track, chunk)
}

// Bounds of what a viewer is told to wait before the next try.
const (
	soonestAgain = time.Second
	latestAgain  = 10 * time.Second
)

// busy is the error of a segment that cannot be had just now.
func busy(wait time.Duration) *errs.Error {
	e := errs.New(errs.Busy, "segment_busy", "This part of the video is being made. Try again in a moment.")
	e.RetryAfter = min(max(wait, soonestAgain), latestAgain)
	return e
}
