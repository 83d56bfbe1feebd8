// Package cook owns how tests get files of media: a recipe is a short text, ffmpeg follows it on first use, and the result stays
// in a cache that all packages, processes and runs share.
//
// A file's folder is named by the hash of its recipe and of ffmpeg's version, so a changed recipe is a new file. It appears whole
// or not at all, so any number of processes may want it at once. The package refuses to know what the files are good for.
package cook
