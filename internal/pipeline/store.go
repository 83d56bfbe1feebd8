package pipeline

import (
	"context"
	"time"

	"matinee/internal/access"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/media"
	"matinee/internal/upload"
)

// Store keeps versions and tasks. Each method is one transaction. Those that take a lease change nothing and return an
// errs.Fenced error when the lease is no longer the task's.
type Store interface {
	LeaseStore
	StepStore
	VersionStore
	PictureStore
	TaskStore
	PurgeStore
	OperationStore
	ReplacementStore
	StorageStore
	SpeedStore
	DemandStore
}

// LeaseStore hands out tasks and takes them back.
type LeaseStore interface {
	// ClaimTask leases the next queued task that the worker may do, errs.NotFound when there is none. A task that must wait
	// longer than MaxWait waits because the clock was set back: it may be done now.
	ClaimTask(ctx context.Context, w Worker, now time.Time, ttl time.Duration) (Lease, error)
	RenewLease(ctx context.Context, l Lease, doneUnits int64, until time.Time) error
	// FreeLeases takes every lease back, for a node that holds the data folder alone and has just started.
	FreeLeases(ctx context.Context, now time.Time) (int64, error)
	// Leases lists every lease that stands.
	Leases(ctx context.Context) ([]Mark, error)
	// EndLease queues the task again and counts a crash, unless its lease was renewed or ended since the mark was read.
	EndLease(ctx context.Context, m Mark) error
	// LetGo says that the worker of a lost lease has stopped: nothing is put under it any more.
	LetGo(ctx context.Context, l Lease) error
	// Requeue gives the task back to be tried again.
	Requeue(ctx context.Context, l Lease, r Retry) error
}

// StepStore takes a version from one step to the next. FinishUpload begins, the others end a task whose lease they are given.
type StepStore interface {
	// FinishUpload makes the complete upload the video's version, or the next one where one plays, ends the grants of before and
	// queues the probe. Again is no error.
	FinishUpload(ctx context.Context, f upload.Finished, probe Task, now time.Time) error
	// StartPrepare ends the probe of a source that must be remuxed first.
	StartPrepare(ctx context.Context, l Lease, container media.Container, next Task, now time.Time) error
	// FinishPlan stores the plan, queues the work that it asks for, and makes the version playable where its first segments exist.
	FinishPlan(ctx context.Context, l Lease, p Planned, next []Task, now time.Time) error
	// FinishTrackWork ends a task that makes tracks. The last one of a version queues its verification, and makes it playable
	// where that was not possible before.
	FinishTrackWork(ctx context.Context, l Lease, f Facts, now time.Time) (Step, error)
	// DropTrack ends the task of an audio track that cannot be made: the version goes on without the track, whose owner is told.
	DropTrack(ctx context.Context, l Lease, warning string, now time.Time) (Step, error)
	FinishPictures(ctx context.Context, l Lease, p Pictured, now time.Time) error
	// FinishVerify makes the version ready.
	FinishVerify(ctx context.Context, l Lease, v Verified, now time.Time) error
	// RedoTasks queues the given tasks of the lease's version again and ends the verification that found them wanting.
	RedoTasks(ctx context.Context, l Lease, tasks []ids.TaskID, why string, now time.Time) error
	// GiveUp ends the task for good. The version fails with it; one that can be played keeps that, and notes the trouble.
	GiveUp(ctx context.Context, l Lease, r media.Refusal, now time.Time) error
	// Remake replaces the lease's version by a new one from the same source; one that plays does so until the new one can. Of a
	// source that this was done for MaxRemakes times it is an errs.Conflict, and nothing is changed.
	Remake(ctx context.Context, l Lease, now time.Time) error
}

// VersionStore reads versions.
type VersionStore interface {
	Version(ctx context.Context, id ids.VersionID) (Version, error)
	CurrentVersion(ctx context.Context, video ids.VideoID) (Version, error)
	// UnfinishedVersions lists the versions that are still being made.
	UnfinishedVersions(ctx context.Context) ([]ids.VersionID, error)
	MediaFacts(ctx context.Context, video ids.VideoID, version ids.VersionID) (MediaFacts, error)
	// LadderDone reports whether every chunk of a version has been made, once at least.
	LadderDone(ctx context.Context, id ids.VersionID) (bool, error)
	// FoundDamage returns what the finished chunks of a version have found, in no order.
	FoundDamage(ctx context.Context, id ids.VersionID) ([]media.FrameRange, error)
}

