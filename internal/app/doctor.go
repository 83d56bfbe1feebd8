package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"syscall"

	"matinee/client"
	"matinee/internal/config"
	"matinee/internal/events"
	"matinee/internal/telemetry"
)

// CheckState says how a check ended.
type CheckState string

// The states of a check.
const (
	CheckOK   CheckState = "ok"
	CheckWarn CheckState = "warn" // it works, and something should be looked at
	CheckBad  CheckState = "bad"  // it does not work
)

// Check is one thing that a server needs, and whether this machine has it.
type Check struct {
	Name   string     `json:"name"` // a word or two, stable
	State  CheckState `json:"state"`
	Detail string     `json:"detail"`         // what was seen
	Cure   string     `json:"cure,omitempty"` // what to do; empty when it is ok
}

// Doctor checks all that a server with this configuration needs, by using it. Where a server holds the data folder, that server
// is asked to check itself; otherwise Doctor holds the folder meanwhile. It goes on after a check that failed.
func Doctor(ctx context.Context, c config.Config, b Build) []Check {
	var e examination
	if err := c.Validate(); err != nil {
		e.bad("settings", err.Error(), "Correct these keys. matinee config prints what is in force and where each can be set.")
		return e.checks
	}
	e.ok("settings", "every key has a value that it takes")
	a := &App{config: c, version: b.Version, log: slog.New(slog.DiscardHandler), hub: events.NewHub(), metrics: telemetry.NewMetrics(b.Version), sample: b.Sample}
	err := a.openAsOwner(ctx)
	if errors.Is(err, ErrHeld) {
		return append(e.checks, askServer(ctx, c)...)
	}
	if owner, foreign := errors.AsType[*foreignError](err); foreign {
		e.bad("data folder", err.Error(), fmt.Sprintf("Run this command as that user: sudo -u '#%d' matinee doctor …", owner.user))
	} else if err != nil {
		e.bad("data folder", err.Error(), "Let the user that runs Matinee write to this folder, or name another one with --data.")
	}
	a.examine(ctx, &e)
	e.address(ctx, c.Listen)
	if err := a.Close(); err != nil {
		e.bad("data folder", err.Error(), "Look at the disk: what was written may not be kept.")
	}
	return e.checks
}

// foreignError says that the data folder is another user's.
type foreignError struct {
	path string
	user uint32
}

func (e *foreignError) Error() string {
	return fmt.Sprintf("%s belongs to the user %d, and root would leave files in it that this user cannot change", e.path, e.user)
}

// openAsOwner takes the data folder. Where root would take one that another user's server works in, it leaves it alone, unless
// that server holds it.
func (a *App) openAsOwner(ctx context.Context) error {
	for _, path := range []string{filepath.Join(a.config.Data, lockName), a.config.Data} {
		facts, err := os.Stat(path)
		if err != nil {
			continue
		}
		owner, ok := facts.Sys().(*syscall.Stat_t)
		if !ok || os.Geteuid() != 0 || owner.Uid == 0 {
			break
		}
		if isHeld(a.config.Data) {
			return ErrHeld
		}
		return &foreignError{a.config.Data, owner.Uid}
	}
	return a.openFolder(ctx)
}

// examine opens what is not open yet and uses every part.
func (a *App) examine(ctx context.Context, e *examination) {
	if a.folder != nil {
		e.folder(ctx, a)
		e.database(ctx, a)
		e.objects(ctx, a)
		e.administrator(ctx, a)
	}
	e.ffmpeg(ctx, a)
	e.clock(a.config.Data)
	e.pages()
}

// askServer has the server that holds the folder check itself.
func askServer(ctx context.Context, c config.Config) []Check {
	var e examination
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://matinee"+doctorPath, nil)
	if err != nil {
		e.bad("server", err.Error(), "")
		return e.checks
	}
	var found []Check
	if err := client.OverSocket(SocketPath(c.Data)).Send(r, &found); err != nil {
		e.bad("server", fmt.Sprintf("a process holds the data folder and does not answer on its socket: %v", err),
			"See which process it is (fuser "+filepath.Join(c.Data, "lock")+"), read its log, and start it again.")
		return e.checks
	}
	return found
}

// doctorPath answers over the data folder's socket alone.
const doctorPath = "/doctor"

// serveDoctor checks this server while it runs.
func (a *App) serveDoctor(w http.ResponseWriter, r *http.Request) {
	viewer, err := a.api.Viewer(r)
	if err != nil || !viewer.Local {
		http.NotFound(w, r)
		return
	}
	var e examination
	e.ok("server", fmt.Sprintf("version %s holds the data folder and answers on its socket", a.version))
	a.examine(r.Context(), &e)
	e.served(r.Context(), a.config.Listen)
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(e.checks); err != nil {
		a.log.InfoContext(r.Context(), "the answer of the doctor did not arrive", slog.Any("error", err))
	}
}

// examination gathers checks.
type examination struct{ checks []Check }

func (e *examination) ok(name, detail string) {
	e.checks = append(e.checks, Check{Name: name, State: CheckOK, Detail: detail})
}

func (e *examination) warn(name, detail, cure string) {
	e.checks = append(e.checks, Check{Name: name, State: CheckWarn, Detail: detail, Cure: cure})
}

func (e *examination) bad(name, detail, cure string) {
	e.checks = append(e.checks, Check{Name: name, State: CheckBad, Detail: detail, Cure: cure})
}
