package account

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// Keys are what tokens are made with. All nodes of an instance share them.
type Keys struct {
	Signing ed25519.PrivateKey // signs access tokens
	Refresh [32]byte           // keys the HMAC that derives refresh tokens
}

// DeriveKeys makes the keys out of the instance's secret (HKDF-SHA-256, RFC 5869, one label a key).
func DeriveKeys(secret [32]byte) (Keys, error) {
	seed, err := hkdf.Key(sha256.New, secret[:], nil, "matinee access token signing 1", ed25519.SeedSize)
	if err != nil {
		return Keys{}, fmt.Errorf("derive signing key: %w", err)
	}
	refresh, err := hkdf.Key(sha256.New, secret[:], nil, "matinee refresh token 1", 32)
	if err != nil {
		return Keys{}, fmt.Errorf("derive refresh key: %w", err)
	}
	return Keys{Signing: ed25519.NewKeyFromSeed(seed), Refresh: [32]byte(refresh)}, nil
}

// KeySet is a JWK set (RFC 7517) of public keys.
type KeySet struct {
	Keys []PublicKey `json:"keys"`
}

// PublicKey is one Ed25519 key as a JWK (RFC 8037).
type PublicKey struct {
	Type      string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
}

// publicKey describes the key that verifies access tokens. Its id is its thumbprint (RFC 7638).
func publicKey(signing ed25519.PrivateKey) PublicKey {
	x := base64.RawURLEncoding.EncodeToString(signing[ed25519.PrivateKeySize-ed25519.PublicKeySize:]) // RFC 8032: seed, then public key
	thumbprint := sha256.Sum256(fmt.Appendf(nil, `{"crv":"Ed25519","kty":"OKP","x":%q}`, x))
	return PublicKey{
		Type: "OKP", Curve: "Ed25519", X: x, Use: "sig", Algorithm: "EdDSA",
		ID: base64.RawURLEncoding.EncodeToString(thumbprint[:]),
	}
}

// KeySet returns the public keys that verify the instance's access tokens.
func (a *Accounts) KeySet() KeySet {
	return KeySet{Keys: []PublicKey{a.public}}
}
