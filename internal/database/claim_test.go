package database

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"matinee/internal/pipeline"
	"matinee/internal/testkit"
)

// This test is inside the package: nobody outside sees a statement, only what it answers.

// queueOf opens a database whose queue holds so many tasks of so many owners, a hundred chunks a version.
func queueOf(t testing.TB, address string, tasks, owners int) *DB {
	t.Helper()
	db, err := Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	err = db.Update(t.Context(), func(tx *Tx) error {
		// Text of one length, so that numbers sort as text.
		_, err := tx.Exec(t.Context(), fmt.Sprintf(`
			WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			INSERT INTO task (id, version_id, video_id, owner_id, kind, chunk, rank, state, created_at, cost_us, whole_us)
			SELECT 't' || CAST(1000000 + i AS TEXT), 'v' || CAST(1000000 + i / 100 AS TEXT), 'w' || CAST(1000000 + i / 100 AS TEXT),
			       'o' || CAST(1000000 + i / 100 %% %d AS TEXT), 'chunk', i %% 100, CASE WHEN i %% 100 = 0 THEN 20 ELSE 30 END, 'queued', i / 100,
			       30000000, 3000000000 FROM n`, tasks-1, owners))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func explain(t *testing.T, db *DB) string {
	t.Helper()
	query, args := claimQuery(pipeline.Kinds(), noonInside)
	verb, scan := "EXPLAIN QUERY PLAN ", func(r row) (line string, err error) {
		var a, b, c int64
		err = r.Scan(&a, &b, &c, &line)
		return line, err
	}
	if db.dialect == postgres {
		verb, scan = "EXPLAIN ", scanText
	}
	var lines []string
	err := db.View(t.Context(), func(tx *Tx) (err error) {
		lines, err = many(t.Context(), tx, scan, verb+query, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func TestAClaimNeverReadsTheWholeQueue(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"on SQLite": filepath.Join(t.TempDir(), "matinee.db"), "on PostgreSQL": testkit.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := queueOf(t, address, 5_000, 20)
			for _, stage := range []string{"before", "after"} {
				plan := explain(t, db)
				if strings.Contains(plan, "SCAN t\n") || strings.Contains(plan, "SCAN t ") || strings.Contains(plan, "Seq Scan on task") || strings.Count(plan, "task_queue") < 3 {
					t.Errorf("%s the tables were analysed:\n%s", stage, plan)
				}
				if err := db.Update(t.Context(), func(tx *Tx) error { _, err := tx.Exec(t.Context(), `ANALYZE`); return err }); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkClaim(b *testing.B) {
	for _, address := range []string{filepath.Join(b.TempDir(), "matinee.db"), "postgres"} {
		for _, owners := range []int{2, 100, 1000} {
			name := "SQLite"
			if address == "postgres" {
				name = "PostgreSQL"
			}
			b.Run(fmt.Sprintf("%s/%d owners", name, owners), func(b *testing.B) {
				at := address + fmt.Sprint(owners)
				if address == "postgres" {
					at = testkit.Postgres(b)
				}
				db := queueOf(b, at, 100_000, owners)
				s := NewPipeline(db)
				for b.Loop() {
					if _, err := s.ClaimTask(context.Background(), pipeline.Worker{ID: "w", Kinds: pipeline.Kinds()}, noonInside, time.Minute); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkLookAtTheQueue(b *testing.B) {
	for name, address := range map[string]string{"SQLite": filepath.Join(b.TempDir(), "matinee.db"), "PostgreSQL": testkit.Postgres(b)} {
		b.Run(name, func(b *testing.B) {
			s := NewPipeline(queueOf(b, address, 100_000, 100))
			for b.Loop() {
				if _, err := s.Queue(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
