package access_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// world is everything a decision can depend on.
type world struct {
	viewers []access.Viewer
	facts   []access.Facts
}

// newWorld makes viewers of every role, a stranger and the socket, and videos of every kind, some of them nobody's.
func newWorld(seed uint64) world {
	random := rand.New(rand.NewPCG(seed, 1))
	w := world{viewers: []access.Viewer{{}, {Local: true}}}
	owners := []ids.UserID{""}
	for _, role := range access.Roles() {
		for range 2 {
			user := ids.New[ids.UserID]()
			owners = append(owners, user)
			w.viewers = append(w.viewers, access.Viewer{User: user, Role: role})
		}
	}
	visibilities := []access.Visibility{access.Public, access.Unlisted, access.Private, "unknown"}
	for range 60 {
		w.facts = append(w.facts, access.Facts{
			Owner:      owners[random.IntN(len(owners))],
			Visibility: visibilities[random.IntN(len(visibilities))],
			Watchable:  random.IntN(2) == 0,
		})
	}
	return w
}

func TestListsHoldExactlyWhatCanAllows(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		w := newWorld(seed)
		for _, v := range w.viewers {
			for _, f := range w.facts {
				for _, a := range []access.Action{access.ListVideo, access.EditVideo, access.DeleteVideo} {
					can, holds := access.Can(v, a, f, now), access.ReachOf(v, a, now).Holds(f)
					if can.OK != holds {
						t.Fatalf("seed %d: %s by %+v of %+v: Can says %v (%s), the list %v", seed, a, v, f, can.OK, can.Rule, holds)
					}
				}
			}
		}
	}
}

func TestAListOfWatchableVideosHoldsNoneThatMayNotBeWatched(t *testing.T) {
	t.Parallel()
	w := newWorld(7)
	for _, v := range w.viewers {
		for _, f := range w.facts {
			if access.ReachOf(v, access.WatchVideo, now).Holds(f) && !access.Can(v, access.WatchVideo, f, now).OK {
				t.Errorf("%+v finds %+v in a list without the right to watch it", v, f)
			}
		}
	}
}

func TestWhoeverMayDoMoreMayWatchAndList(t *testing.T) {
	t.Parallel()
	w := newWorld(11)
	for _, v := range w.viewers {
		for _, f := range w.facts {
			for _, a := range []access.Action{access.ListVideo, access.EditVideo, access.DeleteVideo} {
				if access.Can(v, a, f, now).OK && !access.Can(v, access.WatchVideo, f, now).OK {
					t.Errorf("%+v may %s %+v and not watch it", v, a, f)
				}
			}
		}
	}
}

