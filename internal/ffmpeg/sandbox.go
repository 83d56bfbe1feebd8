package ffmpeg

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Layer is one fence around every process that a Tool runs.
type Layer struct {
	Name   string // a word or two, stable
	Active bool
	Detail string // what it does where active, and otherwise why it cannot be
}

// Layers returns the fences around every process: those that were seen to work when the Tool was opened, and those that this
// machine lacks. The order is that in which they are shown.
func (t *Tool) Layers() []Layer { return slices.Clone(t.layers) }

// DefaultUser is the number of the user and group that processes get where the server runs as root. It is one that systemd
// leaves unused.
const DefaultUser = 65530

// maxProcesses bounds the threads of all processes together. An encoder has about two dozen and one per core.
const maxProcesses = 4096

// fences are the layers that the kernel must agree to. The zero value has none.
type fences struct {
	privileges bool    // none can be gained by starting another program
	calls      bool    // system calls are filtered
	landlock   int     // version in use; 0: files are not restricted
	namespaces uintptr // clone flags
	user       int     // 0: the server's own
}

// always are the layers that need nothing that not every Linux has.
func always() []Layer {
	return []Layer{
		{"arguments", true, "the demuxer is forced, no protocol but local files, no shell"},
		{"environment", true, "empty, and no descriptor but the process's own pipes"},
		{"limits", true, "CPU time, address space, open files, file size, no core dump"},
		{"parent", true, "a process dies with the server"},
	}
}

// candidate is a layer that has to be tried. Its add puts it among the fences or says why it cannot be.
type candidate struct {
	name, does string
	add        func(*fences) error
}

func candidates(user int) []candidate {
	return []candidate{
		{"privileges", "none can be gained by starting another program", func(f *fences) error { f.privileges = true; return nil }},
		{"system calls", "no sockets, no mounts, no namespaces, nothing that reaches into other processes", func(f *fences) error {
			f.calls = true
			return nil
		}},
		{"files", "only the program, its libraries and the files of its own job can be opened", func(f *fences) (err error) {
			f.landlock, err = landlockVersion()
			return err
		}},
		{"network", "a network of its own with nothing in it", func(f *fences) error {
			f.namespaces = unix.CLONE_NEWNET
			if os.Geteuid() != 0 {
				f.namespaces |= unix.CLONE_NEWUSER // whoever is not root needs it to make the other
			}
			return nil
		}},
		{"user", userDoes(user), func(f *fences) error {
			if os.Geteuid() != 0 {
				return nil
			}
			f.user = user
			return mayChangeUser()
		}},
	}
}

func userDoes(user int) string {
	if own := os.Geteuid(); own != 0 {
		return fmt.Sprintf("not root: the server's own, %d", own)
	}
	return fmt.Sprintf("not root: %d, which owns nothing", user)
}

// mayChangeUser reports whether root, which a container may have curtailed, can start, bound and end processes of another user.
func mayChangeUser() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return fmt.Errorf("look at the own capabilities: %w", err)
	}
	for bit, name := range map[int]string{unix.CAP_SETUID: "SETUID", unix.CAP_SETGID: "SETGID", unix.CAP_KILL: "KILL", unix.CAP_DAC_READ_SEARCH: "DAC_READ_SEARCH"} {
		if data[0].Effective&(1<<bit) == 0 {
			return fmt.Errorf("the server is root without the capability %s", name)
		}
	}
	return nil
}

// raise finds out which layers this machine has. All are tried together, because they mostly hold; where they do not, one is
// added at a time, and one that breaks what stood before is left out.
func (t *Tool) raise(ctx context.Context, all []candidate) (fences, []Layer) {
	layers := always()
	var wanted fences
	refused := map[string]error{}
	for _, c := range all {
		if err := c.add(&wanted); err != nil {
			refused[c.name] = err
		}
	}
	if err := t.try(ctx, wanted); err != nil {
		wanted = t.raiseOneByOne(ctx, all, refused)
	}
	for _, c := range all {
		l := Layer{c.name, true, c.does}
		if err := refused[c.name]; err != nil {
			reason, _, _ := strings.Cut(err.Error(), "\n")
			l = Layer{c.name, false, reason}
		}
		layers = append(layers, l)
	}
	return wanted, layers
}

