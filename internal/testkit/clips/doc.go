// Package clips owns the sources that tests upload and encode: real footage, kept in this folder with its licences, and
// tiny odd clips that ffmpeg makes on first use into a cache that all packages and runs share.
//
// A generated clip's folder is named by the hash of its recipe and of ffmpeg's version, so a changed recipe is a new clip.
// The package refuses to be linked into the product: it takes a testing.TB everywhere.
package clips
