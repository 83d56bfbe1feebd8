package api

import (
	"net/http"

	"matinee/internal/access"
)

// routes is the whole table: one line a route. Handlers of sources that arrive and of media are mounted by app.
func (a *API) routes() {
	on(a, "GET", "/instance", Anybody, "instance", "What this server is", a.instance)

	on(a, "POST", "/setup", Token, "setup", "Create the first administrator", a.setup, guesses, setsUp)
	on(a, "POST", "/auth/session", Anybody, "sign-in", "Sign in with a cookie", a.signIn, guesses)
	on(a, "DELETE", "/auth/session", Anybody, "sign-out", "Sign out", a.signOut)
	on(a, "POST", "/auth/token", Anybody, "issue-tokens", "Sign in with tokens", a.issueTokens, guesses)
	on(a, "POST", "/auth/token/refresh", Token, "refresh-tokens", "Rotate a refresh token", a.refreshTokens, guesses)
	on(a, "GET", "/me", SignedIn, "me", "Who is signed in", a.me)
	on(a, "PATCH", "/me", SignedIn, "update-me", "Change one's own account", a.updateMe)
	on(a, "GET", "/me/sessions", SignedIn, "sessions", "One's sessions", a.sessions)
	on(a, "DELETE", "/me/sessions/{id}", SignedIn, "end-session", "End one of one's sessions", a.endSession)

	on(a, "GET", "/users", do(access.ManageUsers), "users", "List accounts", a.users)
	on(a, "POST", "/users", do(access.ManageUsers), "create-user", "Create an account", a.createUser, creates)
	on(a, "PATCH", "/users/{id}", do(access.ManageUsers), "update-user", "Change an account", a.updateUser)
	on(a, "DELETE", "/users/{id}", do(access.ManageUsers), "delete-user", "Remove an account that owns no videos", a.deleteUser)
	on(a, "POST", "/users/{id}/password", do(access.ManageUsers), "set-password", "Set an account's password and end its sessions", a.setPassword, sets)

	on(a, "GET", "/videos", Anybody, "videos", "List videos", a.videos)
	on(a, "POST", "/videos", do(access.CreateVideo), "create-video", "Create a video and the right to upload its source", a.createVideo, creates)
	on(a, "POST", "/videos/sample", do(access.CreateVideo), "create-sample", "Create a video from the built-in clip", a.createSample, creates)
	on(a, "GET", "/videos/{id}", do(access.WatchVideo), "video", "One video", a.video)
	on(a, "PATCH", "/videos/{id}", do(access.EditVideo), "update-video", "Change a video (merge patch)", a.updateVideo)
	on(a, "DELETE", "/videos/{id}", do(access.DeleteVideo), "delete-video", "Move a video to the bin, or remove it for good", a.deleteVideo)
	on(a, "POST", "/videos/{id}/restore", do(access.DeleteVideo), "restore-video", "Take a video out of the bin", a.restoreVideo)
	on(a, "GET", "/videos/{id}/playback", do(access.WatchVideo), "playback", "Where to play a video", a.playback)
	on(a, "GET", "/videos/{id}/encoding", do(access.EditVideo), "encoding", "How a video is made", a.encoding)
	on(a, "GET", "/videos/{id}/versions", do(access.EditVideo), "versions", "The files of a video", a.versions)
	on(a, "POST", "/videos/{id}/versions", do(access.EditVideo), "create-version", "The right to replace the file of a video", a.createVersion, creates)
	on(a, "DELETE", "/videos/{id}/versions/{version}", do(access.EditVideo), "delete-version", "Give up a replacement, or end a replaced version before its time", a.deleteVersion)
	on(a, "POST", "/videos/{id}/repair", do(access.EditVideo), "repair-video", "Make a stuck or failed video go on", a.repairVideo, begins)
	on(a, "POST", "/videos/{id}/reencode", do(access.EditVideo), "reencode-video", "Make a video anew from its source", a.reencodeVideo, begins)
	a.raw("GET", "/videos/{id}/source", do(access.EditVideo), a.source, describeSource())
	a.raw("GET", "/videos/{id}/download", do(access.EditVideo), a.download, describeDownload())
	on(a, "GET", "/videos/{id}/poster", do(access.EditVideo), "posters", "The picture that stands for a video, and others that could", a.posters)
	a.raw("PUT", "/videos/{id}/poster", do(access.EditVideo), a.choosePoster, describeChoosePoster(), takesImages)
	on(a, "DELETE", "/videos/{id}/poster", do(access.EditVideo), "reset-poster", "Take back the choice of a poster", a.resetPoster)

	on(a, "GET", "/categories", Anybody, "categories", "List the categories", a.categories)
	on(a, "POST", "/categories", do(access.ManageLibrary), "create-category", "Create a category", a.createCategory, creates)
	on(a, "PATCH", "/categories/{slug}", do(access.ManageLibrary), "update-category", "Change a category (merge patch)", a.updateCategory)
	on(a, "DELETE", "/categories/{slug}", do(access.ManageLibrary), "delete-category", "Remove a category", a.deleteCategory)

	on(a, "GET", "/operations", SignedIn, "operations", "List the long work on one's videos", a.operations)
	on(a, "GET", "/operations/{id}", SignedIn, "operation", "How far long work has come", a.operation)
	on(a, "DELETE", "/operations/{id}", SignedIn, "cancel-operation", "Cancel long work", a.cancelOperation)
	on(a, "GET", "/tasks", do(access.ManageSystem), "tasks", "List the media work of all videos", a.tasks)
	on(a, "POST", "/tasks/{id}/retry", do(access.EditVideo), "retry-task", "Do a task again", a.retryTask, begins)
	on(a, "GET", "/estimate", do(access.CreateVideo), "estimate", "What will become of a file that is sent now", a.estimate)
	on(a, "GET", "/storage", do(access.ManageSystem), "storage", "How much room there is", a.storage)

	a.raw("GET", "/events", Anybody, a.events, describeEvents())
	a.wellKnown("GET", "/.well-known/jwks.json", Anybody, http.HandlerFunc(a.keySet))
	a.wellKnown("GET", "/docs", Anybody, http.HandlerFunc(a.docs))
	a.wellKnown("GET", "/docs/problems", Anybody, http.HandlerFunc(a.problemDocs))
}

// setsUp is for the one route that makes an administrator: 201, without the means to send it again, since its token is spent.
func setsUp(r *Route) { r.status = http.StatusCreated }
