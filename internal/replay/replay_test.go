package replay_test

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"matinee/internal/database"
	"matinee/internal/errs"
	"matinee/internal/replay"
)

// spy remembers what the keeper had stored.
type spy struct {
	*database.Replays

	sealed string
}

func (s *spy) FinishReplay(ctx context.Context, e replay.Entry) error {
	s.sealed = e.Sealed
	return s.Replays.FinishReplay(ctx, e)
}

func setup(t *testing.T) *spy {
	t.Helper()
	db, err := database.Open(t.Context(), filepath.Join(t.TempDir(), "matinee.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return &spy{Replays: database.NewReplays(db)}
}

func keeper(t *testing.T, s replay.Store, secret byte) *replay.Keeper {
	t.Helper()
	k, err := replay.New(s, [32]byte{secret}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func begin(t *testing.T, k *replay.Keeper, caller, key, request string) *replay.Attempt {
	t.Helper()
	attempt, answer, err := k.Begin(t.Context(), caller, key, []byte(request))
	if err != nil || answer != nil {
		t.Fatalf("it has an answer %+v, %v", answer, err)
	}
	return attempt
}

func TestAnAnswerIsSealedAndComesBackWhole(t *testing.T) {
	t.Parallel()
	s := setup(t)
	k := keeper(t, s, 1)
	answer := replay.Answer{Status: 201, Header: map[string]string{"Location": "/here"}, Body: []byte(`{"put_url":"canary"}`)}
	if err := begin(t, k, "ada", "k", "body").Finish(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	if s.sealed == "" || strings.Contains(s.sealed, "canary") || strings.Contains(s.sealed, "Y2FuYXJ5") {
		t.Errorf("it lies open: %q", s.sealed)
	}
	attempt, again, err := k.Begin(t.Context(), "ada", "k", []byte("body"))
	if err != nil || attempt != nil || again.Status != 201 || again.Header["Location"] != "/here" || !bytes.Equal(again.Body, answer.Body) {
		t.Errorf("got %+v, %v", again, err)
	}
	if _, answer, err := keeper(t, s, 2).Begin(t.Context(), "ada", "k", []byte("body")); err == nil {
		t.Errorf("another instance's secret opens it: %+v", answer)
	}
}

func TestAKeyIsForOneRequestOfOneCaller(t *testing.T) {
	t.Parallel()
	k := keeper(t, setup(t), 1)
	attempt := begin(t, k, "ada", "k", "body")
	if _, _, err := k.Begin(t.Context(), "ada", "k", []byte("body")); errs.CodeOf(err) != "idempotency_in_flight" {
		t.Errorf("while it is answered: %v", err)
	}
	if _, _, err := k.Begin(t.Context(), "ada", "k", []byte("bo"), []byte("dy")); errs.CodeOf(err) != "idempotency_key_reused" {
		t.Errorf("with another request: %v", err)
	}
	begin(t, k, "bob", "k", "another body")
	if err := attempt.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	begin(t, k, "ada", "k", "another body")
	for _, key := range []string{"", strings.Repeat("x", 256), "a\nb", "é"} {
		if _, _, err := k.Begin(t.Context(), "ada", key, nil); !errs.Is(err, errs.Invalid) {
			t.Errorf("the key %q: %v", key, err)
		}
	}
}

func TestOurOwnTroubleIsNotKept(t *testing.T) {
	t.Parallel()
	k := keeper(t, setup(t), 1)
	for _, answer := range []replay.Answer{{Status: 500}, {Status: 503}, {Status: 507}, {Status: 429}, {Status: 201, Body: make([]byte, replay.MaxAnswer)}} {
		if err := begin(t, k, "ada", "k", "body").Finish(t.Context(), answer); err != nil {
			t.Fatal(err)
		}
		if err := begin(t, k, "ada", "k", "body").Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
