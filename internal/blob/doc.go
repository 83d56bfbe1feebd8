// Package blob is the port for media objects: sources, init segments, media segments and pictures, each under one key.
//
// It is shaped for object stores: whole objects that appear at once, a put that only the first caller wins, ranged reads,
// listing and deleting by prefix. What only some stores can do are interfaces of their own: [Appender], [Local], [FreeSpace],
// [Capacity]. [Check] uses a store as Matinee does and says what it lacks.
// Every driver passes the suite in blobtest.
//
// Keys are built by the functions of this package from ids, integers and names we chose, never from what a user typed; every
// driver checks them again with [CheckKey] and [CheckPrefix]. The package refuses to know what an object means.
package blob
