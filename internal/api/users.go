package api

import (
	"context"
	"time"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/ids"
)

type userBody struct {
	ID        string    `json:"id" pattern:"^[0-9A-Za-z]{22}$"`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	Role      string    `json:"role" enum:"admin,uploader,viewer"`
	Suspended bool      `json:"suspended"`
	CreatedAt time.Time `json:"created_at"`
}

func newUserBody(u account.User) userBody {
	return userBody{
		ID: string(u.ID), Name: u.Name, Email: u.Email, Role: string(u.Role), Suspended: u.Suspended, CreatedAt: u.CreatedAt.UTC(),
	}
}

type userOutput struct {
	Body userBody
}

func (a *API) me(ctx context.Context, _ *nothing) (*userOutput, error) {
	return newUserOutput(a.Accounts.Me(ctx, viewerOf(ctx)))
}

type updateMeInput struct {
	Body struct {
		Name *string `json:"name,omitempty" minLength:"1" maxLength:"100"`
	} `contentType:"application/merge-patch+json"`
}

func (a *API) updateMe(ctx context.Context, in *updateMeInput) (*userOutput, error) {
	if in.Body.Name == nil {
		return newUserOutput(a.Accounts.Me(ctx, viewerOf(ctx)))
	}
	return newUserOutput(a.Accounts.Rename(ctx, viewerOf(ctx), *in.Body.Name))
}

func newUserOutput(u account.User, err error) (*userOutput, error) {
	if err != nil {
		return nil, err
	}
	return &userOutput{Body: newUserBody(u)}, nil
}

type sessionBody struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind" enum:"browser,client"`
	Current   bool      `json:"current" doc:"Whether this request came with it."`
	Address   string    `json:"address" doc:"Where it was begun."`
	UserAgent string    `json:"user_agent" doc:"By what it was begun."`
	CreatedAt time.Time `json:"created_at"`
	UsedAt    time.Time `json:"used_at" doc:"Within an hour."`
	ExpiresAt time.Time `json:"expires_at"`
}

type sessionsOutput struct {
	Body struct {
		Items      []sessionBody `json:"items" nullable:"false"`
		NextCursor *string       `json:"next_cursor" doc:"Always null: a user has at most 50."`
	}
}

func (a *API) sessions(ctx context.Context, _ *nothing) (*sessionsOutput, error) {
	sessions, err := a.Accounts.Sessions(ctx, viewerOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &sessionsOutput{}
	out.Body.Items = make([]sessionBody, 0, len(sessions))
	for _, s := range sessions {
		out.Body.Items = append(out.Body.Items, sessionBody{
			ID: string(s.ID), Kind: string(s.Kind), Current: s.ID == callerOf(ctx).Session, Address: s.Address, UserAgent: s.UserAgent,
			CreatedAt: s.CreatedAt, UsedAt: s.UsedAt, ExpiresAt: s.ExpiresAt,
		})
	}
	return out, nil
}

type sessionPath struct {
	ID string `path:"id" pattern:"^[0-9A-Za-z]{22}$" doc:"The session's id."`
}

func (a *API) endSession(ctx context.Context, in *sessionPath) (*nothing, error) {
	return nil, a.Accounts.EndSession(ctx, viewerOf(ctx), ids.SessionID(in.ID))
}

type listUsersInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"Users a page."`
	Cursor string `query:"cursor" maxLength:"300" doc:"next_cursor of the page before."`
	Email  string `query:"email" maxLength:"254" doc:"Only the user with this address."`
}

type listUsersOutput struct {
	Body struct {
		Items      []userBody `json:"items" nullable:"false"`
		NextCursor *string    `json:"next_cursor" doc:"Null at the end."`
	}
}

func (a *API) users(ctx context.Context, in *listUsersInput) (*listUsersOutput, error) {
	filter := account.UserFilter{Email: in.Email, Limit: in.Limit}
	if in.Cursor != "" {
		at, err := parseCursor(in.Cursor, "users")
		if err != nil {
			return nil, err
		}
		filter.After = ids.UserID(at.id)
	}
	users, next, err := a.Accounts.Users(ctx, viewerOf(ctx), filter)
	if err != nil {
		return nil, err
	}
	out := &listUsersOutput{}
	out.Body.Items = make([]userBody, 0, len(users))
	for _, u := range users {
		out.Body.Items = append(out.Body.Items, newUserBody(u))
	}
	out.Body.NextCursor = nextCursor("users", 0, string(next))
	return out, nil
}

type createUserInput struct {
	Body struct {
		Email    string `json:"email" maxLength:"254"`
		Name     string `json:"name" maxLength:"100"`
		Role     string `json:"role" enum:"admin,uploader,viewer"`
		Password string `json:"password" format:"password" doc:"12 to 256 characters of any kind."`
	}
}

func (a *API) createUser(ctx context.Context, in *createUserInput) (*userOutput, error) {
	return newUserOutput(a.Accounts.CreateUser(ctx, viewerOf(ctx), account.NewUser{
		Email: in.Body.Email, Name: in.Body.Name, Role: access.Role(in.Body.Role), Password: account.Secret(in.Body.Password),
	}))
}

type updateUserInput struct {
	ID   string `path:"id" pattern:"^[0-9A-Za-z]{22}$" doc:"The user's id."`
	Body struct {
		Name      *string `json:"name,omitempty" minLength:"1" maxLength:"100"`
		Role      *string `json:"role,omitempty" enum:"admin,uploader,viewer"`
		Suspended *bool   `json:"suspended,omitempty" doc:"True ends the user's sessions at once."`
	} `contentType:"application/merge-patch+json"`
}

func (a *API) updateUser(ctx context.Context, in *updateUserInput) (*userOutput, error) {
	return newUserOutput(a.Accounts.UpdateUser(ctx, viewerOf(ctx), ids.UserID(in.ID), account.UserPatch{
		Name: in.Body.Name, Role: (*access.Role)(in.Body.Role), Suspended: in.Body.Suspended,
	}))
}

type userPath struct {
	ID string `path:"id" pattern:"^[0-9A-Za-z]{22}$" doc:"The user's id."`
}

func (a *API) deleteUser(ctx context.Context, in *userPath) (*nothing, error) {
	return nil, a.Accounts.DeleteUser(ctx, viewerOf(ctx), ids.UserID(in.ID))
}

type setPasswordInput struct {
	ID   string `path:"id" pattern:"^[0-9A-Za-z]{22}$" doc:"The user's id."`
	Body struct {
		Password string `json:"password" format:"password" doc:"12 to 256 characters of any kind."`
	}
}

func (a *API) setPassword(ctx context.Context, in *setPasswordInput) (*nothing, error) {
	return nil, a.Accounts.SetPassword(ctx, viewerOf(ctx), ids.UserID(in.ID), account.Secret(in.Body.Password))
}
