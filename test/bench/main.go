package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
)

// row is one measured figure.
type row struct {
	Name    string    `json:"name"`
	Unit    string    `json:"unit"`
	Median  float64   `json:"median"`
	Samples []float64 `json:"samples"`
	Target  float64   `json:"target"` // 0: none
	AtLeast bool      `json:"at_least,omitempty"`
	Note    string    `json:"note,omitempty"`
}

// verdict says whether the target was reached.
func (r row) verdict() string {
	switch {
	case r.Target == 0:
		return ""
	case r.AtLeast == (r.Median >= r.Target) || r.Median == r.Target:
		return "ok"
	}
	return "missed"
}

func measured(name, unit string, target float64, note string, samples []float64) row {
	return row{Name: name, Unit: unit, Median: median(samples), Samples: samples, Target: target, Note: note}
}

func median(samples []float64) float64 {
	if len(samples) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(samples))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// options are what the command line says.
type options struct {
	repeat int
	binary string
	clip   string
	folder string // for everything that is written
}

// report is the JSON file.
type report struct {
	CPUs   int    `json:"cpus"`
	Go     string `json:"go"`
	FFmpeg string `json:"ffmpeg"`
	Load   string `json:"load_average"` // at the start
	Rows   []row  `json:"rows"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var o options
	flag.IntVar(&o.repeat, "repeat", 3, "how often each side is measured")
	flag.StringVar(&o.binary, "binary", "bin/matinee", "the server to measure")
	flag.StringVar(&o.clip, "clip", "internal/testkit/clips/footage/big-buck-bunny-480p-30s.mp4", "the source of the ladder")
	only := flag.String("only", "", "comma-separated measurements: ladder,start,memory,upload")
	out := flag.String("out", filepath.Join(os.TempDir(), "matinee-bench.json"), "where the JSON goes")
	flag.Parse()

	folder, err := os.MkdirTemp("", "matinee-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	o.folder = folder
	load, _ := os.ReadFile("/proc/loadavg")
	r := report{CPUs: runtime.NumCPU(), Go: runtime.Version(), Load: strings.TrimSpace(string(load))}
	for _, m := range []struct {
		name string
		do   func(context.Context, options, *report) error
	}{{"ladder", ladder}, {"start", start}, {"memory", memory}, {"upload", uploads}} {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), m.name) {
			continue
		}
		fmt.Fprintln(os.Stderr, "measuring", m.name)
		if err := m.do(ctx, o, &r); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return publish(r, *out)
}

func publish(r report, out string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, append(text, '\n'), 0o600); err != nil {
		return err
	}
	fmt.Printf("%d CPUs, %s, ffmpeg %s, load average %s\n\n", r.CPUs, r.Go, r.FFmpeg, r.Load)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "WHAT\tMEDIAN\tTARGET\t\tNOTE")
	for _, row := range r.Rows {
		target := ""
		if row.Target > 0 {
			target = fmt.Sprintf("%s %.4g", map[bool]string{true: ">=", false: "<="}[row.AtLeast], row.Target)
		}
		fmt.Fprintf(table, "%s\t%.3g %s\t%s\t%s\t%s\n", row.Name, row.Median, row.Unit, target, row.verdict(), row.Note)
	}
	return table.Flush()
}
