// Package hostile owns the files that strangers might upload to make Matinee read, write, call or spend what it must not.
//
// There are texts that name other files and addresses, containers that refer outside, and bombs: little bytes that ask for
// much. Each says what has to become of it. The files are the same in every run, but for the file and the address that they
// aim at, which the test chooses and watches.
//
// The package refuses to be linked into the product: it takes a testing.TB.
package hostile
