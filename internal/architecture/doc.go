// Package architecture holds the rules of this repository as tests: who may import whom, and what no file may do.
//
// The table in imports_test.go is the architecture; docs/architecture.md explains it in words. A new package is entered
// there first, in its tier. The tests read source files only, so that they are fast and run anywhere.
// The package refuses to hold code that ships.
package architecture
