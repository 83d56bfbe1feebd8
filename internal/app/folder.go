package app

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrHeld is returned when another process holds the data folder.
var ErrHeld = errors.New("another Matinee process holds the data folder")

// folder is the data folder, held by this process alone.
type folder struct {
	path string
	lock *os.File
}

// lockName is the file in the data folder that whoever holds it has locked.
const lockName = "lock"

// isHeld reports whether a process holds the folder. It leaves nothing behind.
func isHeld(path string) bool {
	lock, err := os.Open(filepath.Join(path, lockName))
	if err != nil {
		return false
	}
	defer lock.Close()
	return errors.Is(syscall.Flock(int(lock.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

// holdFolder makes the folder where it is missing and locks it. The lock ends with the process, however that ends.
func holdFolder(path string) (*folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the data folder's lock: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s: %w", path, ErrHeld)
		}
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	return &folder{path: path, lock: lock}, nil
}

func (f *folder) Close() error { return f.lock.Close() }

func (f *folder) in(name string) string { return filepath.Join(f.path, name) }

// SocketPath is where a server that holds the data folder answers its administrator.
func SocketPath(data string) string { return filepath.Join(data, "matinee.sock") }

// secret returns the instance's 32 secret bytes, made at the first start. All its keys are derived from them.
func (f *folder) secret() (key [32]byte, err error) {
	path := f.in("secret.key")
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return newSecret(path)
	}
	if err != nil {
		return key, fmt.Errorf("read the secret key: %w", err)
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(raw) != len(key) {
		return key, fmt.Errorf("%s does not hold 64 hexadecimal digits: restore it from a backup", path)
	}
	copy(key[:], raw)
	return key, nil
}

func newSecret(path string) (key [32]byte, err error) {
	rand.Read(key[:])
	part := path + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return key, fmt.Errorf("make the secret key: %w", err)
	}
	_, err = file.WriteString(hex.EncodeToString(key[:]) + "\n")
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return key, fmt.Errorf("write the secret key: %w", err)
	}
	if err := os.Rename(part, path); err != nil {
		return key, fmt.Errorf("write the secret key: %w", err)
	}
	return key, nil
}
