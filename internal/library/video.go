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
	PublishedAt time.Time // zero: never watchable yet
	DeletedAt   time.Time // zero: not in the bin
	Upload      *Upload   // nil: none has begun
	Version     *Version  // nil: no source is complete
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
	PlayableAt  time.Time
	ReadyAt     time.Time
	Failure     *Failure
	Trouble     *Failure // what stands in the way of the work now; nil for nothing
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
	Upload    float64
	Encode    float64
	EncodedAt time.Time // when the first chunk was begun
}

// ETA is how long the encoding will take from now at the speed seen so far, and whether that is known.
func (v Video) ETA(now time.Time) (time.Duration, bool) {
	p := v.Progress
	if v.State != Processing || p.Encode <= 0.02 || p.EncodedAt.IsZero() {
		return 0, false
	}
	spent := now.Sub(p.EncodedAt)
	return time.Duration(float64(spent) * (1 - p.Encode) / p.Encode).Round(time.Second), true
}

// accessFacts is what the rules look at.
func (v Video) accessFacts() access.Facts {
	return access.Facts{Owner: v.Owner.ID, Visibility: v.Visibility, Watchable: v.State.Watchable()}
}
