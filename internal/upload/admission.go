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
	disk, ok := s.objects.(blob.FreeSpace)
	if !ok {
		return nil
	}
	free, err := disk.Free(ctx)
	if err != nil {
		return fmt.Errorf("admit an upload: %w", err)
	}
	others, err := s.store.AnnouncedRest(ctx, n.upload, s.opts.Now().Add(-s.opts.IdleAfter))
	if err != nil {
		return fmt.Errorf("sum up running uploads: %w", err)
	}
	// In floating point, since a client may announce 2^63 bytes.
	room := float64(free) - float64(others) - float64(s.opts.ReserveBytes)
	needed := float64(n.rest) + s.opts.RenditionFactor*float64(n.length)
	if needed > room || room <= 0 {
		return errs.New(errs.NoSpace, "no_space", "There is not enough space: this file needs %s with what is made from it, and %s are free for it.",
			inBytes(needed), inBytes(max(room, 0)))
	}
	return nil
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
