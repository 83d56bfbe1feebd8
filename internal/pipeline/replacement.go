package pipeline

import (
	"context"
	"fmt"
	"time"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/events"
	"matinee/internal/ids"
	"matinee/internal/library"
)

// minGrace is the shortest time that a version answers after another took over.
const minGrace = 4 * time.Hour

// Grace is how long a version of the given duration answers after another took over: twice as long as it plays, so that whoever
// has just begun to watch it, and pauses, sees its end.
func Grace(duration time.Duration) time.Duration { return max(minGrace, 2*duration) }

// ReplacementStore keeps which versions of a video there are. It is part of Store.
type ReplacementStore interface {
	// Versions lists the versions of a video that are not tombstoned, the newest first; before them the upload that is arriving.
	Versions(ctx context.Context, video ids.VideoID) ([]ListedVersion, error)
	// GiveUpVersion removes a version that is not shown, or the upload that would become it. The one that is shown is an
	// errs.Conflict with the code version_shown, one that the video does not have an errs.NotFound.
	GiveUpVersion(ctx context.Context, video ids.VideoID, version ids.VersionID, now time.Time) error
	// EndRetired tombstones the retired versions whose time is over, and returns how many it found.
	EndRetired(ctx context.Context, now time.Time) (int, error)
}

// ListedVersion is a version as the list of a video's versions shows it.
type ListedVersion struct {
	ID          ids.VersionID
	State       library.State
	Current     bool // it is what viewers see
	FileName    string
	SourceBytes int64 // 0: not known
	CreatedAt   time.Time
	RetireAt    time.Time // until when it answers although another took over; zero: none did
	Failure     *library.Failure
}

// Versions lists the versions of a video that the viewer may edit, the newest first.
func (p *Pipeline) Versions(ctx context.Context, viewer access.Viewer, video ids.VideoID) ([]ListedVersion, error) {
	if err := p.mayEdit(ctx, viewer, video); err != nil {
		return nil, err
	}
	return p.store.Versions(ctx, video)
}

// GiveUpVersion gives up a replacement, whether it arrives, is made or has failed, or ends a retired version before its time.
// The version that is shown is an errs.Conflict error.
func (p *Pipeline) GiveUpVersion(ctx context.Context, viewer access.Viewer, video ids.VideoID, version ids.VersionID) error {
	if err := p.mayEdit(ctx, viewer, video); err != nil {
		return err
	}
	if err := p.store.GiveUpVersion(ctx, video, version, p.o.Now()); err != nil {
		return fmt.Errorf("give up a version: %w", err)
	}
	p.hub.Publish(events.State, video)
	p.sweepSoon()
	return nil
}

// ErrReplacing returns the error of work that would take the place of a replacement from another source: an errs.Conflict.
func ErrReplacing() error {
	return errs.New(errs.Conflict, "replacement_in_progress", "Another file is about to replace this one. Wait for it, or give it up.")
}
