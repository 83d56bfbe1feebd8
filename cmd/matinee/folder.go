package main

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"

	"matinee/client"
	"matinee/internal/app"
	"matinee/internal/config"
)

// folderFlag is for verbs that act on a data folder.
type folderFlag struct {
	config.Config `group:"Settings, as of matinee serve:"`
}

// connection is a server to talk to.
type connection struct {
	api     *client.Client
	name    string // tells servers apart
	running bool   // work goes on there after the command has ended
	close   func() error
}

// connect returns an administrator's connection: over the socket of the server that holds the folder, else to the same API in
// this process, which then holds the folder itself.
func (f *folderFlag) connect(p process) (connection, error) {
	name, err := filepath.Abs(f.Data)
	if err != nil {
		return connection{}, err
	}
	offline, err := app.New(p.ctx, f.Config, app.Build{Version: version}, slog.New(slog.DiscardHandler))
	if errors.Is(err, app.ErrHeld) {
		return connection{api: client.OverSocket(app.SocketPath(f.Data)), name: name, running: true, close: func() error { return nil }}, nil
	}
	if err != nil {
		return connection{}, err
	}
	return connection{api: client.Through(inProcess{offline.LocalHandler()}), name: name, close: offline.Close}, nil
}

// withClient does work with an administrator's connection.
func (f *folderFlag) withClient(p process, work func(*client.Client) error) error {
	server, err := f.connect(p)
	if err != nil {
		return err
	}
	return errors.Join(work(server.api), server.close())
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
