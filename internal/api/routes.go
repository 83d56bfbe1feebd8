package api

import (
	"context"
	"net/http"

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

// routes is the whole table: one line a route. Raw handlers for sources and media are mounted by app.
func (a *API) routes() {
	on(a, "GET", "/instance", Anybody, "instance", "What this server is", a.instance)

	on(a, "POST", "/setup", Token, "setup", "Create the first administrator", a.setup)
	on(a, "POST", "/auth/session", Anybody, "sign-in", "Sign in with a cookie", a.signIn)
	on(a, "DELETE", "/auth/session", Anybody, "sign-out", "Sign out", a.signOut)
	on(a, "POST", "/auth/token", Anybody, "issue-tokens", "Sign in with tokens", a.issueTokens)
	on(a, "POST", "/auth/token/refresh", Token, "refresh-tokens", "Rotate a refresh token", a.refreshTokens)
	on(a, "GET", "/me", SignedIn, "me", "Who is signed in", a.me)
	on(a, "PATCH", "/me", SignedIn, "update-me", "Change one's own account", a.updateMe)
	on(a, "GET", "/me/sessions", SignedIn, "sessions", "One's sessions", a.sessions)
	on(a, "DELETE", "/me/sessions/{id}", SignedIn, "end-session", "End one of one's sessions", a.endSession)

	on(a, "GET", "/users", do(access.ManageUsers), "users", "List accounts", a.users)
	on(a, "POST", "/users", do(access.ManageUsers), "create-user", "Create an account", a.createUser)
	on(a, "PATCH", "/users/{id}", do(access.ManageUsers), "update-user", "Change an account", a.updateUser)

	on(a, "GET", "/videos", Anybody, "videos", "List videos", a.videos)
	on(a, "POST", "/videos", do(access.CreateVideo), "create-video", "Create a video and the right to upload its source", a.createVideo)
	on(a, "POST", "/videos/sample", do(access.CreateVideo), "create-sample", "Create a video from the built-in clip", a.createSample)
	on(a, "GET", "/videos/{id}", do(access.WatchVideo), "video", "One video", a.video)
	on(a, "PATCH", "/videos/{id}", do(access.EditVideo), "update-video", "Change a video (merge patch)", a.updateVideo)
	on(a, "DELETE", "/videos/{id}", do(access.DeleteVideo), "delete-video", "Move a video to the bin, or remove it for good", a.deleteVideo)
	on(a, "POST", "/videos/{id}/restore", do(access.DeleteVideo), "restore-video", "Take a video out of the bin", a.restoreVideo)
	on(a, "GET", "/videos/{id}/playback", do(access.WatchVideo), "playback", "Where to play a video", a.playback)
	on(a, "GET", "/videos/{id}/encoding", do(access.EditVideo), "encoding", "How a video is made", a.encoding)
	on(a, "POST", "/videos/{id}/repair", do(access.EditVideo), "repair-video", "Make a stuck or failed video go on", a.repairVideo)
	a.raw("GET", "/events", Anybody, http.HandlerFunc(a.events))
	a.wellKnown("GET", "/.well-known/jwks.json", Anybody, http.HandlerFunc(a.keySet))
}

func do(a access.Action) Permission { return Permission(a) }

// on adds one route. The handler's error becomes a problem.
func on[I, O any](a *API, method, path string, p Permission, id, summary string, handle func(context.Context, *I) (*O, error)) {
	op := huma.Operation{
		OperationID: id, Method: method, Path: Prefix + path, Summary: summary, Tags: []string{tagOf(path)},
		DefaultStatus: statusOf(method, id), Extensions: map[string]any{"x-permission": string(p)},
	}
	if p != Anybody && p != Token {
		op.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
	}
	a.table = append(a.table, Route{Method: method, Path: op.Path, Permission: p})
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
}

// raw adds a route that huma does not see: a stream.
func (a *API) raw(method, path string, p Permission, handler http.Handler) {
	a.table = append(a.table, Route{Method: method, Path: Prefix + path, Permission: p})
	a.mux.Handle(method+" "+Prefix+path, handler)
}

// wellKnown adds a route outside of the prefix (RFC 8615).
func (a *API) wellKnown(method, path string, p Permission, handler http.Handler) {
	a.table = append(a.table, Route{Method: method, Path: path, Permission: p})
	a.mux.Handle(method+" "+path, handler)
}

// statusOf is what a route answers when all went well.
func statusOf(method, id string) int {
	switch {
	case id == "repair-video":
		return http.StatusAccepted
	case id == "setup", id == "create-user", id == "create-video", id == "create-sample":
		return http.StatusCreated
	case method == http.MethodDelete:
		return http.StatusNoContent
	}
	return http.StatusOK
}

// tagOf groups routes by the first word of their path.
func tagOf(path string) string {
	for i := 1; i < len(path); i++ {
		if path[i] == '/' {
			return path[1:i]
		}
	}
	return path[1:]
}
