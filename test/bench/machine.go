package main

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// machine is what the figures were taken on and with.
type machine struct {
	At       string `json:"at"`
	CPUs     int    `json:"cpus"`
	CPU      string `json:"cpu"`
	Memory   string `json:"memory"`
	Kernel   string `json:"kernel"`
	System   string `json:"system"`
	Go       string `json:"go"` // of this command; make bench builds the server with the same
	Matinee  string `json:"matinee"`
	FFmpeg   string `json:"ffmpeg"`
	Nginx    string `json:"nginx,omitempty"`
	Chromium string `json:"chromium,omitempty"`
}

func (r *report) begin(ctx context.Context, binary string) {
	r.LoadAtStart = firstLine("/proc/loadavg")
	r.Machine = machine{
		At:      time.Now().UTC().Format(time.RFC3339),
		CPUs:    runtime.NumCPU(),
		CPU:     field("/proc/cpuinfo", "model name"),
		Memory:  field("/proc/meminfo", "MemTotal"),
		Kernel:  firstLine("/proc/sys/kernel/osrelease"),
		System:  strings.Trim(field("/etc/os-release", "PRETTY_NAME"), `"`),
		Go:      runtime.Version(),
		Matinee: strings.TrimPrefix(says(ctx, binary, "version"), "matinee "),
	}
	if words := strings.Fields(says(ctx, "ffmpeg", "-version")); len(words) > 2 {
		r.Machine.FFmpeg = words[2]
	}
}

// says returns the first line of what a program prints, or nothing: what is missing shows where it is needed.
func says(ctx context.Context, program string, args ...string) string {
	out, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(out), "\n")
	return first
}

func firstLine(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return first
}

// field returns the value of the first "key: value" or "key=value" of a file.
func field(path, key string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, key); ok {
			return strings.Trim(rest, ":= \t\n")
		}
	}
	return ""
}
