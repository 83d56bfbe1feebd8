package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "•••"

// Secret is text that must not be shown: a password or a token. It prints as "•••" with every verb, in logs and as JSON;
// whoever hands it to its owner converts it to a string.
type Secret string

// Format implements fmt.Formatter for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler, and so JSON.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Hash is what is stored of a secret with at least 128 unguessable bits: its SHA-256 in base64url.
type Hash string

// HashOf returns the hash under which a secret is stored and found.
func HashOf(s Secret) Hash {
	sum := sha256.Sum256([]byte(s))
	return Hash(base64.RawURLEncoding.EncodeToString(sum[:]))
}

// secretBytes is how many random bytes a token has.
const secretBytes = 32

func newSecret() Secret {
	var b [secretBytes]byte
	_, _ = rand.Read(b[:]) // it ends the process rather than to return an error
	return Secret(base64.RawURLEncoding.EncodeToString(b[:]))
}
