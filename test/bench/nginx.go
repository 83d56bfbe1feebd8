package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
)

// nginx is a running nginx that serves a folder.
type nginx struct {
	*exec.Cmd
	url string
}

// nginxConfig keeps nginx off its built-in folders. The workers stay the user that starts them, who can read the data folder.
const nginxConfig = `daemon off; pid %[1]s/nginx.pid; error_log stderr; worker_processes auto; %[4]s
events { worker_connections 1024; }
http {
  types { video/mp4 m4s mp4; } access_log off;
  sendfile on; sendfile_max_chunk 512k; tcp_nopush on; keepalive_requests 10000000; open_file_cache max=1000;
  client_body_temp_path %[1]s/t1; proxy_temp_path %[1]s/t2; fastcgi_temp_path %[1]s/t3; uwsgi_temp_path %[1]s/t4; scgi_temp_path %[1]s/t5;
  server { listen %[2]s; root %[3]s; location / { add_header Cache-Control "public, max-age=31536000, immutable"; } }
}
`

// webTools looks for nginx and wrk, installs them where that is allowed, and names one that is still missing.
func (b *bench) webTools(ctx context.Context) (missing string) {
	if missing = lacking(); missing == "" || !b.install || os.Getuid() != 0 || !found("apt-get") {
		return missing
	}
	for _, args := range [][]string{{"update"}, {"install", "-y", "--no-install-recommends", "nginx", "wrk"}} {
		cmd := exec.CommandContext(ctx, "apt-get", append([]string{"-qq", "-o", "DPkg::Lock::Timeout=120"}, args...)...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if said, err := cmd.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "nginx and wrk could not be installed: %v: %s\n", err, said)
			break
		}
	}
	return lacking()
}

func lacking() string {
	for _, name := range []string{"nginx", "wrk"} {
		if !found(name) {
			return name
		}
	}
	return ""
}

func found(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// startNginx serves the folder and waits until it listens.
func (b *bench) startNginx(ctx context.Context, folder string) (*nginx, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	user := ""
	if os.Getuid() == 0 {
		user = "user root;"
	}
	home := b.in("nginx")
	config := home + "/nginx.conf"
	text := fmt.Sprintf(nginxConfig, home, address, folder, user)
	if err := errors.Join(os.MkdirAll(home, 0o700), os.WriteFile(config, []byte(text), 0o600)); err != nil {
		return nil, err
	}
	n := &nginx{Cmd: background(ctx, "nginx", "-e", home+"/error.log", "-p", home, "-c", config), url: "http://" + address}
	if err := n.Start(); err != nil {
		return nil, err
	}
	err = poll(ctx, patience, func() (bool, error) {
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err != nil {
			return false, nil //nolint:nilerr // it does not listen yet
		}
		return true, connection.Close()
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start nginx: %w", err), stop(n.Cmd))
	}
	return n, nil
}

// freeAddress is a loopback address that nobody listened on a moment ago: nginx cannot choose one by itself.
func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
