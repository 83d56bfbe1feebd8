package api

import (
	"fmt"
	"strings"
)

// knownProblem is one line of the reference: a code that a program may count on.
type knownProblem struct {
	Code    string
	Status  int // 0: not of an answer, but of a video or an operation
	Meaning string
}

// problems lists every code that a request can be answered with, in the order of the reference.
func problems() []knownProblem {
	return []knownProblem{
		{"malformed", 400, "The request cannot be read: broken JSON, or a header that makes no sense."},
		{"tus_version", 412, "The upload protocol's version is not 1.0.0."},
		{"unauthenticated", 401, "Sign in first."},
		{"invalid_credentials", 401, "The e-mail address or the password is wrong."},
		{"invalid_token", 401, "The access token is not valid or has run out: refresh it."},
		{"invalid_refresh_token", 401, "The refresh token is not valid any more: sign in again."},
		{"session_ended", 401, "The session has ended: sign in again."},
		{"suspended", 403, "The account is suspended."},
		{"invalid_setup_token", 403, "The set-up address is wrong or spent: the server prints a new one when it starts."},
		{"denied", 403, "The account may not do this."},
		{"cross_origin", 403, "A page of another site sent this with the session cookie."},
		{"not_found", 404, "There is no such thing, or its existence is private."},
		{"method_not_allowed", 405, "The address takes other methods: see Allow."},
		{"not_acceptable", 406, "The answer does not exist in the format that Accept asks for."},
		{"conflict", 409, "The state of the thing forbids it."},
		{"already_exists", 409, "There is one already."},
		{"already_set_up", 409, "There is an administrator already: sign in."},
		{"email_taken", 409, "There is an account with this e-mail address already."},
		{"last_administrator", 409, "Nobody would be left who can administer."},
		{"owns_videos", 409, "The account owns videos, in the bin perhaps: remove them for good first."},
		{"slug_taken", 409, "There is a category with this slug already."},
		{"too_many_categories", 409, "There are as many categories as there can be."},
		{"not_playable", 409, "The video cannot be played yet: `state` says where it is."},
		{"no_source", 409, "The video has no source yet."},
		{"not_complete", 409, "The rung is still being made: try again when the video is ready."},
		{"replacement_in_progress", 409, "Another file is about to replace the one that plays: wait for it, or give it up."},
		{"version_shown", 409, "Viewers see this version: replace it, or delete the video."},
		{"upload_in_progress", 409, "Another transfer fills this video."},
		{"upload_completed", 409, "The transfer is complete."},
		{"offset_mismatch", 409, "The transfer stands at another offset: ask for it with HEAD."},
		{"object_busy", 409, "The same object is being written."},
		{"object_changed", 409, "The object was changed while it was read."},
		{"task_running", 409, "The task runs: let it end first."},
		{"task_done", 409, "What this task decided never changes."},
		{"encoder_unstable", 409, "The encoder makes other files than those that are there: encode the video again."},
		{"operation_ended", 409, "The operation has ended: there is nothing to cancel."},
		{"idempotency_in_flight", 409, "The same request with the same Idempotency-Key is being answered: try again in a moment."},
		{"gone", 410, "It was here and has ended."},
		{"upload_expired", 410, "The upload or its address has run out."},
		{"upload_spent", 410, "The upload address has been used, or its video got a file in another way: ask for a new one."},
		{"stale", 412, "The video was changed since: read it again and repeat the change."},
		{"too_large", 413, "It is larger than the documented bound."},
		{"metadata_too_large", 413, "The upload's metadata are too large."},
		{"unsupported_media_type", 415, "The body's Content-Type is not one that the route takes."},
		{"invalid", 422, "The content of the request is wrong: `errors` names the places."},
		{"unknown_category", 422, "There is no category with this slug."},
		{"invalid_image", 422, "It is no image that can be read, or one of a size that is not taken."},
		{"unknown_reference", 422, "It names something that does not exist."},
		{"empty_file", 422, "The file is empty."},
		{"incomplete_body", 422, "Fewer bytes came than were announced."},
		{"partial_put", 422, "A PUT carries a whole file: use tus to go on where a transfer ended."},
		{"idempotency_key_reused", 422, "The Idempotency-Key was used for another request."},
		{"rate_limited", 429, "Too many requests: wait as long as Retry-After says."},
		{"too_many_attempts", 429, "Too many wrong attempts to sign in: wait as long as Retry-After says."},
		{"too_many_streams", 429, "Too many event streams are open: close some."},
		{"internal", 500, "It is our fault. Give the request id to the administrator."},
		{"busy", 503, "Try again after Retry-After."},
		{"segment_busy", 503, "This part of the video is still being made, and others wait before you: ask again after Retry-After."},
		{"too_many_sign_ins", 503, "Many people sign in at this moment: try again."},
		{"upload_interrupted", 503, "The transfer was interrupted: go on from the offset that HEAD gives."},
		{"database_unavailable", 503, "The database does not answer just now: try again."},
		{"no_space", 507, "The disk, or what may be used of it, is full."},
	}
}

// failures lists every error.code of a video and of an operation.
func failures() []knownProblem {
	return []knownProblem{
		{"empty_file", 0, "The file is empty."},
		{"not_a_video", 0, "It is in no container that Matinee reads."},
		{"playlist_disguised", 0, "It is a text that names other files."},
		{"truncated_no_index", 0, "The file was cut off before its index."},
		{"unreadable", 0, "The container is right, its content is not."},
		{"unsupported_codec", 0, "Nothing here can decode it."},
		{"no_track", 0, "It has neither pictures nor sound."},
		{"too_many_pixels", 0, "Its pictures are too large."},
		{"too_long", 0, "It is too long."},
		{"too_many_streams", 0, "It has too many streams."},
		{"timestamps_out_of_range", 0, "It promises far more time than it has content."},
		{"unknown_duration", 0, "Its end cannot be found."},
		{"too_costly", 0, "Reading it took more than the sandbox allows."},
		{"source_missing", 0, "The file that was uploaded is not there any more."},
		{"source_changed", 0, "The file is another one than was looked at."},
		{"encoder_hung", 0, "The encoder stood still."},
		{"encoder_killed", 0, "The encoder was killed, for its memory perhaps."},
		{"encoder_unstable", 0, "The encoder makes other files each time."},
		{"damaged_source", 0, "The file is too damaged to decode."},
		{"encoding_failed", 0, "The file could not be encoded."},
		{"given_up", 0, "A part of the work was given up: the tasks of the video say why."},
		{"cancelled", 0, "The work was cancelled."},
	}
}

// ProblemReference is docs/reference/problems.md.
func ProblemReference() []byte {
	var out strings.Builder
	out.WriteString("# Problems\n\nEvery error of the API is `application/problem+json` (RFC 9457). Programs go by `code`, which never changes its meaning.\n" +
		"A server explains its own codes at `/docs/problems`, where `type` points.\n\n| code | status | meaning |\n| --- | --- | --- |\n")
	for _, p := range problems() {
		fmt.Fprintf(&out, "| `%s` | %d | %s |\n", p.Code, p.Status, p.Meaning)
	}
	out.WriteString("\n## Why a video or an operation failed\n\n`error.code` of a video that failed, and of an operation.\n\n| code | meaning |\n| --- | --- |\n")
	for _, p := range failures() {
		fmt.Fprintf(&out, "| `%s` | %s |\n", p.Code, p.Meaning)
	}
	return []byte(out.String())
}
