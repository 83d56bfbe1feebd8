package upload

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"matinee/internal/errs"
)

// Bounds of what is still taken of a body whose request was refused. Closing a connection while a client sends resets it, and
// the client may lose the answer that says why; so the answer goes first and some of the rest is thrown away.
const (
	smallBody  = 256 << 10 // net/http itself takes the rest of such a body, and the connection lives on
	drainBytes = 64 << 20
	drainTime  = 10 * time.Second
	drainIdle  = time.Second // a client that has read the answer sends no more
)

// refuse answers with an error while the client may still be sending.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil && errs.Is(err, errs.Internal) {
		// Whoever takes a transfer over cuts the connection that had it, and may cut the next request on it too.
		err = errInterrupted()
	}
	small := r.ContentLength >= 0 && r.ContentLength <= smallBody
	control := http.NewResponseController(w)
	if small || r.ProtoMajor > 1 || control.EnableFullDuplex() != nil {
		h.edge.Problem(w, r, err)
		return
	}
	answer := &heldAnswer{header: w.Header(), status: http.StatusOK}
	h.edge.Problem(answer, r, err)
	w.Header().Set("Connection", "close")
	w.Header().Set("Content-Length", strconv.Itoa(answer.body.Len()))
	w.WriteHeader(answer.status)
	if _, err := w.Write(answer.body.Bytes()); err != nil {
		return // the client is gone
	}
	if control.Flush() != nil || strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
		return // whoever asked first sends nothing after a refusal
	}
	drain(r.Body, control)
}

// drain throws away what a client still sends, until it stops, for a while.
func drain(body io.Reader, control *http.ResponseController) {
	end := time.Now().Add(drainTime)
	buf := make([]byte, 64<<10)
	for left := drainBytes; left > 0 && time.Now().Before(end); {
		if control.SetReadDeadline(time.Now().Add(drainIdle)) != nil {
			return
		}
		n, err := body.Read(buf)
		if err != nil {
			return
		}
		left -= n
	}
}

// heldAnswer keeps a small answer, so that its length is known before it is sent.
type heldAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *heldAnswer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *heldAnswer) WriteHeader(status int) { a.status = status }

// Write implements http.ResponseWriter.
func (a *heldAnswer) Write(p []byte) (int, error) { return a.body.Write(p) }
