package account_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"matinee/internal/account"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

func wantInvalidToken(t *testing.T, b *bundle, token string) {
	t.Helper()
	_, err := b.CallerByToken(t.Context(), account.Secret(token))
	wantCode(t, err, errs.Unauthenticated, "invalid_token")
}

func TestAnAccessTokenIsVerifiedByThePublishedKey(t *testing.T) {
	t.Parallel()
	b, tokens := setupTokens(t)
	key := b.KeySet().Keys[0]
	x, err := base64.RawURLEncoding.DecodeString(key.X)
	if err != nil || len(x) != ed25519.PublicKeySize {
		t.Fatalf("x %q: %v", key.X, err)
	}
	parsed, err := jwt.Parse(string(tokens.Access), func(*jwt.Token) (any, error) { return ed25519.PublicKey(x), nil },
		jwt.WithTimeFunc(b.clock.now), jwt.WithValidMethods([]string{key.Algorithm}))
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Header["kid"] != key.ID {
		t.Errorf("kid %v, want %s", parsed.Header["kid"], key.ID)
	}
	said := parsed.Claims.(jwt.MapClaims)
	for _, name := range []string{"sub", "sid", "epoch", "iat", "exp", "iss", "aud"} {
		if _, ok := said[name]; !ok {
			t.Errorf("the token does not say %s", name)
		}
		delete(said, name)
	}
	if len(said) != 0 {
		t.Errorf("the token also says %v", said)
	}
}

func TestAnAccessTokenLives15Minutes(t *testing.T) {
	t.Parallel()
	b, tokens := setupTokens(t)
	if tokens.ExpiresIn != 15*time.Minute {
		t.Errorf("it says it lives %s", tokens.ExpiresIn)
	}
	b.clock.advance(15*time.Minute - time.Second)
	must[account.Caller](t)(b.CallerByToken(t.Context(), tokens.Access))
	b.clock.advance(time.Second)
	wantInvalidToken(t, b, string(tokens.Access))
}

func TestAnAccessTokenEndsWithItsSession(t *testing.T) {
	t.Parallel()
	b, tokens := setupTokens(t)
	caller := must[account.Caller](t)(b.CallerByToken(t.Context(), tokens.Access))
	if err := b.EndSession(t.Context(), caller.Viewer, caller.Session); err != nil {
		t.Fatal(err)
	}
	wantInvalidToken(t, b, string(tokens.Access))
}

// forge signs the claims of a good token after a change, with our own key.
func forge(t *testing.T, b *bundle, good account.Secret, header, change jwt.MapClaims) string {
	t.Helper()
	parsed, _, err := jwt.NewParser().ParseUnverified(string(good), jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	said := parsed.Claims.(jwt.MapClaims)
	maps.Copy(said, change)
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, said)
	maps.Copy(token.Header, map[string]any{"kid": parsed.Header["kid"], "typ": parsed.Header["typ"]})
	maps.Copy(token.Header, header)
	keys, err := account.DeriveKeys([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	return must[string](t)(token.SignedString(keys.Signing))
}

func TestForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	b, tokens := setupTokens(t)
	now := b.clock.now()
	if _, err := b.CallerByToken(t.Context(), account.Secret(forge(t, b, tokens.Access, nil, nil))); err != nil {
		t.Fatalf("the forger's own copy is refused: %v", err)
	}
	for name, token := range map[string]string{
		"of another audience":     forge(t, b, tokens.Access, nil, jwt.MapClaims{"aud": "another"}),
		"of another issuer":       forge(t, b, tokens.Access, nil, jwt.MapClaims{"iss": "another"}),
		"of another user":         forge(t, b, tokens.Access, nil, jwt.MapClaims{"sub": ids.New[ids.UserID]()}),
		"of another session":      forge(t, b, tokens.Access, nil, jwt.MapClaims{"sid": ids.New[ids.SessionID]()}),
		"of another epoch":        forge(t, b, tokens.Access, nil, jwt.MapClaims{"epoch": 7}),
		"issued tomorrow":         forge(t, b, tokens.Access, nil, jwt.MapClaims{"iat": now.Add(24 * time.Hour).Unix()}),
		"without end":             forge(t, b, tokens.Access, nil, jwt.MapClaims{"exp": nil}),
		"of another type":         forge(t, b, tokens.Access, jwt.MapClaims{"typ": "JWT"}, nil),
		"of an unknown key":       forge(t, b, tokens.Access, jwt.MapClaims{"kid": "another"}, nil),
		"without signature":       unsigned(t, tokens.Access),
		"with the public key HS":  symmetric(t, b, tokens.Access),
		"with a cut signature":    string(tokens.Access[:len(tokens.Access)-1]),
		"with another's payload":  swapped(tokens.Access, forge(t, b, tokens.Access, nil, jwt.MapClaims{"epoch": 1})),
		"that is empty":           "",
		"that is no token at all": strings.Repeat("a.", 2000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantInvalidToken(t, b, token)
		})
	}
}

func unsigned(t *testing.T, good account.Secret) string {
	t.Helper()
	parsed, _, err := jwt.NewParser().ParseUnverified(string(good), jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodNone, parsed.Claims)
	maps.Copy(token.Header, map[string]any{"kid": parsed.Header["kid"], "typ": parsed.Header["typ"]})
	return must[string](t)(token.SignedString(jwt.UnsafeAllowNoneSignatureType))
}

func symmetric(t *testing.T, b *bundle, good account.Secret) string {
	t.Helper()
	parsed, _, err := jwt.NewParser().ParseUnverified(string(good), jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, parsed.Claims)
	maps.Copy(token.Header, map[string]any{"kid": parsed.Header["kid"], "typ": parsed.Header["typ"]})
	return must[string](t)(token.SignedString([]byte(b.KeySet().Keys[0].X)))
}

// swapped is the good token with the payload of another.
func swapped(good account.Secret, other string) string {
	g, o := strings.Split(string(good), "."), strings.Split(other, ".")
	return g[0] + "." + o[1] + "." + g[2]
}

func TestKeysAreAFunctionOfTheSecret(t *testing.T) {
	t.Parallel()
	one, again, other := must[account.Keys](t)(account.DeriveKeys([32]byte{1})), must[account.Keys](t)(account.DeriveKeys([32]byte{1})),
		must[account.Keys](t)(account.DeriveKeys([32]byte{2}))
	if !one.Signing.Equal(again.Signing) || one.Refresh != again.Refresh {
		t.Error("one secret gave two sets of keys")
	}
	if one.Signing.Equal(other.Signing) || one.Refresh == other.Refresh {
		t.Error("two secrets share a key")
	}
	if [32]byte(one.Signing.Seed()) == one.Refresh {
		t.Error("both keys are the same")
	}
	if _, err := account.New(nil, account.Keys{}, account.Options{}); err == nil {
		t.Error("accounts without a key were made")
	}
}
