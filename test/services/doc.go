// Command services is an S3 server for tests: versitygw as a library, on a free port of 127.0.0.1, in a folder of its own.
//
// It prints "s3 http://127.0.0.1:PORT" once it listens and ends when its standard input does, which is when the process that
// started it has ended, killed or not; then its folder is gone too. It is a module of its own, so that what it needs never
// enters the product's module graph. testkit.S3 builds and starts it. The program refuses to keep anything.
package main
