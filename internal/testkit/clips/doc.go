// Package clips owns the sources that tests upload and encode: real footage, kept in this folder with its licences, and
// tiny odd clips that package cook makes on first use.
//
// The package refuses to be linked into the product: it takes a testing.TB everywhere.
package clips
