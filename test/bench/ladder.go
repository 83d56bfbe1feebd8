package main

import (
	"context"
	"fmt"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
)

const (
	maxOverOneProcess     = 1.05 // CPU of the chunks over one plain process with the same rungs
	maxOverProcessPerRung = 0.6  // CPU of the chunks over one plain process per rung
)

// source is a file with its plan.
type source struct {
	name string
	file ffmpeg.Source
	plan media.Plan
}

// ladder compares the CPU of all chunks, their splitting and checking included, with plain ffmpeg processes that encode the
// same rungs with the same arguments. Sound is left out: it is one pass in either case.
func (b *bench) ladder(ctx context.Context) error {
	tool, err := ffmpeg.Open(ctx, ffmpeg.Options{})
	if err != nil {
		return err
	}
	large, err := b.enlarged(ctx)
	if err != nil {
		return err
	}
	for _, s := range []struct{ name, path string }{
		{"the clip as it is", b.clip},
		{"the clip enlarged to 1080p with grain", large},
	} {
		src, err := planned(ctx, tool, s.name, s.path)
		if err != nil {
			return err
		}
		if err := b.ladderOf(ctx, tool, src); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// enlarged makes a 1080p source of the clip: there is no real footage of that size at hand. The grain gives the encoder the
// work that an enlarged picture lacks, and the file about the bit rate of an export for the web.
func (b *bench) enlarged(ctx context.Context) (string, error) {
	path := b.in("1080p.mp4")
	_, err := cpuOf(ctx, "ffmpeg", "-nostdin", "-v", "error", "-i", b.clip,
		"-vf", "scale=1920:1080:flags=lanczos,setsar=1,noise=alls=6:allf=t", "-c:v", "libx264", "-preset", "fast", "-crf", "21", "-c:a", "copy", path)
	return path, err
}

func planned(ctx context.Context, tool *ffmpeg.Tool, name, path string) (source, error) {
	s := source{name: name, file: ffmpeg.Source{Path: path, Container: media.MP4}}
	probe, err := tool.Probe(ctx, path, s.file.Container)
	if err != nil {
		return s, err
	}
	s.plan, err = media.NewPlan(probe, media.Policy{}, media.EncoderInfo{Version: tool.Version()})
	if size, length := probe.SizeBytes, s.plan.Duration().Seconds(); length > 0 {
		s.name += fmt.Sprintf(" (%.1f Mbit/s)", float64(size)*8/1e6/length)
	}
	return s, err
}

// ladderOf measures in seconds of CPU; the ratio is taken pair by pair.
func (b *bench) ladderOf(ctx context.Context, tool *ffmpeg.Tool, s source) error {
	work, err := b.newChunks(ctx, tool, s)
	if err != nil {
		return err
	}
	var chunked, plain, share []float64
	for i := range b.repeat {
		err := inTurns(i,
			func() error {
				encoding, own, err := work.encode(ctx)
				chunked = append(chunked, (encoding + own).Seconds())
				share = append(share, 100*own.Seconds()/(encoding+own).Seconds())
				return err
			},
			func() error {
				cpu, err := b.plain(ctx, s, s.plan.Rungs)
				plain = append(plain, cpu.Seconds())
				return err
			})
		if err != nil {
			return err
		}
	}
	_, single, err := b.processPerRung(ctx, s, 0)
	if err != nil {
		return err
	}
	_, peer, err := b.peerTube(ctx, s, 0)
	if err != nil {
		return err
	}
	note := fmt.Sprintf("%s, %.0f s, %d rungs, %d chunks", s.name, s.plan.Duration().Seconds(), len(s.plan.Rungs), len(s.plan.Chunks))
	b.report.atMost("CPU of the ladder / one process", "x", maxOverOneProcess, note, ratios(chunked, plain))
	b.report.atMost("CPU of the ladder / one process per rung", "x", maxOverProcessPerRung, "the other side once", []float64{median(chunked) / single.Seconds()})
	b.report.atMost("CPU of the ladder / PeerTube's recipe", "x", 0, "the other side once", []float64{median(chunked) / peer.Seconds()})
	b.report.atMost("CPU of the ladder", "s", 0, "", chunked)
	b.report.atMost("CPU of one process", "s", 0, "", plain)
	b.report.atMost("part of splitting, checking and writing", "%", 0, "of the CPU of the ladder", share)
	return nil
}
