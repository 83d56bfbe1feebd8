package testkit_test

import (
	"database/sql"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"matinee/internal/testkit"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	t.Run("gives every test an empty database of its own", func(t *testing.T) {
		t.Parallel()
		first, second := open(t), open(t)
		for _, db := range []*sql.DB{first, second} {
			if _, err := db.ExecContext(t.Context(), "CREATE TABLE things (n INTEGER)"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := first.ExecContext(t.Context(), "INSERT INTO things VALUES (1)"); err != nil {
			t.Fatal(err)
		}
		if n := count(t, second); n != 0 {
			t.Errorf("the second database holds %d rows of the first", n)
		}
	})
	t.Run("drops the database of a test that has ended", func(t *testing.T) {
		t.Parallel()
		var address string
		t.Run("with a connection left open", func(t *testing.T) {
			address = testkit.Postgres(t)
			if err := connect(t, address).PingContext(t.Context()); err != nil {
				t.Fatal(err)
			}
		})
		if err := connect(t, address).PingContext(t.Context()); err == nil {
			t.Error("the database is still there")
		}
	})
}

func TestS3(t *testing.T) {
	t.Parallel()
	first, second := testkit.S3(t), testkit.S3(t)
	if first.Name == second.Name || first.Endpoint != second.Endpoint {
		t.Errorf("got %v and %v", first, second)
	}
	client, err := minio.New(strings.TrimPrefix(first.Endpoint, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(first.AccessKey, first.SecretKey, ""), Region: first.Region,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []testkit.Bucket{first, second} {
		if found, err := client.BucketExists(t.Context(), b.Name); err != nil || !found {
			t.Errorf("the bucket %s exists: %v, %v", b.Name, found, err)
		}
	}
}

func TestEventually(t *testing.T) {
	t.Parallel()
	t.Run("returns at once when the condition holds", func(t *testing.T) {
		t.Parallel()
		testkit.Eventually(t, time.Nanosecond, func() bool { return true })
	})
	t.Run("asks again until the condition holds", func(t *testing.T) {
		t.Parallel()
		var asked atomic.Int32
		testkit.Eventually(t, time.Minute, func() bool { return asked.Add(1) == 3 })
		if asked.Load() != 3 {
			t.Errorf("asked %d times, want 3", asked.Load())
		}
	})
	t.Run("ends the test when the time is up", func(t *testing.T) {
		t.Parallel()
		ended := &endedTest{TB: t}
		testkit.Eventually(ended, time.Millisecond, func() bool { return ended.failed.Load() })
		if !ended.failed.Load() {
			t.Error("the test was not ended")
		}
	})
}

// endedTest notes that it was failed instead of failing.
type endedTest struct {
	testing.TB
	failed atomic.Bool
}

func (e *endedTest) Fatalf(string, ...any) { e.failed.Store(true) }

func open(t *testing.T) *sql.DB {
	t.Helper()
	db := connect(t, testkit.Postgres(t))
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func connect(t *testing.T, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func count(t *testing.T, db *sql.DB) int {
	t.Helper()
	var n int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM things").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
