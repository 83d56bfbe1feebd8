package main

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"matinee/client"
	"matinee/internal/app"
	"matinee/internal/config"
)

// folderFlag is for verbs that act on a data folder.
type folderFlag struct {
	config.Config
}

// withClient does work with an administrator's client: over the socket of the server that holds the folder, else in this
// process, which then holds the folder itself.
func (f *folderFlag) withClient(p process, work func(*client.Client) error) error {
	offline, err := app.New(p.ctx, f.Config, app.Build{Version: version}, slog.New(slog.DiscardHandler))
	if errors.Is(err, app.ErrHeld) {
		return work(client.OverSocket(app.SocketPath(f.Data)))
	}
	if err != nil {
		return err
	}
	err = work(client.Through(inProcess{offline.LocalHandler()}))
	return errors.Join(err, offline.Close())
}

// inProcess answers requests with a handler.
type inProcess struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := &memoryWriter{header: http.Header{}, status: http.StatusOK}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	t.handler.ServeHTTP(answer, r)
	return &http.Response{
		StatusCode: answer.status, Status: http.StatusText(answer.status), Header: answer.header, Body: io.NopCloser(&answer.body), Request: r,
	}, nil
}

// memoryWriter keeps an answer in memory.
type memoryWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *memoryWriter) Header() http.Header         { return w.header }
func (w *memoryWriter) Write(b []byte) (int, error) { return w.body.Write(b) }
func (w *memoryWriter) WriteHeader(status int)      { w.status = status }
