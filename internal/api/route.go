package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"matinee/internal/access"
)

// Permission says who may call a route. The module behind it decides; this is what the route promises and what tests walk.
type Permission string

// The permissions that are no action of access.
const (
	Anybody  Permission = "public"
	SignedIn Permission = "signed-in"
	Token    Permission = "token" // whoever knows the secret in the path or body
)

func do(a access.Action) Permission { return Permission(a) }

// Route is one line of the route table.
type Route struct {
	Method     string
	Path       string // with the prefix
	Permission Permission
	Class      Class // which rate limit it counts against

	status     int
	idempotent bool
	body       *huma.Schema // nil: none
	query      []*huma.Param
	bodyBytes  int64 // most of a body; 0: maxBody
}

// trait says how a route differs from others of its method.
type trait func(*Route)

// creates is for a route that makes something: 201, counted as a creation, and safe to send again with an Idempotency-Key.
func creates(r *Route) { r.status, r.Class, r.idempotent = http.StatusCreated, Creations, true }

// begins is for a route that starts long work: 202 with the operation to follow it by.
func begins(r *Route) { r.status, r.Class, r.idempotent = http.StatusAccepted, Creations, true }

// guesses is for a route that takes a secret which somebody may try to guess.
func guesses(r *Route) { r.Class = SignIns }

// sets is for a POST that changes something and has nothing to tell.
func sets(r *Route) { r.status = http.StatusNoContent }

func newRoute(method, path string, p Permission, traits []trait) Route {
	r := Route{Method: method, Path: path, Permission: p, Class: Writes, status: http.StatusOK}
	switch method {
	case http.MethodGet:
		r.Class = Reads
	case http.MethodDelete:
		r.status = http.StatusNoContent
	}
	for _, t := range traits {
		t(&r)
	}
	return r
}

// on adds one route. The handler's error becomes a problem.
func on[I, O any](a *API, method, path string, p Permission, id, summary string, handle func(context.Context, *I) (*O, error), traits ...trait) {
	route := newRoute(method, Prefix+path, p, traits)
	op := operation(route, id, summary)
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
	described := documented(a.huma.OpenAPI().Paths[op.Path], method)
	route.body = bodySchema(described)
	for _, p := range described.Parameters {
		if p.In == "query" {
			route.query = append(route.query, p)
		}
	}
	a.add(route)
}

// documented is the description of one method of a path.
func documented(path *huma.PathItem, method string) *huma.Operation {
	return map[string]*huma.Operation{
		http.MethodGet: path.Get, http.MethodPost: path.Post, http.MethodPut: path.Put, http.MethodPatch: path.Patch, http.MethodDelete: path.Delete,
	}[method]
}

// operation describes a route in the OpenAPI document.
func operation(r Route, id, summary string) huma.Operation {
	op := huma.Operation{
		OperationID: id, Method: r.Method, Path: r.Path, Summary: summary, Tags: []string{tagOf(strings.TrimPrefix(r.Path, Prefix))},
		DefaultStatus: r.status, Extensions: map[string]any{"x-permission": string(r.Permission), "x-rate-limit": string(r.Class)},
	}
	if r.Permission != Anybody && r.Permission != Token {
		op.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
	}
	if r.idempotent {
		op.Parameters = append(op.Parameters, idempotencyParameter())
	}
	return op
}

func (a *API) add(r Route) {
	a.table = append(a.table, r)
	a.byPattern[r.Method+" "+r.Path] = r
}

// raw adds a route that the framework does not answer: a stream, a file.
func (a *API) raw(method, path string, p Permission, handler http.HandlerFunc, d huma.Operation, traits ...trait) {
	route := newRoute(method, Prefix+path, p, traits)
	a.add(route)
	a.mux.Handle(method+" "+route.Path, handler)
	op := operation(route, d.OperationID, d.Summary)
	op.Description, op.Parameters, op.RequestBody, op.Responses = d.Description, d.Parameters, d.RequestBody, d.Responses
	a.huma.OpenAPI().AddOperation(&op)
}

// wellKnown adds a route outside of the prefix (RFC 8615).
func (a *API) wellKnown(method, path string, p Permission, handler http.Handler) {
	route := newRoute(method, path, p, nil)
	a.add(route)
	a.mux.Handle(method+" "+path, handler)
}

// tagOf groups routes by the first word of their path.
func tagOf(path string) string {
	word, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return word
}
