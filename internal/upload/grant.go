package upload

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"time"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

// Key is the secret of a grant: 256 random bits as base64url. It prints as dots; Reveal gives its text.
type Key string

// keyLength is the length of every key's text: 32 bytes as base64url without padding.
const keyLength = 43

// String returns dots, so that a key does not reach a log by accident.
func (Key) String() string { return "•••" }

// GoString returns dots.
func (Key) GoString() string { return "•••" }

// MarshalText returns dots: a key leaves only where Reveal is called.
func (Key) MarshalText() ([]byte, error) { return []byte("•••"), nil }

// Reveal returns the key's text.
func (k Key) Reveal() string { return string(k) }

// hash returns what is stored of a key.
func (k Key) hash() string {
	sum := sha256.Sum256([]byte(k))
	return hex.EncodeToString(sum[:])
}

// Grant is the right to fill one video once, without an account, for whoever knows its key. It fills what it was made for: once the
// video has a file that began to arrive later, it is spent.
type Grant struct {
	Key        Key
	Video      ids.VideoID
	MaxBytes   int64  // the largest source it takes, 0 for the instance's own bound
	CORSOrigin string // the origin whose pages may send to it, "*" for all, "" for none but ours
	ExpiresAt  time.Time
}

// PutPath returns the path of the URL that takes the source as one raw body.
func (g Grant) PutPath() string { return directPath + g.Key.Reveal() }

// TusPath returns the path of the URL that is a tus 1.0 creation endpoint for this one video.
func (g Grant) TusPath() string { return g.PutPath() + "/tus" }

// StoredGrant is what is kept of a grant.
type StoredGrant struct {
	Hash       string // SHA-256 of the key, in hexadecimal
	Video      ids.VideoID
	CreatedBy  ids.UserID
	MaxBytes   int64
	CORSOrigin string
	ExpiresAt  time.Time
	SpentAt    time.Time // zero until a whole source was taken
	CreatedAt  time.Time
}

// GrantOptions shape a grant. The zero value works.
type GrantOptions struct {
	MaxBytes   int64         // the largest source it takes, 0 for the instance's own bound
	CORSOrigin string        // "https://studio.example", "*" for all, "" for none but ours
	TTL        time.Duration // how long it may be used, 0 for a day
}

// Grant makes a grant for a video that the viewer may edit. A negative bound or a malformed origin is an errs.Invalid; who
// may not edit the video gets an errs.NotFound or an errs.Denied.
func (s *Service) Grant(ctx context.Context, viewer access.Viewer, video ids.VideoID, opts GrantOptions) (Grant, error) {
	if err := opts.check(); err != nil {
		return Grant{}, err
	}
	if err := s.mayFill(ctx, viewer, video); err != nil {
		return Grant{}, fmt.Errorf("grant an upload: %w", err)
	}
	now := s.opts.Now()
	g := Grant{
		Key:        newKey(),
		Video:      video,
		MaxBytes:   opts.MaxBytes,
		CORSOrigin: opts.CORSOrigin,
		ExpiresAt:  now.Add(positive(opts.TTL, s.opts.GrantTTL)),
	}
	err := s.store.AddGrant(ctx, StoredGrant{
		Hash: g.Key.hash(), Video: video, CreatedBy: viewer.User,
		MaxBytes: g.MaxBytes, CORSOrigin: g.CORSOrigin, ExpiresAt: g.ExpiresAt, CreatedAt: now,
	})
	if err != nil {
		return Grant{}, fmt.Errorf("keep a grant: %w", err)
	}
	return g, nil
}

func (o GrantOptions) check() error {
	if o.MaxBytes < 0 {
		return errs.InvalidField("body.upload.max_bytes", "The largest size cannot be negative.")
	}
	if o.TTL < 0 {
		return errs.InvalidField("body.upload.ttl", "The time to live cannot be negative.")
	}
	if o.CORSOrigin == "" || o.CORSOrigin == "*" {
		return nil
	}
	u, err := url.Parse(o.CORSOrigin)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.Scheme+"://"+u.Host != o.CORSOrigin {
		return errs.InvalidField("body.upload.cors_origin", "An origin is a scheme and a host, such as https://studio.example.")
	}
	return nil
}

// anyGrant returns the grant with the key, a spent or expired one too. An unknown key is an errs.NotFound.
func (s *Service) anyGrant(ctx context.Context, key string) (StoredGrant, error) {
	if len(key) != keyLength {
		return StoredGrant{}, errs.Missing("upload address")
	}
	g, err := s.store.GrantByHash(ctx, Key(key).hash())
	if errs.Is(err, errs.NotFound) {
		return StoredGrant{}, errs.Missing("upload address")
	}
	if err != nil {
		return StoredGrant{}, fmt.Errorf("look up an upload address: %w", err)
	}
	return g, nil
}

func newKey() Key {
	var b [32]byte
	rand.Read(b[:]) // never fails (crypto/rand since Go 1.24)
	return Key(base64.RawURLEncoding.EncodeToString(b[:]))
}

func positive(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}
