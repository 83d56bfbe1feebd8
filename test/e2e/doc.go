// Package e2e holds the promises of the product to the real binary: it builds cmd/matinee, runs it on a throw-away data folder
// with the real ffmpeg, and talks to it as everybody else does, over HTTP, over the folder's socket and by signals.
//
// Its tests share two cores with what they test, so they run one after the other. The package refuses to look inside: the only
// things that it reads past the API are files of the data folder and the process table, where a promise is about them.
package e2e
