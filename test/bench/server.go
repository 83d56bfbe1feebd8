package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"time"

	"matinee/client"
)

const (
	account  = "bench@example.org"
	password = "a password for a bench"
	patience = 30 * time.Second // for what takes milliseconds on an idle machine
)

// server is a running matinee.
type server struct {
	*exec.Cmd
	url     string
	started time.Time
}

// launch starts a server on the data folder and waits for its ready line.
func (b *bench) launch(ctx context.Context, data string) (*server, error) {
	cmd := background(ctx, b.binary, "serve", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "error", "--rate-limit", "0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s := &server{Cmd: cmd, started: time.Now()}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s, which make build makes: %w", b.binary, err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if url, ok := strings.CutPrefix(lines.Text(), "Matinee is ready at "); ok {
			s.url = url
			go func() { _, _ = io.Copy(io.Discard, out) }() // so that the server can write; it ends with the server
			return s, nil
		}
	}
	return nil, errors.Join(errors.New("the server ended before it was ready"), cmd.Wait())
}

// serving runs work while a server serves the data folder.
func (b *bench) serving(ctx context.Context, data string, work func(*server) error) error {
	s, err := b.launch(ctx, data)
	if err != nil {
		return err
	}
	return errors.Join(work(s), stop(s.Cmd))
}

// pid is the server's process id.
func (s *server) pid() int { return s.Process.Pid }

// get asks for a page and wants 200.
func (s *server) get(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", path, answer.Status)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// signIn returns a client that acts for the account of addAccount.
func (s *server) signIn(ctx context.Context) (*client.Client, error) {
	return client.New(s.url, "").SignIn(ctx, account, password)
}

// addAccount makes the administrator in a data folder that no server holds.
func (b *bench) addAccount(ctx context.Context, data string) error {
	cmd := exec.CommandContext(ctx, b.binary, "user", "create", "--data", data, "--email", account, "--role", "admin", "--password-stdin")
	cmd.Stdin = strings.NewReader(password)
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make the account: %w: %s", err, said)
	}
	return nil
}
