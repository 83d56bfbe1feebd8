package blob

import (
	"context"
	"io"
	"iter"
	"time"
)

// Store holds objects by key. All methods may be called from many goroutines at once.
//
// A key that CheckKey refuses, or a prefix that CheckPrefix refuses, is answered with its error before anything is touched.
// A full disk or quota is an errs.NoSpace.
type Store interface {
	// Put reads r to its end and makes it the object, replacing an older one at once: readers meet the old bytes or the
	// new ones, never a mixture. When it returns without an error the object survives a power cut. It returns the number
	// of bytes written. When r fails, the old object stays.
	Put(ctx context.Context, key string, r io.Reader) (int64, error)

	// PutIfAbsent makes data the object unless one exists. Of several callers at once exactly one wins, and whoever lost
	// may read the winner's whole bytes, durably stored, as soon as the call returns.
	PutIfAbsent(ctx context.Context, key string, data []byte) (won bool, err error)

	// Open returns the object for reading; the caller closes it. A missing object is an errs.NotFound.
	Open(ctx context.Context, key string) (Object, error)

	// Stat returns what is known of an object without its bytes. A missing object is an errs.NotFound.
	Stat(ctx context.Context, key string) (Info, error)

	// List yields every object below the prefix, in no promised order. An error ends the sequence.
	// A prefix without objects yields nothing.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]

	// Delete removes one object, also one that is being appended to. A missing object is no error.
	Delete(ctx context.Context, key string) error

	// DeletePrefix removes every object below the prefix, including those being appended to. It may be repeated after an
	// error; a prefix without objects is no error.
	DeletePrefix(ctx context.Context, prefix string) error
}

// Info describes an object.
type Info struct {
	Key       string
	SizeBytes int64
	ModTime   time.Time
}

// Object is an open object. It can be read for as long as the context that opened it lasts, by one goroutine at a time. When the
// object is replaced or deleted meanwhile, the reader goes on with the old bytes or fails with an errs.Conflict or an
// errs.NotFound; it never yields others. The reader is kept as the driver made it, so that a file reaches http.ServeContent as an
// *os.File and the kernel can send it: pass ReadSeekCloser on, not the Object.
type Object struct {
	io.ReadSeekCloser
	Info
}

// Appender is the ability to let an object grow in its final place. Only one writer at a time may append to a key; to see
// to that is the caller's part.
type Appender interface {
	// Append opens the object for writing at offset and creates it when offset is 0. What an existing object holds beyond
	// offset is cut off. An object shorter than offset is an errs.Conflict.
	Append(ctx context.Context, key string, offset int64) (AppendWriter, error)
}

// AppendWriter writes at the end of a growing object.
type AppendWriter interface {
	io.Writer
	// Sync returns when all that was written survives a power cut.
	Sync() error
	// Close ends the writing without syncing.
	Close() error
}

// Local is the ability to name an object as a file of this machine, for programs that read files.
type Local interface {
	// Path returns the absolute path at which the object is, or would be.
	Path(key string) (string, error)
}

// FreeSpace is the ability to say how much more fits.
type FreeSpace interface {
	// Free returns the number of bytes that this process may still write.
	Free(ctx context.Context) (int64, error)
}

// Capacity is the ability to say how much the store's disk holds, whoever fills it.
type Capacity interface {
	// Total returns the number of bytes that fit at most, other files included.
	Total(ctx context.Context) (int64, error)
}
