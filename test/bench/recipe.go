package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"time"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
)

// recipe is another way to make a ladder. It writes a file for each rung, at a quality that is so many steps of CRF from its own,
// and returns the CPU time.
type recipe struct {
	name   string
	encode func(ctx context.Context, s source, steps int) (files map[string]string, cpu time.Duration, err error)
}

func (b *bench) recipes() []recipe {
	return []recipe{
		{"one process", b.oneProcess},
		{"one process per rung", b.processPerRung},
		{"PeerTube's recipe", b.peerTube},
	}
}

// bits compares how many bits a picture of the same quality takes: each recipe at three CRFs gives a line of bits over SSIM, which
// is read at the SSIM of our own rung. SSIM is taken against the source, scaled to the rung's size.
func (b *bench) bits(ctx context.Context) error {
	tool, err := ffmpeg.Open(ctx, ffmpeg.Options{})
	if err != nil {
		return err
	}
	s, err := planned(ctx, tool, "the clip as it is", b.clip)
	if err != nil {
		return err
	}
	ours, err := b.ourRungs(ctx, tool, s)
	if err != nil {
		return err
	}
	for _, r := range b.recipes() {
		lines := map[string][]point{}
		for _, steps := range []int{-3, 0, 3} {
			files, _, err := r.encode(ctx, s, steps)
			if err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			for rung, file := range files {
				p, err := measured(ctx, s, rung, file)
				if err != nil {
					return err
				}
				lines[rung] = append(lines[rung], p)
			}
		}
		var samples []float64
		note := ""
		for _, rung := range s.plan.Rungs {
			own := ours[rung.ID]
			ratio := own.bits / bitsAt(lines[rung.ID], own.decibels)
			samples = append(samples, ratio)
			note += fmt.Sprintf("%s %.2f (%.2f dB, %.0f kbit/s); ", rung.ID, ratio, own.decibels, own.bits/1000/s.plan.Duration().Seconds())
		}
		b.report.atMost("bits at equal SSIM of the ladder / "+r.name, "x", 0, note, samples)
	}
	return nil
}

// ourRungs encodes as the server does and measures each rung.
func (b *bench) ourRungs(ctx context.Context, tool *ffmpeg.Tool, s source) (map[string]point, error) {
	work, err := b.newChunks(ctx, tool, s)
	if err != nil {
		return nil, err
	}
	if _, _, err := work.encode(ctx); err != nil {
		return nil, err
	}
	ours := map[string]point{}
	for _, r := range s.plan.Rungs {
		file, err := work.joined(r.ID)
		if err != nil {
			return nil, err
		}
		if ours[r.ID], err = measured(ctx, s, r.ID, file); err != nil {
			return nil, err
		}
	}
	return ours, nil
}

// joined writes the init segment and all segments of a rung into one file.
func (c *chunks) joined(rung string) (string, error) {
	path := fmt.Sprintf("%s/%s.joined.mp4", c.folder, rung)
	data := slices.Clone(c.inits[rung])
	for n := range c.source.plan.Segments() {
		segment, err := os.ReadFile(fmt.Sprintf("%s/%s-%d.m4s", c.folder, rung, n))
		if err != nil {
			return "", err
		}
		data = append(data, segment...)
	}
	return path, os.WriteFile(path, data, 0o600)
}

func (b *bench) oneProcess(ctx context.Context, s source, steps int) (map[string]string, time.Duration, error) {
	rungs := stepped(s.plan.Rungs, steps)
	cpu, err := b.plain(ctx, s, rungs)
	return b.filesOf(rungs), cpu, err
}

func (b *bench) processPerRung(ctx context.Context, s source, steps int) (map[string]string, time.Duration, error) {
	rungs := stepped(s.plan.Rungs, steps)
	var all time.Duration
	for _, r := range rungs {
		cpu, err := b.plain(ctx, s, []media.Rung{r})
		if err != nil {
			return nil, 0, err
		}
		all += cpu
	}
	return b.filesOf(rungs), all, nil
}