// TaskStore reads tasks, and queues them again when somebody asks.
type TaskStore interface {
	// Task returns a task of a version that is not tombstoned, or an errs.NotFound.
	Task(ctx context.Context, id ids.TaskID) (Task, error)
	Tasks(ctx context.Context, version ids.VersionID) ([]Task, error)
	// ListTasks returns a page of all tasks, the newest first.
	ListTasks(ctx context.Context, f TaskFilter) (TaskPage, error)
	// TaskFacts returns what the version's tasks measured when they last were done.
	TaskFacts(ctx context.Context, version ids.VersionID) (map[ids.TaskID]Facts, error)
	// CountTasks counts all tasks in a state.
	CountTasks(ctx context.Context, state TaskState) (int64, error)
	// CountWaiting counts the queued tasks that wait for the thing.
	CountWaiting(ctx context.Context, w Wait) (int64, error)
	// RetryTask queues a task again and returns it; its errors are those of [Pipeline.RetryTask].
	RetryTask(ctx context.Context, id ids.TaskID, now time.Time) (Task, error)
	// Repair queues what a video needs to go on: given-up tasks again, else its probe or its verification. It returns the version
	// that this is done for, "" for none: a replacement that cannot go on, else the one that is shown.
	Repair(ctx context.Context, video ids.VideoID, now time.Time) (ids.VersionID, error)
}

// PurgeStore removes what was deleted.
type PurgeStore interface {
	// VideoFacts returns what the rules look at, and whether the video is in the bin or purged.
	VideoFacts(ctx context.Context, video ids.VideoID) (f access.Facts, binned bool, err error)
	// PurgeVideo tombstones every version of a video and makes it invisible at once.
	PurgeVideo(ctx context.Context, video ids.VideoID, now time.Time) error
	// BinnedBefore lists videos that have been in the bin since before the instant.
	BinnedBefore(ctx context.Context, before time.Time) ([]ids.VideoID, error)
	// Tombstones lists versions whose media are to be removed and that no lease works on.
	Tombstones(ctx context.Context) ([]Tombstone, error)
	// DropVersion forgets a tombstoned version, and its video when that was purged and this was its last version.
	DropVersion(ctx context.Context, id ids.VersionID) error
}

// Version is one source with its plan and what is known of the media made from it.
type Version struct {
	ID            ids.VersionID
	Video         ids.VideoID
	Source        ids.VersionID // names the source's object
	FileName      string
	SourceBytes   int64
	Container     media.Container // of the file that tasks read
	Prepared      bool            // tasks read the scratch copy
	Plan          media.Plan      // zero before it is made
	Tracks        []TrackRow      // all that are made
	OnDemand      []string        // rungs that are offered before they are complete
	Extra         []library.Track // audio, and the subtitles that were made
	Fingerprint   string
	Poster        string
	Storyboard    string         // name of its WebVTT; "" before it is made
	PosterChoices []PosterChoice // in the order of their times
	Report        *Report
	Revision      int64
	PlayableAt    time.Time
	ReadyAt       time.Time
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
	OnDemand    []string // rungs that are offered before they are complete
	Playable    bool     // the first segments exist
}

// Step is what the end of a task that makes tracks has brought.
type Step struct {
	Playable   bool // the version can be played, since now
	RungsAdded bool // the playlists name more rungs than before
	Verifying  bool // everything is made, and the verification is queued
}

// Facts is what a finished chunk or audio task measured.
type Facts struct {
	CPU     time.Duration `json:"-"`
	Adopted int           `json:"adopted,omitempty"` // segments that an earlier attempt had put
	Written int           `json:"written,omitempty"`
	Sums    Sums          `json:"sums,omitempty"` // of every segment of the task
	// Damage is the frames that do not show what the source had there.
	Damage []media.FrameRange `json:"damage,omitempty"`
}

// Pictured is what was made to be looked at or read beside the tracks.
type Pictured struct {
	Poster    string          // file name; "" leaves the video without one
	Subtitles []library.Track // each with its file
	Warnings  []string        // for the owner
}

// Retry says why and when a task is tried again.
type Retry struct {
	Crash     bool // count a crash
	Fault     bool // count a fault
	Wait      Wait // what it waits for, counted as a wait; "" for nothing
	Why       string
	Trouble   *Trouble // what the owner is told; nil for nothing
	NotBefore time.Time
}

// Trouble says what stands in the way of a video's work, and what its owner can do.
type Trouble struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Next    string `json:"next"`
}

// Mark is a lease as one look at it found it. It changes with every renewal.
type Mark struct {
	Task  ids.TaskID
	Fence int64
	Until int64 // microseconds, by the clock of its worker: only compared with itself
}

// MaxRemakes bounds how often a version is made anew because the encoder makes other init segments than before.
const MaxRemakes = 3

// MaxWait is longer than any task is made to wait.
const MaxWait = 2 * time.Minute

// Verified is what the verification found.
type Verified struct {
	Report Report
	Tracks []TrackRow
	Damage *library.Damage // nil: every picture of the source was decoded
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
	// Purged says that the video goes with its versions, and so do the pictures that are its own.
	Purged bool
}
