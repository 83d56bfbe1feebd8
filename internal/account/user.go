package account

import (
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

// Bounds of what a user is called and signs in with, in characters.
const (
	MaxName     = 100
	MaxEmail    = 254 // RFC 5321, section 4.5.3.1.3, less its brackets
	MinPassword = 12
	MaxPassword = 256
)

// User is somebody with an account.
type User struct {
	ID        ids.UserID
	Name      string
	Email     string // lower case
	Role      access.Role
	Suspended bool
	Epoch     int64 // counts suspensions and password resets; an access token of an older epoch is void
	CreatedAt time.Time
}

// viewer is the user as the rules see them.
func (u User) viewer() access.Viewer { return access.Viewer{User: u.ID, Role: u.Role} }

// NewUser is what a new account is made of.
type NewUser struct {
	Email    string
	Name     string
	Role     access.Role
	Password Secret
}

// normalized returns n with its e-mail address and name in the form they are stored in, or what is wrong with it.
func (n NewUser) normalized() (NewUser, error) {
	n.Email, n.Name = normalEmail(n.Email), strings.TrimSpace(n.Name)
	if err := validEmail(n.Email); err != nil {
		return NewUser{}, err
	}
	if err := validName(n.Name); err != nil {
		return NewUser{}, err
	}
	if err := validRole(n.Role); err != nil {
		return NewUser{}, err
	}
	return n, validPassword(n.Password, n.Email)
}

func normalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func validEmail(email string) error {
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || utf8.RuneCountInString(email) > MaxEmail {
		return errs.InvalidField("body.email", "Give an e-mail address such as name@example.org.")
	}
	return nil
}

func validName(name string) error {
	if name == "" || utf8.RuneCountInString(name) > MaxName || strings.ContainsFunc(name, unicode.IsControl) {
		return errs.InvalidField("body.name", "Give a name of 1 to %d characters.", MaxName)
	}
	return nil
}

func validRole(r access.Role) error {
	if !r.Valid() {
		return errs.InvalidField("body.role", "Choose the role admin, uploader or viewer.")
	}
	return nil
}

// validPassword asks for length alone: rules about kinds of characters make passwords worse.
func validPassword(p Secret, email string) error {
	switch n := utf8.RuneCountInString(string(p)); {
	case n < MinPassword:
		return errs.InvalidField("body.password", "Choose a password of at least %d characters.", MinPassword)
	case n > MaxPassword:
		return errs.InvalidField("body.password", "Choose a password of at most %d characters.", MaxPassword)
	case strings.EqualFold(strings.TrimSpace(string(p)), email):
		return errs.InvalidField("body.password", "Choose a password other than the e-mail address.")
	}
	return nil
}
