package config_test

import (
	"strings"
	"testing"
	"time"

	"matinee/internal/config"
)

func valid() config.Config {
	return config.Config{
		Data: "data", Listen: "127.0.0.1:8080", DrainTimeout: time.Second, EncodeSlots: 1, EncodeThread: 2, UploadTTL: time.Hour,
	}
}

func TestValidateNamesEveryWrongKey(t *testing.T) {
	t.Parallel()
	good := valid()
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	bad := config.Config{Listen: "nowhere", PublicURL: "ftp://x", DrainTimeout: -1, BinRetention: -1}
	err := bad.Validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, key := range []string{"data:", "listen:", "public-url:", "drain-timeout:", "encode-slots:", "encode-threads:", "upload-ttl:", "bin-retention:"} {
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

func TestTheReferenceNamesEveryKey(t *testing.T) {
	t.Parallel()
	text := config.Reference()
	for _, want := range []string{"`--listen`", "`MATINEE_PUBLIC_URL`", "`1GB`", "| `data` |"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in the reference", want)
		}
	}
}
