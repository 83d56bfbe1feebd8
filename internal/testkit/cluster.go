package testkit

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// superuser owns the cluster and every database in it; it has no password, the socket's folder is the guard.
	superuser = "matinee"
	// startTimeout bounds initdb and the start together; both took 3 s at most on a loaded machine.
	startTimeout = 60 * time.Second
)

// supervise runs the server until its standard input ends, which is when the test process has ended, killed or not;
// then it stops the server and deletes the folder. $1 is the folder, $2 the folder of PostgreSQL's programs.
const supervise = `
cd "$1" || exit 1
"$2/initdb" -D data -U ` + superuser + ` -A trust -E UTF8 --locale=C.UTF-8 --no-sync || exit 1
"$2/postgres" -D data -k "$1" -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
	-c max_connections=200 -c shared_buffers=32MB -c log_min_messages=warning &
server=$!
read -r _
kill -QUIT "$server"
wait "$server"
cd / && rm -rf -- "$1"
`

// startCluster makes a cluster and returns once it answers.
func startCluster() (*cluster, error) {
	programs, err := postgresPrograms()
	if err != nil {
		return nil, err
	}
	folder, identity, err := clusterFolder()
	if err != nil {
		return nil, fmt.Errorf("make the folder of PostgreSQL: %w", err)
	}
	ended, err := startSupervisor(folder, programs, identity)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w", err), os.RemoveAll(folder))
	}
	started := &cluster{folder: folder}
	if err := started.awaitReady(ended); err != nil {
		return nil, err
	}
	return started, nil
}

// postgresPrograms finds the newest PostgreSQL of this machine: Debian's folders first, then the search path.
func postgresPrograms() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return cmp.Compare(release(a), release(b)) })), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errNotInstalled
	}
	return filepath.Dir(path), nil
}

// release reads the number from /usr/lib/postgresql/15/bin/initdb; a folder without one counts as the oldest.
func release(initdb string) int {
	number, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	if err != nil {
		return 0
	}
	return number
}

// clusterFolder makes a folder that the server's user owns and can reach, and says who that is. PostgreSQL refuses to
// run as root, so root hands over to the user postgres; everybody else runs it as themselves (nil).
func clusterFolder() (string, *syscall.Credential, error) {
	folder, err := os.MkdirTemp(reachableTemp(), "matinee-pg-")
	if err != nil {
		return "", nil, err
	}
	if os.Geteuid() != 0 {
		return folder, nil, nil
	}
	identity, err := postgresUser()
	if err != nil {
		return "", nil, errors.Join(err, os.Remove(folder))
	}
	return folder, identity, os.Chown(folder, int(identity.Uid), int(identity.Gid))
}

// reachableTemp is the temporary folder, unless a folder on the way to it is closed to other users, as a test's own
// TempDir is; then /tmp.
func reachableTemp() string {
	temp := os.TempDir()
	for dir := temp; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm()&0o001 == 0 {
			return "/tmp"
		}
	}
	return temp
}

// postgresUser is the account that Debian's package makes for the server.
func postgresUser() (*syscall.Credential, error) {
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// startSupervisor starts the script and returns a channel that yields when it ends. The script has its own process
// group, so that Ctrl-C reaches the tests only and the cluster still goes in order. Its standard input is a pipe whose
// other end this process keeps until it ends.
func startSupervisor(folder, programs string, identity *syscall.Credential) (<-chan error, error) {
	log, err := os.Create(logFile(folder))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	command := exec.Command("/bin/sh", "-c", supervise, "sh", folder, programs)
	command.Dir, command.Stdout, command.Stderr = folder, log, log
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: identity}
	if _, err := command.StdinPipe(); err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	return ended, nil
}

// logFile is where the server and the script write.
func logFile(folder string) string { return filepath.Join(folder, "log") }

// awaitReady returns when the cluster answers, when its script has ended, or when its time is up.
func (c *cluster) awaitReady(ended <-chan error) error {
	deadline := time.NewTimer(startTimeout)
	defer deadline.Stop()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			return fmt.Errorf("PostgreSQL ended before it answered: %w\n%s", err, c.log())
		case <-deadline.C:
			return fmt.Errorf("PostgreSQL did not answer within %s\n%s", startTimeout, c.log())
		case <-tick.C:
			if c.isReady() {
				return nil
			}
		}
	}
}

// isReady reads the state that the server writes on the last line of its lock file: cheaper than connecting.
func (c *cluster) isReady() bool {
	lock, err := os.ReadFile(filepath.Join(c.folder, "data", "postmaster.pid"))
	return err == nil && strings.HasSuffix(strings.TrimSpace(string(lock)), "ready")
}

// log is what the server has written so far; empty when that cannot be read.
func (c *cluster) log() string {
	text, err := os.ReadFile(logFile(c.folder))
	if err != nil {
		return ""
	}
	return string(text)
}
