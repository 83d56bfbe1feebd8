// Package upload brings the bytes of a source to their final place and hands them over.
//
// It owns the rights to fill a video ([Grant]), the transfers that run (one at a time for a video), their protocols (a plain
// PUT and tus 1.0, https://tus.io/protocols/resumable-upload), the admission of bytes by free space, and the expiry of what
// was never finished. Its words:
//
//   - A grant is the right to fill one video once, held by whoever knows its key; only the key's SHA-256 is stored. A video
//     that has its file gets another one by a newer grant: what it had filled it spends all that were made before.
//   - An upload is one transfer. Its bytes go straight to the source's final key under a version of their own.
//   - An upload is whole when its object holds as many bytes as announced, and completed when the intake has taken it.
//     A whole upload that is not completed (the process died in between) is completed by the next HEAD or sweep.
//
// The package refuses to know what a video is, what its bytes mean and what happens to them afterwards. HTTP lives here,
// since protocol and bytes cannot be parted; routes, sign-in and the form of errors come from outside.
package upload
