package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Config is everything that can be set. The tags hold each value's name, default and words for flags, environment, file and
// reference alike. A value tagged secret may also come from the file that MATINEE_…_FILE names, and is never printed: of a
// "url" only the password is left out.
type Config struct {
	Data         string        `name:"data" default:"./data" placeholder:"DIR" help:"Folder that holds everything: the database, the media and the keys."`
	Listen       string        `name:"listen" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on; port 0 picks a free one."`
	PublicURL    string        `name:"public-url" placeholder:"URL" help:"What links begin with, when people reach the server at another address than --listen."`
	BehindProxy  bool          `name:"behind-proxy" help:"A reverse proxy with TLS stands in front: cookies are marked secure and metrics are for administrators only."`
	Database     string        `name:"database" secret:"url" placeholder:"ADDRESS" help:"SQLite file, or a postgres:// URL. Default: matinee.db in the data folder."`
	DrainTimeout time.Duration `name:"drain-timeout" default:"20s" help:"How long running requests may take to end when the server stops."`

	RateLimit int `name:"rate-limit" default:"100" placeholder:"PERCENT" help:"How many requests one caller may make, in percent of the built-in limits (a minute: 3000 reads, 600 changes, 300 creations, 120 sign-ins); 0: no limits."`

	LogLevel  string `name:"log-level" default:"info" enum:"debug,info,warn,error" help:"The least important log lines to write: debug, info, warn or error."`
	LogFormat string `name:"log-format" default:"auto" enum:"auto,text,json" help:"How log lines look: text, json, or auto: text on a terminal and JSON elsewhere."`

	MaxUpload    Bytes         `name:"max-upload" default:"0" placeholder:"SIZE" help:"Largest source that is taken, for example 50GB; 0: no bound but the disk."`
	Reserve      Bytes         `name:"reserve" default:"1GB" placeholder:"SIZE" help:"Free disk space that uploads may not use up."`
	UploadTTL    time.Duration `name:"upload-ttl" default:"24h" help:"How long an unfinished upload and an upload URL are kept."`
	BinRetention time.Duration `name:"bin-retention" default:"720h" help:"How long a deleted video can be restored."`

	FFmpeg       string `name:"ffmpeg" placeholder:"PATH" help:"The ffmpeg program. Default: looked up on the PATH."`
	FFprobe      string `name:"ffprobe" placeholder:"PATH" help:"The ffprobe program. Default: looked up on the PATH."`
	Sandbox      string `name:"sandbox" default:"auto" enum:"auto,strict" help:"What to do where this machine lacks a layer of the sandbox around ffmpeg: auto: go on without it; strict: refuse to start."`
	SandboxUser  int    `name:"sandbox-user" default:"65530" help:"Number of the user and group that ffmpeg runs as where the server runs as root."`
	EncodeSlots  int    `name:"encode-slots" default:"0" help:"Chunks that are encoded at the same time; 0: as many as the cores and the memory allow."`
	DemandSlots  int    `name:"demand-slots" default:"0" help:"Segments that are made at the same time for viewers who are ahead of the encoding; 0: one for every two cores."`
	EncodeThread int    `name:"encode-threads" default:"2" help:"Threads of each encoder."`
}

// Validate returns an error that names each wrong key and says what it takes.
func (c *Config) Validate() error {
	var wrong []error
	bad := func(key, format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
	}
	if strings.TrimSpace(c.Data) == "" {
		bad("data", "name a folder")
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		bad("listen", "%q is not HOST:PORT, for example 127.0.0.1:8080", c.Listen)
	}
	if c.PublicURL != "" && !isWebAddress(c.PublicURL) {
		bad("public-url", "%q is not a web address, for example https://video.example.org", c.PublicURL)
	}
	if c.DrainTimeout < 0 || c.DrainTimeout > time.Hour {
		bad("drain-timeout", "it takes 0s to 1h")
	}
	if c.RateLimit < 0 || c.RateLimit > 100_000 {
		bad("rate-limit", "it takes 0 to 100000")
	}
	if c.UploadTTL < time.Minute {
		bad("upload-ttl", "it takes one minute or more")
	}
	if c.BinRetention < 0 {
		bad("bin-retention", "it takes 0s or more")
	}
	return errors.Join(append(wrong, c.validateProcesses()...)...)
}

// validateProcesses judges what is set for the processes that the server starts.
func (c *Config) validateProcesses() (wrong []error) {
	for _, n := range []struct {
		key                string
		value, least, most int
	}{
		{"sandbox-user", c.SandboxUser, 1, 1<<31 - 1}, // 0 is root
		{"encode-slots", c.EncodeSlots, 0, 256},
		{"demand-slots", c.DemandSlots, 0, 64},
		{"encode-threads", c.EncodeThread, 1, 64},
	} {
		if n.value < n.least || n.value > n.most {
			wrong = append(wrong, fmt.Errorf("%s: it takes %d to %d", n.key, n.least, n.most))
		}
	}
	return wrong
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.Fragment == ""
}
