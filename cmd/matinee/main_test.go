package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// call runs the command line and returns what it wrote.
func call(t *testing.T, in string, environment map[string]string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	lookup := func(name string) (string, bool) {
		value, ok := environment[name]
		return value, ok
	}
	err := run(process{ctx: t.Context(), in: strings.NewReader(in), out: &out, errors: &out, lookup: lookup}, args)
	return out.String(), err
}

func TestAFlagBeatsTheEnvironmentBeatsTheFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "matinee.yml")
	if err := os.WriteFile(file, []byte("listen: 127.0.0.1:1\npublic-url: https://file.example\ndrain-timeout: 7s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	environment := map[string]string{"MATINEE_LISTEN": "127.0.0.1:2", "MATINEE_PUBLIC_URL": "https://environment.example"}
	out, err := call(t, "", environment, "--config", file, "config", "--listen", "127.0.0.1:3")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`listen: "127.0.0.1:3"`, `public-url: "https://environment.example"`, `drain-timeout: "7s"`, `encode-slots: "0"`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
}

func TestAMisspeltKeyIsNamed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"lisen: x\n": "lisen", "data:\n  - a\n": "data", "{": "configuration file"} {
		file := filepath.Join(t.TempDir(), "matinee.yml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := call(t, "", nil, "--config", file, "config"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAWrongValueIsNamed(t *testing.T) {
	t.Parallel()
	_, err := call(t, "", nil, "serve", "--data", filepath.Join(t.TempDir(), "d"), "--listen", "nowhere")
	if err == nil || !strings.Contains(err.Error(), "listen:") {
		t.Errorf("got %v", err)
	}
	_, err = call(t, "", map[string]string{"MATINEE_LOG_LEVEL": "loud"}, "serve")
	if err == nil || !strings.Contains(err.Error(), "log-level") {
		t.Errorf("got %v", err)
	}
}

func TestAnAccountIsMadeWithoutAServer(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	args := []string{"user", "create", "--data", data, "--email", "Ann@Example.org", "--role", "admin", "--password-stdin"}
	out, err := call(t, "a long enough password\n", nil, args...)
	if err != nil || !strings.Contains(out, "admin ann@example.org") {
		t.Fatalf("got %q, %v", out, err)
	}
	if _, err := call(t, "a long enough password", nil, args...); err == nil {
		t.Error("the same address is taken twice")
	}
	if _, err := call(t, "short\n", nil, "user", "create", "--data", data, "--email", "b@example.org", "--password-stdin"); err == nil || !strings.Contains(err.Error(), "12") {
		t.Errorf("a short password: %v", err)
	}
	if _, err := call(t, "\n", nil, args...); err == nil {
		t.Error("an empty password is taken")
	}
	out, err = call(t, "", nil, "user", "list", "--data", data)
	if err != nil || !strings.Contains(out, "ann@example.org") || !strings.Contains(out, "Ann") {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestTheReferencesArePrinted(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"| `data` |": {"config", "--reference"}, "/api/v1/videos/{id}": {"openapi"}, "dev": {"version"}, "Run the server": {"--help"},
	} {
		if out, err := call(t, "", nil, args...); err != nil || !strings.Contains(out, want) {
			t.Errorf("%v: no %q in %.200q, %v", args, want, out, err)
		}
	}
}
