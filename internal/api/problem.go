package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"matinee/internal/errs"
	"matinee/internal/telemetry"
)

// Problem is the body of every error answer (RFC 9457).
type Problem struct {
	Type      string         `json:"type" doc:"Where the code is explained." example:"/docs/problems#not_found"`
	Title     string         `json:"title" example:"Not Found"`
	Status    int            `json:"status" example:"404"`
	Detail    string         `json:"detail" doc:"A sentence for a person: what is wrong and what to do."`
	Code      string         `json:"code" doc:"Stable snake case, for programs." example:"not_found"`
	State     string         `json:"state,omitempty" doc:"The video's state, with code not_playable."`
	Errors    []ProblemField `json:"errors,omitempty" nullable:"false" doc:"The wrong parts of the request."`
	RequestID string         `json:"request_id,omitempty" doc:"Names the request in the server's log."`

	retryAfter string
}

// ProblemField names one wrong part of a request.
type ProblemField struct {
	Location string `json:"location" example:"body.title"`
	Message  string `json:"message"`
}

// Error returns the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns the headers that go with the status.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter != "" {
		h.Set("Retry-After", p.retryAfter)
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer") // RFC 9110, section 15.5.2
	}
	return h
}

// ContentType names the format.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statuses maps every kind that a client may see.
func statuses() map[errs.Kind]int {
	return map[errs.Kind]int{
		errs.Malformed: http.StatusBadRequest, errs.Unauthenticated: http.StatusUnauthorized, errs.Denied: http.StatusForbidden,
		errs.NotFound: http.StatusNotFound, errs.Conflict: http.StatusConflict, errs.Stale: http.StatusPreconditionFailed,
		errs.TooLarge: http.StatusRequestEntityTooLarge, errs.Invalid: http.StatusUnprocessableEntity, errs.RateLimited: http.StatusTooManyRequests,
		errs.Busy: http.StatusServiceUnavailable, errs.NoSpace: http.StatusInsufficientStorage, errs.Gone: http.StatusGone,
	}
}

// problem turns an error into an answer. One without a kind is logged whole and shown as internal.
func (a *API) problem(ctx context.Context, err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	known, ok := errors.AsType[*errs.Error](err)
	status, public := statuses()[errs.KindOf(err)]
	if !ok || !public {
		if ctx.Err() == nil {
			a.o.Logger.ErrorContext(ctx, "a request failed", slog.Any("error", err))
		}
		p := newProblem(http.StatusInternalServerError, "Something went wrong here. Try again; if it stays, give the request id to the administrator.")
		p.RequestID = telemetry.RequestID(ctx)
		return p
	}
	p := newProblem(status, known.Message).withCode(known.PublicCode())
	p.RequestID = telemetry.RequestID(ctx)
	for _, f := range known.Fields {
		p.Errors = append(p.Errors, ProblemField{Location: f.Location, Message: f.Message})
	}
	if known.RetryAfter > 0 {
		p.retryAfter = strconv.Itoa(int(math.Ceil(known.RetryAfter.Seconds())))
	}
	return p
}

func newProblem(status int, detail string) *Problem {
	p := &Problem{Title: http.StatusText(status), Status: status, Detail: detail}
	return p.withCode(codeOf(status))
}

// withCode sets the code and, with it, where the code is explained.
func (p *Problem) withCode(code string) *Problem {
	p.Code, p.Type = code, "/docs/problems#"+code
	return p
}

// codeOf is the code of an error that has a status only.
func codeOf(status int) string {
	for kind, s := range statuses() {
		if s == status {
			return string(kind)
		}
	}
	switch status {
	case http.StatusMethodNotAllowed:
		return "method_not_allowed"
	case http.StatusUnsupportedMediaType:
		return "unsupported_media_type"
	case http.StatusNotAcceptable:
		return "not_acceptable"
	}
	return string(errs.Internal)
}

// ourErrors makes the framework's own errors (validation, unreadable bodies) problems of our shape. What a client sent is
// never echoed: it may be a password.
var ourErrors = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, message string, causes ...error) huma.StatusError {
		return frameworkProblem(status, message, causes)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, causes ...error) huma.StatusError {
		p := frameworkProblem(status, message, causes)
		p.RequestID = telemetry.RequestID(ctx.Context())
		return p
	}
})

func frameworkProblem(status int, message string, causes []error) *Problem {
	p := newProblem(status, message)
	for _, cause := range causes {
		if d, ok := errors.AsType[*huma.ErrorDetail](cause); ok {
			p.Errors = append(p.Errors, ProblemField{Location: d.Location, Message: d.Message})
		}
	}
	return p
}

// writeProblem answers outside of the framework.
func writeProblem(w http.ResponseWriter, p *Problem) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client is gone when this fails
}
