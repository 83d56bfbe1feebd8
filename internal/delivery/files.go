package delivery

import (
	"os"
	"sync"
	"time"

	"matinee/internal/blob"
)

const (
	// filesLast is how long a file stays open between requests, and how long a deleted one keeps its space on the disk at most.
	filesLast = 5 * time.Second
	maxFiles  = 256
)

// files keeps the files of segments open that are being asked for: opening one below the media folder costs more than sending
// it. A segment never changes, so an open one is as good as a new one; whether it may be sent is asked each time, before. Many
// may read a file at once, each from an offset of its own. It is safe for concurrent use.
type files struct {
	mu     sync.Mutex
	kept   map[string]*openFile
	sweeps bool // a sweep is due
}

func newFiles() *files { return &files{kept: map[string]*openFile{}} }

// openFile is a file with what its answers say of it. Whoever took it gives it back with release.
type openFile struct {
	*os.File
	blob.Info

	owner *files
	until time.Time
	users int // and one while it is kept; the last one closes it
}

// take returns the open file of a key, or nil.
func (f *files) take(key string) *openFile {
	f.mu.Lock()
	defer f.mu.Unlock()
	file, ok := f.kept[key]
	if !ok {
		return nil
	}
	file.users++
	return file
}

// add keeps a file that was opened and returns it taken. It is ours from now on.
func (f *files) add(file *os.File, info blob.Info) *openFile {
	added := &openFile{File: file, Info: info, owner: f, until: time.Now().Add(filesLast), users: 1}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.kept[info.Key]; ok {
		return added // another request was faster: this one closes when it was sent
	}
	if len(f.kept) >= maxFiles {
		for _, victim := range f.kept { // Go's map order is random enough
			f.drop(victim)
			break
		}
	}
	added.users++
	f.kept[info.Key] = added
	f.sweepLater()
	return added
}

// release gives a file back.
func (o *openFile) release() {
	o.owner.mu.Lock()
	defer o.owner.mu.Unlock()
	o.owner.leave(o)
}

// leave counts one user less. The caller holds the lock.
func (f *files) leave(o *openFile) {
	if o.users--; o.users == 0 {
		_ = o.Close() // nothing was written
	}
}

// drop stops keeping a file. The caller holds the lock.
func (f *files) drop(o *openFile) {
	delete(f.kept, o.Key)
	f.leave(o)
}

// sweepLater sees to it that files are closed when nobody asks any more. The caller holds the lock.
func (f *files) sweepLater() {
	if f.sweeps {
		return
	}
	f.sweeps = true
	time.AfterFunc(filesLast, f.sweep)
}

// sweep closes what was open for long enough.
func (f *files) sweep() {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	for _, o := range f.kept {
		if !now.Before(o.until) {
			f.drop(o)
		}
	}
	if f.sweeps = false; len(f.kept) > 0 {
		f.sweepLater()
	}
}
