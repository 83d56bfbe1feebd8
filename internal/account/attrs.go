package account

import (
	"log/slog"

	"matinee/internal/access"
	"matinee/internal/ids"
)

func userID(id ids.UserID) slog.Attr       { return slog.String("user_id", string(id)) }
func sessionID(id ids.SessionID) slog.Attr { return slog.String("session_id", string(id)) }

// by names who did it, "" for the command line.
func by(v access.Viewer) slog.Attr { return slog.String("by_user_id", string(v.User)) }
