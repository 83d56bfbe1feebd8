package pipeline

import (
	"context"
	"time"

	"matinee/internal/access"
	"matinee/internal/ids"
	"matinee/internal/media"
	"matinee/internal/upload"
)

// Store keeps versions and tasks. Each method is one transaction. Those that take a lease change nothing and return an
// errs.Fenced error when the lease is no longer the task's.
type Store interface {
	// FinishUpload makes the complete upload the video's version, ends its grant and queues the probe. Again is no error.
	FinishUpload(ctx context.Context, f upload.Finished, probe Task, now time.Time) error

	// ClaimTask leases the next task that the worker may do, errs.NotFound when there is none. A running task whose lease
	// ran out is claimed like a queued one and counts a crash.
	ClaimTask(ctx context.Context, w Worker, now time.Time, ttl time.Duration) (Lease, error)
	RenewLease(ctx context.Context, l Lease, doneUnits int64, until time.Time) error
	// FreeLeases takes every lease back, for a node that holds the data folder alone and has just started.
	FreeLeases(ctx context.Context, now time.Time) (int64, error)
	// Requeue gives the task back to be tried again.
	Requeue(ctx context.Context, l Lease, r Retry) error

	Version(ctx context.Context, id ids.VersionID) (Version, error)
	// StartPrepare ends the probe of a source that must be remuxed first.
	StartPrepare(ctx context.Context, l Lease, container media.Container, next Task, now time.Time) error
	// FinishPlan stores the plan and queues the work that it asks for.
	FinishPlan(ctx context.Context, l Lease, p Planned, next []Task, now time.Time) error
	// FinishTrackWork ends a chunk or audio task. The last one of a version makes it playable and queues its verification.
	FinishTrackWork(ctx context.Context, l Lease, f Facts, now time.Time) (playable bool, err error)
	FinishPictures(ctx context.Context, l Lease, poster string, now time.Time) error
	// FinishVerify makes the version ready.
	FinishVerify(ctx context.Context, l Lease, v Verified, now time.Time) error
	// RedoTasks queues the given tasks of the lease's version again and ends the verification that found them wanting.
	RedoTasks(ctx context.Context, l Lease, tasks []ids.TaskID, why string, now time.Time) error
	// GiveUp ends the task for good. The version fails with it unless it can be played.
	GiveUp(ctx context.Context, l Lease, r media.Refusal, now time.Time) error
	// Remake replaces the lease's version by a new one from the same source and tombstones it.
	Remake(ctx context.Context, l Lease, now time.Time) error

	// Repair queues what a video needs to go on: given-up tasks again, else its probe or its verification.
	Repair(ctx context.Context, video ids.VideoID, now time.Time) error
	Tasks(ctx context.Context, version ids.VersionID) ([]Task, error)
	// CountTasks counts all tasks in a state.
	CountTasks(ctx context.Context, state TaskState) (int64, error)
	CurrentVersion(ctx context.Context, video ids.VideoID) (Version, error)
	MediaFacts(ctx context.Context, video ids.VideoID, version ids.VersionID) (MediaFacts, error)

	// VideoFacts returns what the rules look at, and whether the video is in the bin or purged.
	VideoFacts(ctx context.Context, video ids.VideoID) (f access.Facts, binned bool, err error)
	// PurgeVideo tombstones every version of a video and makes it invisible at once.
	PurgeVideo(ctx context.Context, video ids.VideoID, now time.Time) error
	// BinnedBefore lists videos that have been in the bin since before the instant.
	BinnedBefore(ctx context.Context, before time.Time) ([]ids.VideoID, error)
	// Tombstones lists versions whose media are to be removed and that no lease works on.
	Tombstones(ctx context.Context, now time.Time) ([]Tombstone, error)
	// DropVersion forgets a tombstoned version, and its video when that was purged and this was its last version.
	DropVersion(ctx context.Context, id ids.VersionID) error
	// UnfinishedVersions lists the versions that are still being made.
	UnfinishedVersions(ctx context.Context) ([]ids.VersionID, error)
}

// Version is one source with its plan and what is known of the media made from it.
type Version struct {
	ID          ids.VersionID
	Video       ids.VideoID
	Source      ids.VersionID // names the source's object
	FileName    string
	SourceBytes int64
	Container   media.Container // of the file that tasks read
	Prepared    bool            // tasks read the scratch copy
	Plan        media.Plan      // zero before it is made
	Tracks      []TrackRow
	Fingerprint string
	Poster      string
	Report      *Report
	Revision    int64
	PlayableAt  time.Time
	ReadyAt     time.Time
}

// TrackRow is what is kept of one track of a version.
type TrackRow struct {
	ID                   string `json:"id"`
	Codec                string `json:"codec"`
	Bytes                int64  `json:"bytes,omitempty"`
	PeakBitsPerSecond    int64  `json:"peak_bits_per_second,omitempty"`    // of any segment; 0 until verified
	AverageBitsPerSecond int64  `json:"average_bits_per_second,omitempty"` // 0 until verified
}

// Planned is what a finished plan brings.
type Planned struct {
	Plan        media.Plan
	Tracks      []TrackRow
	Fingerprint string
	Container   media.Container // of the file that tasks read
	Prepared    bool
	Warnings    []string // for the owner, beside the plan's own notes
}

// Facts is what a finished chunk or audio task measured.
type Facts struct {
	CPU     time.Duration `json:"-"`
	Adopted int           `json:"adopted,omitempty"` // segments that an earlier attempt had put
	Written int           `json:"written,omitempty"`
	Warning string        `json:"warning,omitempty"` // for the owner: what is not as it should be
}

// Retry says why and when a task is tried again.
type Retry struct {
	Crash     bool // count a crash
	Fault     bool // count a fault
	Why       string
	NotBefore time.Time
}

// Verified is what the verification found.
type Verified struct {
	Report Report
	Tracks []TrackRow
}

// Report lists the checks that a finished version passed.
type Report struct {
	Checks []Check   `json:"checks"`
	At     time.Time `json:"at"`
}

// Check is one line of a report.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// MediaFacts is what every media request asks for first.
type MediaFacts struct {
	Access   access.Facts
	Revision int64
}

// Tombstone is a version whose media are to be removed.
type Tombstone struct {
	Video   ids.VideoID
	Version ids.VersionID
	// Source is set when no other version needs the source's object.
	Source ids.VersionID
}
