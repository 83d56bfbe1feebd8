package library

import (
	"time"

	"matinee/internal/access"
	"matinee/internal/ids"
)

// Video is what a viewer watches, with what is known of its current version.
type Video struct {
	ID          ids.VideoID
	Owner       Owner
	Title       string
	Description string
	Tags        []string // sorted, each as NormaliseTags writes it
	Category    string   // slug; "" for none
	ExternalID  string   // what another system calls it, for its editors; "" for none
	Metadata    []byte   // a JSON object of its editors' own; nil for none
	Visibility  access.Visibility
	State       State
	Revision    int64 // counts the changes of its metadata
	CreatedAt   time.Time
	UpdatedAt   time.Time
	PublishedAt time.Time     // zero: never watchable yet
	DeletedAt   time.Time     // zero: not in the bin
	Upload      *Upload       // nil: none has begun
	Replacement *Replacement  // nil: nothing is to take the place of the version
	Version     *Version      // nil: no source is complete
	Poster      *ChosenPoster // nil: its version's own
	Progress    Progress
}

// Owner is whoever made a video.
type Owner struct {
	ID   ids.UserID
	Name string
}

// Upload is a transfer that goes on.
type Upload struct {
	ReceivedBytes int64
	LengthBytes   int64 // 0: not announced
}

// Progress is how far the transfer has come, from 0 to 1; 0 where its end is not known.
func (u Upload) Progress() float64 {
	if u.LengthBytes <= 0 {
		return 0
	}
	return min(float64(u.ReceivedBytes)/float64(u.LengthBytes), 1)
}

// Version is what a video's page shows of its current version.
type Version struct {
	ID          ids.VersionID
	SourceID    ids.VersionID
	FileName    string
	FileType    string
	SourceBytes int64
	Duration    time.Duration // 0 before the plan
	Width       int
	Height      int
	FrameRate   float64
	Rungs       []Rung
	Tracks      []Track   // audio and subtitles beside the rungs, in the source's order
	Chapters    []Chapter // in their order
	Damage      *Damage   // nil: every picture of the source was decoded
	Warnings    []string
	Poster      string // file name; "" before it is made
	Storyboard  string // file name of its WebVTT; "" before it is made
	PlayableAt  time.Time
	ReadyAt     time.Time
	Failure     *Failure
	Trouble     *Failure // what stands in the way of the work now; nil for nothing
}

// Replacement is what becomes of a source, or of a version made anew, that is to take the place of the one that is shown.
type Replacement struct {
	Version  ids.VersionID // "" while its bytes arrive
	State    State         // Uploading, Processing or Failed
	Progress Progress
	Failure  *Failure // nil unless it failed
	Trouble  *Failure // what stands in the way of the work now; nil for nothing
}

// Replacing reports whether bytes arrive of a source that is to take the place of a version that did not fail.
func (v Video) Replacing() bool {
	return v.Version != nil && v.State != Uploading && v.Upload != nil && v.Upload.ReceivedBytes > 0
}

// Rung is one rendition of the ladder.
type Rung struct {
	ID     string `json:"id"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// Failure says why a video failed and what its owner can do.
type Failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Next    string `json:"next"`
}

// Progress says how far a video has come, each part from 0 to 1.
type Progress struct {
	Upload float64
	Encode float64
}

// accessFacts is what the rules look at.
func (v Video) accessFacts() access.Facts {
	return access.Facts{Owner: v.Owner.ID, Visibility: v.Visibility, Watchable: v.State.Watchable()}
}
