package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
)

// The plain answer, a whole segment from a file, takes one trip through the kernel here: the header waits in memory until the
// file is sent, the kernel puts both into the same packets (MSG_MORE, send(2)), and the file is read at an offset of ours
// (sendfile(2)), so that all who watch share one open file. net/http alone would copy the first 512 bytes, write them with the
// header in a packet of their own, and need a file of its own for each request. Everything else goes the way of net/http.

// Listener returns l with connections that can send files so. Its server needs ConnContext.
func Listener(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

// Accept implements net.Listener.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return c, nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return c, nil //nolint:nilerr // it works without as well
	}
	return &wire{TCPConn: tcp, raw: raw}, nil
}

type wireKey struct{}

// ConnContext is the hook of http.Server that lets the origin find the connection of a request.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if w, ok := c.(*wire); ok {
		return context.WithValue(ctx, wireKey{}, w)
	}
	return ctx
}

// wireOf returns the connection of a request, nil where it is none of ours.
func wireOf(r *http.Request) *wire {
	w, _ := r.Context().Value(wireKey{}).(*wire)
	return w
}

// wire is a connection. Only the goroutine that answers its current request writes to it.
type wire struct {
	*net.TCPConn

	raw     syscall.RawConn
	holding bool
	held    []byte // a header that goes out with the file
}

// Write implements io.Writer for net/http.
func (c *wire) Write(p []byte) (int, error) {
	if !c.holding {
		return c.TCPConn.Write(p)
	}
	c.held = append(c.held, p...)
	return len(p), nil
}

// ReadFrom implements io.ReaderFrom for net/http, which hands over what the handler wants to be sent.
func (c *wire) ReadFrom(r io.Reader) (int64, error) {
	if whole, ok := r.(*wholeFile); ok && c.holding {
		return c.sendFile(whole.openFile)
	}
	return c.TCPConn.ReadFrom(r)
}

// send answers with the whole file. The header has its length already.
func (c *wire) send(w http.ResponseWriter, f *openFile) error {
	to, ok := w.(io.ReaderFrom)
	if !ok {
		return errors.New("the ResponseWriter is not the server's own")
	}
	c.holding = true
	w.WriteHeader(http.StatusOK)
	err := http.NewResponseController(w).Flush() // hands the header to Write
	if err == nil {
		_, err = to.ReadFrom(&wholeFile{openFile: f})
	}
	c.holding = false
	if len(c.held) > 0 { // nothing was sent: the header must not wait for the next answer
		_, writeErr := c.TCPConn.Write(c.held)
		err = errors.Join(err, writeErr)
		c.held = nil
	}
	return err
}

// sendFile sends the header that waits, then the file, as far as the peer takes them. It waits in the runtime's poller, as
// every other connection does, and so honours deadlines.
func (c *wire) sendFile(f *openFile) (int64, error) {
	var sent int64
	var fault error
	header, file := c.held, int(f.Fd()) // the file stays open: it is taken
	flags := syscall.MSG_NOSIGNAL
	if f.SizeBytes > 0 {
		flags |= syscall.MSG_MORE
	}
	err := c.raw.Write(func(socket uintptr) bool {
		for len(header) > 0 && fault == nil {
			n, err := syscall.SendmsgN(int(socket), header, nil, nil, flags)
			if errors.Is(err, syscall.EAGAIN) {
				return false
			}
			header, fault = header[max(n, 0):], lasting(err)
		}
		for sent < f.SizeBytes && fault == nil {
			n, err := syscall.Sendfile(int(socket), file, &sent, int(f.SizeBytes-sent))
			switch {
			case errors.Is(err, syscall.EAGAIN):
				return false
			case err == nil && n == 0:
				fault = io.ErrUnexpectedEOF // the file is shorter than it was
			default:
				fault = lasting(err)
			}
		}
		return true
	})
	c.held = c.held[:0]
	if err := errors.Join(err, fault); err != nil {
		return sent, fmt.Errorf("send the file: %w", err)
	}
	return sent, nil
}

// lasting is the error unless the call was merely interrupted.
func lasting(err error) error {
	if errors.Is(err, syscall.EINTR) {
		return nil
	}
	return err
}

// wholeFile names a file for ReadFrom. It can be read as well, by whoever comes between.
type wholeFile struct {
	*openFile

	at int64
}

// Read implements io.Reader.
func (f *wholeFile) Read(p []byte) (int, error) {
	n, err := f.ReadAt(p[:min(int64(len(p)), f.SizeBytes-f.at)], f.at)
	f.at += int64(n)
	if f.at == f.SizeBytes {
		err = io.EOF
	}
	return n, err
}
