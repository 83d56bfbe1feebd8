package delivery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"matinee/internal/access"
	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

// segmentMaker makes media segments when somebody asks for them.
type segmentMaker interface {
	// EnsureSegment returns nil when the segment is in the store, made now or before. It waits some seconds at most and then
	// returns an errs.Busy error that says when to ask again; a track that is not offered, or a number that the plan does not
	// have, is an errs.NotFound. The viewer is an opaque name, one for whoever should share one part of what can be made.
	EnsureSegment(ctx context.Context, s ids.Segment, viewer string) error
}

// leastWait is what a player is told to wait at least: Retry-After has whole seconds, and 0 would have it ask in a loop.
const leastWait = time.Second

// open opens what the store has. A media segment that it does not have is made first; when it was, it is read back like any
// other, so that no viewer ever sees bytes that another one does not get.
func (h *Handler) open(r *http.Request, t target) (blob.Object, error) {
	object, err := h.objects.Open(r.Context(), t.key)
	if t.kind != mediaPart || !errs.Is(err, errs.NotFound) {
		return object, err
	}
	viewer, err := h.edge.ViewerOf(r)
	if err != nil {
		return blob.Object{}, err
	}
	if err := h.maker.EnsureSegment(r.Context(), t.segment(), h.nameOf(r, viewer)); err != nil {
		return blob.Object{}, fmt.Errorf("make the segment: %w", busy(err))
	}
	return h.objects.Open(r.Context(), t.key)
}

// busy gives the wait for a segment its own code and a time that a header can carry.
func busy(err error) error {
	known, ok := errors.AsType[*errs.Error](err)
	if !ok || known.Kind != errs.Busy {
		return err
	}
	b := errs.New(errs.Busy, "segment_busy", "This part of the video is still being made: ask again in a moment.")
	b.RetryAfter = max(known.RetryAfter, leastWait)
	return b
}

// nameOf names whoever asks, the same at each request and telling nothing: an account by its id, a stranger by a hash of the
// address and the browser, since several people can share an address.
func (h *Handler) nameOf(r *http.Request, viewer access.Viewer) string {
	switch {
	case viewer.User != "":
		return string(viewer.User)
	case viewer.Local:
		return "local"
	}
	sum := sha256.Sum256([]byte(h.edge.AddressOf(r) + "\x00" + r.UserAgent()))
	return hex.EncodeToString(sum[:12])
}
