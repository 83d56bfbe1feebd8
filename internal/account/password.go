package account

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/argon2"

	"matinee/internal/errs"
)

// What one hash costs: 19 MiB and about 100 ms of a core (OWASP's second recommendation for argon2id).
const (
	hashMemoryKiB  = 19 * 1024
	hashIterations = 2
	hashThreads    = 1
	hashSaltBytes  = 16
	hashKeyBytes   = 32
)

// unknownUserHash costs as much to compare as a real hash, and nobody knows a password that has it.
func unknownUserHash() Secret {
	salt, key := base64.RawStdEncoding.EncodeToString(make([]byte, hashSaltBytes)), base64.RawStdEncoding.EncodeToString(make([]byte, hashKeyBytes))
	return Secret(fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemoryKiB, hashIterations, hashThreads, salt, key))
}

// hasher computes and compares password hashes, few at a time.
type hasher struct {
	slots chan struct{} // computing
	queue chan struct{} // computing or waiting
}

func newHasher(slots, queue int) *hasher {
	return &hasher{slots: make(chan struct{}, slots), queue: make(chan struct{}, slots+queue)}
}

// hash returns the hash of a password. It returns errs.Busy when too many wait already.
func (h *hasher) hash(ctx context.Context, password Secret) (hash Secret, err error) {
	err = h.inSlot(ctx, func() error {
		text, err := argon2id.CreateHash(string(password), hashParams())
		hash = Secret(text)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// matches compares a password with a hash. Outdated means that the hash was made with other parameters than today's.
func (h *hasher) matches(ctx context.Context, password, hash Secret) (match, outdated bool, err error) {
	err = h.inSlot(ctx, func() error {
		ok, params, err := argon2id.CheckHash(string(password), string(hash))
		match, outdated = ok, params != nil && *params != *hashParams()
		return err
	})
	if err != nil {
		return false, false, fmt.Errorf("compare password: %w", err)
	}
	return match, outdated, nil
}

func (h *hasher) inSlot(ctx context.Context, work func() error) error {
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return &errs.Error{
			Kind: errs.Busy, Code: "too_many_sign_ins", Message: "Too many people are signing in. Try again in a moment.",
			RetryAfter: 3 * time.Second,
		}
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return work()
}

func hashParams() *argon2id.Params {
	return &argon2id.Params{
		Memory: hashMemoryKiB, Iterations: hashIterations, Parallelism: hashThreads, SaltLength: hashSaltBytes, KeyLength: hashKeyBytes,
	}
}
