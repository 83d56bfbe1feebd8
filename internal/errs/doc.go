// Package errs owns the kinds of error that cross package boundaries and the words that a user may read of them.
//
// An adapter translates a driver's error into a kind once; everyone above wraps with %w and a verb phrase; the HTTP edge
// maps the kind to a status. An error without a kind is an internal fault: logged whole, shown as "internal".
// The package refuses to know HTTP, SQL or any module.
package errs