func TestARefusalHidesWhatTheViewerMayNotWatch(t *testing.T) {
	t.Parallel()
	w := newWorld(13)
	for _, v := range w.viewers {
		for _, f := range w.facts {
			for _, a := range []access.Action{access.ListVideo, access.WatchVideo, access.EditVideo, access.DeleteVideo} {
				d := access.Can(v, a, f, now)
				if !d.OK && d.Hide == access.Can(v, access.WatchVideo, f, now).OK {
					t.Errorf("%s by %+v of %+v: hide %v", a, v, f, d.Hide)
				}
			}
		}
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	const (
		owner = ids.UserID("0000000000000000000001")
		other = ids.UserID("0000000000000000000002")
	)
	var (
		stranger = access.Viewer{}
		local    = access.Viewer{Local: true}
		admin    = access.Viewer{User: other, Role: access.Admin}
		uploader = access.Viewer{User: owner, Role: access.Uploader}
		rival    = access.Viewer{User: other, Role: access.Uploader}
		reader   = access.Viewer{User: owner, Role: access.Reader}
		public   = access.Facts{Owner: owner, Visibility: access.Public, Watchable: true}
		raw      = access.Facts{Owner: owner, Visibility: access.Public}
		unlisted = access.Facts{Owner: owner, Visibility: access.Unlisted, Watchable: true}
		private  = access.Facts{Owner: owner, Visibility: access.Private, Watchable: true}
		nobodys  = access.Facts{Visibility: access.Private}
		account  = access.Facts{Owner: owner}
	)
	for _, tt := range []struct {
		name   string
		viewer access.Viewer
		action access.Action
		facts  access.Facts
		want   error // by kind
	}{
		{"a stranger meets a public video in a list", stranger, access.ListVideo, public, nil},
		{"a stranger does not meet a public video before it plays", stranger, access.ListVideo, raw, kind(errs.Unauthenticated)},
		{"a stranger opens a public video by its address before it plays", stranger, access.WatchVideo, raw, nil},
		{"a stranger watches an unlisted video", stranger, access.WatchVideo, unlisted, nil},
		{"a stranger does not meet an unlisted video in a list", stranger, access.ListVideo, unlisted, kind(errs.Unauthenticated)},
		{"a private video does not exist for a stranger", stranger, access.WatchVideo, private, kind(errs.NotFound)},
		{"a private video does not exist for another uploader", rival, access.EditVideo, private, kind(errs.NotFound)},
		{"another uploader may not edit a public video", rival, access.EditVideo, public, kind(errs.Denied)},
		{"another uploader may not delete an unlisted video", rival, access.DeleteVideo, unlisted, kind(errs.Denied)},
		{"a stranger is asked who they are before an edit", stranger, access.EditVideo, public, kind(errs.Unauthenticated)},
		{"an uploader lists an own video before it plays", uploader, access.ListVideo, raw, nil},
		{"an uploader edits an own private video", uploader, access.EditVideo, private, nil},
		{"an uploader deletes an own video", uploader, access.DeleteVideo, private, nil},
		{"an uploader creates", uploader, access.CreateVideo, access.Facts{}, nil},
		{"a viewer does not create", reader, access.CreateVideo, access.Facts{}, kind(errs.Denied)},
		{"a stranger does not create", stranger, access.CreateVideo, access.Facts{}, kind(errs.Unauthenticated)},
		{"a viewer watches what was theirs as an uploader", reader, access.WatchVideo, private, nil},
		{"a viewer does not edit what was theirs as an uploader", reader, access.EditVideo, private, kind(errs.Denied)},
		{"an administrator edits anything", admin, access.EditVideo, private, nil},
		{"an administrator lists unlisted videos", admin, access.ListVideo, unlisted, nil},
		{"the socket may all", local, access.DeleteVideo, private, nil},
		{"the socket manages users", local, access.ManageUsers, access.Facts{}, nil},
		{"an uploader does not manage users", uploader, access.ManageUsers, access.Facts{}, kind(errs.Denied)},
		{"nobody's video is not a stranger's", stranger, access.WatchVideo, nobodys, kind(errs.NotFound)},
		{"an account is edited by itself", reader, access.EditAccount, account, nil},
		{"another's account does not exist", rival, access.EditAccount, account, kind(errs.NotFound)},
		{"no account is a stranger's", stranger, access.EditAccount, access.Facts{}, kind(errs.Unauthenticated)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := access.Check(tt.viewer, tt.action, tt.facts, "thing", now)
			if (err == nil) != (tt.want == nil) || err != nil && errs.KindOf(err) != errs.KindOf(tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestEveryActionIsRefusedToAnUnknownRoleExceptWhatStrangersMay(t *testing.T) {
	t.Parallel()
	odd := access.Viewer{User: ids.New[ids.UserID](), Role: "owner"}
	for _, a := range []access.Action{access.CreateVideo, access.ManageUsers, access.ManageSystem, "video:unheard"} {
		if access.Can(odd, a, access.Facts{}, now).OK {
			t.Errorf("%s is open to an unknown role", a)
		}
	}
	if access.Role("owner").Valid() {
		t.Error("an unknown role is valid")
	}
}

func kind(k errs.Kind) error { return errs.New(k, "", "") }
