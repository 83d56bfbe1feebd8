package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ffmpeg"
	"matinee/internal/ids"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// sniffBytes is how much of a source is looked at to name its container.
const sniffBytes = 4096

// probe looks at a source and plans it, or queues its preparation. A source that cannot become a video is a *media.Refusal.
func (p *Pipeline) probe(ctx context.Context, l Lease, v Version) error {
	container, err := p.sniff(ctx, v)
	if err != nil {
		return err
	}
	path, err := p.objects.Path(blob.SourceKey(v.Video, v.Source))
	if err != nil {
		return fmt.Errorf("find source: %w", err)
	}
	step := p.steps(ctx, v)
	facts, err := p.encoder.Probe(ctx, path, container)
	if err != nil {
		return fmt.Errorf("probe source: %w", err)
	}
	step("probed")
	reason, needed := media.NeedsPrepare(facts)
	if !needed {
		return p.plan(ctx, l, v, facts, Planned{Container: container, Warnings: cutWarnings(facts)})
	}
	p.o.Logger.InfoContext(ctx, "source must be remuxed first", slog.String("video_id", string(v.Video)), slog.String("reason", reason))
	return p.store.StartPrepare(ctx, l, container, Task{Kind: Prepare, Rank: rankPrepare}, p.o.Now())
}

// cutWarnings tells the owner of a file that ends before its time.
func cutWarnings(facts media.Probe) []string {
	if !facts.CutOff {
		return nil
	}
	return []string{"The file was cut off: it ends before it says. What is missing cannot be shown."}
}

// sniff names the source's container.
func (p *Pipeline) sniff(ctx context.Context, v Version) (media.Container, error) {
	source, err := p.objects.Open(ctx, blob.SourceKey(v.Video, v.Source))
	if err != nil {
		return "", fmt.Errorf("open source: %w", err)
	}
	defer source.Close()
	head := make([]byte, sniffBytes)
	n, err := io.ReadFull(source, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", fmt.Errorf("read source: %w", err)
	}
	return media.Sniff(head[:n])
}

// prepare remuxes a source that cannot be sought into the scratch copy, and plans that.
func (p *Pipeline) prepare(ctx context.Context, l Lease, v Version) error {
	path, err := p.scratchCopy(ctx, v)
	if err != nil {
		return err
	}
	facts, err := p.encoder.Probe(ctx, path, media.Matroska)
	if err != nil {
		return fmt.Errorf("probe scratch copy: %w", err)
	}
	left, err := p.leftBehind(ctx, v)
	if err != nil {
		return err
	}
	return p.plan(ctx, l, v, facts, Planned{Container: v.Container, Prepared: true, Warnings: left})
}

// leftBehind tells the owner what of the source is not in its remuxed copy.
func (p *Pipeline) leftBehind(ctx context.Context, v Version) ([]string, error) {
	path, err := p.objects.Path(blob.SourceKey(v.Video, v.Source))
	if err != nil {
		return nil, fmt.Errorf("find source: %w", err)
	}
	facts, err := p.encoder.Glance(ctx, ffmpeg.Source{Path: path, Container: v.Container})
	if err != nil {
		return nil, fmt.Errorf("look at source: %w", err)
	}
	return append(cutWarnings(facts), facts.LeftOut()...), nil
}

// plan decides everything about a version, writes the init segments that all its workers must make, and queues the work.
func (p *Pipeline) plan(ctx context.Context, l Lease, v Version, facts media.Probe, planned Planned) error {
	step := p.steps(ctx, v)
	tables, err := p.tablesOf(v, planned)
	if err != nil {
		return err
	}
	plan, copied, err := p.decide(ctx, v, facts, tables)
	if err != nil {
		return err
	}
	step("planned")
	inits, err := p.makeInits(ctx, plan)
	if err != nil {
		return err
	}
	step("init segments made")
	planned.Plan, planned.Fingerprint = plan, packaging.Fingerprint(inits)
	maps.Copy(inits, copied)
	for _, id := range trackIDs(plan) {
		codec, err := packaging.Codec(inits[id])
		if err != nil {
			return fmt.Errorf("name codec of %s: %w", id, err)
		}
		planned.Tracks = append(planned.Tracks, TrackRow{ID: id, Codec: codec})
		if err := p.keep(ctx, blob.InitKey(l.Video, l.Version, id), inits[id]); err != nil {
			return fmt.Errorf("put init of %s: %w", id, err)
		}
	}
	v.Plan, v.Container, v.Prepared = plan, planned.Container, planned.Prepared
	planned.OnDemand = p.affordable(plan)
	if planned.Playable, err = p.firstSegments(ctx, v); err != nil {
		return err
	}
	step("first segments made")
	if err := p.store.FinishPlan(ctx, l, planned, priced(plan, tasksOf(plan)), p.o.Now()); err != nil {
		return err
	}
	if planned.Playable && !planned.Prepared && l.attempt() == 0 {
		p.learnPlayable(ctx, plan.Source.Codec, p.o.Now().Sub(l.StartedAt))
	}
	p.tell(ctx, l, Step{Playable: planned.Playable})
	return nil
}

