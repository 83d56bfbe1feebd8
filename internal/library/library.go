package library

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

// Bounds of what a video may be called.
const (
	MaxTitle       = 200    // characters
	MaxDescription = 10_000 // characters
)

// Store keeps the videos and their categories. A missing or binned video is an errs.NotFound error, a category that does not
// exist in what is written an errs.Invalid one.
type Store interface {
	CategoryStore

	CreateVideo(ctx context.Context, v Video) error
	Video(ctx context.Context, id ids.VideoID) (Video, error)
	Videos(ctx context.Context, reach access.Reach, f Filter) (Page, error)
	// UpdateVideo, BinVideo and RestoreVideo raise the revision. They are an errs.Stale error when it is none of those given.
	UpdateVideo(ctx context.Context, id ids.VideoID, p Patch, now time.Time) error
	BinVideo(ctx context.Context, id ids.VideoID, only Revisions, now time.Time) error
	BinnedVideo(ctx context.Context, id ids.VideoID) (Video, error)
	RestoreVideo(ctx context.Context, id ids.VideoID, now time.Time) error
}

// Revisions are those that a change may start from; nil for any.
type Revisions []int64

// Allow reports whether a change may start from the revision.
func (r Revisions) Allow(revision int64) bool { return r == nil || slices.Contains(r, revision) }

// ErrStale says that somebody else changed the video meanwhile.
func ErrStale() error {
	return errs.New(errs.Stale, "stale", "The video has been changed meanwhile. Read it again and repeat your change.")
}

// Draft is what somebody says of a video that they make.
type Draft struct {
	Title       string
	Description string
	Visibility  access.Visibility // "": private
	Tags        []string
	Category    string // a slug; "": none
	ExternalID  string
	Metadata    []byte // a JSON object; nil: none
}

// Patch changes what is not nil.
type Patch struct {
	Title       *string
	Description *string
	Visibility  *access.Visibility
	Tags        *[]string
	Category    *string // a slug; "" takes the video out of its category
	ExternalID  *string // "" clears it
	Metadata    []byte  // a merge patch of its own (RFC 7396); null clears it
	Only        Revisions
}

// Library is the module. It is safe for concurrent use.
type Library struct {
	store Store
	now   func() time.Time
}

// Options are the optional parts of a Library.
type Options struct {
	Now func() time.Time // nil: time.Now
}

// New returns a Library over its store.
func New(store Store, o Options) *Library {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Library{store: store, now: o.Now}
}

