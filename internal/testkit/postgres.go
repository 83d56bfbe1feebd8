package testkit

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// RequireServices names the variable that turns a skip for a missing service into a failure when it is "1".
const RequireServices = "MATINEE_REQUIRE_SERVICES"

// statementTimeout bounds one administrative statement; creating a database took 0.4 s on a loaded machine.
const statementTimeout = 60 * time.Second

// errNotInstalled says that a service's programs are missing and how to get them.
var errNotInstalled = errors.New("PostgreSQL is not installed: apt-get install -y --no-install-recommends postgresql-15")

// sharedCluster starts the cluster of this test process at its first use. Databases in it are numbered.
var (
	sharedCluster  = sync.OnceValues(startCluster)
	databaseNumber atomic.Int64
)

// Postgres returns the address (postgres://…) of a fresh and empty database that only this test uses.
// The first call of a test process starts a throw-away PostgreSQL cluster, which ends with the process. The database is
// dropped when the test and its subtests have ended, whatever is still connected.
// Without PostgreSQL the test is skipped, or fails when MATINEE_REQUIRE_SERVICES is 1.
func Postgres(tb testing.TB) string {
	tb.Helper()
	cluster, err := sharedCluster()
	if errors.Is(err, errNotInstalled) && os.Getenv(RequireServices) != "1" {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	name := fmt.Sprintf("test_%d", databaseNumber.Add(1))
	if err := cluster.exec("CREATE DATABASE " + name); err != nil {
		tb.Fatalf("create a database for the test: %v", err)
	}
	tb.Cleanup(func() {
		if err := cluster.exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			tb.Errorf("drop the test's database: %v", err)
		}
	})
	return cluster.address(name)
}

// cluster is a running PostgreSQL that listens on a socket in its folder and nowhere else.
type cluster struct {
	folder string
}

// address is the connection string of one of the cluster's databases.
func (c *cluster) address(database string) string {
	query := url.Values{"host": {c.folder}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database, RawQuery: query.Encode()}).String()
}

// exec runs one statement on the maintenance database over a connection of its own.
func (c *cluster) exec(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), statementTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.address("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}
