package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"matinee/internal/blob"
	"matinee/internal/config"
	"matinee/internal/database"
	"matinee/internal/ids"
	"matinee/web"
)

const (
	// socketPathBytes is what fits into sockaddr_un (unix(7)), with its closing zero.
	socketPathBytes = 108
	// clockSlack is how far ahead a file may be dated before the clock counts as set back.
	clockSlack = 5 * time.Minute
	// answerTimeout bounds what the server is asked over its own address.
	answerTimeout = 10 * time.Second
)

// folder writes to the data folder as the server does and looks at the room that is left.
func (e *examination) folder(_ context.Context, a *App) {
	path := a.config.Data
	if err := tryWriting(path); err != nil {
		cure := "Let the user that runs Matinee write to this folder, or name another one with --data."
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
			cure = "Make room on this disk, or move the folder to a larger one."
		}
		e.bad("data folder", err.Error(), cure)
		return
	}
	if len(SocketPath(path)) >= socketPathBytes {
		e.bad("data folder", fmt.Sprintf("the path of its socket has %d bytes and %d are possible", len(SocketPath(path)), socketPathBytes-1),
			"Give --data as a relative path, or move the folder.")
		return
	}
	e.ok("data folder", path+" can be written and is held by this process alone")
	e.disk(path, a.config.Reserve)
}

func tryWriting(folder string) error {
	file, err := os.CreateTemp(folder, ".doctor-")
	if err != nil {
		return err
	}
	_, err = file.Write(make([]byte, 4096))
	return errors.Join(err, file.Sync(), file.Close(), os.Remove(file.Name()))
}

func (e *examination) disk(path string, reserve config.Bytes) {
	var facts unix.Statfs_t
	if err := unix.Statfs(path, &facts); err != nil {
		e.warn("disk", "the free space could not be learnt: "+err.Error(), "Watch it by other means.")
		return
	}
	free := int64(facts.Bavail) * int64(facts.Bsize)        //nolint:unconvert // Bsize has 32 bits on macOS
	total := max(int64(facts.Blocks)*int64(facts.Bsize), 1) //nolint:unconvert // the same
	detail := fmt.Sprintf("%.1f of %.1f GB are free, %.1f GB of them are kept in reserve", gigabytes(free), gigabytes(total), gigabytes(int64(reserve)))
	switch {
	case free <= int64(reserve):
		e.bad("disk", detail, "Uploads are refused. Make room, empty the bin, or lower --reserve.")
	case free < total/20:
		e.warn("disk", detail, "Less than 5 % are left. Make room soon.")
	default:
		e.ok("disk", detail)
	}
}

func gigabytes(n int64) float64 { return float64(n) / 1e9 }

// database writes a transaction. Opening it has brought it up to date.
func (e *examination) database(ctx context.Context, a *App) {
	if a.db == nil {
		if err := a.openDatabase(ctx); err != nil {
			e.bad("database", err.Error(), "Check --database. An SQLite file must be writable and of no newer Matinee; a PostgreSQL server must answer and let this user create tables.")
			return
		}
	}
	if err := a.db.Update(ctx, func(*database.Tx) error { return nil }); err != nil {
		e.bad("database", err.Error(), "Look at the database's log and disk.")
		return
	}
	kind := "SQLite"
	if strings.Contains(a.config.Database, "://") {
		kind = "PostgreSQL"
	}
	e.ok("database", kind+" answers, takes transactions and is up to date")
}

// objects does with the media store what the pipeline does.
func (e *examination) objects(ctx context.Context, a *App) {
	if a.objects == nil {
		if err := a.openObjects(ctx); err != nil {
			e.bad("media store", err.Error(), "Let the user that runs Matinee write to the folder media below --data.")
			return
		}
	}
	if err := blob.Check(ctx, a.objects, "doctor/"+string(ids.New[ids.TaskID]())+"/"); err != nil {
		e.bad("media store", err.Error(), "The file system must take hard links and keep what was synced: use a local one such as ext4 or xfs.")
		return
	}
	e.ok("media store", "it puts, puts only where nothing is, reads ranges, lists and deletes")
}

// administrator says when nobody can sign in to administer.
func (e *examination) administrator(ctx context.Context, a *App) {
	if a.db == nil {
		return // said above
	}
	if a.accounts == nil {
		if err := a.buildAccounts(ctx); err != nil {
			e.bad("secret key", err.Error(), "Restore secret.key of the data folder from a backup: sessions and sealed secrets hang on it.")
			return
		}
	}
	missing, err := a.accounts.SetupRequired(ctx)
	switch {
	case err != nil:
		e.bad("administrator", err.Error(), "Look at the database's log and disk.")
	case missing:
		e.warn("administrator", "nobody administers this server yet", "Open the address that matinee serve prints, or run matinee user create --role admin.")
	default:
		e.ok("administrator", "there is one")
	}
}

// clock finds a clock that was never set, or that was set back since the folder was last written.
func (e *examination) clock(data string) {
	now := time.Now()
	if now.Year() < 2025 {
		e.bad("clock", "it says "+now.Format(time.RFC3339), "Set it, and keep it right with an NTP client: sessions, leases and certificates hang on it.")
		return
	}
	for _, name := range []string{"matinee.db", "matinee.db-wal", "secret.key"} {
		facts, err := os.Stat(filepath.Join(data, name))
		if err == nil && facts.ModTime().After(now.Add(clockSlack)) {
			e.warn("clock", fmt.Sprintf("it says %s, and %s was written at %s", now.Format(time.RFC3339), name, facts.ModTime().Format(time.RFC3339)),
				"It was set back, or ran ahead before. Keep it right with an NTP client.")
			return
		}
	}
	e.ok("clock", now.Format(time.RFC3339)+" is plausible")
}

// pages looks for the web interface, which a build without npm lacks.
func (e *examination) pages() {
	if _, err := fs.Stat(web.Files(), "index.html"); err != nil {
		e.warn("web interface", "this program was built without its web interface", "Build it with make build. The API works without.")
		return
	}
	e.ok("web interface", "it is built in")
}

// address tries to listen where the server will.
func (e *examination) address(ctx context.Context, listen string) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", listen)
	if err != nil {
		e.bad("address", err.Error(), "Stop the program that listens there, or choose another address with --listen.")
		return
	}
	_ = listener.Close() // nobody has connected
	e.ok("address", listen+" is free")
}

// served asks the running server over the address that people use.
func (e *examination) served(ctx context.Context, listen string) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	at := (&url.URL{Scheme: "http", Host: reachable(listen), Path: "/healthz"}).String()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		e.bad("address", err.Error(), "Check --listen.")
		return
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		e.bad("address", err.Error(), "The server does not answer on its own address: look at firewalls and at the load of the machine.")
		return
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		e.bad("address", at+" answers "+answer.Status, "Another program answers there: choose another address with --listen.")
		return
	}
	e.ok("address", listen+" is served")
}

// reachable is how this machine reaches an address that is listened on: "every address" is none to connect to.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("localhost", port)
	}
	return listen
}