// decide plans, and returns the init segments of what is passed through. Tables that can be read but not be cut from are no tables.
func (p *Pipeline) decide(ctx context.Context, v Version, facts media.Probe, tables media.Tables) (media.Plan, map[string][]byte, error) {
	encoder := media.EncoderInfo{Version: p.encoder.Version(), Threads: p.o.Threads}
	plan, err := media.NewCopyingPlan(facts, tables, p.o.Policy, encoder)
	if err != nil {
		return media.Plan{}, nil, fmt.Errorf("plan: %w", err)
	}
	v.Plan = plan
	inits := map[string][]byte{}
	err = p.copiedInits(v, inits)
	if !errors.Is(err, packaging.ErrSpan) {
		return plan, inits, err
	}
	p.notCopied(ctx, v, err)
	p.copies.forget(v.ID)
	plan, err = media.NewCopyingPlan(facts, media.Tables{Why: media.BrokenTables}, p.o.Policy, encoder)
	return plan, nil, err
}

func (p *Pipeline) makeInits(ctx context.Context, plan media.Plan) (map[string][]byte, error) {
	var mu sync.Mutex
	inits := map[string][]byte{}
	_, err := p.encoder.Inits(ctx, plan, func(track string, r io.Reader) error {
		init, err := packaging.ReadInit(r)
		mu.Lock()
		defer mu.Unlock()
		inits[track] = init
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make init segments: %w", err)
	}
	for _, id := range encodedIDs(plan) {
		if len(inits[id]) == 0 {
			return nil, fmt.Errorf("make init segments: none for %s", id)
		}
	}
	return inits, nil
}

// trackIDs lists every track of a plan, the rungs first.
func trackIDs(plan media.Plan) []string {
	var all []string
	for _, r := range plan.Rungs {
		all = append(all, r.ID)
	}
	for _, a := range plan.Audio {
		all = append(all, a.ID)
	}
	return all
}

// encodedIDs lists those that ffmpeg makes.
func encodedIDs(plan media.Plan) []string {
	return slices.DeleteFunc(trackIDs(plan), func(id string) bool { return isCopied(plan, id) })
}

// rungIDs lists the rungs that ffmpeg makes.
func rungIDs(plan media.Plan) []string {
	var all []string
	for _, r := range plan.Encoded() {
		all = append(all, r.ID)
	}
	return all
}

// tasksOf lists the work that a plan asks for.
func tasksOf(plan media.Plan) []Task {
	tasks := []Task{{Kind: Pictures, Rank: rankPictures}}
	for _, id := range copiedIDs(plan) {
		tasks = append(tasks, Task{Kind: Copy, Track: id, Rank: rankCopy, Segments: plan.Segments(), TotalUnits: int64(plan.Segments())})
	}
	for _, a := range plan.EncodedAudio() {
		tasks = append(tasks, Task{
			Kind: Audio, Track: a.ID, Rank: rankAudio, Segments: plan.Segments(), TotalUnits: plan.AudioFrames() * media.AudioFrameSamples,
		})
	}
	if len(plan.Encoded()) == 0 {
		return tasks
	}
	for _, c := range plan.Chunks {
		first, end := plan.ChunkFrames(c.Index)
		rank := rankChunk
		if c.Index == 0 {
			rank = rankFirstChunk
		}
		tasks = append(tasks, Task{
			Kind: Chunk, Chunk: c.Index, FirstSegment: c.FirstSegment, Segments: c.Segments, Rank: rank, TotalUnits: end - first,
		})
	}
	return tasks
}

// source is the file that a version's tasks read.
func (p *Pipeline) source(ctx context.Context, v Version) (ffmpeg.Source, error) {
	if v.Prepared {
		path, err := p.scratchCopy(ctx, v)
		return ffmpeg.Source{Path: path, Container: media.Matroska}, err
	}
	path, err := p.objects.Path(blob.SourceKey(v.Video, v.Source))
	return ffmpeg.Source{Path: path, Container: v.Container}, err
}

// scratchCopy returns the remuxed copy of a source, which it makes where it is missing. It appears whole or not at all.
func (p *Pipeline) scratchCopy(ctx context.Context, v Version) (string, error) {
	path := p.scratchPath(v.ID)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := p.needSpace(ctx, v.SourceBytes); err != nil {
		return "", err
	}
	source, err := p.objects.Path(blob.SourceKey(v.Video, v.Source))
	if err != nil {
		return "", fmt.Errorf("find source: %w", err)
	}
	part := filepath.Join(p.scratch, string(v.ID)+"-"+string(ids.New[ids.TaskID]())+partSuffix)
	defer func() { _ = os.Remove(part) }() // it is there only when something failed
	if _, err := p.encoder.Prepare(ctx, ffmpeg.Source{Path: source, Container: v.Container}, part, nil); err != nil {
		return "", fmt.Errorf("remux source: %w", err)
	}
	return path, os.Rename(part, path)
}

const (
	scratchSuffix = ".mkv"
	partSuffix    = ".part"
)

func (p *Pipeline) scratchPath(v ids.VersionID) string {
	return filepath.Join(p.scratch, string(v)+scratchSuffix)
}

// needSpace returns an errs.NoSpace error unless so many bytes are free.
func (p *Pipeline) needSpace(ctx context.Context, bytes int64) error {
	free, err := p.objects.Free(ctx)
	if err != nil {
		return fmt.Errorf("ask for free space: %w", err)
	}
	if free < bytes {
		return errs.New(errs.NoSpace, "no_space", "The disk is too full: %d more bytes are needed. Free some space; the work goes on by itself.", bytes-free)
	}
	return nil
}
