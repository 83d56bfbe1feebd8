// Package soak holds the encoder to its promises with many odd sources. A slice of 17 short ones runs with all tests; -corpus takes
// the whole table at full length, and -random N as many sources from a seed.
//
// Every source must end exact, or exact but for pictures that are counted as missing, or refused by the code that the table names.
// The package refuses to start the server: kills and faults of the whole product are in test/e2e.
package soak
