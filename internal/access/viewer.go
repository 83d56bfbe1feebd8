package access

import (
	"slices"

	"matinee/internal/ids"
)

// Role is what an account is to the instance.
type Role string

// The roles, each may all that the next one may.
const (
	Admin    Role = "admin"
	Uploader Role = "uploader"
	Reader   Role = "viewer"
)

// Roles lists every role, the strongest first.
func Roles() []Role { return []Role{Admin, Uploader, Reader} }

// Viewer is whoever asks. The zero value is a stranger.
type Viewer struct {
	User ids.UserID // "" for a stranger
	Role Role       // "" for a stranger
	// Local is set for requests over the data folder's socket: they carry an administrator's authority without an account.
	Local bool
}

// SignedIn reports whether the viewer is somebody.
func (v Viewer) SignedIn() bool { return v.User != "" || v.Local }

// IsAdmin reports whether the viewer administers the instance.
func (v Viewer) IsAdmin() bool { return v.Local || v.Role == Admin }

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }
