package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"matinee/internal/access"
	"matinee/internal/blob"
	"matinee/internal/ids"
)

// sweepEvery is how often the bin and the tombstones are looked at unasked.
const sweepEvery = time.Minute

// sweep removes the media of tombstoned versions and purges what has been in the bin for too long, until ctx ends.
func (p *Pipeline) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := p.Sweep(ctx); err != nil && ctx.Err() == nil {
			p.o.Logger.WarnContext(ctx, "removing old media will be tried again", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-p.sweepNow:
		}
	}
}

// Sweep does one round of what Run does by itself: it purges old videos of the bin, ends retired versions whose time is over and
// removes the media of tombstoned ones.
func (p *Pipeline) Sweep(ctx context.Context) error {
	old, err := p.store.BinnedBefore(ctx, p.o.Now().Add(-p.o.BinRetention))
	if err != nil {
		return fmt.Errorf("look into the bin: %w", err)
	}
	for _, video := range old {
		if err := p.store.PurgeVideo(ctx, video, p.o.Now()); err != nil {
			return fmt.Errorf("purge video %s: %w", video, err)
		}
	}
	if _, err := p.store.EndRetired(ctx, p.o.Now()); err != nil {
		return fmt.Errorf("end retired versions: %w", err)
	}
	dead, err := p.store.Tombstones(ctx)
	if err != nil {
		return fmt.Errorf("list tombstones: %w", err)
	}
	var faults []error
	for _, t := range dead {
		if p.held.worksOn(t.Version) {
			continue // its lease is lost, its process may not have ended yet
		}
		if err := p.bury(ctx, t); err != nil {
			faults = append(faults, fmt.Errorf("remove version %s: %w", t.Version, err))
		}
	}
	return errors.Join(faults...)
}

// bury removes a version's media, then its row. No lease works on it and none can be given, so nothing comes after; what a
// transfer may have begun just before is looked for once more.
func (p *Pipeline) bury(ctx context.Context, t Tombstone) error {
	p.copies.forget(t.Version)
	prefixes := []string{blob.VersionPrefix(t.Video, t.Version)}
	if t.Source != "" {
		prefixes = append(prefixes, blob.SourcePrefix(t.Video, t.Source))
	}
	if t.Purged {
		prefixes = append(prefixes, blob.VideoPicturesPrefix(t.Video))
	}
	for range 2 {
		for _, prefix := range prefixes {
			if err := p.objects.DeletePrefix(ctx, prefix); err != nil {
				return err
			}
		}
	}
	if err := os.Remove(p.scratchPath(t.Version)); err != nil && !os.IsNotExist(err) {
		return err
	}
	return p.store.DropVersion(ctx, t.Version)
}

// PurgeVideo removes a video for good. Its media go as soon as no task works on them.
func (p *Pipeline) PurgeVideo(ctx context.Context, viewer access.Viewer, video ids.VideoID) error {
	facts, binned, err := p.store.VideoFacts(ctx, video)
	if err != nil {
		return err
	}
	if binned {
		facts.Visibility = access.Private // what lies in the bin is hidden, whoever could watch it before
	}
	if err := access.Check(viewer, access.DeleteVideo, facts, "video", p.o.Now()); err != nil {
		return err
	}
	if err := p.store.PurgeVideo(ctx, video, p.o.Now()); err != nil {
		return err
	}
	p.sweepSoon()
	return nil
}

// sweepSoon has the tombstones looked at now.
func (p *Pipeline) sweepSoon() {
	select {
	case p.sweepNow <- struct{}{}:
	default: // it has been told already
	}
}

// tidyScratch removes copies that no unfinished version needs, and halves of copies.
func (p *Pipeline) tidyScratch(ctx context.Context) error {
	needed, err := p.store.UnfinishedVersions(ctx)
	if err != nil {
		return fmt.Errorf("list unfinished versions: %w", err)
	}
	entries, err := os.ReadDir(p.scratch)
	if err != nil {
		return fmt.Errorf("read the scratch folder: %w", err)
	}
	for _, entry := range entries {
		version, whole := strings.CutSuffix(entry.Name(), scratchSuffix)
		if whole && slices.Contains(needed, ids.VersionID(version)) {
			continue
		}
		if err := os.Remove(filepath.Join(p.scratch, entry.Name())); err != nil {
			return fmt.Errorf("tidy the scratch folder: %w", err)
		}
	}
	return nil
}
