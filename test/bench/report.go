package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
)

// row is one figure.
type row struct {
	Name    string    `json:"name"`
	Unit    string    `json:"unit"`
	Median  float64   `json:"median"`
	Samples []float64 `json:"samples"`
	Target  float64   `json:"target,omitempty"` // 0: none
	AtLeast bool      `json:"at_least,omitempty"`
	Note    string    `json:"note,omitempty"`
}

// verdict says whether the target was reached.
func (r row) verdict() string {
	switch {
	case r.Target == 0 || len(r.Samples) == 0:
		return ""
	case r.Median == r.Target, r.AtLeast == (r.Median > r.Target):
		return "ok"
	}
	return "missed"
}

// value is the median for a person.
func (r row) value() string {
	if len(r.Samples) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3g %s", r.Median, r.Unit)
}

func (r row) goal() string {
	switch {
	case r.Target == 0:
		return ""
	case r.AtLeast:
		return fmt.Sprintf(">= %.4g", r.Target)
	}
	return fmt.Sprintf("<= %.4g", r.Target)
}

// report is the JSON file.
type report struct {
	Machine     machine `json:"machine"`
	LoadAtStart string  `json:"load_average_at_start"`
	LoadAtEnd   string  `json:"load_average_at_end"`
	Rows        []row   `json:"rows"`
}

// atMost adds a figure that should not exceed its target; a target of 0 means that there is none.
func (r *report) atMost(name, unit string, target float64, note string, samples []float64) {
	r.Rows = append(r.Rows, row{Name: name, Unit: unit, Median: median(samples), Samples: samples, Target: target, Note: note})
}

// atLeast adds a figure that should reach its target.
func (r *report) atLeast(name, unit string, target float64, note string, samples []float64) {
	r.Rows = append(r.Rows, row{Name: name, Unit: unit, Median: median(samples), Samples: samples, Target: target, AtLeast: true, Note: note})
}

func median(samples []float64) float64 {
	if len(samples) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(samples))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

// quantile is the sample below which that part of all lies.
func quantile(samples []float64, part float64) float64 {
	if len(samples) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(samples))
	return sorted[min(len(sorted)-1, int(part*float64(len(sorted))))]
}

// ratios divides sample by sample: the two sides of a pair were measured next to each other.
func ratios(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] / b[i]
	}
	return out
}

func (r *report) write(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}

func (r *report) print(to io.Writer) error {
	m := r.Machine
	fmt.Fprintf(to, "%s\n%d x %s, %s of memory, Linux %s, %s\n", m.At, m.CPUs, m.CPU, m.Memory, m.Kernel, m.System)
	fmt.Fprintf(to, "matinee %s, %s, ffmpeg %s; load average %s at the start, %s at the end\n\n", m.Matinee, m.Go, m.FFmpeg, r.LoadAtStart, r.LoadAtEnd)
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "WHAT\tMEDIAN\tTARGET\t\tSAMPLES\tNOTE")
	for _, row := range r.Rows {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.3g\t%s\n", row.Name, row.value(), row.goal(), row.verdict(), row.Samples, row.Note)
	}
	return table.Flush()
}
