package database_test

import (
	"path/filepath"
	"testing"

	"matinee/internal/database"
	"matinee/internal/testkit"
)

// eachDatabase runs a test on a fresh SQLite file and on a fresh PostgreSQL database.
func eachDatabase(t *testing.T, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	t.Run("on SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, filepath.Join(t.TempDir(), "matinee.db")))
	})
	t.Run("on PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, testkit.Postgres(t)))
	})
}

func open(t *testing.T, address string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestOpeningTwiceKeepsTheSchema(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *database.DB) {
		if err := db.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
	path := filepath.Join(t.TempDir(), "matinee.db")
	open(t, path)
	open(t, path)
}
