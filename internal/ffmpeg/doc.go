// Package ffmpeg owns every process that Matinee runs: its argument list, its sandbox, its progress and its end.
//
// A Tool probes a source, remuxes one that cannot be sought, and encodes chunks, sound and pictures. Results leave through
// pipes that a consumer of the caller's reads, so that a process dies with the server: there is nobody left to write to.
// Each process has an empty environment, no inherited descriptors, limits on CPU, memory, files and file size, a forced
// demuxer, no protocol but file, a process group of its own, and a watchdog that counts CPU seconds without progress.
//
// On top come the fences: layers that a kernel may or may not have, tried when the Tool is opened. The thread that starts a
// process puts them on first and ends with it. With Landlock a process can open only what its own command line names.
//
// While a chunk is encoded a witness listens to what the decoder says, and counts the frames that do not show what the
// source had there.
//
// The package refuses to decide anything about a plan, to parse the media that ffmpeg writes, and to show ffmpeg's words to a
// user: they go to the log, the user gets a media.Refusal.
package ffmpeg
