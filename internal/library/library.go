package library

import (
	"context"
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
	MaxPage        = 100    // videos a page
	defaultPage    = 24
)

// Store keeps the videos. A missing or binned video is an errs.NotFound error.
type Store interface {
	CreateVideo(ctx context.Context, v Video) error
	Video(ctx context.Context, id ids.VideoID) (Video, error)
	Videos(ctx context.Context, reach access.Reach, f Filter) (Page, error)
	UpdateVideo(ctx context.Context, id ids.VideoID, p Patch, now time.Time) error
	BinVideo(ctx context.Context, id ids.VideoID, now time.Time) error
	BinnedVideo(ctx context.Context, id ids.VideoID) (Video, error)
	RestoreVideo(ctx context.Context, id ids.VideoID, now time.Time) error
}

// Draft is what somebody says of a video that they make.
type Draft struct {
	Title       string
	Description string
	Visibility  access.Visibility // "": private
}

// Patch changes what is not nil.
type Patch struct {
	Title       *string
	Description *string
	Visibility  *access.Visibility
}

// Filter chooses and cuts a list of videos, the newest first.
type Filter struct {
	Owner ids.UserID // "": everybody
	State State      // "": every state
	After string     // the cursor of the page before
	Limit int        // 0: the default
}

// Page is one page of a list. Next is "" at the end.
type Page struct {
	Videos []Video
	Next   string
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
	if err := validate(Patch{Title: &d.Title, Description: &d.Description, Visibility: &d.Visibility}); err != nil {
		return Video{}, err
	}
	now := l.now()
	v := Video{
		ID: ids.New[ids.VideoID](), Owner: Owner{ID: viewer.User}, Title: strings.TrimSpace(d.Title), Description: d.Description,
		Visibility: d.Visibility, State: Waiting, CreatedAt: now, UpdatedAt: now,
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

// Videos lists what the viewer may meet.
func (l *Library) Videos(ctx context.Context, viewer access.Viewer, f Filter) (Page, error) {
	switch {
	case f.Limit == 0:
		f.Limit = defaultPage
	case f.Limit < 0 || f.Limit > MaxPage:
		return Page{}, errs.InvalidField("query.limit", "Ask for 1 to %d videos.", MaxPage)
	}
	return l.store.Videos(ctx, access.ReachOf(viewer, access.ListVideo, l.now()), f)
}

// UpdateVideo changes a video and returns it.
func (l *Library) UpdateVideo(ctx context.Context, viewer access.Viewer, id ids.VideoID, p Patch) (Video, error) {
	if _, err := l.videoFor(ctx, viewer, access.EditVideo, id); err != nil {
		return Video{}, err
	}
	if err := validate(p); err != nil {
		return Video{}, err
	}
	if err := l.store.UpdateVideo(ctx, id, p, l.now()); err != nil {
		return Video{}, err
	}
	return l.store.Video(ctx, id)
}

// BinVideo takes a video away from everybody at once. RestoreVideo brings it back until it is purged.
func (l *Library) BinVideo(ctx context.Context, viewer access.Viewer, id ids.VideoID) error {
	if _, err := l.videoFor(ctx, viewer, access.DeleteVideo, id); err != nil {
		return err
	}
	return l.store.BinVideo(ctx, id, l.now())
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
