package access

import (
	"slices"
	"time"

	"matinee/internal/ids"
)

// Visibility says who may watch a video.
type Visibility string

// The visibilities.
const (
	Public   Visibility = "public"   // anybody; listed
	Unlisted Visibility = "unlisted" // anybody who has the address; not listed
	Private  Visibility = "private"  // the owner and administrators
)

// Visibilities lists every visibility, the most open first.
func Visibilities() []Visibility { return []Visibility{Public, Unlisted, Private} }

// Valid reports whether v is one of the visibilities.
func (v Visibility) Valid() bool { return slices.Contains(Visibilities(), v) }

// Action is something a viewer wants to do.
type Action string

// The actions on a video, and those on the instance.
const (
	ListVideo     Action = "video:list"     // meet it in a list, a feed or a search
	WatchVideo    Action = "video:watch"    // see the page, play the media
	EditVideo     Action = "video:edit"     // change, see errors and the encoding, fetch the source
	DeleteVideo   Action = "video:delete"   // bin, restore, purge
	CreateVideo   Action = "video:create"   // make a video and upload to it
	EditAccount   Action = "account:edit"   // an account's own profile and sessions; Facts.Owner is the account
	ManageUsers   Action = "users:manage"   // accounts and roles
	ManageSystem  Action = "system:manage"  // tasks, storage, metrics
	ManageLibrary Action = "library:manage" // categories
)

// Actions lists every action.
func Actions() []Action {
	return []Action{ListVideo, WatchVideo, EditVideo, DeleteVideo, CreateVideo, EditAccount, ManageUsers, ManageSystem, ManageLibrary}
}

// Facts are what a rule may look at. Actions on the instance need none: pass the zero value.
type Facts struct {
	Owner      ids.UserID // "" when nobody owns it
	Visibility Visibility
	// Watchable is false before a video can be played: until then it stands in no stranger's list.
	Watchable bool
}

// Decision is the answer of Can.
type Decision struct {
	OK   bool
	Hide bool   // the refusal must read as "not found"
	Rule string // the name of the rule that decided
}

// Subject is somebody in a video's list of those who may see it: "public", "user:ID", "role:NAME".
type Subject string

// SubjectPublic stands for everybody, strangers included.
const SubjectPublic Subject = "public"

// SubjectsOf returns the subjects that a video of this visibility lists. Stores write them beside the video.
func SubjectsOf(v Visibility) []Subject {
	if v == Public {
		return []Subject{SubjectPublic}
	}
	return nil
}

// Reach says which videos a viewer's lists hold. It is what a store turns into its own filter; the zero value holds none.
type Reach struct {
	All      bool       // everything
	Owner    ids.UserID // everything of this owner, "" for nobody
	Subjects []Subject  // and what lists one of these, once it is watchable
	At       time.Time  // the instant the reach was asked for
}

// Holds reads the reach for one video. It is the definition that every store's filter must equal.
func (r Reach) Holds(f Facts) bool {
	if r.All || (r.Owner != "" && r.Owner == f.Owner) {
		return true
	}
	return f.Watchable && slices.ContainsFunc(SubjectsOf(f.Visibility), func(s Subject) bool {
		return slices.Contains(r.Subjects, s)
	})
}
