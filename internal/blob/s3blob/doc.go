// Package s3blob keeps media objects in one bucket of an S3-compatible object store. It is the blob driver for several nodes.
//
// An object appears when its put, or the last request of its multipart put, is answered: nobody ever meets half of one. A put of
// unknown length holds one part in memory. Only the first of several puts if absent wins, by a conditional request
// (If-None-Match: *); a store that does not know it is found by blob.Check. A reader that stays open while its object is replaced
// goes on with the old bytes or fails with an errs.Conflict, and never mixes the two.
//
// What an object store cannot do, this driver does not pretend: its objects do not grow (blob.Appender), are no files of this
// machine (blob.Local) and lie where free space has no end (blob.FreeSpace). Whoever needs one of these must stage the bytes in a
// folder first.
//
// A put that was killed leaves parts that no listing shows and that cost money. DeletePrefix removes those below its prefix; a
// lifecycle rule of the bucket that aborts incomplete multipart uploads takes care of the rest.
//
// The package refuses to make or configure buckets.
package s3blob
