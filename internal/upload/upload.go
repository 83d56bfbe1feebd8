package upload

import (
	"context"
	"time"

	"matinee/internal/access"
	"matinee/internal/ids"
)

// Protocol says how the bytes of an upload come.
type Protocol string

// The protocols.
const (
	Put Protocol = "put" // one request; cannot be resumed
	Tus Protocol = "tus" // tus 1.0; resumed at the offset that the object has
)

// Unknown is the length of an upload whose end the client has not announced.
const Unknown int64 = -1

// Upload is one transfer of a source.
type Upload struct {
	ID      ids.UploadID
	Video   ids.VideoID
	Version ids.VersionID // fresh for every upload: the version its source becomes, beside the one that is shown if there is one

	GrantHash string     // the grant that it uses, "" for a signed-in upload
	CreatedBy ids.UserID // who began it, or who made the grant

	Protocol Protocol
	Length   int64 // bytes announced, or Unknown
	Received int64 // bytes known to be stored; may lag behind the object by two seconds

	FileName string            // a label for display, never a path
	FileType string            // what the client said; a hint, never trusted
	Metadata map[string]string // what a tus client sent, given back on HEAD
	// MadeVideo is set when the video was made for this upload: without it there is no reason for the video.
	MadeVideo bool

	ExpiresAt   time.Time
	CompletedAt time.Time // zero until the intake has taken it
	CreatedAt   time.Time
	UpdatedAt   time.Time // when bytes last came
}

// whole reports whether an object of the given size is all that was announced.
func (u Upload) whole(size int64) bool { return u.Length > 0 && size == u.Length }

// Completed reports whether the intake has taken the upload.
func (u Upload) Completed() bool { return !u.CompletedAt.IsZero() }

// Finished is what the intake is told about a source that is stored whole and durably.
type Finished struct {
	Upload    ids.UploadID
	Video     ids.VideoID
	Version   ids.VersionID
	SizeBytes int64
	FileName  string // a label for display
	FileType  string // what the client said
}

// Store keeps grants and uploads. Each method is one transaction.
type Store interface {
	// VideoFacts returns what a rule may look at of a video, or an errs.NotFound.
	VideoFacts(ctx context.Context, video ids.VideoID) (access.Facts, error)

	// AddGrant keeps a grant.
	AddGrant(ctx context.Context, g StoredGrant) error
	// GrantByHash returns the grant with the hash, or an errs.NotFound.
	GrantByHash(ctx context.Context, hash string) (StoredGrant, error)

	// AddUpload keeps a new upload. While the video has another one that is not completed it is an errs.Conflict with the
	// code upload_in_progress; when the upload's grant is spent it is an errs.Gone with the code upload_spent; a video that is
	// gone or in the bin is an errs.NotFound.
	AddUpload(ctx context.Context, u Upload) error
	// Upload returns an upload, or an errs.NotFound.
	Upload(ctx context.Context, id ids.UploadID) (Upload, error)
	// ActiveUpload returns the upload of a video that is not completed, or an errs.NotFound.
	ActiveUpload(ctx context.Context, video ids.VideoID) (Upload, error)
	// SaveOffset notes how far an upload has come. It is an errs.NotFound when there is no such upload that is not completed.
	SaveOffset(ctx context.Context, id ids.UploadID, received int64, now time.Time) error
	// SetLength notes an upload's length and how far it has come; the same errors as SaveOffset.
	SetLength(ctx context.Context, id ids.UploadID, length, received int64, now time.Time) error
	// RemoveUpload forgets an upload that is not completed and notes that its object is to be deleted; with its video, where
	// that is wanted, was made for it and has nothing else.
	RemoveUpload(ctx context.Context, id ids.UploadID, withVideo bool, now time.Time) (Removed, error)
	// Unfinished returns all uploads that are not completed, the oldest first.
	Unfinished(ctx context.Context) ([]Upload, error)
	// AnnouncedRest returns how many bytes are still to come to the uploads, all but the given one, that are not completed
	// and that bytes came for since the given time.
	AnnouncedRest(ctx context.Context, except ids.UploadID, since time.Time) (int64, error)
	// Forget drops grants that expired before the given time and completed uploads that expired before it.
	Forget(ctx context.Context, before time.Time) error
}

// Removed says what RemoveUpload has forgotten.
type Removed struct {
	Upload bool // false: there was no such upload, or it is completed
	Video  bool
}

// intake takes over a source that is stored whole.
type intake interface {
	// FinishUpload makes the upload its video's newest version, marks it completed, and spends its grant with all that were made
	// before the upload began, in one transaction. It is idempotent.
	FinishUpload(ctx context.Context, f Finished) error
}

// videoMaker makes the video of an upload that names none.
type videoMaker interface {
	CreateForUpload(ctx context.Context, viewer access.Viewer, title, filename, visibility string) (ids.VideoID, error)
}

// progress hears which videos' uploads have moved, begun or ended, at most every two seconds for each.
type progress interface {
	UploadProgress(video ids.VideoID)
	// UploadChanged hears that the first byte of an upload was stored, or that it was given up.
	UploadChanged(video ids.VideoID)
	// UploadVideoMade hears that a video was made for an upload.
	UploadVideoMade(video ids.VideoID)
	// UploadVideoRemoved hears that a video that was made for an upload has gone with it.
	UploadVideoRemoved(video ids.VideoID)
}
