package telemetry

import (
	"context"
	"io"
	"log/slog"
)

// Format says how log lines look.
type Format string

// The formats.
const (
	Text Format = "text"
	JSON Format = "json"
)

// NewLogger returns a logger that writes to w and adds the request id of the context to each line.
func NewLogger(w io.Writer, format Format, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	var handler slog.Handler = slog.NewTextHandler(w, options)
	if format == JSON {
		handler = slog.NewJSONHandler(w, options)
	}
	return slog.New(withRequestID{handler})
}

// withRequestID adds the context's request id.
type withRequestID struct{ slog.Handler }

// Handle adds the attribute and passes the record on.
func (h withRequestID) Handle(ctx context.Context, r slog.Record) error {
	if id := RequestID(ctx); id != "" {
		r.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the wrapping.
func (h withRequestID) WithAttrs(attrs []slog.Attr) slog.Handler {
	return withRequestID{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the wrapping.
func (h withRequestID) WithGroup(name string) slog.Handler {
	return withRequestID{h.Handler.WithGroup(name)}
}
