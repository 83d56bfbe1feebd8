package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Targets of an idle server.
const (
	maxIdleMB   = 120
	maxFirstMS  = 500
	startDeaden = 30 * time.Second
)

// server is a started matinee.
type server struct {
	cmd  *exec.Cmd
	url  string
	took time.Duration // from the start of the process to the first answered request
}

// launch starts a server on the data folder and waits for its first answer.
func launch(ctx context.Context, o options, data string) (*server, error) {
	cmd := exec.CommandContext(ctx, o.binary, "serve", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "error")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s (make build makes it): %w", o.binary, err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "Matinee is ready at "); ok {
			s := &server{cmd: cmd, url: url}
			if err := s.get(ctx, "/api/v1/instance"); err != nil {
				return nil, errors.Join(err, s.stop())
			}
			s.took = time.Since(begun)
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return s, nil
		}
	}
	return nil, errors.Join(errors.New("the server ended before it was ready"), cmd.Wait())
}

func (s *server) get(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, startDeaden)
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
	return nil
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// status reads a figure of /proc/PID/status in megabytes.
func (s *server) status(name string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kb * 1024 / 1e6, err
		}
	}
	return 0, fmt.Errorf("no %s in the process's status", name)
}

// start measures the time to the first answered request, on an empty folder and on one that was used.
func start(ctx context.Context, o options, r *report) error {
	var empty, used []float64
	for i := range o.repeat + 2 {
		data := fmt.Sprintf("%s/start-%d", o.folder, i)
		for _, samples := range []*[]float64{&empty, &used} {
			s, err := launch(ctx, o, data)
			if err != nil {
				return err
			}
			*samples = append(*samples, float64(s.took.Milliseconds()))
			if err := s.stop(); err != nil {
				return err
			}
		}
	}
	r.Rows = append(r.Rows,
		measured("start to first answer, new folder", "ms", maxFirstMS, "GET /api/v1/instance; the tables are made", empty),
		measured("start to first answer, used folder", "ms", maxFirstMS, "GET /api/v1/instance", used))
	return nil
}

// memory measures an idle server that has answered a few requests.
func memory(ctx context.Context, o options, r *report) error {
	var resident []float64
	for i := range o.repeat {
		s, err := launch(ctx, o, fmt.Sprintf("%s/memory-%d", o.folder, i))
		if err != nil {
			return err
		}
		for range 20 {
			if err := errors.Join(s.get(ctx, "/api/v1/videos"), s.get(ctx, "/")); err != nil {
				return errors.Join(err, s.stop())
			}
		}
		mb, err := s.status("VmRSS")
		if err := errors.Join(err, s.stop()); err != nil {
			return err
		}
		resident = append(resident, mb)
	}
	r.Rows = append(r.Rows, measured("memory of an idle server", "MB", maxIdleMB, "resident, after 40 requests", resident))
	return nil
}
