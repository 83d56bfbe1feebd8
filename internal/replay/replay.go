package replay

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"matinee/internal/errs"
)

const (
	// Lifetime is how long an answer is kept.
	Lifetime = 24 * time.Hour
	// inFlight is how long a request without an answer counts as being worked on. No creation takes longer; what is older was
	// left by a process that ended.
	inFlight = 2 * time.Minute
	// MaxKey bounds a key, in characters.
	MaxKey = 255
	// MaxAnswer bounds a kept answer, in bytes. A larger one is not kept.
	MaxAnswer = 64 << 10
	// perCaller bounds the answers kept for one caller; the oldest give way.
	perCaller = 1000
)

// Store keeps entries by caller and key.
type Store interface {
	// BeginReplay adds the entry and reports true, or returns the one that stands under its caller and key. Entries begun
	// before b.Expired, and those without an answer begun before b.Abandoned, no longer stand. The oldest of a caller beyond
	// b.Keep go.
	BeginReplay(ctx context.Context, e Entry, b Bounds) (standing Entry, begun bool, err error)
	// FinishReplay adds the answer to an entry that was begun at the same instant.
	FinishReplay(ctx context.Context, e Entry) error
	// ForgetReplay removes an entry that was begun at the same instant.
	ForgetReplay(ctx context.Context, e Entry) error
}

// Entry is a request with the answer that was given to it.
type Entry struct {
	Caller  string
	Key     string
	Request string // a hash of what was asked
	Status  int    // 0 while it is being answered
	Sealed  string // the answer
	BegunAt time.Time
}

// Bounds say which entries stand.
type Bounds struct {
	Expired   time.Time
	Abandoned time.Time
	Keep      int
}

// Answer is what a client got.
type Answer struct {
	Status int               `json:"-"`
	Header map[string]string `json:"header"`
	Body   []byte            `json:"body"`
}

// Keeper keeps and gives answers. It is safe for concurrent use.
type Keeper struct {
	store Store
	seal  cipher.AEAD
	now   func() time.Time
}

// New returns a keeper whose answers are sealed under the instance's secret. now may be nil for time.Now.
func New(store Store, secret [32]byte, now func() time.Time) (*Keeper, error) {
	key, err := hkdf.Key(sha256.New, secret[:], nil, "matinee idempotent replay 1", 32)
	if err != nil {
		return nil, fmt.Errorf("derive replay key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make replay cipher: %w", err)
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make replay cipher: %w", err)
	}
	if now == nil {
		now = time.Now
	}
	return &Keeper{store: store, seal: seal, now: now}, nil
}

// Attempt is a request that is being answered for the first time. It must end with Finish or Forget.
type Attempt struct {
	keeper *Keeper
	entry  Entry
}

// Begin returns the answer that was given to the same request before, or an attempt to answer it now. It is an errs.Conflict
// error while the same request is being answered and an errs.Invalid one where the key was used for another request.
func (k *Keeper) Begin(ctx context.Context, caller, key string, request ...[]byte) (*Attempt, *Answer, error) {
	if key == "" || len(key) > MaxKey || strings.ContainsFunc(key, isNotVisible) {
		return nil, nil, errs.InvalidField("header.Idempotency-Key", "A key has 1 to %d visible ASCII characters.", MaxKey)
	}
	now := k.now().Round(time.Microsecond)
	entry := Entry{Caller: caller, Key: key, Request: hashOf(request), BegunAt: now}
	standing, begun, err := k.store.BeginReplay(ctx, entry, Bounds{Expired: now.Add(-Lifetime), Abandoned: now.Add(-inFlight), Keep: perCaller})
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("look for an earlier answer: %w", err)
	case begun:
		return &Attempt{keeper: k, entry: entry}, nil, nil
	case standing.Request != entry.Request:
		return nil, nil, errs.New(errs.Invalid, "idempotency_key_reused", "This Idempotency-Key was used for another request. Use a new one.")
	case standing.Status == 0:
		return nil, nil, errs.New(errs.Conflict, "idempotency_in_flight", "The same request is being answered. Try again in a moment.")
	}
	answer, err := k.open(standing)
	return nil, answer, err
}

func isNotVisible(r rune) bool { return r < ' ' || r > '~' }

// hashOf hashes the parts so that no two lists of parts read alike.
func hashOf(parts [][]byte) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:", len(part))
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Finish keeps the answer. What was the server's own trouble is not kept, nor what is too large: the next request is a first one.
func (a *Attempt) Finish(ctx context.Context, answer Answer) error {
	text, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	if answer.Status >= 500 || answer.Status == 429 || len(text) > MaxAnswer {
		return a.Forget(ctx)
	}
	nonce := make([]byte, a.keeper.seal.NonceSize())
	rand.Read(nonce)
	sealed := a.keeper.seal.Seal(nonce, nonce, text, a.entry.binding())
	a.entry.Status, a.entry.Sealed = answer.Status, base64.RawStdEncoding.EncodeToString(sealed)
	return a.keeper.store.FinishReplay(ctx, a.entry)
}

// Forget gives the key back.
func (a *Attempt) Forget(ctx context.Context) error { return a.keeper.store.ForgetReplay(ctx, a.entry) }

// binding is what a sealed answer belongs to: moved to another row, it does not open.
func (e Entry) binding() []byte {
	return []byte(hashOf([][]byte{[]byte(e.Caller), []byte(e.Key), []byte(e.Request)}))
}

func (k *Keeper) open(e Entry) (*Answer, error) {
	sealed, err := base64.RawStdEncoding.DecodeString(e.Sealed)
	if err != nil || len(sealed) < k.seal.NonceSize() {
		return nil, errors.New("the kept answer is damaged")
	}
	text, err := k.seal.Open(nil, sealed[:k.seal.NonceSize()], sealed[k.seal.NonceSize():], e.binding())
	if err != nil {
		return nil, fmt.Errorf("open the kept answer: %w", err)
	}
	answer := &Answer{Status: e.Status}
	if err := json.Unmarshal(text, answer); err != nil {
		return nil, fmt.Errorf("decode the kept answer: %w", err)
	}
	return answer, nil
}