// TitleOf is the title of a video that was given one or whose file has a name: the name without its ending.
func TitleOf(title, fileName string) string {
	if title = strings.TrimSpace(title); title != "" {
		return title
	}
	base := fileName[strings.LastIndexAny(fileName, `/\`)+1:]
	if i := strings.LastIndexByte(base, '.'); i > 0 {
		base = base[:i]
	}
	runes := []rune(strings.TrimSpace(base))
	return string(runes[:min(len(runes), MaxTitle)])
}

// CreateVideo makes a video of the viewer's that waits for its source.
func (l *Library) CreateVideo(ctx context.Context, viewer access.Viewer, d Draft) (Video, error) {
	if err := l.allow(viewer, access.CreateVideo, access.Facts{Owner: viewer.User}); err != nil {
		return Video{}, err
	}
	if d.Visibility == "" {
		d.Visibility = access.Private
	}
	if strings.TrimSpace(d.Title) == "" {
		d.Title = "Untitled video"
	}
	p, err := normalised(Patch{
		Title: &d.Title, Description: &d.Description, Visibility: &d.Visibility, Tags: &d.Tags, Category: &d.Category, ExternalID: &d.ExternalID,
	})
	if err != nil {
		return Video{}, err
	}
	metadata, err := MergeMetadata(nil, d.Metadata)
	if err != nil {
		return Video{}, err
	}
	now := l.now()
	v := Video{
		ID: ids.New[ids.VideoID](), Owner: Owner{ID: viewer.User}, Title: strings.TrimSpace(d.Title), Description: d.Description,
		Visibility: d.Visibility, Tags: *p.Tags, Category: d.Category, ExternalID: d.ExternalID, Metadata: metadata,
		State: Waiting, CreatedAt: now, UpdatedAt: now,
	}
	if err := l.store.CreateVideo(ctx, v); err != nil {
		return Video{}, err
	}
	return l.store.Video(ctx, v.ID)
}

// Video returns one video that the viewer may watch.
func (l *Library) Video(ctx context.Context, viewer access.Viewer, id ids.VideoID) (Video, error) {
	return l.videoFor(ctx, viewer, access.WatchVideo, id)
}

// Videos lists what the viewer may meet. What only editors know of a video finds it for them alone: its external id, and that
// it lies in the bin.
func (l *Library) Videos(ctx context.Context, viewer access.Viewer, f Filter) (Page, error) {
	f, err := f.checked()
	if err != nil {
		return Page{}, err
	}
	action := access.ListVideo
	switch {
	case f.Deleted && !viewer.SignedIn():
		return Page{}, errs.New(errs.Unauthenticated, "unauthenticated", "Sign in first.")
	case f.Deleted:
		action = access.DeleteVideo
	case f.ExternalID != "":
		action = access.EditVideo
	}
	return l.store.Videos(ctx, access.ReachOf(viewer, action, l.now()), f)
}

// UpdateVideo changes a video and returns it.
func (l *Library) UpdateVideo(ctx context.Context, viewer access.Viewer, id ids.VideoID, p Patch) (Video, error) {
	if _, err := l.videoFor(ctx, viewer, access.EditVideo, id); err != nil {
		return Video{}, err
	}
	p, err := normalised(p)
	if err != nil {
		return Video{}, err
	}
	if err := l.store.UpdateVideo(ctx, id, p, l.now()); err != nil {
		return Video{}, err
	}
	return l.store.Video(ctx, id)
}

// BinVideo takes a video away from everybody at once. RestoreVideo brings it back until it is purged. Where revisions are given,
// it is an errs.Stale error when the video is at none of them.
func (l *Library) BinVideo(ctx context.Context, viewer access.Viewer, id ids.VideoID, only ...int64) error {
	if _, err := l.videoFor(ctx, viewer, access.DeleteVideo, id); err != nil {
		return err
	}
	return l.store.BinVideo(ctx, id, only, l.now())
}

// CheckRevision returns an errs.Stale error when the video is at none of the revisions. A video in the bin passes: nobody can
// change it there.
func (l *Library) CheckRevision(ctx context.Context, viewer access.Viewer, id ids.VideoID, only Revisions) error {
	if only == nil {
		return nil
	}
	v, err := l.videoFor(ctx, viewer, access.DeleteVideo, id)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err == nil && !only.Allow(v.Revision) {
		return ErrStale()
	}
	return err
}

// RestoreVideo brings a video back from the bin.
func (l *Library) RestoreVideo(ctx context.Context, viewer access.Viewer, id ids.VideoID) (Video, error) {
	v, err := l.store.BinnedVideo(ctx, id)
	if err != nil {
		return Video{}, err
	}
	facts := v.accessFacts()
	facts.Visibility = access.Private // what lies in the bin is hidden, whoever could watch it before
	if err := l.allow(viewer, access.DeleteVideo, facts); err != nil {
		return Video{}, err
	}
	if err := l.store.RestoreVideo(ctx, id, l.now()); err != nil {
		return Video{}, err
	}
	return l.store.Video(ctx, id)
}

// Lists reports whether the viewer would meet the video in a list.
func (l *Library) Lists(viewer access.Viewer, v Video) bool {
	return access.Can(viewer, access.ListVideo, v.accessFacts(), l.now()).OK
}

// CanEdit reports whether the viewer may change the video.
func (l *Library) CanEdit(viewer access.Viewer, v Video) bool {
	return access.Can(viewer, access.EditVideo, v.accessFacts(), l.now()).OK
}

func (l *Library) videoFor(ctx context.Context, viewer access.Viewer, a access.Action, id ids.VideoID) (Video, error) {
	v, err := l.store.Video(ctx, id)
	if err != nil {
		return Video{}, err
	}
	return v, l.allow(viewer, a, v.accessFacts())
}

func (l *Library) allow(viewer access.Viewer, a access.Action, f access.Facts) error {
	return access.Check(viewer, a, f, "video", l.now())
}

// normalised returns the patch as it is kept, or what is wrong with it.
func normalised(p Patch) (Patch, error) {
	if err := validate(p); err != nil {
		return p, err
	}
	if p.Tags != nil {
		tags, err := NormaliseTags(*p.Tags)
		if err != nil {
			return p, err
		}
		p.Tags = &tags
	}
	if p.Category != nil && *p.Category != "" && !ValidSlug(*p.Category) {
		return p, ErrUnknownCategory("body.category")
	}
	if p.ExternalID != nil {
		return p, validExternalID(*p.ExternalID)
	}
	return p, nil
}

func validate(p Patch) error {
	for _, text := range []*string{p.Title, p.Description} {
		if text != nil && (!utf8.ValidString(*text) || strings.ContainsFunc(*text, isOdd)) {
			return errs.InvalidField("body", "Titles and descriptions may hold no control characters but line breaks and tabs.")
		}
	}
	if p.Title != nil && (strings.TrimSpace(*p.Title) == "" || utf8.RuneCountInString(*p.Title) > MaxTitle) {
		return errs.InvalidField("body.title", "Give the video a title of 1 to %d characters.", MaxTitle)
	}
	if p.Description != nil && utf8.RuneCountInString(*p.Description) > MaxDescription {
		return errs.InvalidField("body.description", "The description may have %d characters.", MaxDescription)
	}
	if p.Visibility != nil && !p.Visibility.Valid() {
		return errs.InvalidField("body.visibility", "Choose public, unlisted or private.")
	}
	return nil
}

// isOdd reports a control character that no text needs; databases refuse some of them.
func isOdd(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
