package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

const connections = 64

// wrkScript asks for the paths in turn and prints what the summary of wrk rounds off.
const wrkScript = `local paths = { %s }
local next = 0
request = function()
  next = next %% #paths + 1
  return wrk.format("GET", paths[next])
end
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("\nmeasured %%d %%d %%d\n", summary.bytes, summary.duration, e.connect + e.read + e.write + e.status + e.timeout))
end
`

// load is wrk against one server.
type load struct {
	url, script string
	used        func() (time.Duration, error) // CPU time of the server so far
	bytes       []float64                     // megabytes a second, a sample each run
	cpu         []float64                     // seconds of the server's CPU a gigabyte
}

func (b *bench) newLoad(url, script string, paths []string, used func() (time.Duration, error)) (*load, error) {
	var quoted []string
	for _, p := range paths {
		quoted = append(quoted, strconv.Quote(p))
	}
	l := &load{url: url, script: b.in(script), used: used}
	return l, os.WriteFile(l.script, fmt.Appendf(nil, wrkScript, strings.Join(quoted, ", ")), 0o600)
}

// run loads the server for so long, which is whole seconds, and adds a sample. Any answer but a good one is an error.
func (l *load) run(ctx context.Context, d time.Duration) error {
	before, err := l.used()
	if err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "wrk", "-t1", "-c", strconv.Itoa(connections), "-d", d.String(), "-s", l.script, l.url).CombinedOutput()
	if err != nil {
		return fmt.Errorf("run wrk: %w: %s", err, out)
	}
	after, err := l.used()
	if err != nil {
		return err
	}
	_, result, _ := strings.Cut(string(out), "measured ")
	var bytes, microseconds, faults float64
	if _, err := fmt.Sscan(result, &bytes, &microseconds, &faults); err != nil {
		return fmt.Errorf("read what wrk measured: %w: %s", err, out)
	}
	if faults > 0 || bytes == 0 {
		return fmt.Errorf("%s answered %.0f requests with a fault", l.url, faults)
	}
	l.bytes = append(l.bytes, bytes/microseconds)
	l.cpu = append(l.cpu, (after-before).Seconds()/(bytes/1e9))
	return nil
}
