package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// The only account, which testkit knows too.
const (
	accessKey = "matinee-test"
	secretKey = "matinee-test-secret"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "services:", err)
		os.Exit(1)
	}
}

// run serves until the input ends.
func run(in io.Reader, out io.Writer) (err error) {
	folder, err := os.MkdirTemp("", "matinee-s3-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, in)
		stop()
	}()
	// The gateway cannot say which port it got, so it listens on a socket and this program on the port.
	socket := filepath.Join(folder, "socket")
	gateway := make(chan error, 1)
	go func() { gateway <- serveS3(ctx, folder, socket) }()
	go func() {
		if err := announce(ctx, socket, out); err != nil {
			fmt.Fprintln(os.Stderr, "services:", err)
			stop()
		}
	}()
	return <-gateway
}

// announce says where the gateway is once it answers, and carries every connection to it.
func announce(ctx context.Context, socket string, out io.Writer) error {
	for tick := time.Tick(10 * time.Millisecond); ; <-tick {
		conn, err := net.Dial("unix", socket)
		if err == nil {
			_ = conn.Close()
			break
		}
		if ctx.Err() != nil {
			return nil
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "s3 http://%s\n", listener.Addr()); err != nil {
		return err
	}
	forward(listener, socket)
	return nil
}

// serveS3 runs the gateway on a socket.
func serveS3(ctx context.Context, folder, socket string) error {
	data, beside := filepath.Join(folder, "data"), filepath.Join(folder, "metadata")
	if err := errors.Join(os.Mkdir(data, 0o700), os.Mkdir(beside, 0o700)); err != nil {
		return err
	}
	metadata, options, err := metadataOf(data, beside)
	if err != nil {
		return err
	}
	store, err := posix.New(data, metadata, options)
	if err != nil {
		return err
	}
	return embedgw.RunVersityGW(ctx, store, &embedgw.Config{
		RootUserAccess: accessKey, RootUserSecret: secretKey, Ports: []string{socket},
		MaxConnections: 1000, MaxRequests: 1000, MultipartMaxParts: 10_000, Quiet: true, KeepAlive: true, HealthPath: "/healthz",
	})
}

// metadataOf keeps what the gateway knows of an object in extended attributes, or beside the data where the file system has none.
func metadataOf(data, beside string) (meta.MetadataStorer, posix.PosixOpts, error) {
	if (meta.XattrMeta{}).Test(data) == nil {
		return meta.XattrMeta{}, posix.PosixOpts{}, nil
	}
	metadata, err := meta.NewSideCar(beside)
	return metadata, posix.PosixOpts{SideCarDir: beside}, err
}

// forward joins every connection with one to the socket.
func forward(listener net.Listener, socket string) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go join(conn, socket)
	}
}

// join carries bytes both ways until one side ends.
func join(conn net.Conn, socket string) {
	defer conn.Close()
	gateway, err := net.Dial("unix", socket)
	if err != nil {
		return // it has ended: the client sees its connection closed
	}
	defer gateway.Close()
	go func() {
		_, _ = io.Copy(gateway, conn)
		_ = gateway.(*net.UnixConn).CloseWrite()
	}()
	_, _ = io.Copy(conn, gateway)
}
