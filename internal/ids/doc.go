// Package ids owns the identifiers that cross modules: their types, their format and their parsing.
//
// An id is a UUIDv7 written as 22 characters of base62 (0-9 A-Z a-z, most significant first), so that ids of one kind
// sort by creation time and fit a URL unescaped. Every kind is a type of its own, so that two cannot be swapped.
// The package refuses to know what an id points at.
package ids
