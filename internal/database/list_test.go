package database

import (
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/library"
)

var noonInside = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// This test is inside the package: nobody outside sees a statement, only what it answers.

// TestListsAreReadFromAnIndexInTheirOrder holds every list that the API offers to SQLite's plan: no part of it reads a whole
// table, and none is sorted before it is cut. (Only the few rows that are left are merged by a sort.)
func TestListsAreReadFromAnIndexInTheirOrder(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "matinee.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for name, reach := range map[string]access.Reach{
		"a stranger's":       access.ReachOf(access.Viewer{}, access.ListVideo, noonInside),
		"an uploader's":      access.ReachOf(access.Viewer{User: "u1", Role: access.Uploader}, access.ListVideo, noonInside),
		"an administrator's": access.ReachOf(access.Viewer{Local: true}, access.ListVideo, noonInside),
	} {
		for _, sort := range library.Sorts() {
			for filterName, f := range map[string]library.Filter{
				"all": {}, "a page further on": {After: &library.Place{Key: 1, ID: "v1"}}, "of an owner": {Owner: "u1"}, "of another owner": {Owner: "u2"},
				"by state": {States: []library.State{library.Ready}, Owner: "u1"}, "between two instants": {CreatedAfter: noonInside, CreatedBefore: noonInside},
			} {
				f.Sort, f.Limit = sort, 24
				if !f.CreatedAfter.IsZero() && sortColumn(sort) != "created_at" {
					continue // one order to find them, another to show them
				}
				plan := planOf(t, db, reach, f)
				if sorts := strings.Count(plan, "TEMP B-TREE"); sorts > 1 || strings.Contains(plan, "SCAN v\n") {
					t.Errorf("%s list, %s, %s:\n%s", name, sort, filterName, plan)
				}
			}
		}
	}
	for name, f := range map[string]library.Filter{
		"by tag": {Tag: "a"}, "by category": {Category: "films"}, "by external id": {ExternalID: "x"}, "the bin": {Deleted: true}, "by state": {States: []library.State{library.Failed}},
	} {
		f.Sort, f.Limit = library.ByCreationLatest, 24
		if plan := planOf(t, db, access.Reach{All: true}, f); strings.Contains(plan, "SCAN v\n") || strings.Count(plan, "TEMP B-TREE") > 2 {
			t.Errorf("%s:\n%s", name, plan)
		}
	}
}

func planOf(t *testing.T, db *DB, reach access.Reach, f library.Filter) string {
	t.Helper()
	query, args := listQuery(reach, f)
	var lines []string
	err := db.View(t.Context(), func(tx *Tx) (err error) {
		lines, err = many(t.Context(), tx, func(r row) (line string, err error) {
			var a, b, c sql.NullInt64
			err = r.Scan(&a, &b, &c, &line)
			return line, err
		}, "EXPLAIN QUERY PLAN "+query, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(slices.Concat(lines, []string{""}), "\n")
}
