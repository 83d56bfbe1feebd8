package upload

import (
	"context"
	"fmt"

	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

// need is what an upload asks of the disk.
type need struct {
	upload ids.UploadID
	rest   int64 // bytes still to come
	length int64 // bytes of the whole source, as far as known: what will be made of it follows from it
}

// admit returns an errs.NoSpace unless the store has room for the rest of a source, for what will be made from it, for what
// other running uploads announced and for the reserve. A store that cannot tell its free space admits everything.
func (s *Service) admit(ctx context.Context, n need) error {
	room, known, err := s.room(ctx, n.upload)
	if err != nil {
		return fmt.Errorf("admit an upload: %w", err)
	}
	needed := float64(n.rest) + s.opts.RenditionFactor*float64(n.length)
	if known && (needed > room || room <= 0) {
		return errs.New(errs.NoSpace, "no_space", "There is not enough space: this file needs %s with what is made from it, and %s are free for it.",
			inBytes(needed), inBytes(max(room, 0)))
	}
	return nil
}

// room returns how many bytes are free for an upload, and whether the store can tell. It may be negative. It is a floating
// point number since a client may announce 2^63 bytes.
func (s *Service) room(ctx context.Context, except ids.UploadID) (bytes float64, known bool, err error) {
	disk, ok := s.objects.(blob.FreeSpace)
	if !ok {
		return 0, false, nil
	}
	free, err := disk.Free(ctx)
	if err != nil {
		return 0, false, fmt.Errorf("ask for free space: %w", err)
	}
	others, err := s.store.AnnouncedRest(ctx, except, s.opts.Now().Add(-s.opts.IdleAfter))
	if err != nil {
		return 0, false, fmt.Errorf("sum up running uploads: %w", err)
	}
	return float64(free) - float64(others) - float64(s.opts.ReserveBytes), true, nil
}

// Limits is what a client may know before it sends a source.
type Limits struct {
	MaxBytes  int64 // the largest source, 0 for no bound but the disk
	FreeBytes int64 // room for a source with all that is made from it; Unknown where the store cannot tell
	// DiskFactor estimates what is made from a source, as a multiple of its size: it needs about size × DiskFactor more.
	DiskFactor float64
}

// Limits returns what may be sent now: the free space without the reserve and without what running uploads announced.
func (s *Service) Limits(ctx context.Context) (Limits, error) {
	l := Limits{MaxBytes: s.opts.MaxBytes, FreeBytes: Unknown, DiskFactor: s.opts.RenditionFactor}
	room, known, err := s.room(ctx, "")
	if known {
		l.FreeBytes = max(int64(room), 0)
	}
	return l, err
}

// checkLength refuses a source that is empty or larger than the limit, where 0 is no limit. Unknown passes.
func checkLength(length, limit int64) error {
	switch {
	case length == 0:
		return errs.New(errs.Invalid, "empty_file", "The file is empty. Choose another one.")
	case limit > 0 && length > limit:
		return errTooLarge(limit)
	}
	return nil
}

func errTooLarge(limit int64) error {
	return errs.New(errs.TooLarge, "too_large", "The file is larger than the %s (%d bytes) that may be sent here.", inBytes(float64(limit)), limit)
}

// limitOf returns the smaller of the grant's bound and the instance's, 0 for none.
func (s *Service) limitOf(g *StoredGrant) int64 {
	limit := s.opts.MaxBytes
	if g != nil && g.MaxBytes > 0 && (limit == 0 || g.MaxBytes < limit) {
		limit = g.MaxBytes
	}
	return limit
}

// inBytes writes a size as people read it, in powers of 1000.
func inBytes(n float64) string {
	units := []string{"bytes", "kB", "MB", "GB", "TB", "PB", "EB"}
	unit := 0
	for n >= 1000 && unit < len(units)-1 {
		n /= 1000
		unit++
	}
	if unit == 0 {
		return fmt.Sprintf("%.0f %s", n, units[unit])
	}
	return fmt.Sprintf("%.1f %s", n, units[unit])
}
