package errs

import (
	"errors"
	"fmt"
	"time"
)

// Kind says how a caller should treat an error.
type Kind string

// The kinds, each with what the HTTP edge makes of it.
const (
	Internal        Kind = "internal"        // 500: nobody expected it
	Invalid         Kind = "invalid"         // 422: the request's content is wrong
	Malformed       Kind = "malformed"       // 400: the request cannot be read
	Unauthenticated Kind = "unauthenticated" // 401: who are you
	Denied          Kind = "denied"          // 403: not you
	NotFound        Kind = "not_found"       // 404: missing, or its existence is private
	Conflict        Kind = "conflict"        // 409: the state of the thing forbids it
	Stale           Kind = "stale"           // 412: the caller's copy is old
	TooLarge        Kind = "too_large"       // 413: over a documented bound
	Busy            Kind = "busy"            // 503 with Retry-After
	RateLimited     Kind = "rate_limited"    // 429 with Retry-After
	NoSpace         Kind = "no_space"        // 507: the disk or a quota is full
	Fenced          Kind = "fenced"          // never shown: the caller's lease is lost
	Gone            Kind = "gone"            // 410: it was here and has ended (an upload URL that was used)
)

// Field names one wrong part of a request.
type Field struct {
	Location string // dotted path as the client wrote it, for example "body.title"
	Message  string
}

// Error is an error with a kind, a stable code and a sentence that a user may read.
type Error struct {
	Kind       Kind
	Code       string // stable snake case, listed in the API reference; the kind's own name when empty
	Message    string
	Fields     []Field
	RetryAfter time.Duration // for Busy and RateLimited
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// PublicCode returns Code, or the kind's name where no code was given.
func (e *Error) PublicCode() string {
	if e.Code != "" {
		return e.Code
	}
	return string(e.Kind)
}

// New returns an error of the kind with a stable code and a formatted sentence.
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Missing returns a NotFound error for the named thing. Its text tells nothing about other things.
func Missing(thing string) *Error {
	return New(NotFound, "not_found", "There is no such %s, or you may not see it.", thing)
}

// InvalidField returns an Invalid error that names one part of the request.
func InvalidField(location, format string, args ...any) *Error {
	e := New(Invalid, "invalid", format, args...)
	e.Fields = []Field{{Location: location, Message: e.Message}}
	return e
}

// KindOf returns the kind of err, Internal where it has none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool {
	return err != nil && KindOf(err) == kind
}

// CodeOf returns the public code of err, "internal" where it has none.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.PublicCode()
	}
	return string(Internal)
}
