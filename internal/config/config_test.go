package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"matinee/internal/config"
)

func valid() config.Config {
	return config.Config{
		Data: "data", Listen: "127.0.0.1:8080", DrainTimeout: time.Second, EncodeThread: 2, UploadTTL: time.Hour, SandboxUser: 65530,
	}
}

func TestValidateNamesEveryWrongKey(t *testing.T) {
	t.Parallel()
	good := valid()
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	bad := config.Config{Listen: "nowhere", PublicURL: "ftp://x", DrainTimeout: -1, BinRetention: -1, EncodeSlots: -1}
	err := bad.Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, key := range []string{"data:", "listen:", "public-url:", "drain-timeout:", "encode-slots:", "encode-threads:", "sandbox-user:", "upload-ttl:", "bin-retention:"} {
		if !strings.Contains(err.Error(), key) {
			t.Errorf("the error does not name %s\n%v", key, err)
		}
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]config.Bytes{"0": 0, "12": 12, "1.5GB": 1_500_000_000, "512 MiB": 512 << 20, "2kb": 2000, "7B": 7} {
		var got config.Bytes
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "GB", "-1", "ten", "1e30GB"} {
		var got config.Bytes
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is accepted as %d", text, got)
		}
	}
}

func TestASecretMayComeFromAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "database")
	if err := os.WriteFile(file, []byte("postgres://m:top-secret@db/matinee\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		key         string
		environment map[string]string
		want, fault string
	}{
		"from its file":               {"database", map[string]string{"MATINEE_DATABASE_FILE": file}, "postgres://m:top-secret@db/matinee", ""},
		"from its variable":           {"database", map[string]string{"MATINEE_DATABASE": "x"}, "x", ""},
		"from nowhere":                {"database", nil, "", ""},
		"from both":                   {"database", map[string]string{"MATINEE_DATABASE": "x", "MATINEE_DATABASE_FILE": file}, "", "both set"},
		"from a file that is missing": {"database", map[string]string{"MATINEE_DATABASE_FILE": file + ".none"}, "", "MATINEE_DATABASE_FILE"},
		"unless it is no secret":      {"listen", map[string]string{"MATINEE_LISTEN_FILE": file}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			value, found, err := config.FromEnvironment(tt.key, func(name string) (string, bool) {
				value, ok := tt.environment[name]
				return value, ok
			})
			if value != tt.want || found != (tt.want != "") || (err != nil) != (tt.fault != "") || err != nil && !strings.Contains(err.Error(), tt.fault) {
				t.Errorf("got %q, %v, %v", value, found, err)
			}
		})
	}
}

func TestNoSecretIsPrinted(t *testing.T) {
	t.Parallel()
	for database, want := range map[string]string{
		"postgres://m:top-secret@db/matinee":        `database: "postgres://m:xxxxx@db/matinee"`,
		"postgres://db/matinee?password=top-secret": `database: "postgres://db/matinee?password=xxxxx"`,
		"/srv/matinee.db":                           `database: "/srv/matinee.db"`,
		"postgres://m:top-secret@%zz/":              `database: "•••"`,
	} {
		c := valid()
		c.Database = database
		text := c.Print()
		if strings.Contains(text, "top-secret") || !strings.Contains(text, want) {
			t.Errorf("of %s is printed\n%s", database, text)
		}
		if strings.Contains(text, "not shown") != strings.Contains(database, "top-secret") {
			t.Errorf("of %s is said\n%s", database, text)
		}
	}
}

func TestTheReferenceNamesEveryKey(t *testing.T) {
	t.Parallel()
	text := config.Reference()
	for _, want := range []string{"`--listen`", "`MATINEE_PUBLIC_URL`", "`1GB`", "| `data` |", "`MATINEE_DATABASE` or `MATINEE_DATABASE_FILE`"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in the reference", want)
		}
	}
}
