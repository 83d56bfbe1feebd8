//go:build !linux

package delivery

import (
	"context"
	"errors"
	"net"
	"net/http"
)

// Listener returns l: files go the way of net/http here.
func Listener(l net.Listener) net.Listener { return l }

// ConnContext returns ctx.
func ConnContext(ctx context.Context, _ net.Conn) context.Context { return ctx }

// wire is a connection that can send files by itself: there is none here.
type wire struct{}

func wireOf(*http.Request) *wire { return nil }

func (*wire) send(http.ResponseWriter, *openFile) error { return errors.ErrUnsupported }
