package telemetry

import (
	"context"
	"crypto/rand"
)

type requestIDKey struct{}

// WithRequestID returns a context that carries a new request id, and the id.
func WithRequestID(ctx context.Context) (context.Context, string) {
	id := rand.Text()[:16]
	return context.WithValue(ctx, requestIDKey{}, id), id
}

// RequestID returns the context's request id, "" where there is none.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
