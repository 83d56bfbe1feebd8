package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"matinee/internal/api"
	"matinee/internal/delivery"
)

// sweepEvery is how often finished and expired uploads, and expired sessions, are looked for.
const sweepEvery = 5 * time.Minute

// Run serves until ctx ends, then drains: running requests end, running tasks are given back. It tells out when requests are
// answered, and how the first administrator is made.
func (a *App) Run(ctx context.Context, out io.Writer) error {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", a.config.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	a.config.Listen = listener.Addr().String()
	a.api.ListensOn(a.config.Listen)
	socket, err := a.listenLocally(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	a.sweep(ctx)
	public := a.server(delivery.ConnContext)
	local := a.server(func(ctx context.Context, _ net.Conn) context.Context { return api.WithLocal(ctx) })

	group, working := errgroup.WithContext(ctx)
	group.Go(func() error { return serve(local, socket) })
	group.Go(func() error { return serve(public, delivery.Listener(listener)) })
	group.Go(func() error { return a.pipeline.Run(working, true) })
	group.Go(func() error { return a.keepSweeping(working) })
	group.Go(func() error {
		<-working.Done()
		return a.drain(public, local)
	})
	if err := a.greet(ctx, out); err != nil {
		a.log.ErrorContext(ctx, "the ready line could not be written", slog.Any("error", err))
	}
	return group.Wait()
}

// listenLocally opens the socket of the data folder's administrator. A left-over one is replaced: we hold the folder.
func (a *App) listenLocally(ctx context.Context) (net.Listener, error) {
	path := SocketPath(a.config.Data)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the old socket: %w", err)
	}
	before := syscall.Umask(0o177) // the socket is closed to others from its first instant
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "unix", path)
	syscall.Umask(before)
	if err != nil {
		return nil, fmt.Errorf("listen on %s (a socket's path ends at 108 bytes; a relative --data is shorter): %w", path, err)
	}
	return listener, nil
}

func (a *App) server(connContext func(context.Context, net.Conn) context.Context) *http.Server {
	return &http.Server{
		Handler: a.handler, ConnContext: connContext,
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
}

func serve(s *http.Server, l net.Listener) error {
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", l.Addr(), err)
	}
	return nil
}

// greet prints the lines that a person, or a program that started us, waits for.
func (a *App) greet(ctx context.Context, out io.Writer) error {
	address := "http://" + a.config.Listen
	token, needed, err := a.accounts.SetupToken(ctx)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "Matinee is ready at %s\n", address); err != nil {
		return err
	}
	if needed {
		if _, err := fmt.Fprintf(out, "Create the first administrator at %s/setup?token=%s\n", address, string(token)); err != nil {
			return err
		}
	}
	a.warnOfExposure(ctx, needed)
	return nil
}

// warnOfExposure says what is missing before others should reach the server.
func (a *App) warnOfExposure(ctx context.Context, noAdministrator bool) {
	host, _, _ := net.SplitHostPort(a.config.Listen)
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return
	}
	if noAdministrator {
		a.log.WarnContext(ctx, "others can reach this server and nobody administers it yet: open the set-up address first")
	}
	if !a.config.BehindProxy {
		a.log.WarnContext(ctx, "others can reach this server without TLS: put a reverse proxy in front and start with --behind-proxy")
	}
}

// sweep finishes and removes what a broken connection or the end of the process before has left, and what expired.
func (a *App) sweep(ctx context.Context) {
	if err := a.uploads.Sweep(ctx); err != nil && ctx.Err() == nil {
		a.log.WarnContext(ctx, "some uploads could not be swept", slog.Any("error", err))
	}
	if err := a.accounts.EndExpiredSessions(ctx); err != nil && ctx.Err() == nil {
		a.log.WarnContext(ctx, "expired sessions could not be removed", slog.Any("error", err))
	}
}

func (a *App) keepSweeping(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			a.sweep(ctx)
		}
	}
}

// drain lets running requests end, for as long as is configured, and cuts what is left.
func (a *App) drain(servers ...*http.Server) error {
	a.draining.Store(true)
	a.api.Close()
	ctx, cancel := context.WithTimeout(context.Background(), a.config.DrainTimeout)
	defer cancel()
	var group errgroup.Group
	for _, s := range servers {
		group.Go(func() error {
			if err := s.Shutdown(ctx); err != nil {
				a.log.WarnContext(ctx, "requests were cut off at the end of the drain", slog.Any("error", err))
				return s.Close()
			}
			return nil
		})
	}
	return group.Wait()
}
