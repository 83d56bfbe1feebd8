// Package corpus owns the odd sources that the product is held to: a table of those that recorders, editors, downloads and broken
// disks have taught us (table.go), with what must become of each, and a generator of others from a seed (random.go).
//
// ffmpeg makes them on first use into the tests' cache, see package cook. Pictures are small and lengths are given by the caller,
// so that the same oddity serves a quick run and a thorough one. The package refuses to judge: that is package judge.
package corpus
