package account_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"matinee/internal/account"
)

func TestASecretPrintsAsDotsEverywhere(t *testing.T) {
	t.Parallel()
	const secret account.Secret = "hunter2hunter2"
	holder := struct {
		Name     string
		Password account.Secret
		Nested   []account.Secret
	}{"ada", secret, []account.Secret{secret}}
	var logged bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
		slog.New(h).LogAttrs(context.Background(), slog.LevelInfo, "m", slog.Any("secret", secret), slog.Any("holder", holder))
	}
	asJSON, err := json.Marshal(map[string]any{"secret": secret, "holder": holder})
	if err != nil {
		t.Fatal(err)
	}
	shown := []string{
		logged.String(), string(asJSON), fmt.Sprint(secret, holder), fmt.Errorf("wrong %w %v", errors.New("x"), secret).Error(),
	}
	for _, verb := range strings.Fields("%v %+v %#v %s %q %x %X %d %t %10.3s") {
		shown = append(shown, fmt.Sprintf(verb, secret), fmt.Sprintf(verb, holder))
	}
	for _, text := range shown {
		for _, form := range []string{"hunter2", "68756e746572", "68756E746572"} {
			if strings.Contains(text, form) {
				t.Errorf("%q shows the secret", text)
			}
		}
		if !strings.Contains(text, "•••") {
			t.Errorf("%q lacks the dots", text)
		}
	}
}

func TestAHashTellsSecretsApart(t *testing.T) {
	t.Parallel()
	if account.HashOf("a") == account.HashOf("b") || len(account.HashOf("a")) != 43 {
		t.Error("hashes do not tell secrets apart")
	}
}
