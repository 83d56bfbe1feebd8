package ffmpeg

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What a process may do to a file (landlock(7)). The rights that a rule names must be ones that a file can have.
const (
	mayRead  = unix.LANDLOCK_ACCESS_FS_READ_FILE
	mayRun   = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_EXECUTE
	mayWrite = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE
	mayList  = unix.LANDLOCK_ACCESS_FS_READ_DIR
)

// Rights by the version of Landlock that brought them: a kernel refuses those that it does not know.
const (
	rightsOfFirst   = unix.LANDLOCK_ACCESS_FS_MAKE_SYM<<1 - 1
	truncatesSince  = 3
	networkSince    = 4
	devicesSince    = 5
	signalsSince    = 6
	networkRights   = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	processesScoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
)

// landlockVersion returns the version of Landlock that the kernel has.
func landlockVersion() (int, error) {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	switch errno {
	case 0:
		return int(version), nil
	case unix.ENOSYS:
		return 0, errors.New("this kernel was built without Landlock (5.13 has it), or a container's filter hides it")
	case unix.EOPNOTSUPP:
		return 0, errors.New("Landlock is switched off: add it to lsm= on the kernel's command line")
	}
	return 0, fmt.Errorf("ask for Landlock's version: %w", errno)
}

// rights returns all that can be taken away from a process in the version.
func rights(version int) unix.LandlockRulesetAttr {
	out := unix.LandlockRulesetAttr{Handled_access_fs: rightsOfFirst}
	if version > 1 {
		out.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= truncatesSince {
		out.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if version >= networkSince {
		out.Handled_access_net = networkRights
	}
	if version >= devicesSince {
		out.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if version >= signalsSince {
		out.Scoped = processesScoped
	}
	return out
}

// grant is one rule: what is allowed below a path.
type grant struct {
	path     string
	rights   uint64
	optional bool // need not exist
}

// grants returns what a process of the program may touch: the program, what every program needs to start, and its own files.
func grants(program string, files namedFiles) []grant {
	out := []grant{{program, mayRun, false}}
	if program, err := filepath.EvalSymlinks(program); err == nil {
		out = append(out, grant{filepath.Join(filepath.Dir(program), "..", "lib"), mayRun | mayList, true})
	}
	for _, libraries := range []string{"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store", "/gnu/store"} {
		out = append(out, grant{libraries, mayRun | mayList, true})
	}
	for _, machine := range []string{"/etc/ld.so.cache", "/proc/cpuinfo", "/proc/meminfo", "/dev/urandom"} {
		out = append(out, grant{machine, mayRead, true})
	}
	for _, processors := range []string{"/sys/devices/system/cpu", "/sys/devices/system/node"} {
		out = append(out, grant{processors, mayRead | mayList, true})
	}
	out = append(out, grant{"/dev/null", mayRead | unix.LANDLOCK_ACCESS_FS_WRITE_FILE, true})
	for _, path := range files.read {
		out = append(out, grant{path, mayRead, false})
	}
	if files.written != "" {
		out = append(out, grant{files.written, mayWrite, false})
	}
	return out
}

// restrictFiles takes from the calling thread, for ever, and from all that it starts, every file but those granted.
func restrictFiles(version int, granted []grant) error {
	handled := rights(version)
	ruleset, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&handled)), unsafe.Sizeof(handled), 0) //nolint:gosec // the kernel reads the value where it lies, during the call
	if errno != 0 {
		return fmt.Errorf("create a Landlock ruleset: %w", errno)
	}
	defer func() { _ = unix.Close(int(ruleset)) }()
	for _, g := range granted {
		if err := addRule(ruleset, g, handled.Handled_access_fs); err != nil {
			if g.optional && errors.Is(err, fs.ErrNotExist) {
				continue
			}
			return fmt.Errorf("grant %s: %w", g.path, err)
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0, 0); errno != 0 {
		return fmt.Errorf("restrict files: %w", errno)
	}
	return nil
}

func addRule(ruleset uintptr, g grant, handled uint64) error {
	at, err := unix.Open(g.path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(at) }()
	rule := unix.LandlockPathBeneathAttr{Allowed_access: g.rights & handled, Parent_fd: int32(at)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, ruleset, unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0) //nolint:gosec // as above
	if errno != 0 {
		return errno
	}
	return nil
}

// namedFiles are the files that a command line names.
type namedFiles struct {
	read    []string
	written string // "" for none
}

// filesOf reads the files off the arguments, so that what a command line names and what its process may open cannot differ.
// Every one has the prefix of fileURL; the last argument of a process that may write is what it writes.
func filesOf(args []string, writes bool) namedFiles {
	var out namedFiles
	for i, a := range args {
		path, ok := strings.CutPrefix(a, filePrefix)
		switch {
		case !ok:
		case writes && i == len(args)-1:
			out.written = path
		default:
			out.read = append(out.read, path)
		}
	}
	return out
}
