package testkit

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

const (
	// s3BuildTimeout bounds fetching and building the server; it took 30 s on idle cores, the first time only.
	s3BuildTimeout = 10 * time.Minute
	// s3StartTimeout bounds the start of the built server; it took 0.4 s.
	s3StartTimeout = 20 * time.Second
	// s3AccessKey and s3SecretKey are the account that test/services knows.
	s3AccessKey = "matinee-test"
	s3SecretKey = "matinee-test-secret"
)

// Bucket is an empty bucket of a real S3 server, for one test.
type Bucket struct {
	Endpoint  string // http://127.0.0.1:PORT; the bucket is named in the path
	Region    string
	Name      string
	AccessKey string
	SecretKey string
}

// sharedS3 starts the server of this test process at its first use. Buckets in it are numbered.
var (
	sharedS3     = sync.OnceValues(startS3)
	bucketNumber atomic.Int64
)

// S3 returns a fresh and empty bucket that only this test uses.
// The first call of a test process starts the server of test/services, which ends with the process; the first call on a machine
// builds it. Without it the test is skipped, or fails when MATINEE_REQUIRE_SERVICES is 1.
func S3(tb testing.TB) Bucket {
	tb.Helper()
	endpoint, err := sharedS3()
	if err != nil && os.Getenv(RequireServices) != "1" {
		tb.Skipf("no S3 server: %v", err)
	}
	if err != nil {
		tb.Fatalf("no S3 server: %v", err)
	}
	b := Bucket{
		Endpoint: endpoint, Region: "us-east-1", Name: fmt.Sprintf("test-%d", bucketNumber.Add(1)),
		AccessKey: s3AccessKey, SecretKey: s3SecretKey,
	}
	if err := b.make(tb.Context()); err != nil {
		tb.Fatalf("make a bucket for the test: %v", err)
	}
	return b
}

func (b Bucket) make(ctx context.Context) error {
	client, err := minio.New(strings.TrimPrefix(b.Endpoint, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(b.AccessKey, b.SecretKey, ""), Region: b.Region, BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		return err
	}
	return client.MakeBucket(ctx, b.Name, minio.MakeBucketOptions{Region: b.Region})
}

// startS3 starts the server and returns its address once it answers.
func startS3() (string, error) {
	program, err := servicesProgram()
	if err != nil {
		return "", fmt.Errorf("build test/services: %w", err)
	}
	command := exec.Command(program)
	// Its own process group, so that Ctrl-C reaches the tests only; it ends when this process does, with its standard input.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if _, err := command.StdinPipe(); err != nil {
		return "", err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := command.Start(); err != nil {
		return "", err
	}
	go func() { _ = command.Wait() }() // keeps its standard input open for as long as this process runs
	return addressFrom(output)
}

// addressFrom reads lines up to the one that says where the server is, and lets it write on after that.
func addressFrom(output io.Reader) (string, error) {
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(output)
		for lines.Scan() {
			if address, ok := strings.CutPrefix(lines.Text(), "s3 "); ok {
				found <- address
			}
		}
		close(found)
	}()
	deadline := time.NewTimer(s3StartTimeout)
	defer deadline.Stop()
	select {
	case address, ok := <-found:
		if !ok {
			return "", errors.New("the server ended before it answered")
		}
		return address, nil
	case <-deadline.C:
		return "", fmt.Errorf("the server did not answer within %s", s3StartTimeout)
	}
}

// servicesProgram returns the path of the built server. It is kept in the user's cache under the hash of its sources, and one
// process at a time builds it.
func servicesProgram() (string, error) {
	source, err := servicesFolder()
	if err != nil {
		return "", err
	}
	sum, err := hashOf(source)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "matinee-test")
	program := filepath.Join(folder, "services-"+sum)
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(filepath.Join(folder, "services.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	if _, err := os.Stat(program); err == nil {
		return program, nil // somebody built it while we waited
	}
	return program, buildServices(source, program)
}

func buildServices(source, program string) error {
	ctx, cancel := context.WithTimeout(context.Background(), s3BuildTimeout)
	defer cancel()
	part := program + ".part"
	command := exec.CommandContext(ctx, "go", "build", "-o", part, ".")
	command.Dir = source
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=readonly")
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return os.Rename(part, program)
}

// servicesFolder finds test/services from the folder of the package under test.
func servicesFolder() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		folder := filepath.Join(dir, "test", "services")
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
	}
	return "", errors.New("test/services is not above the working directory")
}

// hashOf hashes what the server is built of; go.sum stands for all its modules.
func hashOf(folder string) (string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d\n", filepath.Base(name), len(text))
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}
