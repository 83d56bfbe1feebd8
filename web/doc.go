// Package web carries the built user interface inside the binary.
//
// It owns nothing but the files that `npm run build` writes to dist, and
// refuses to know about routes, headers or caching: that is for the site
// package. Before the first build the folder holds only a placeholder, so
// that the Go code always compiles; Files then has no index.html.
package web
