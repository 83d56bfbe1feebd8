package ffmpeg

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const installHint = "install it (Debian and Ubuntu: apt-get install ffmpeg) or configure its path"

// Options of Open. The zero value works.
type Options struct {
	FFmpeg      string        // path; looked up on PATH when empty
	FFprobe     string        // path; looked up on PATH when empty
	Logger      *slog.Logger  // discards when nil
	HungCPU     time.Duration // CPU without progress after which a process is hung; 5 min
	HungWall    time.Duration // time without progress and without CPU after which a process is hung; 10 min
	Stopped     time.Duration // how long a process may be stopped by a signal before it is killed; 10 s
	MemoryBytes uint64        // address space of one encoder; 6 GiB
	User        int           // number of the user and group of processes where the server is root; DefaultUser
	Strict      bool          // refuses to open where a layer of the sandbox is missing
}

// Tool runs ffmpeg and ffprobe. It is safe for concurrent use; the caller bounds how many processes run.
type Tool struct {
	ffmpeg, ffprobe string
	version         string
	log             *slog.Logger
	hungCPU         time.Duration
	hungWall        time.Duration
	stopped         time.Duration
	memory          uint64
	layers          []Layer
	fences          fences          // behind which every process runs
	decodable       map[string]bool // codecs, by the names that ffprobe uses
}

// Open finds both programs and proves that they have what Matinee needs. Its error is one sentence that says what to
// install.
func Open(ctx context.Context, o Options) (*Tool, error) {
	t := &Tool{
		log:      o.Logger,
		hungCPU:  cmp.Or(o.HungCPU, 5*time.Minute),
		hungWall: cmp.Or(o.HungWall, 10*time.Minute),
		stopped:  cmp.Or(o.Stopped, 10*time.Second),
		memory:   cmp.Or(o.MemoryBytes, 6<<30),
	}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if t.ffmpeg, err = find("ffmpeg", o.FFmpeg); err != nil {
		return nil, err
	}
	if t.ffprobe, err = find("ffprobe", o.FFprobe); err != nil {
		return nil, err
	}
	var raised fences
	var raising sync.WaitGroup
	raising.Go(func() { raised, t.layers = t.raise(ctx, candidates(cmp.Or(o.User, DefaultUser))) })
	err = t.prove(ctx)
	raising.Wait()
	if err != nil {
		return nil, err
	}
	t.fences = raised
	if err := t.report(ctx, o.Strict); err != nil {
		return nil, err
	}
	return t, nil
}

// Version returns ffmpeg's version as it prints it, for example "5.1.9-0+deb12u1".
func (t *Tool) Version() string { return t.version }

func find(name, configured string) (string, error) {
	path, err := exec.LookPath(cmp.Or(configured, name))
	if err != nil {
		return "", fmt.Errorf("%s is needed to read and encode videos and was not found: %s: %w", name, installHint, err)
	}
	return filepath.Abs(path) // a process starts in another folder than the server
}

// prove asks both programs what they are and what they were built with.
func (t *Tool) prove(ctx context.Context) error {
	var version, probeVersion, encoders, filters, codecs []byte
	g, ctx := errgroup.WithContext(ctx)
	ask := func(into *[]byte, program string, args ...string) {
		g.Go(func() (err error) {
			*into, err = t.output(ctx, program, args...)
			return err
		})
	}
	ask(&version, t.ffmpeg, "-version")
	ask(&probeVersion, t.ffprobe, "-version")
	ask(&encoders, t.ffmpeg, "-hide_banner", "-encoders")
	ask(&filters, t.ffmpeg, "-hide_banner", "-filters")
	ask(&codecs, t.ffmpeg, "-hide_banner", "-codecs")
	if err := g.Wait(); err != nil {
		return fmt.Errorf("ffmpeg cannot be used: %s: %w", installHint, err)
	}
	match := regexp.MustCompile(`^ffmpeg version (\S+)`).FindSubmatch(version)
	if match == nil || !bytes.HasPrefix(probeVersion, []byte("ffprobe version ")) {
		return errors.New("the configured ffmpeg and ffprobe are other programs: " + installHint)
	}
	t.version, t.decodable = string(match[1]), decodable(codecs)
	if missing := append(lacks(encoders, "libx264", "aac", "flac", "mjpeg"), lacks(filters, "bwdif", "fps", "showinfo", "tpad", "zscale", "tonemap")...); len(missing) > 0 {
		return fmt.Errorf("ffmpeg %s was built without %s: %s", t.version, strings.Join(missing, ", "), installHint)
	}
	return nil
}

// decodable reads the lines of -codecs that begin with a D: " DEV.LS h264   H.264 / AVC …".
func decodable(list []byte) map[string]bool {
	names := map[string]bool{}
	for line := range strings.Lines(string(list)) {
		if columns := strings.Fields(line); len(columns) > 1 && columns[0][0] == 'D' {
			names[columns[1]] = true
		}
	}
	return names
}

func lacks(list []byte, names ...string) []string {
	have := map[string]bool{}
	for line := range strings.Lines(string(list)) {
		if columns := strings.Fields(line); len(columns) > 1 {
			have[columns[1]] = true
		}
	}
	var out []string
	for _, n := range names {
		if !have[n] {
			out = append(out, n)
		}
	}
	return out
}

// output runs a program that only answers a question, and returns what it says.
func (t *Tool) output(ctx context.Context, program string, args ...string) ([]byte, error) {
	var out boundedBuffer
	out.limit = 4 << 20
	_, err := t.run(ctx, process{program: program, args: args, stdout: &out, limits: questionLimits()})
	return out.Bytes(), err
}
