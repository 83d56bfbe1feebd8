package database_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/replay"
)

func TestAPageGoesOnWhereTheLastEndedInEveryOrder(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewLibrary(db)
		me := access.Viewer{User: ids.New[ids.UserID](), Role: access.Uploader}
		var all []ids.VideoID
		for i := range 11 { // mine and others', several of one instant
			owner, visibility := me.User, access.Private
			if i%3 == 0 {
				owner, visibility = ids.New[ids.UserID](), access.Public
			}
			v := newVideo(owner, visibility, library.Ready, noon.Add(time.Duration(i/4)*time.Second))
			if err := s.CreateVideo(t.Context(), v); err != nil {
				t.Fatal(err)
			}
			all = append(all, v.ID)
		}
		for _, order := range library.Sorts() {
			f := library.Filter{Sort: order, Limit: 3}
			var got, added []ids.VideoID
			for {
				page, err := s.Videos(t.Context(), access.ReachOf(me, access.ListVideo, noon), f)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range page.Videos {
					got = append(got, v.ID)
				}
				if f.After = page.Next; f.After == nil {
					break
				}
				newer := newVideo(me.User, access.Private, library.Ready, noon.Add(time.Hour))
				if !order.Latest() {
					newer.CreatedAt, newer.UpdatedAt = noon.Add(-time.Hour), noon.Add(-time.Hour)
				}
				if err := s.CreateVideo(t.Context(), newer); err != nil { // on a page that was read
					t.Fatal(err)
				}
				added = append(added, newer.ID)
			}
			for _, id := range added {
				if err := s.BinVideo(t.Context(), id, nil, noon); err != nil {
					t.Fatal(err)
				}
			}
			got = slices.DeleteFunc(got, func(id ids.VideoID) bool { return !slices.Contains(all, id) })
			slices.Sort(got)
			if want := slices.Sorted(slices.Values(all)); !slices.Equal(got, want) {
				t.Errorf("%s: %d of %d videos, or one twice: %v", order, len(got), len(want), got)
			}
		}
	})
}

func TestOfTwoChangesToOneRevisionOneIsStale(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewLibrary(db)
		v := newVideo("u1", access.Private, library.Waiting, noon)
		if err := s.CreateVideo(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		outcomes := make([]error, 8)
		var wait sync.WaitGroup
		for i := range outcomes {
			title := fmt.Sprint("Title ", i)
			wait.Go(func() {
				outcomes[i] = s.UpdateVideo(t.Context(), v.ID, library.Patch{Title: &title, Only: library.Revisions{1}}, noon)
			})
		}
		wait.Wait()
		won := 0
		for _, err := range outcomes {
			if err == nil {
				won++
			} else if !errs.Is(err, errs.Stale) {
				t.Errorf("got %v", err)
			}
		}
		if got, err := s.Video(t.Context(), v.ID); won != 1 || err != nil || got.Revision != 2 {
			t.Errorf("%d changes won; the revision is %d, %v", won, got.Revision, err)
		}
	})
}

func TestTheTreeOfCategoriesStaysATree(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewLibrary(db)
		create := func(slug, parent string) error {
			return s.CreateCategory(t.Context(), library.Category{ID: ids.New[ids.CategoryID](), Slug: slug, Name: slug, Parent: parent, CreatedAt: noon})
		}
		parent := ""
		for depth := range library.MaxCategoryDepth {
			slug := fmt.Sprint("c", depth)
			if err := create(slug, parent); err != nil {
				t.Fatal(err)
			}
			parent = slug
		}
		if err := create("deeper", parent); !errs.Is(err, errs.Invalid) {
			t.Errorf("too deep: %v", err)
		}
		last := "c4"
		if _, err := s.UpdateCategory(t.Context(), "c0", library.CategoryPatch{Parent: &last}); !errs.Is(err, errs.Invalid) {
			t.Errorf("a circle: %v", err)
		}
		if err := create("c0", ""); errs.CodeOf(err) != "slug_taken" {
			t.Errorf("taken: %v", err)
		}
		if err := s.DeleteCategory(t.Context(), "c1"); err != nil {
			t.Fatal(err)
		}
		all, err := s.Categories(t.Context())
		if err != nil || len(all) != 4 || all[1].Slug != "c2" || all[1].Parent != "c0" {
			t.Errorf("the tree is %+v, %v", all, err)
		}
	})
}

func TestAReplayStandsForADayAndABoundedNumber(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		s := database.NewReplays(db)
		begin := func(key string, at time.Time) (replay.Entry, bool) {
			t.Helper()
			standing, begun, err := s.BeginReplay(t.Context(), replay.Entry{Caller: "c", Key: key, Request: "r", BegunAt: at},
				replay.Bounds{Expired: at.Add(-24 * time.Hour), Abandoned: at.Add(-time.Minute), Keep: 3})
			if err != nil {
				t.Fatal(err)
			}
			return standing, begun
		}
		finish := func(key string, at time.Time) {
			t.Helper()
			if err := s.FinishReplay(t.Context(), replay.Entry{Caller: "c", Key: key, Status: 201, Sealed: "sealed " + key, BegunAt: at}); err != nil {
				t.Fatal(err)
			}
		}
		if _, begun := begin("a", noon); !begun {
			t.Error("the first is none")
		}
		if standing, begun := begin("a", noon.Add(time.Second)); begun || standing.Status != 0 || !standing.BegunAt.Equal(noon) {
			t.Errorf("while it is answered: %+v", standing)
		}
		if _, begun := begin("a", noon.Add(2*time.Minute)); !begun {
			t.Error("an abandoned one stands for ever")
		}
		finish("a", noon) // of the attempt that was taken for dead
		if standing, _ := begin("a", noon.Add(2*time.Minute)); standing.Status != 0 {
			t.Errorf("a dead attempt has answered: %+v", standing)
		}
		finish("a", noon.Add(2*time.Minute))
		if standing, begun := begin("a", noon.Add(time.Hour)); begun || standing.Sealed != "sealed a" {
			t.Errorf("an hour later: %+v", standing)
		}
		for i, key := range []string{"b", "c", "d"} {
			at := noon.Add(time.Hour + time.Duration(i)*time.Second)
			begin(key, at)
			finish(key, at)
		}
		if _, begun := begin("a", noon.Add(2*time.Hour)); !begun {
			t.Error("the oldest stays beyond the bound")
		}
		if _, begun := begin("d", noon.Add(26*time.Hour)); !begun {
			t.Error("it stands longer than a day")
		}
	})
}
