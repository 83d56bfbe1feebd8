package account

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

// Bounds of a page of users.
const (
	MaxUsers     = 100
	defaultUsers = 50
)

// UserFilter chooses users, the oldest first.
type UserFilter struct {
	Email string     // "": any
	After ids.UserID // the last of the page before
	Limit int        // 0: the default
}

// UserPatch changes what is not nil.
type UserPatch struct {
	Name      *string
	Role      *access.Role
	Suspended *bool
}

// Me returns the viewer's own user.
func (a *Accounts) Me(ctx context.Context, v access.Viewer) (User, error) {
	if err := a.allow(v, access.EditAccount, v.User); err != nil {
		return User{}, err
	}
	return a.store.User(ctx, v.User)
}

// Rename changes the viewer's own name.
func (a *Accounts) Rename(ctx context.Context, v access.Viewer, name string) (User, error) {
	if err := a.allow(v, access.EditAccount, v.User); err != nil {
		return User{}, err
	}
	name = strings.TrimSpace(name)
	if err := validName(name); err != nil {
		return User{}, err
	}
	return a.store.UpdateUser(ctx, v.User, UserPatch{Name: &name})
}

// Users returns a page of users and the id to go on after, "" at the end.
func (a *Accounts) Users(ctx context.Context, v access.Viewer, f UserFilter) (users []User, next ids.UserID, err error) {
	if err := a.allow(v, access.ManageUsers, ""); err != nil {
		return nil, "", err
	}
	limit := f.Limit
	switch {
	case limit == 0:
		limit = defaultUsers
	case limit < 0 || limit > MaxUsers:
		return nil, "", errs.InvalidField("query.limit", "Ask for 1 to %d users.", MaxUsers)
	}
	if f.Email = normalEmail(f.Email); f.Email != "" && validEmail(f.Email) != nil {
		return nil, "", errs.InvalidField("query.email", "Give a whole e-mail address.")
	}
	f.Limit = limit + 1
	users, err = a.store.Users(ctx, f)
	if err != nil {
		return nil, "", fmt.Errorf("list users: %w", err)
	}
	if len(users) > limit {
		users = users[:limit]
		next = users[limit-1].ID
	}
	return users, next, nil
}

// CreateUser makes an account that can sign in. It returns errs.Conflict (email_taken) when the address has one.
func (a *Accounts) CreateUser(ctx context.Context, v access.Viewer, n NewUser) (User, error) {
	if err := a.allow(v, access.ManageUsers, ""); err != nil {
		return User{}, err
	}
	user, hash, err := a.prepare(ctx, n)
	if err != nil {
		return User{}, err
	}
	if err := a.store.CreateUser(ctx, user, hash); err != nil {
		return User{}, fmt.Errorf("create user: %w", err)
	}
	a.log.InfoContext(ctx, "user created", userID(user.ID), slog.String("role", string(user.Role)), by(v))
	return user, nil
}

// prepare checks a new user and hashes the password.
func (a *Accounts) prepare(ctx context.Context, n NewUser) (User, Secret, error) {
	n, err := n.normalized()
	if err != nil {
		return User{}, "", err
	}
	hash, err := a.hasher.hash(ctx, n.Password)
	if err != nil {
		return User{}, "", err
	}
	return User{ID: ids.New[ids.UserID](), Email: n.Email, Name: n.Name, Role: n.Role, CreatedAt: a.now()}, hash, nil
}

// UpdateUser changes a user. A suspension ends their sessions and tokens at once. It returns errs.Conflict
// (last_administrator) when nobody would be left who can administer.
func (a *Accounts) UpdateUser(ctx context.Context, v access.Viewer, id ids.UserID, p UserPatch) (User, error) {
	if err := a.allow(v, access.ManageUsers, ""); err != nil {
		return User{}, err
	}
	if p.Role != nil {
		if err := validRole(*p.Role); err != nil {
			return User{}, err
		}
	}
	if p.Name != nil {
		name := strings.TrimSpace(*p.Name)
		if err := validName(name); err != nil {
			return User{}, err
		}
		p.Name = &name
	}
	user, err := a.store.UpdateUser(ctx, id, p)
	if err != nil {
		return User{}, fmt.Errorf("update user: %w", err)
	}
	a.log.InfoContext(ctx, "user updated", userID(id), slog.String("role", string(user.Role)), slog.Bool("suspended", user.Suspended), by(v))
	return user, nil
}

// DeleteUser removes a user for good. It returns errs.Conflict with the code owns_videos while a video is theirs, be it in the
// bin, and last_administrator when nobody would be left who can administer.
func (a *Accounts) DeleteUser(ctx context.Context, v access.Viewer, id ids.UserID) error {
	if err := a.allow(v, access.ManageUsers, ""); err != nil {
		return err
	}
	if err := a.store.DeleteUser(ctx, id); err != nil {
		return fmt.Errorf("delete user: %w", err)
	}
	a.log.InfoContext(ctx, "user deleted", userID(id), by(v))
	return nil
}

// SetPassword gives a user another password and ends all their sessions.
func (a *Accounts) SetPassword(ctx context.Context, v access.Viewer, id ids.UserID, password Secret) error {
	if err := a.allow(v, access.ManageUsers, ""); err != nil {
		return err
	}
	user, err := a.store.User(ctx, id)
	if err != nil {
		return fmt.Errorf("find user: %w", err)
	}
	return a.ResetPassword(ctx, v, user.Email, password)
}

// ResetPassword gives the user with this e-mail address another password and ends all their sessions.
func (a *Accounts) ResetPassword(ctx context.Context, v access.Viewer, email string, password Secret) error {
	if err := a.allow(v, access.ManageUsers, ""); err != nil {
		return err
	}
	email = normalEmail(email)
	if err := validPassword(password, email); err != nil {
		return err
	}
	user, _, err := a.userByEmail(ctx, email)
	if err != nil {
		return fmt.Errorf("find user: %w", err)
	}
	hash, err := a.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	if err := a.store.SetPassword(ctx, user.ID, hash); err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	a.log.InfoContext(ctx, "password reset", userID(user.ID), by(v))
	return nil
}
