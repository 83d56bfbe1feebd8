package access

import (
	"slices"
	"time"

	"matinee/internal/errs"
)

// scope says which things a rule opens. Each scope is read twice: by covers for one thing, by widen for lists.
type scope string

const (
	anything scope = "anything"
	own      scope = "own"    // what the viewer owns
	listed   scope = "listed" // watchable things that list one of the viewer's subjects
	linked   scope = "linked" // things that whoever has the address may open, watchable or not; never part of a list
)

// rule opens a scope of things for some actions to some viewers. What no rule opens is closed.
type rule struct {
	name    string
	who     func(Viewer) bool
	actions []Action
	opens   scope
}

// rules returns the one table of who may do what.
func rules() []rule {
	return []rule{
		{"administrator", Viewer.IsAdmin, Actions(), anything},
		{"creator", isUploader, []Action{CreateVideo}, anything},
		{"owner edits", isUploader, []Action{EditVideo, DeleteVideo}, own},
		{"owner watches", hasAccount, []Action{ListVideo, WatchVideo}, own},
		{"own account", hasAccount, []Action{EditAccount}, own},
		{"public is listed", anybody, []Action{ListVideo}, listed},
		{"address opens", anybody, []Action{WatchVideo}, linked},
	}
}

func anybody(Viewer) bool      { return true }
func hasAccount(v Viewer) bool { return v.User != "" }
func isUploader(v Viewer) bool { return v.User != "" && v.Role == Uploader }

// Can decides whether v may do a to the thing that f describes. A refusal hides the thing from whoever may not even watch it.
// The instant is part of every question, so that a right that begins or ends needs no new caller; no rule reads it yet.
func Can(v Viewer, a Action, f Facts, _ time.Time) Decision {
	if name, ok := opening(v, a, f); ok {
		return Decision{OK: true, Rule: name}
	}
	return Decision{Hide: hides(v, a, f), Rule: "closed"}
}

// ReachOf returns which videos v may do a to, as a list can hold them: for [ListVideo], [EditVideo] and [DeleteVideo] exactly
// those that [Can] allows; for [WatchVideo] without those that only an address opens.
func ReachOf(v Viewer, a Action, now time.Time) Reach {
	r := Reach{At: now}
	for _, rule := range rules() {
		if rule.applies(v, a) {
			rule.opens.widen(&r, v)
		}
	}
	return r
}

// Check is Can as an error: nil, NotFound where existence is private, Unauthenticated for a stranger, else Denied. The thing is
// a noun for the sentence, such as "video".
func Check(v Viewer, a Action, f Facts, thing string, now time.Time) error {
	d := Can(v, a, f, now)
	switch {
	case d.OK:
		return nil
	case d.Hide:
		return errs.Missing(thing)
	case !v.SignedIn():
		return errs.New(errs.Unauthenticated, "unauthenticated", "Sign in first.")
	}
	return errs.New(errs.Denied, "denied", "Your account may not do this.")
}

func opening(v Viewer, a Action, f Facts) (rule string, ok bool) {
	for _, rule := range rules() {
		if rule.applies(v, a) && rule.opens.covers(v, f) {
			return rule.name, true
		}
	}
	return "", false
}

func (r rule) applies(v Viewer, a Action) bool {
	return slices.Contains(r.actions, a) && r.who(v)
}

// hides reports whether a refusal must read as "not found". The instance itself is no secret; another's account is.
func hides(v Viewer, a Action, f Facts) bool {
	switch a {
	case ListVideo, WatchVideo, EditVideo, DeleteVideo:
		_, watches := opening(v, WatchVideo, f)
		return !watches
	case EditAccount:
		return v.SignedIn()
	}
	return false
}

func (s scope) covers(v Viewer, f Facts) bool {
	switch s {
	case anything:
		return true
	case own:
		return v.User != "" && v.User == f.Owner
	case listed:
		return f.Watchable && f.Visibility == Public
	case linked:
		return f.Visibility == Public || f.Visibility == Unlisted
	}
	return false
}

func (s scope) widen(r *Reach, v Viewer) {
	switch s {
	case anything:
		r.All = true
	case own:
		r.Owner = v.User
	case listed:
		r.Subjects = []Subject{SubjectPublic}
	case linked: // an address lets one in; a list has none
	}
}
