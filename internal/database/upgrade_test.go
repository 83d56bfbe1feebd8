package database

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"matinee/internal/access"
	"matinee/internal/library"
	"matinee/internal/testkit"
)

// These tests are inside the package: the schema of an earlier release cannot be made from outside.

// firstLight is the last migration of the first release.
const firstLight = 4

func TestADatabaseOfTheReleaseBeforeOpensWithItsRows(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(*testing.T) string{
		"on SQLite":     func(t *testing.T) string { t.Helper(); return filepath.Join(t.TempDir(), "matinee.db") },
		"on PostgreSQL": func(t *testing.T) string { t.Helper(); return testkit.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := address(t)
			old := openRelease(t, at, firstLight)
			fillRelease(t, old)
			before := dump(t, old)
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			db, err := Open(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			if after := dump(t, db); !slices.Equal(before, after) {
				t.Errorf("the rows were\n%s\nand are\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
			}
			wantReadable(t, db)
		})
	}
}

// openRelease opens a fresh database with the schema of a release.
func openRelease(t *testing.T, address string, last int64) *DB {
	t.Helper()
	db, err := connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := db.gooseProvider(files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	return db
}

// fillRelease puts rows into every table: two videos, one of them finished, one in the bin, with all that belongs to them.
func fillRelease(t *testing.T, db *DB) {
	t.Helper()
	update(t, db, `INSERT INTO account (id, email, name, role, password_hash, created_at) VALUES ('u1', 'ada@example.org', 'Ada', 'uploader', 'hash', 1)`,
		`INSERT INTO session (id, account_id, kind, secret_hash, created_at, used_at, expires_at) VALUES ('s1', 'u1', 'browser', 'secret', 1, 2, 3)`,
		`UPDATE administration SET changes = 7 WHERE id = 1`,
		`INSERT INTO video (id, owner_id, title, description, visibility, state, version_id, created_at, updated_at, published_at)
		 VALUES ('v1', 'u1', 'One', 'Words', 'public', 'ready', 'n1', 10, 11, 12)`,
		`INSERT INTO video (id, owner_id, title, visibility, state, created_at, updated_at, deleted_at) VALUES ('v2', 'u1', 'Two', 'private', 'waiting', 20, 21, 22)`,
		`INSERT INTO video_subject (video_id, subject) VALUES ('v1', 'public')`,
		`INSERT INTO version (id, video_id, source_id, file_name, source_bytes, plan, tracks, duration_us, width, height, frame_rate, rungs, warnings, report, revision,
		 created_at, playable_at, ready_at)
		 VALUES ('n1', 'v1', 'n1', 'one.mp4', 99, '{}', '[]', 5000000, 640, 360, 25, '[{"id":"h264-360","width":640,"height":360}]', '["old"]', '{"checks":[]}', 3, 10, 12, 13)`,
		`INSERT INTO upload_grant (key_hash, video_id, created_by, max_bytes, expires_at, created_at) VALUES ('g1', 'v2', 'u1', 0, 99, 20)`,
		`INSERT INTO upload (id, video_id, version_id, created_by, protocol, length, received, expires_at, created_at, updated_at)
		 VALUES ('p1', 'v2', 'n2', 'u1', 'tus', 100, 40, 99, 20, 21)`,
		`INSERT INTO task (id, version_id, video_id, owner_id, kind, rank, state, done_units, total_units, facts, created_at, started_at, finished_at)
		 VALUES ('t1', 'n1', 'v1', 'u1', 'chunk', 30, 'done', 125, 125, '{}', 10, 11, 12)`)
}

func update(t *testing.T, db *DB, statements ...string) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *Tx) error {
		for _, statement := range statements {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				t.Errorf("%s", statement)
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// dump reads what every table of the first release held, one line a row.
func dump(t *testing.T, db *DB) (lines []string) {
	t.Helper()
	for _, columns := range []string{
		"'account ' || id || email || name || role || suspended || epoch || password_hash || created_at FROM account",
		"'session ' || id || account_id || kind || secret_hash || created_at || used_at || expires_at FROM session",
		"'administration ' || id || changes FROM administration",
		"'video ' || id || owner_id || title || description || visibility || state || COALESCE(version_id, '-') || created_at || updated_at ||" +
			" COALESCE(published_at, 0) || COALESCE(deleted_at, 0) || purged FROM video",
		"'subject ' || video_id || subject FROM video_subject",
		"'version ' || id || video_id || source_id || file_name || source_bytes || plan || tracks || duration_us || width || height || rungs || warnings ||" +
			" report || revision || created_at || playable_at || ready_at FROM version",
		"'grant ' || key_hash || video_id || created_by || max_bytes || expires_at || created_at FROM upload_grant",
		"'upload ' || id || video_id || version_id || created_by || protocol || length || received || expires_at || created_at || updated_at FROM upload",
		"'task ' || id || version_id || video_id || owner_id || kind || rank || state || done_units || total_units || facts || created_at FROM task",
	} {
		err := db.View(t.Context(), func(tx *Tx) error {
			rows, err := many(t.Context(), tx, scanText, "SELECT "+columns+" ORDER BY 1")
			if len(rows) == 0 {
				t.Errorf("no row of %s", columns)
			}
			lines = append(lines, rows...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return lines
}

// wantReadable holds the stores to what the old rows mean now.
func wantReadable(t *testing.T, db *DB) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	videos := NewLibrary(db)
	page, err := videos.Videos(ctx, access.ReachOf(access.Viewer{}, access.ListVideo, noonInside), library.Filter{Sort: library.ByPublishingLatest, Limit: 10})
	if err != nil || len(page.Videos) != 1 || page.Videos[0].ID != "v1" {
		t.Fatalf("strangers see %+v, %v", page, err)
	}
	v := page.Videos[0]
	if v.Revision != 1 || v.Tags != nil || v.Category != "" || v.Version == nil || len(v.Version.Rungs) != 1 || v.Version.Warnings[0] != "old" || v.Progress.Encode != 1 {
		t.Errorf("the old video is %+v with %+v", v, v.Version)
	}
	if _, err := videos.BinnedVideo(ctx, "v2"); err != nil {
		t.Errorf("the bin: %v", err)
	}
	title := "New"
	if err := videos.UpdateVideo(ctx, "v1", library.Patch{Title: &title, Tags: &[]string{"a"}, Only: library.Revisions{1}}, noonInside); err != nil {
		t.Errorf("change the old video: %v", err)
	}
	if tasks, err := NewPipeline(db).Tasks(ctx, "n1"); err != nil || len(tasks) != 1 || tasks[0].DoneUnits != 125 {
		t.Errorf("the old tasks are %+v, %v", tasks, err)
	}
}
