package database

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

type dialect string

const (
	sqlite   dialect = "sqlite"
	postgres dialect = "postgres"
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	dialect dialect
	write   *sql.DB // SQLite: one connection that begins every transaction as a writer
	read    *sql.DB
	closers []func() error
}

// readers is how many SQLite connections serve reads beside the one writer.
const readers = 4

// Open opens the database at address and brings its schema up to date. The address is a file path (SQLite, made when
// missing) or a postgres:// URL.
func Open(ctx context.Context, address string) (*DB, error) {
	db, err := connect(ctx, address)
	if err != nil {
		return nil, err
	}
	if err := db.migrate(ctx); err != nil {
		return nil, fmt.Errorf("migrate database: %w", closeAfter(db, err))
	}
	return db, nil
}

func connect(ctx context.Context, address string) (*DB, error) {
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		return connectPostgres(ctx, address)
	}
	return connectSQLite(ctx, address)
}

func connectPostgres(ctx context.Context, address string) (*DB, error) {
	pool, err := pgxpool.New(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL: %w", err)
	}
	handle := stdlib.OpenDBFromPool(pool)
	db := &DB{dialect: postgres, write: handle, read: handle}
	db.closers = []func() error{handle.Close, func() error { pool.Close(); return nil }}
	if err := handle.PingContext(ctx); err != nil {
		return nil, fmt.Errorf("reach PostgreSQL: %w", closeAfter(db, err))
	}
	return db, nil
}

func connectSQLite(ctx context.Context, path string) (*DB, error) {
	write, err := openSQLite(path, 1, "&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	read, err := openSQLite(path, readers, "&_pragma=query_only(1)")
	if err != nil {
		return nil, err
	}
	db := &DB{dialect: sqlite, write: write, read: read, closers: []func() error{read.Close, write.Close}}
	if err := write.PingContext(ctx); err != nil { // makes the file before a reader looks for it
		return nil, fmt.Errorf("open %s: %w", path, closeAfter(db, err))
	}
	return db, nil
}

func openSQLite(path string, connections int, extra string) (*sql.DB, error) {
	const pragmas = "?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"
	handle, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+pragmas+extra)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	handle.SetMaxOpenConns(connections)
	handle.SetMaxIdleConns(connections)
	handle.SetConnMaxIdleTime(5 * time.Minute)
	return handle, nil
}

func closeAfter(db *DB, err error) error {
	_ = db.Close() // the first error is the one worth telling
	return err
}

// Close ends all connections. Transactions that are still open fail.
func (db *DB) Close() error {
	var first error
	for _, closer := range db.closers {
		if err := closer(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	return db.read.PingContext(ctx)
}