// raiseOneByOne returns what holds, and adds to refused what does not.
func (t *Tool) raiseOneByOne(ctx context.Context, all []candidate, refused map[string]error) fences {
	var held fences
	broken := t.try(ctx, held)
	for _, c := range all {
		next := held
		switch {
		case refused[c.name] != nil:
		case broken != nil:
			refused[c.name] = fmt.Errorf("ffmpeg does not even run without it: %w", broken)
		default:
			if err := c.add(&next); err == nil {
				err = t.try(ctx, next)
				refused[c.name] = err
			}
			if refused[c.name] == nil {
				held = next
			}
		}
	}
	return held
}

// report logs the layers; in strict mode a missing one is an error.
func (t *Tool) report(ctx context.Context, strict bool) error {
	var active, missing []string
	for _, l := range t.layers {
		if l.Active {
			active = append(active, l.Name)
		} else {
			missing = append(missing, l.Name+" ("+l.Detail+")")
		}
	}
	t.log.InfoContext(ctx, "processes are sandboxed", slog.String("layers", strings.Join(active, ", ")))
	if len(missing) == 0 {
		return nil
	}
	if strict {
		return fmt.Errorf("the sandbox is strict and this machine lacks %s", strings.Join(missing, "; "))
	}
	t.log.WarnContext(ctx, "the sandbox lacks layers", slog.String("missing", strings.Join(missing, "; ")))
	return nil
}

// attributes are what a process is born with.
func (f fences) attributes() *syscall.SysProcAttr {
	out := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Cloneflags: f.namespaces}
	if f.user != 0 {
		out.Credential = &syscall.Credential{Uid: uint32(f.user), Gid: uint32(f.user)}
		// Sources belong to the server, in folders that are closed to others. Which of them it may open is for the layer "files".
		out.AmbientCaps = []uintptr{unix.CAP_DAC_READ_SEARCH}
	}
	return out
}

// resemble gives the calling thread the real ids of its process, which must end with it: only who has them, or a capability
// that containers withhold, may set limits.
func (f fences) resemble() error {
	if f.user == 0 {
		return nil
	}
	id, same := uintptr(f.user), ^uintptr(0)
	for _, call := range []uintptr{unix.SYS_SETRESGID, unix.SYS_SETRESUID} { // of the thread alone, unlike those of package syscall
		if _, _, errno := unix.RawSyscall(call, id, same, same); errno != 0 {
			return fmt.Errorf("take the ids of the process: %w", errno)
		}
	}
	return nil
}

// processes is the limit on processes and threads; 0 where it would count those of others.
func (f fences) processes() uint64 {
	if f.user != 0 || f.namespaces&unix.CLONE_NEWUSER != 0 {
		return maxProcesses
	}
	return 0
}

// enclose puts the calling thread behind the fences, for ever; a process inherits them from the thread that starts it. The
// runtime makes no thread from one that a goroutine has locked, so they reach nothing else of the server.
func (f fences) enclose(program string, files namedFiles) error {
	if f.privileges {
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return fmt.Errorf("give up new privileges: %w", err)
		}
	}
	if f.landlock > 0 {
		if err := restrictFiles(f.landlock, grants(program, files)); err != nil {
			return err
		}
	}
	if f.calls {
		return restrictCalls(f.namespaces&unix.CLONE_NEWUSER != 0)
	}
	return nil
}

// lend makes the file that a process is to write, which must not be there, and gives it to the process's user. The function
// it returns takes the file back.
func (f fences) lend(path string) (back func() error, err error) {
	none := func() error { return nil }
	if path == "" {
		return none, nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return none, fmt.Errorf("make the output: %w", err)
	}
	if err := file.Close(); err != nil {
		return none, fmt.Errorf("make the output: %w", err)
	}
	if f.user == 0 {
		return none, nil
	}
	if err := os.Chown(path, f.user, f.user); err != nil {
		return none, fmt.Errorf("lend the output: %w", err)
	}
	return func() error { return os.Chown(path, os.Geteuid(), os.Getegid()) }, nil
}
