// Package testkit owns what tests of several packages need: a throw-away PostgreSQL, an S3 server and a wait without sleeping.
//
// Real services start on demand, once per test process, in a folder of their own, and end with the process however it
// ends. A service that is not installed skips its test and names the package to install; MATINEE_REQUIRE_SERVICES=1
// (set by make test) turns that skip into a failure.
// The package refuses to be imported by anything but tests, and to know any module of the product.
package testkit
