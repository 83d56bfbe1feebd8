package app

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// These tests are inside the package: nobody outside sees the folder, only what a server does with it.

func TestAFolderIsHeldByOne(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data")
	first, err := holdFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := holdFolder(path); !errors.Is(err, ErrHeld) {
		t.Errorf("held twice: %v", err)
	}
	if !isHeld(path) {
		t.Error("nobody sees that it is held")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if isHeld(path) {
		t.Error("it is held by nobody")
	}
	second, err := holdFolder(path)
	if err != nil {
		t.Errorf("after the first let go: %v", err)
	}
	_ = second.Close()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v, %v", info.Mode(), err)
	}
}

func TestTheSecretIsMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	f := &folder{path: t.TempDir()}
	first, err := f.secret()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := f.secret(); err != nil || again != first || first == [32]byte{} {
		t.Errorf("another secret at the second start, %v", err)
	}
	if info, err := os.Stat(f.in("secret.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file is %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(f.in("secret.key"), []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.secret(); err == nil {
		t.Error("a broken key file is replaced: every session and sealed secret would be lost")
	}
}
