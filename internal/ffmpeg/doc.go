// Package ffmpeg owns every process that Matinee runs: its argument list, its sandbox, its progress and its end.
//
// A Tool probes a source, remuxes one that cannot be sought, and encodes chunks, sound and pictures. Results leave through
// pipes that a consumer of the caller's reads, so that a process dies with the server: there is nobody left to write to.
// Each process has an empty environment, no inherited descriptors, limits on CPU, memory, files and file size, a forced
// demuxer, no protocol but file, a process group of its own, and a watchdog that counts CPU seconds without progress.
//
// The package refuses to decide anything about a plan, to parse what ffmpeg writes, and to show ffmpeg's words to a user:
// they go to the log, the user gets a media.Refusal.
package ffmpeg
