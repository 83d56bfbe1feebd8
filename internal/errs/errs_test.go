package errs_test

import (
	"errors"
	"fmt"
	"testing"

	"matinee/internal/errs"
)

func TestKindSurvivesWrapping(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("read video: %w", errs.New(errs.Conflict, "not_playable", "The video is not playable yet."))
	if !errs.Is(err, errs.Conflict) || errs.CodeOf(err) != "not_playable" {
		t.Errorf("kind %q code %q", errs.KindOf(err), errs.CodeOf(err))
	}
}

func TestAnErrorWithoutKindIsInternal(t *testing.T) {
	t.Parallel()
	if err := errors.New("boom"); errs.KindOf(err) != errs.Internal || errs.CodeOf(err) != "internal" {
		t.Errorf("kind %q code %q", errs.KindOf(err), errs.CodeOf(err))
	}
	if errs.Is(nil, errs.Internal) {
		t.Error("nil has a kind")
	}
}

func TestACodeDefaultsToTheKind(t *testing.T) {
	t.Parallel()
	if code := errs.CodeOf(&errs.Error{Kind: errs.Denied}); code != "denied" {
		t.Errorf("code %q", code)
	}
}
