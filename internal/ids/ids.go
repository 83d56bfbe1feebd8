package ids

import (
	"errors"
	"math/big"

	"github.com/google/uuid"
)

// Length is the number of characters of every id.
const Length = 22

// alphabet is in ASCII order, so that ids sort as text the way their UUIDs sort as bytes.
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

var errMalformed = errors.New("an id has 22 characters out of 0-9, A-Z and a-z")

// The kinds of id.
type (
	// VideoID names a video: what a viewer watches.
	VideoID string
	// VersionID names one source of a video with everything made from it.
	VersionID string
	// UserID names an account.
	UserID string
	// SessionID names one sign-in of an account.
	SessionID string
	// UploadID names one transfer of a source.
	UploadID string
	// TaskID names one leased unit of media work.
	TaskID string
	// OperationID names long work that somebody asked for.
	OperationID string
	// CategoryID names a category, whatever its slug becomes.
	CategoryID string
)

// ID is any of the kinds above.
type ID interface {
	~string
}

// New returns a fresh id of the kind K, later than all that this process made before (RFC 9562, UUID version 7).
func New[K ID]() K {
	return K(encode(uuid.Must(uuid.NewV7())))
}

// Parse returns s as an id of the kind K, or an error that says what an id looks like.
func Parse[K ID](s string) (K, error) {
	if len(s) != Length {
		return "", errMalformed
	}
	for i := range len(s) {
		if digit(s[i]) < 0 {
			return "", errMalformed
		}
	}
	return K(s), nil
}

func encode(u uuid.UUID) string {
	var (
		n    = new(big.Int).SetBytes(u[:])
		base = big.NewInt(int64(len(alphabet)))
		rest = new(big.Int)
		out  [Length]byte
	)
	for i := Length - 1; i >= 0; i-- {
		n.DivMod(n, base, rest)
		out[i] = alphabet[rest.Int64()]
	}
	return string(out[:])
}

func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 36
	}
	return -1
}
