package testkit

import (
	"testing"
	"time"
)

// pollEvery is how often [Eventually] looks. It is short against any real wait and long against a cheap condition.
const pollEvery = 5 * time.Millisecond

// Eventually waits until condition holds and ends the test when it does not hold within the given time.
// It looks at once and then every few milliseconds, on the calling goroutine. Prefer a channel where there is one:
// this is for what can only be asked, such as a row of a database or the answer of another process.
func Eventually(tb testing.TB, within time.Duration, condition func() bool) {
	tb.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline.C:
			tb.Fatalf("the condition did not hold within %s", within)
		}
	}
}
