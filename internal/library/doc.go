// Package library owns the videos: their metadata, their visibility and the state that people are shown.
//
// A video is in one state, derived by [StateOf] from the facts of its current version and its upload; the column in the
// database is written in the transaction that changed those facts, so that it cannot stick. docs/architecture.md draws the
// states and a test holds the drawing to [Edges].
//
// The package refuses to know media, tasks, uploads and HTTP: it is told facts, it does not make them.
package library
