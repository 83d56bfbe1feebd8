package ffmpeg

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"matinee/internal/media"
)

const (
	probeWall   = 5 * time.Minute
	probeOutput = 4 << 20
	maxPackets  = 8 << 20 // of a stream whose times are replayed: 12 hours at 180 a second
)

var errTooManyPackets = errors.New("more packets than are replayed")

// Probe opens the file in the sandbox and returns its facts, or a *media.Refusal. Where media.NeedsCadence asks for it, it
// also reads all packet times, which reads the whole file once.
func (t *Tool) Probe(ctx context.Context, path string, c media.Container) (media.Probe, error) {
	ctx, cancel := context.WithTimeout(ctx, probeWall)
	defer cancel()
	src := Source{path, c}
	probe, err := t.Glance(ctx, src)
	if err != nil {
		return media.Probe{}, err
	}
	if media.NeedsCadence(probe) {
		leading, _ := probe.Leading()
		if probe.Cadence, err = t.cadence(ctx, src, leading); err != nil {
			return media.Probe{}, err
		}
	}
	return probe, nil
}

// Glance is Probe without packet times: what a source has, but not yet what can be planned.
func (t *Tool) Glance(ctx context.Context, src Source) (media.Probe, error) {
	seen, err := look(src)
	if err != nil {
		return media.Probe{}, err
	}
	probe, err := t.facts(ctx, src)
	if err != nil {
		return media.Probe{}, err
	}
	probe.SizeBytes, probe.Indexed, probe.CutOff = seen.SizeBytes, seen.Indexed, seen.CutOff
	return probe, nil
}

// look judges what needs no other program, and fills in that part of a probe.
func look(src Source) (seen media.Probe, err error) {
	f, err := os.Open(src.Path)
	if err != nil {
		return seen, fmt.Errorf("open source: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return seen, fmt.Errorf("look at source: %w", err)
	}
	if info.Size() == 0 {
		return seen, media.Refuse(media.EmptyFile)
	}
	seen.SizeBytes, seen.CutOff = info.Size(), media.CutOff(f, info.Size(), src.Container)
	seen.Indexed, err = media.HasIndex(f, info.Size(), src.Container)
	if err != nil {
		return seen, fmt.Errorf("look for the index: %w", err)
	}
	if src.Container == media.MP4 && !seen.Indexed {
		return seen, media.Refuse(media.TruncatedNoIndex)
	}
	return seen, nil
}

func (t *Tool) facts(ctx context.Context, src Source) (media.Probe, error) {
	out := boundedBuffer{limit: probeOutput}
	args := append(probeArgs(src), "-of", "json", "-show_streams", "-show_format", "-show_chapters", src.url())
	_, err := t.run(ctx, process{program: t.ffprobe, args: args, stdout: &out, limits: questionLimits()})
	if err != nil {
		return media.Probe{}, t.refusal(ctx, src, err)
	}
	if out.truncated {
		return media.Probe{}, media.Refuse(media.TooCostly)
	}
	probe, err := media.ParseProbe(out.Bytes(), src.Container)
	if err != nil {
		return media.Probe{}, err
	}
	for i := range probe.Streams { // a codec that is only known by name is no codec for a plan
		if s := &probe.Streams[i]; !t.decodable[s.Codec] {
			s.Codec = ""
		}
	}
	return probe, nil
}

func probeArgs(src Source) []string {
	args := append([]string{"-v", "error"}, src.opened()...)
	return append(args, "-probesize", "20M", "-analyzeduration", "20M", "-max_streams", strconv.Itoa(media.MaxStreams+1))
}

// refusal turns the end of ffprobe into words for a person. What it wrote stays in the log.
func (t *Tool) refusal(ctx context.Context, src Source, err error) error {
	exit, ok := errors.AsType[*ExitError](err)
	switch {
	case !ok || Killed(err):
		return fmt.Errorf("probe: %w", err)
	case exit.Signal == syscall.SIGXCPU:
		return media.Refuse(media.TooCostly)
	}
	if excess := t.excess(ctx, src); excess != nil {
		return excess
	}
	return media.Refuse(media.Unreadable)
}

// excess asks the container alone, without decoding, for what is too much: ffprobe ends with the same code whatever it
// dislikes. It returns nil where the container has nothing to say.
func (t *Tool) excess(ctx context.Context, src Source) *media.Refusal {
	out := boundedBuffer{limit: probeOutput}
	args := []string{"-v", "error", "-protocol_whitelist", "file", "-f", string(src.Container), "-nofind_stream_info",
		"-of", "json", "-show_streams", src.url()}
	if _, err := t.run(ctx, process{program: t.ffprobe, args: args, stdout: &out, limits: questionLimits()}); err != nil {
		return nil
	}
	_, err := media.ParseProbe(out.Bytes(), src.Container)
	refusal, ok := errors.AsType[*media.Refusal](err)
	if ok && (refusal.Code == media.TooManyPixels || refusal.Code == media.TooManyStreams) {
		return refusal
	}
	return nil
}

// cadence reads the stream's packet times through a pipe, a line each.
func (t *Tool) cadence(ctx context.Context, src Source, video media.Stream) (*media.Cadence, error) {
	reader, writer := io.Pipe()
	var ticks []int64
	read := make(chan error, 1)
	go func() {
		var err error
		ticks, err = readTicks(reader)
		_ = reader.CloseWithError(err)
		read <- err
	}()
	args := append(probeArgs(src), "-select_streams", strconv.Itoa(video.Index), "-show_entries", "packet=pts", "-of", "csv=p=0", src.url())
	limits := questionLimits()
	limits.cpuSeconds = 600
	_, err := t.run(ctx, process{program: t.ffprobe, args: args, stdout: writer, limits: limits})
	_ = writer.Close()
	switch readErr := <-read; {
	case errors.Is(readErr, errTooManyPackets):
		return nil, media.Refuse(media.TooCostly)
	case err != nil:
		return nil, t.refusal(ctx, src, err)
	case readErr != nil:
		return nil, fmt.Errorf("read packet times: %w", readErr)
	}
	return media.Replay(ticks, video.TimeBase), nil
}

func readTicks(r io.Reader) ([]int64, error) {
	var ticks []int64
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		field, _, _ := strings.Cut(lines.Text(), ",")
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			continue // "N/A": a packet without a time is shown with its neighbour
		}
		if ticks = append(ticks, n); len(ticks) > maxPackets {
			return nil, errTooManyPackets
		}
	}
	return ticks, lines.Err()
}
