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

// OperationKind says what was asked for.
type OperationKind string

// The kinds of operation.
const (
	RepairOperation   OperationKind = "repair"   // go on, or hold a finished version to its plan again
	ReencodeOperation OperationKind = "reencode" // make a new version from the same source
	RetryOperation    OperationKind = "retry"    // do one task again
)

// OperationState says how far an operation has come.
type OperationState string

// The states of an operation. The last three are final.
const (
	OperationRunning   OperationState = "running"
	OperationDone      OperationState = "done"
	OperationFailed    OperationState = "failed"
	OperationCancelled OperationState = "cancelled"
)

// OperationRetention is how long an operation can be asked for.
const OperationRetention = 30 * 24 * time.Hour

// MaxOperations bounds a page of operations.
const MaxOperations = 100

// Operation is long work on one version of a video that somebody asked for.
type Operation struct {
	ID        ids.OperationID
	Kind      OperationKind
	Video     ids.VideoID
	Version   ids.VersionID
	Task      ids.TaskID // of a retry
	By        ids.UserID // "" over the socket
	State     OperationState
	Progress  float64 // from 0 to 1
	Failure   *library.Failure
	CreatedAt time.Time
	EndedAt   time.Time
}

// OperationFacts are what the state of an operation follows from.
type OperationFacts struct {
	Current bool // its version is the one that the video shows, or that is to take its place
	Open    int  // tasks of the version that are queued or running
	Ready   bool
	Failure *library.Failure
}

// OperationStateOf derives the state of an operation that has not ended.
func OperationStateOf(f OperationFacts) (OperationState, *library.Failure) {
	switch {
	case !f.Current:
		return OperationCancelled, nil
	case f.Failure != nil:
		return OperationFailed, f.Failure
	case f.Open > 0:
		return OperationRunning, nil
	case f.Ready:
		return OperationDone, nil
	}
	return OperationFailed, &library.Failure{Code: "given_up", Message: "A part of the work was given up.", Next: "See the tasks of the video, then repair it."}
}

// OperationFilter chooses operations, the newest first.
type OperationFilter struct {
	Video ids.VideoID     // "": of all
	After ids.OperationID // the last of the page before
	Limit int             // 0: MaxOperations
}

// OperationStore keeps operations. It is part of Store.
type OperationStore interface {
	// BeginOperation adds an operation on its version, or on the one that its video shows where it names none, or returns the one
	// that goes on already.
	BeginOperation(ctx context.Context, o Operation) (Operation, error)
	// Operation returns one operation with what the rules look at of its video.
	Operation(ctx context.Context, id ids.OperationID) (Operation, access.Facts, error)
	Operations(ctx context.Context, reach access.Reach, f OperationFilter) ([]Operation, error)
	// CancelOperation ends the work that an operation asked for. It is an errs.Conflict error when it has ended.
	CancelOperation(ctx context.Context, id ids.OperationID, now time.Time) error
	// Reencode makes a new version from the source of the current one and returns it. Where that one plays, the new one is to take
	// its place; while a replacement from another source is being made it is an errs.Conflict.
	Reencode(ctx context.Context, video ids.VideoID, now time.Time) (ids.VersionID, error)
}

// BeginRepair repairs a video, as Repair does, and returns the operation to follow it by.
func (p *Pipeline) BeginRepair(ctx context.Context, viewer access.Viewer, video ids.VideoID) (Operation, error) {
	version, err := p.repair(ctx, viewer, video)
	if err != nil {
		return Operation{}, err
	}
	return p.begin(ctx, viewer, Operation{Kind: RepairOperation, Video: video, Version: version})
}

// BeginReencode makes a video anew from its source. What can be watched stays so until the new version can be.
func (p *Pipeline) BeginReencode(ctx context.Context, viewer access.Viewer, video ids.VideoID) (Operation, error) {
	if err := p.mayEdit(ctx, viewer, video); err != nil {
		return Operation{}, err
	}
	version, err := p.store.Reencode(ctx, video, p.o.Now())
	if err != nil {
		return Operation{}, fmt.Errorf("encode video again: %w", err)
	}
	p.hub.Publish(events.State, video)
	p.sweepSoon() // what it superseded can go
	p.Wake()
	return p.begin(ctx, viewer, Operation{Kind: ReencodeOperation, Video: video, Version: version})
}

// BeginRetry queues one task again, as RetryTask does, and returns the operation to follow it by.
func (p *Pipeline) BeginRetry(ctx context.Context, viewer access.Viewer, id ids.TaskID) (Operation, error) {
	task, err := p.RetryTask(ctx, viewer, id)
	if err != nil {
		return Operation{}, err
	}
	return p.begin(ctx, viewer, Operation{Kind: RetryOperation, Video: task.Video, Version: task.Version, Task: task.ID})
}

func (p *Pipeline) begin(ctx context.Context, viewer access.Viewer, o Operation) (Operation, error) {
	o.ID, o.By, o.CreatedAt = ids.New[ids.OperationID](), viewer.User, p.o.Now()
	return p.store.BeginOperation(ctx, o)
}

// Operation returns an operation on a video that the viewer may edit.
func (p *Pipeline) Operation(ctx context.Context, viewer access.Viewer, id ids.OperationID) (Operation, error) {
	o, facts, err := p.store.Operation(ctx, id)
	if errs.Is(err, errs.NotFound) {
		return Operation{}, errs.Missing("operation")
	}
	if err != nil {
		return Operation{}, err
	}
	facts.Visibility = access.Private // the work on a video is nobody's but its editors'
	return o, access.Check(viewer, access.EditVideo, facts, "operation", p.o.Now())
}

// Operations lists the operations on the videos that the viewer may edit, and the id to go on after, "" at the end.
func (p *Pipeline) Operations(ctx context.Context, viewer access.Viewer, f OperationFilter) (list []Operation, next ids.OperationID, err error) {
	if !viewer.SignedIn() {
		return nil, "", errs.New(errs.Unauthenticated, "unauthenticated", "Sign in first.")
	}
	limit := f.Limit
	if limit <= 0 || limit > MaxOperations {
		limit = MaxOperations
	}
	f.Limit = limit + 1
	list, err = p.store.Operations(ctx, access.ReachOf(viewer, access.EditVideo, p.o.Now()), f)
	if len(list) > limit {
		list = list[:limit]
		next = list[limit-1].ID
	}
	return list, next, err
}

// CancelOperation ends the work that an operation asked for. A video that cannot be played is left failed, to be repaired; a
// version that was to take the place of another is given up.
func (p *Pipeline) CancelOperation(ctx context.Context, viewer access.Viewer, id ids.OperationID) error {
	o, err := p.Operation(ctx, viewer, id)
	if err != nil {
		return err
	}
	if err := p.store.CancelOperation(ctx, id, p.o.Now()); err != nil {
		return fmt.Errorf("cancel operation: %w", err)
	}
	p.hub.Publish(events.State, o.Video)
	p.sweepSoon()
	return nil
}