// peerTube encodes as PeerTube does by default: x264 at veryfast with one thread, key frames two seconds apart, up to 16 B pictures
// (packages/ffmpeg/src/ffmpeg-default-transcoding-profile.ts of its repository), the largest rung from the source and each of the
// others from the largest. Caps are ours, so that both may spend the same.
func (b *bench) peerTube(ctx context.Context, s source, steps int) (map[string]string, time.Duration, error) {
	const ownCRF = 23 // x264's default, which PeerTube leaves
	files := map[string]string{}
	var all time.Duration
	from := s.file.Path
	for _, r := range s.plan.Rungs {
		files[r.ID] = b.in("peertube-" + r.ID + ".mp4")
		limit := strconv.FormatInt(r.CapBitsPerSecond, 10)
		cpu, err := cpuOf(ctx, "ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1", "-i", from,
			"-map", "0:v:0", "-vf", fmt.Sprintf("scale=w=%d:h=%d", r.Width, r.Height), "-pix_fmt", "yuv420p",
			"-c:v", "libx264", "-threads", "1", "-preset", "veryfast", "-crf", strconv.Itoa(ownCRF+steps),
			"-maxrate", limit, "-bufsize", strconv.FormatInt(2*r.CapBitsPerSecond, 10), "-b_strategy", "1", "-bf", "16",
			"-g", strconv.Itoa(int(math.Round(2*s.plan.FrameRate()))), files[r.ID])
		if err != nil {
			return nil, 0, err
		}
		all += cpu
		from = files[s.plan.Rungs[0].ID]
	}
	return files, all, nil
}

// stepped are the rungs at another quality.
func stepped(rungs []media.Rung, steps int) []media.Rung {
	out := slices.Clone(rungs)
	for i := range out {
		out[i].EncoderArgs = slices.Clone(out[i].EncoderArgs)
		at := slices.Index(out[i].EncoderArgs, "-crf") + 1
		if crf, err := strconv.ParseFloat(out[i].EncoderArgs[at], 64); err == nil {
			out[i].EncoderArgs[at] = strconv.FormatFloat(crf+float64(steps), 'f', -1, 64)
		}
	}
	return out
}

func (b *bench) filesOf(rungs []media.Rung) map[string]string {
	files := map[string]string{}
	for _, r := range rungs {
		files[r.ID] = b.in(r.ID + ".mp4")
	}
	return files
}

// point is what a rung takes and how much it is like the source.
type point struct{ bits, decibels float64 }

var allOfSSIM = regexp.MustCompile(`All:([0-9.]+)`)

func measured(ctx context.Context, s source, rung, file string) (p point, err error) {
	facts, err := os.Stat(file)
	if err != nil {
		return p, err
	}
	r, ok := s.plan.Rung(rung)
	if !ok {
		return p, errors.New("the plan has no rung " + rung)
	}
	said, err := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-hide_banner", "-i", file, "-i", s.file.Path, "-filter_complex",
		fmt.Sprintf("[1:v:0]scale=%d:%d:flags=lanczos,setsar=1,format=yuv420p,setpts=N/TB[a];[0:v:0]setsar=1,setpts=N/TB[b];[b][a]ssim", r.Width, r.Height),
		"-f", "null", "-").CombinedOutput()
	if err != nil {
		return p, fmt.Errorf("compare with the source: %w: %s", err, said)
	}
	m := allOfSSIM.FindSubmatch(said)
	if m == nil {
		return p, fmt.Errorf("ffmpeg says nothing of SSIM: %s", said)
	}
	same, err := strconv.ParseFloat(string(m[1]), 64)
	return point{bits: float64(facts.Size()) * 8, decibels: -10 * math.Log10(1-same)}, err
}

// bitsAt reads a line of at least two points at a quality, straight in the logarithm of the bits between and beyond them.
func bitsAt(line []point, decibels float64) float64 {
	line = slices.SortedFunc(slices.Values(line), func(a, b point) int { return int(math.Copysign(1, a.decibels-b.decibels)) })
	i := 1
	for i < len(line)-1 && line[i].decibels < decibels {
		i++
	}
	a, b := line[i-1], line[i]
	part := (decibels - a.decibels) / (b.decibels - a.decibels)
	return math.Exp(math.Log(a.bits) + part*(math.Log(b.bits)-math.Log(a.bits)))
}
