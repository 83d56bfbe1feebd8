// Package database keeps Matinee's rows, in SQLite (standalone) or PostgreSQL (cluster), by one plain SQL text for both.
//
// It implements the Store interfaces of the modules, one file per aggregate, each method one use case and one transaction.
// Statements are written with "?" and rebound for PostgreSQL; columns are TEXT, BIGINT and DOUBLE PRECISION only: booleans
// are 0 or 1, JSON is TEXT, instants are microseconds UTC. Driver errors are translated into errs kinds here, by code.
//
// It refuses to decide: who may do what is access, what a state means is library, what is done next is pipeline. And it
// does no file I/O, hashing or process work inside a transaction: SQLite has one writer for everybody.
package database
