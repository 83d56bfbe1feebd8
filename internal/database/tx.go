package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	sqlitedriver "modernc.org/sqlite"
	sqlitecode "modernc.org/sqlite/lib"

	"matinee/internal/errs"
)

// Tx is one transaction. Its statements are written with "?" for both databases.
type Tx struct {
	tx      *sql.Tx
	dialect dialect
}

// deadlockRetries is how often a transaction is run again that PostgreSQL has ended because two waited for each other.
const deadlockRetries = 5

// Update runs work in a transaction that may write, and commits it when work returns nil. work may run several times.
func (db *DB) Update(ctx context.Context, work func(*Tx) error) error {
	for attempt := 0; ; attempt++ {
		err := db.run(ctx, db.write, nil, work)
		if e, ok := errors.AsType[*pgconn.PgError](err); !ok || e.Code[:min(len(e.Code), 2)] != pgRolledBack || attempt >= deadlockRetries {
			return err
		}
	}
}

// View runs work in a transaction that only reads.
func (db *DB) View(ctx context.Context, work func(*Tx) error) error {
	return db.run(ctx, db.read, &sql.TxOptions{ReadOnly: true}, work)
}

func (db *DB) run(ctx context.Context, handle *sql.DB, options *sql.TxOptions, work func(*Tx) error) error {
	tx, err := handle.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", translate(err))
	}
	defer tx.Rollback() // after a commit it only reports that there is nothing to undo
	if err := work(&Tx{tx: tx, dialect: db.dialect}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", translate(err))
	}
	return nil
}

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := tx.tx.ExecContext(ctx, tx.rebind(query), args...)
	if err != nil {
		return 0, translate(err)
	}
	return result.RowsAffected()
}

// row is what a scan function reads one row from.
type row interface {
	Scan(dest ...any) error
}

// one returns the only row of a query, or an errs.NotFound error where there is none.
func one[T any](ctx context.Context, tx *Tx, scan func(row) (T, error), query string, args ...any) (T, error) {
	value, err := scan(tx.tx.QueryRowContext(ctx, tx.rebind(query), args...))
	if err != nil {
		var zero T
		return zero, translate(err)
	}
	return value, nil
}

// many returns all rows of a query, in its order.
func many[T any](ctx context.Context, tx *Tx, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.tx.QueryContext(ctx, tx.rebind(query), args...)
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	var values []T
	for rows.Next() {
		value, err := scan(rows)
		if err != nil {
			return nil, translate(err)
		}
		values = append(values, value)
	}
	return values, translate(rows.Err())
}

func scanInt64(r row) (int64, error) { return scanOne[int64](r) }
func scanText(r row) (string, error) { return scanOne[string](r) }

// scanOne reads a row of one column.
func scanOne[T any](r row) (value T, err error) {
	err = r.Scan(&value)
	return value, err
}

// rebind turns "?" into "$1", "$2", … for PostgreSQL. No statement here holds a question mark inside a literal.
func (tx *Tx) rebind(query string) string {
	if tx.dialect == sqlite {
		return query
	}
	var out strings.Builder
	n := 0
	for part := range strings.SplitSeq(query, "?") {
		if n > 0 {
			out.WriteString("$" + strconv.Itoa(n))
		}
		out.WriteString(part)
		n++
	}
	return out.String()
}

// forUpdate is the suffix that locks the rows a subquery chose. SQLite's writers are one by one anyway.
func (tx *Tx) forUpdate() string {
	if tx.dialect == sqlite {
		return ""
	}
	return " FOR UPDATE SKIP LOCKED"
}

const (
	pgUniqueViolation     = "23505"
	pgForeignKeyViolation = "23503"
	pgDiskFull            = "53100"
	pgReadOnly            = "25006"
	pgRolledBack          = "40" // a class: a deadlock, a serialization failure
)

// translate turns a driver's error into a kind, by its code.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return errs.Missing("thing")
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code {
		case pgUniqueViolation:
			return errs.New(errs.Conflict, "already_exists", "There is one already.")
		case pgForeignKeyViolation:
			return errs.New(errs.Invalid, "unknown_reference", "It names something that does not exist.")
		case pgDiskFull:
			return errs.New(errs.NoSpace, "no_space", "The disk of the database is full.")
		}
	}
	if e, ok := errors.AsType[*sqlitedriver.Error](err); ok {
		switch e.Code() {
		case sqlitecode.SQLITE_CONSTRAINT_UNIQUE, sqlitecode.SQLITE_CONSTRAINT_PRIMARYKEY:
			return errs.New(errs.Conflict, "already_exists", "There is one already.")
		case sqlitecode.SQLITE_CONSTRAINT_FOREIGNKEY:
			return errs.New(errs.Invalid, "unknown_reference", "It names something that does not exist.")
		case sqlitecode.SQLITE_FULL:
			return errs.New(errs.NoSpace, "no_space", "The disk of the database is full.")
		}
	}
	if unavailable(err) {
		return errors.Join(&errs.Error{
			Kind: errs.Busy, Code: "database_unavailable", Message: "The database does not answer just now. Try again in a moment.", RetryAfter: 2 * time.Second,
		}, err)
	}
	return err
}

// unavailable reports whether a database did not answer, or could not be written, for a reason that may pass.
func unavailable(err error) bool {
	if e, ok := errors.AsType[*sqlitedriver.Error](err); ok {
		switch e.Code() & 0xff { // the primary code, https://sqlite.org/rescode.html
		case sqlitecode.SQLITE_BUSY, sqlitecode.SQLITE_LOCKED, sqlitecode.SQLITE_READONLY, sqlitecode.SQLITE_IOERR, sqlitecode.SQLITE_CANTOPEN:
			return true
		}
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok { // classes: 08 connection, 40 rolled back, 53 resources, 57 shutting down
		return e.Code == pgReadOnly || slices.Contains([]string{"08", pgRolledBack, "53", "57"}, e.Code[:min(len(e.Code), 2)])
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, isNet := errors.AsType[net.Error](err)
	return errors.Is(err, driver.ErrBadConn) || isNet && !errors.Is(err, context.DeadlineExceeded)
}
