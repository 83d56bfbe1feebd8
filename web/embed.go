package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files returns the built interface rooted at its index.html. Files below
// assets/ have a content hash in their name and never change.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return dist // unreachable: "dist" is a valid, embedded path
	}
	return files
}
