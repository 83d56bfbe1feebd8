package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// maxLadderRatio is what chunking, splitting and checking may cost over one plain ffmpeg process with the same rungs.
const maxLadderRatio = 1.05

// ladder compares the CPU of all chunks and the audio, splitting and checking included, with one plain ffmpeg process that
// encodes the same rungs with the same arguments into files; and with one process per rung.
func ladder(ctx context.Context, o options, r *report) error {
	tool, err := ffmpeg.Open(ctx, ffmpeg.Options{ScratchDir: o.folder})
	if err != nil {
		return err
	}
	r.FFmpeg = tool.Version()
	high, err := enlarge(ctx, o)
	if err != nil {
		return err
	}
	for _, source := range []struct{ name, path string }{{"480p footage", o.clip}, {"1080p made from it", high}} {
		if err := ladderOf(ctx, o, r, tool, source.name, source.path); err != nil {
			return fmt.Errorf("%s: %w", source.name, err)
		}
	}
	return nil
}

// enlarge makes a 1080p source of the clip, with grain: no footage here is that large.
func enlarge(ctx context.Context, o options) (string, error) {
	path := filepath.Join(o.folder, "1080p.mp4")
	_, err := cpuOf(ctx, "ffmpeg", "-nostdin", "-v", "error", "-t", "12", "-i", o.clip, "-vf", "scale=1920:1080:flags=lanczos,setsar=1,noise=alls=6:allf=t",
		"-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-c:a", "copy", "-y", path)
	return path, err
}

func ladderOf(ctx context.Context, o options, r *report, tool *ffmpeg.Tool, name, path string) error {
	src := ffmpeg.Source{Path: path, Container: "mov"}
	probe, err := tool.Probe(ctx, path, src.Container)
	if err != nil {
		return err
	}
	plan, err := media.NewPlan(probe, media.Policy{}, media.EncoderInfo{Version: tool.Version(), Threads: 2})
	if err != nil {
		return err
	}
	inits, err := initsOf(ctx, tool, plan)
	if err != nil {
		return err
	}
	var against, single []float64
	for i := range o.repeat {
		var ours, plain, split time.Duration
		measures := []func() error{
			func() (err error) { ours, err = chunked(ctx, tool, src, plan, inits); return err },
			func() (err error) { plain, err = plainLadder(ctx, o, path, plan, plan.Rungs); return err },
		}
		if i%2 == 1 { // neither side is always the one that finds the caches warm
			measures[0], measures[1] = measures[1], measures[0]
		}
		for _, measure := range measures {
			if err := measure(); err != nil {
				return err
			}
		}
		against = append(against, ours.Seconds()/plain.Seconds())
		if i > 0 {
			continue // far from its target: once is enough
		}
		for _, rung := range plan.Rungs {
			cpu, err := plainLadder(ctx, o, path, plan, []media.Rung{rung})
			if err != nil {
				return err
			}
			split += cpu
		}
		single = append(single, ours.Seconds()/split.Seconds())
	}
	note := fmt.Sprintf("%s, %.0f s, %d rungs, %d chunks", name, plan.Duration().Seconds(), len(plan.Rungs), len(plan.Chunks))
	r.Rows = append(r.Rows,
		measured("CPU of the ladder / one plain process", "x", maxLadderRatio, note, against),
		measured("CPU of the ladder / one process per rung", "x", 0.6, note, single))
	return nil
}

func initsOf(ctx context.Context, tool *ffmpeg.Tool, plan media.Plan) (map[string][]byte, error) {
	var mu sync.Mutex
	inits := map[string][]byte{}
	_, err := tool.Inits(ctx, plan, func(track string, r io.Reader) error {
		init, err := packaging.ReadInit(r)
		mu.Lock()
		defer mu.Unlock()
		inits[track] = init
		return err
	})
	return inits, err
}

// chunked is the CPU of the product's own way: every process and this one.
func chunked(ctx context.Context, tool *ffmpeg.Tool, src ffmpeg.Source, plan media.Plan, inits map[string][]byte) (time.Duration, error) {
	before, total := ownCPU(), time.Duration(0)
	for i := range plan.Chunks {
		usage, err := tool.EncodeChunk(ctx, src, plan, i, ffmpeg.ChunkOptions{}, func(track string, r io.Reader) error {
			return packaging.Split(r, packaging.ChunkSpan(plan, track, inits[track], i), func(int, []byte) error { return nil })
		})
		if err != nil {
			return 0, err
		}
		total += usage.CPU
	}
	for _, a := range plan.Audio {
		usage, err := tool.EncodeAudio(ctx, src, plan, a.ID, ffmpeg.AudioOptions{}, func(track string, r io.Reader) error {
			return packaging.Split(r, packaging.AudioSpan(plan, track, inits[track]), func(int, []byte) error { return nil })
		})
		if err != nil {
			return 0, err
		}
		total += usage.CPU
	}
	return total + ownCPU() - before, nil
}

// plainLadder is the CPU of one ffmpeg process that makes the rungs, and the audio with the largest, from start to end.
func plainLadder(ctx context.Context, o options, path string, plan media.Plan, rungs []media.Rung) (time.Duration, error) {
	var graph []string
	for i, r := range rungs {
		in, out := fmt.Sprintf("[c%d]", i), fmt.Sprintf(",split[o%d][c%d]", i, i+1)
		if i == 0 {
			in = "[0:v]"
		}
		if i == len(rungs)-1 {
			out = fmt.Sprintf("[o%d]", i)
		}
		graph = append(graph, fmt.Sprintf("%sscale=%d:%d:flags=lanczos,setsar=1,format=yuv420p%s", in, r.Width, r.Height, out))
	}
	args := []string{"-nostdin", "-v", "error", "-threads", "2", "-i", path, "-filter_complex", strings.Join(graph, ";")}
	_, segment := plan.SegmentFrames(0)
	for i, r := range rungs {
		args = append(args, "-map", fmt.Sprintf("[o%d]", i))
		args = append(args, r.EncoderArgs...)
		args = append(args, "-force_key_frames", fmt.Sprintf("expr:not(mod(n,%d))", segment), "-y", filepath.Join(o.folder, r.ID+".mp4"))
	}
	if rungs[0].ID == plan.Rungs[0].ID && len(plan.Audio) > 0 {
		args = append(args, "-map", "0:a:0")
		args = append(args, plan.Audio[0].EncoderArgs...)
		args = append(args, "-y", filepath.Join(o.folder, "audio.mp4"))
	}
	return cpuOf(ctx, "ffmpeg", args...)
}

// cpuOf runs a program and returns its user and system time.
func cpuOf(ctx context.Context, program string, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("%s: %w", program, err)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}

// ownCPU is what this process has used, without its children.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
