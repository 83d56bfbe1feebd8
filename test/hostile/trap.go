package hostile

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"matinee/internal/testkit/clips"
)

// Trap is what hostile files aim at, watched: the kernel reports whoever opens the file or makes one beside it, and a server
// counts who calls.
type Trap struct {
	Aims

	t       testing.TB
	watches int
	names   map[int32]string // by watch

	mu    sync.Mutex
	calls []string
}

// Set sets a trap. The video that would play lies in a folder of its own, and again in dir, where names without a path lead.
func Set(t testing.TB, dir string) *Trap {
	t.Helper()
	video, err := os.ReadFile(clips.Path(t, clips.ProgramStream))
	if err != nil {
		t.Fatal(err)
	}
	trap := &Trap{t: t, names: map[int32]string{}}
	if trap.watches, err = unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(trap.watches) })
	far := t.TempDir()
	if err := os.Chmod(far, 0o777); err != nil { // whoever gets here could also write
		t.Fatal(err)
	}
	trap.File = filepath.Join(far, "secret.mpg")
	for _, path := range []string{trap.File, filepath.Join(dir, "secret.mpg")} {
		if err := os.WriteFile(path, video, 0o666); err != nil {
			t.Fatal(err)
		}
		trap.watch(path, unix.IN_OPEN|unix.IN_ACCESS|unix.IN_MODIFY)
	}
	trap.watch(far, unix.IN_CREATE|unix.IN_MOVED_TO|unix.IN_DELETE)
	trap.listen()
	return trap
}

func (trap *Trap) watch(path string, events uint32) {
	trap.t.Helper()
	id, err := unix.InotifyAddWatch(trap.watches, path, events)
	if err != nil {
		trap.t.Fatal(err)
	}
	trap.names[int32(id)] = path
}

func (trap *Trap) listen() {
	trap.t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(trap.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		trap.t.Fatal(err)
	}
	var calls sync.WaitGroup
	trap.t.Cleanup(func() {
		_ = listener.Close()
		calls.Wait()
	})
	trap.URL = "http://" + listener.Addr().String()
	calls.Go(func() {
		for {
			caller, err := listener.Accept()
			if err != nil {
				return
			}
			trap.mu.Lock()
			trap.calls = append(trap.calls, "a connection from "+caller.RemoteAddr().String())
			trap.mu.Unlock()
			_ = caller.Close()
		}
	})
}

// Sprung returns what happened since it was last asked.
func (trap *Trap) Sprung() []string {
	trap.t.Helper()
	var buffer [16 << 10]byte
	n, err := unix.Read(trap.watches, buffer[:])
	if err != nil && !errors.Is(err, unix.EAGAIN) {
		trap.t.Fatal(err)
	}
	seen := map[string]bool{}
	var out []string
	for at := 0; at+unix.SizeofInotifyEvent <= n; {
		id := int32(binary.NativeEndian.Uint32(buffer[at:]))
		at += unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(buffer[at+12:]))
		if name := "touched " + trap.names[id]; !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	trap.mu.Lock()
	defer trap.mu.Unlock()
	out, trap.calls = append(out, trap.calls...), nil
	return out
}
