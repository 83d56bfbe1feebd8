// Package media owns what is known about a source and what is decided from it: the container (Sniff), the facts of its
// streams (Probe), whether it must be remuxed first (NeedsPrepare), and the immutable Plan that every worker follows.
//
// Everything here is a function of values: the same facts and the same policy give the same plan, byte for byte. The
// package refuses to read files beyond the io.ReaderAt it is handed, to run processes, and to know where media are kept.
//
// What of an MP4 or MOV source players can show as it is becomes part of the plan (NewCopyingPlan): ReadTables reads its sample tables,
// and each reason why not has a CopyCode. Cutting the samples is package packaging's.
//
// A source of sound alone is planned too: without rungs, in frames of AAC.
//
// Vocabulary: a rung is one rendition named by codec and short side (h264-720); a segment is a run of frames between two
// boundaries of the plan; a chunk is a run of segments that one process encodes for all rungs; the lead is the number of
// whole frames that repeat the first picture because the audio starts earlier.
package media
