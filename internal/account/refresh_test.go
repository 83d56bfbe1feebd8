package account_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/errs"
)

func setupTokens(t *testing.T) (*bundle, account.Tokens) {
	t.Helper()
	b := setup(t)
	u := b.create(t, "ada@example.org", access.Uploader)
	return b, must[account.Tokens](t)(b.IssueTokens(t.Context(), credentials(u), account.Origin{}))
}

func refresh(t *testing.T, b *bundle, token account.Secret) account.Tokens {
	t.Helper()
	return must[account.Tokens](t)(b.Refresh(t.Context(), token))
}

func wantStolen(t *testing.T, b *bundle, token account.Secret) {
	t.Helper()
	_, err := b.Refresh(t.Context(), token)
	wantCode(t, err, errs.Unauthenticated, "invalid_refresh_token")
}

func TestARefreshTokenRotates(t *testing.T) {
	t.Parallel()
	b, tokens := setupTokens(t)
	seen := map[account.Secret]bool{tokens.Refresh: true}
	for range 5 {
		b.clock.advance(14 * time.Minute)
		tokens = refresh(t, b, tokens.Refresh)
		if seen[tokens.Refresh] {
			t.Fatal("a refresh token came twice")
		}
		seen[tokens.Refresh] = true
		must[account.Caller](t)(b.CallerByToken(t.Context(), tokens.Access))
	}
}

func TestARetryWithin30SecondsGetsTheSameSuccessor(t *testing.T) {
	t.Parallel()
	b, tokens := setupTokens(t)
	first := refresh(t, b, tokens.Refresh)
	b.clock.advance(30 * time.Second)
	again := refresh(t, b, tokens.Refresh)
	if first.Refresh != again.Refresh {
		t.Error("the retry got another successor")
	}
	refresh(t, b, again.Refresh)
}

func TestARetryAfter30SecondsEndsTheSession(t *testing.T) {
	t.Parallel()
	b, tokens := setupTokens(t)
	next := refresh(t, b, tokens.Refresh)
	b.clock.advance(30*time.Second + time.Microsecond)
	wantStolen(t, b, tokens.Refresh)
	wantStolen(t, b, next.Refresh)
	_, err := b.CallerByToken(t.Context(), next.Access)
	wantCode(t, err, errs.Unauthenticated, "invalid_token")
}

func TestATokenWhoseSuccessorWasUsedEndsTheSessionEvenWithin30Seconds(t *testing.T) {
	t.Parallel()
	b, first := setupTokens(t)
	second := refresh(t, b, first.Refresh)
	third := refresh(t, b, second.Refresh)
	wantStolen(t, b, first.Refresh)
	wantStolen(t, b, third.Refresh)
}

func TestAnAncientTokenEndsTheSession(t *testing.T) {
	t.Parallel()
	b, first := setupTokens(t)
	current := first
	for range 4 {
		current = refresh(t, b, current.Refresh)
	}
	wantStolen(t, b, first.Refresh)
	wantStolen(t, b, current.Refresh)
}

func TestAGuessEndsNobodysSession(t *testing.T) {
	t.Parallel()
	b, tokens := setupTokens(t)
	parts := strings.Split(string(tokens.Refresh), ".")
	for _, guess := range []string{
		"", ".", "..", parts[0], parts[0] + "." + parts[1], parts[0] + ".." + parts[2], parts[0] + "." + parts[1] + "." + parts[2] + ".",
		parts[0] + "." + strings.Repeat("A", len(parts[1])) + "." + parts[2], string(tokens.Access),
	} {
		wantStolen(t, b, account.Secret(guess))
	}
	foreign := b.node(t, [32]byte{2})
	if _, err := foreign.Refresh(t.Context(), tokens.Refresh); !errs.Is(err, errs.Unauthenticated) {
		t.Errorf("another instance's key took the token: %v", err)
	}
	refresh(t, b, tokens.Refresh)
}

func TestRefreshesAtOnceGetOneSuccessor(t *testing.T) {
	t.Parallel()
	b, tokens := setupTokens(t)
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		found = map[account.Secret]int{}
	)
	for range 8 {
		wg.Go(func() {
			next, err := b.Refresh(t.Context(), tokens.Refresh)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			found[next.Refresh]++
		})
	}
	wg.Wait()
	if len(found) != 1 {
		t.Errorf("%d different successors", len(found))
	}
}

func TestAnotherNodeRefreshesTheSameWay(t *testing.T) {
	t.Parallel()
	b, tokens := setupTokens(t)
	next := refresh(t, b, tokens.Refresh)
	again := must[account.Tokens](t)(b.node(t, [32]byte{1}).Refresh(t.Context(), tokens.Refresh))
	if next.Refresh != again.Refresh {
		t.Error("two nodes gave two successors")
	}
}

func TestACookieIsNoRefreshTokenAndTheOtherWayRound(t *testing.T) {
	t.Parallel()
	b, tokens := setupTokens(t)
	cookie := must[account.SignedIn](t)(b.SignIn(t.Context(), credentials(tokens.User), account.Origin{})).Cookie
	wantStolen(t, b, cookie)
	_, err := b.CallerByCookie(t.Context(), tokens.Refresh)
	wantCode(t, err, errs.Unauthenticated, "session_ended")
	_, err = b.CallerByToken(t.Context(), tokens.Refresh)
	wantCode(t, err, errs.Unauthenticated, "invalid_token")
}
