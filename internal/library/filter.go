package library

import (
	"slices"
	"strings"
	"time"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

// Bounds of a page.
const (
	MaxPage     = 100
	defaultPage = 24
)

// Sort is the order of a list. A minus puts the latest first. Videos of the same instant go by their ids.
type Sort string

// The orders of a list.
const (
	ByCreation         Sort = "created_at"
	ByCreationLatest   Sort = "-created_at" // the default
	ByUpdate           Sort = "updated_at"
	ByUpdateLatest     Sort = "-updated_at"
	ByPublishing       Sort = "published_at" // those that were never watchable come first
	ByPublishingLatest Sort = "-published_at"
)

// Sorts lists every order.
func Sorts() []Sort {
	return []Sort{ByCreation, ByCreationLatest, ByUpdate, ByUpdateLatest, ByPublishing, ByPublishingLatest}
}

// Latest reports whether the latest comes first.
func (s Sort) Latest() bool { return strings.HasPrefix(string(s), "-") }

// Filter chooses, orders and cuts a list of videos.
type Filter struct {
	Owner         ids.UserID // "": everybody
	States        []State    // nil: every state
	Visibility    access.Visibility
	Tag           string // as NormaliseTag writes it
	Category      string // a slug; "": every one and none
	ExternalID    string
	CreatedAfter  time.Time // zero: from the first
	CreatedBefore time.Time // zero: to the last
	Deleted       bool      // what lies in the bin, instead of what does not
	Sort          Sort      // "": ByCreationLatest
	After         *Place    // the last of the page before, which had the same order
	Limit         int       // 0: the default
}

func (f Filter) checked() (Filter, error) {
	switch {
	case f.Limit == 0:
		f.Limit = defaultPage
	case f.Limit < 0 || f.Limit > MaxPage:
		return f, errs.InvalidField("query.limit", "Ask for 1 to %d videos.", MaxPage)
	}
	if f.Sort == "" {
		f.Sort = ByCreationLatest
	}
	if !slices.Contains(Sorts(), f.Sort) {
		return f, errs.InvalidField("query.sort", "This list cannot be sorted like that.")
	}
	f.Tag = NormaliseTag(f.Tag)
	return f, nil
}

// Page is one page of a list. Next is nil at the end.
type Page struct {
	Videos []Video
	Next   *Place
}

// Place is where a video stands in a list, whatever is added to the list or taken from it.
type Place struct {
	Key int64 // microseconds of what the list is ordered by
	ID  ids.VideoID
}

// PlaceOf returns where a video stands in a list of the order.
func PlaceOf(v Video, s Sort) *Place {
	at := v.CreatedAt
	switch s {
	case ByUpdate, ByUpdateLatest:
		at = v.UpdatedAt
	case ByPublishing, ByPublishingLatest:
		if v.PublishedAt.IsZero() {
			return &Place{ID: v.ID}
		}
		at = v.PublishedAt
	}
	return &Place{Key: at.UnixMicro(), ID: v.ID}
}
