// Package telemetry owns how the process tells about itself: the log handler, the metrics registry and the request ids that
// join a user's error to the log.
//
// The log goes to standard error: text for a person on a terminal, JSON otherwise. Attribute names are fixed (video_id,
// task_id, request_id, error, …) and secrets are types that print redacted. The package refuses to know any module: each
// registers its own metrics with the registry it is handed.
package telemetry
