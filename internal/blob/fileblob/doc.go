// Package fileblob keeps media objects as files below one folder. It is the blob driver of a standalone Matinee.
//
// Every file is reached through an os.Root, so that no key and no planted link can leave the folder. An object appears by
// rename or link from a temporary file that was synced before, and the folder that names it is synced after: what a call
// reported as done survives a power cut. The temporary files lie in the store's own folder ".tmp", which no key can name;
// opening the store empties it, since a temporary file that is there then belongs to a process that died.
//
// The package refuses to be used by two processes on one folder at once.
package fileblob
