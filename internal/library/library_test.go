package library_test

import (
	"path/filepath"
	"strings"
	"testing"

	"matinee/internal/access"
	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
)

type bundle struct {
	*library.Library

	owner, other, admin, reader, stranger access.Viewer
}

func setup(t *testing.T) *bundle {
	t.Helper()
	db, err := database.Open(t.Context(), filepath.Join(t.TempDir(), "matinee.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return &bundle{
		Library: library.New(database.NewLibrary(db), library.Options{}),
		owner:   access.Viewer{User: ids.New[ids.UserID](), Role: access.Uploader},
		other:   access.Viewer{User: ids.New[ids.UserID](), Role: access.Uploader},
		admin:   access.Viewer{User: ids.New[ids.UserID](), Role: access.Admin},
		reader:  access.Viewer{User: ids.New[ids.UserID](), Role: access.Reader},
	}
}

func (b *bundle) create(t *testing.T, d library.Draft) library.Video {
	t.Helper()
	v, err := b.CreateVideo(t.Context(), b.owner, d)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func wantKind(t *testing.T, err error, kind errs.Kind) {
	t.Helper()
	if !errs.Is(err, kind) {
		t.Errorf("got %v, want an error of the kind %s", err, kind)
	}
}

func TestANewVideoIsPrivateAndWaits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.create(t, library.Draft{Title: "  A day out "})
	if v.Visibility != access.Private || v.State != library.Waiting || v.Title != "A day out" || v.Owner.ID != b.owner.User {
		t.Errorf("got %+v", v)
	}
	for _, viewer := range []access.Viewer{b.other, b.reader, b.stranger} {
		_, err := b.Video(t.Context(), viewer, v.ID)
		wantKind(t, err, errs.NotFound)
	}
	if _, err := b.Video(t.Context(), b.admin, v.ID); err != nil {
		t.Errorf("an administrator: %v", err)
	}
}

func TestOnlyUploadersCreateVideos(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.CreateVideo(t.Context(), b.reader, library.Draft{Title: "x"})
	wantKind(t, err, errs.Denied)
	_, err = b.CreateVideo(t.Context(), b.stranger, library.Draft{Title: "x"})
	wantKind(t, err, errs.Unauthenticated)
}

func TestBadWordsAreRefusedByField(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.create(t, library.Draft{})
	blank, long, nul, odd := " ", strings.Repeat("x", library.MaxTitle+1), "a\x00b", access.Visibility("friends")
	for _, p := range []library.Patch{{Title: &blank}, {Title: &long}, {Description: &nul}, {Visibility: &odd}} {
		_, err := b.UpdateVideo(t.Context(), b.owner, v.ID, p)
		wantKind(t, err, errs.Invalid)
	}
}

func TestAPatchChangesOnlyWhatItNames(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.create(t, library.Draft{Title: "Before", Description: "kept"})
	title, public := "After", access.Public
	got, err := b.UpdateVideo(t.Context(), b.owner, v.ID, library.Patch{Title: &title, Visibility: &public})
	if err != nil || got.Title != "After" || got.Description != "kept" || got.Visibility != access.Public {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = b.UpdateVideo(t.Context(), b.other, v.ID, library.Patch{Title: &title})
	wantKind(t, err, errs.Denied) // it is public: its existence is no secret
}

func TestABinnedVideoIsGoneForAllAndComesBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.create(t, library.Draft{Title: "Gone"})
	wantKind(t, b.BinVideo(t.Context(), b.other, v.ID), errs.NotFound)
	if err := b.BinVideo(t.Context(), b.owner, v.ID); err != nil {
		t.Fatal(err)
	}
	for _, viewer := range []access.Viewer{b.owner, b.admin} {
		_, err := b.Video(t.Context(), viewer, v.ID)
		wantKind(t, err, errs.NotFound)
	}
	_, err := b.RestoreVideo(t.Context(), b.other, v.ID)
	wantKind(t, err, errs.NotFound)
	if _, err := b.RestoreVideo(t.Context(), b.owner, v.ID); err != nil {
		t.Error(err)
	}
	_, err = b.RestoreVideo(t.Context(), b.owner, v.ID)
	wantKind(t, err, errs.NotFound)
}

func TestPagesHoldEveryVideoOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	want := map[ids.VideoID]bool{}
	for range 7 {
		want[b.create(t, library.Draft{Title: "x"}).ID] = true
	}
	var filter library.Filter
	filter.Limit = 3
	for pages := 1; ; pages++ {
		page, err := b.Videos(t.Context(), b.owner, filter)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range page.Videos {
			if !want[v.ID] {
				t.Errorf("%s is listed twice, or is none of ours", v.ID)
			}
			delete(want, v.ID)
		}
		if filter.After = page.Next; page.Next == nil {
			if pages != 3 {
				t.Errorf("%d pages", pages)
			}
			break
		}
	}
	if len(want) > 0 {
		t.Errorf("%d videos were not listed", len(want))
	}
	_, err := b.Videos(t.Context(), b.owner, library.Filter{Sort: "title"})
	wantKind(t, err, errs.Invalid)
	_, err = b.Videos(t.Context(), b.owner, library.Filter{Limit: library.MaxPage + 1})
	wantKind(t, err, errs.Invalid)
}

func TestATitleComesFromTheFileName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ title, file, want string }{
		{"Mine", "clip.mp4", "Mine"},
		{"", "clip.mp4", "clip"},
		{" ", `C:\Videos\holiday 2026.final.mov`, "holiday 2026.final"},
		{"", ".mp4", ".mp4"},
		{"", "", ""},
	} {
		if got := library.TitleOf(c.title, c.file); got != c.want {
			t.Errorf("TitleOf(%q, %q) = %q, want %q", c.title, c.file, got, c.want)
		}
	}
}
