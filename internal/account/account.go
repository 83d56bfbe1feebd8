package account

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"sync"
	"time"

	"matinee/internal/access"
	"matinee/internal/ids"
)

// Store keeps users and their sessions. What is missing is an errs.NotFound error.
type Store interface {
	userStore
	sessionStore
}

type userStore interface {
	HasAdministrator(ctx context.Context) (bool, error)
	// CreateFirstAdministrator is an errs.Conflict error once there is an administrator; of several at once, one wins.
	CreateFirstAdministrator(ctx context.Context, u User, passwordHash Secret) error
	// CreateUser is an errs.Conflict error when the e-mail address is taken.
	CreateUser(ctx context.Context, u User, passwordHash Secret) error
	User(ctx context.Context, id ids.UserID) (User, error)
	UserByEmail(ctx context.Context, email string) (u User, passwordHash Secret, err error)
	// Users returns users by age, the oldest first.
	Users(ctx context.Context, f UserFilter) ([]User, error)
	// UpdateUser is an errs.Conflict error when it would leave no administrator who can sign in; of several at once, one
	// is refused. A suspension ends the user's sessions and raises the epoch.
	UpdateUser(ctx context.Context, id ids.UserID, p UserPatch) (User, error)
	// DeleteUser removes a user with their sessions. It is an errs.Conflict error while they own videos, those in the bin
	// included, and when nobody would be left who can administer.
	DeleteUser(ctx context.Context, id ids.UserID) error
	// SetPassword also ends all sessions of the user and raises the epoch.
	SetPassword(ctx context.Context, id ids.UserID, passwordHash Secret) error
	// ReplacePasswordHash changes the hash if it still is the old one.
	ReplacePasswordHash(ctx context.Context, id ids.UserID, old, replacement Secret) error
}

type sessionStore interface {
	// CreateSession also ends the user's least recently used sessions beyond keep. It is an errs.NotFound error when the user
	// is suspended or no longer of the epoch: a sign-in that a suspension or a new password overtook.
	CreateSession(ctx context.Context, s Session, epoch int64, keep int) error
	Session(ctx context.Context, id ids.SessionID) (Session, User, error)
	SessionBySecret(ctx context.Context, secret Hash) (Session, User, error)
	Sessions(ctx context.Context, user ids.UserID, now time.Time) ([]Session, error)
	TouchSession(ctx context.Context, id ids.SessionID, usedAt, expiresAt time.Time) error
	// RotateSession makes to the session's secret if from is, and reports whether it was.
	RotateSession(ctx context.Context, r Rotation) (bool, error)
	EndSession(ctx context.Context, user ids.UserID, id ids.SessionID) error
	EndExpiredSessions(ctx context.Context, now time.Time) (ended int64, err error)
}

// Accounts is the module. It is safe for concurrent use.
type Accounts struct {
	store   Store
	signing ed25519.PrivateKey
	public  PublicKey
	refresh refreshMaker
	hasher  *hasher
	delays  *delays
	now     func() time.Time
	log     *slog.Logger
	idle    time.Duration
	longest time.Duration

	setupMu sync.Mutex
	setup   Hash // of the setup token; "": none was asked for
}

// Options are the optional parts of Accounts.
type Options struct {
	Now         func() time.Time // nil: time.Now
	Logger      *slog.Logger     // nil: nothing is logged
	HashSlots   int              // passwords hashed at once, 19 MiB each; 0: 2
	HashQueue   int              // passwords that may wait for a slot before sign-in answers busy; 0: 64
	SessionIdle time.Duration    // a session that is not used ends; 0: 30 days
	SessionLife time.Duration    // a session ends however it is used; 0: 180 days
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.HashSlots <= 0 {
		o.HashSlots = 2
	}
	if o.HashQueue <= 0 {
		o.HashQueue = 64
	}
	if o.SessionIdle <= 0 {
		o.SessionIdle = 30 * 24 * time.Hour
	}
	if o.SessionLife <= 0 {
		o.SessionLife = 180 * 24 * time.Hour
	}
	return o
}

// New returns the accounts that store keeps, with tokens made by keys.
func New(store Store, keys Keys, o Options) (*Accounts, error) {
	if len(keys.Signing) != ed25519.PrivateKeySize {
		return nil, errors.New("account: the signing key is no Ed25519 key")
	}
	public := publicKey(keys.Signing)
	o = o.withDefaults()
	now := func() time.Time { return o.Now().UTC().Truncate(time.Microsecond) } // what a store keeps of an instant
	return &Accounts{
		store: store, signing: keys.Signing, public: public, refresh: refreshMaker{key: keys.Refresh},
		hasher: newHasher(o.HashSlots, o.HashQueue), delays: newDelays(now), now: now, log: o.Logger,
		idle: o.SessionIdle, longest: o.SessionLife,
	}, nil
}

// allow asks the rules whether v may do a to the account of owner ("": to none in particular).
func (a *Accounts) allow(v access.Viewer, action access.Action, owner ids.UserID) error {
	return access.Check(v, action, access.Facts{Owner: owner}, "account", a.now())
}
