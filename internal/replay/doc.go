// Package replay lets a client send a creation again without creating twice: the answer to a request with an Idempotency-Key is
// kept for a day and given again to the same request of the same caller.
//
// Answers are sealed under the instance's secret key, because some hold a right that was told once (an upload URL). How many a
// caller can have kept is bounded. The package refuses to know HTTP, routes and what an answer means.
package replay
