package judge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// Judge tries sources. All fields are required.
type Judge struct {
	Tool    *ffmpeg.Tool
	Policy  media.Policy
	Scratch string // a folder for copies and playlists, empty and not shared with another Judge at work
}

// Small is a policy with one small rung and one segment in each chunk, which is the hardest to get right.
func Small(segment time.Duration) media.Policy {
	return media.Policy{
		Segment:            segment,
		FirstChunkSegments: 1,
		ChunkSegments:      1,
		Ladder:             []media.Step{{ShortSide: 180, CapBitsPerSecond: 400_000}},
	}
}

// Verdict is what became of a source.
type Verdict struct {
	Refusal  *media.Refusal // why there is nothing more; nil for a source that was planned
	Prepared bool           // it was remuxed first
	Plan     media.Plan     // with the lowest encoded rung only, and what is passed through
	Damage   []media.FrameRange
	Shown    int64    // frames that show another picture than the frame before
	Source   Clock    // the pictures of the file that was planned, as ffmpeg alone sees them
	Faults   []string // broken promises
}

// DamagedFrames counts the frames that do not show what the source had there.
func (v Verdict) DamagedFrames() (n int64) {
	for _, r := range media.MergeFrames(v.Damage) {
		n += r.Frames()
	}
	return n
}

// The names of last resort, as the product gives them to a source that is none of the known wrecks and that no attempt could encode.
const (
	EncodingFailed media.Code = "encoding_failed"
	DamagedSource  media.Code = "damaged_source"
)

// Try takes a source through all steps of a version. An error is a failure without a name, which is a broken promise too, or the
// context's end.
func (j Judge) Try(ctx context.Context, path string) (Verdict, error) {
	v, src, err := j.Admit(ctx, path)
	if err == nil && len(v.Plan.Rungs) > 0 {
		err = j.watch(ctx, src, &v)
	}
	if err == nil {
		err = j.produce(ctx, src, &v)
	}
	if refusal, ok := named(ctx, err); ok {
		return Verdict{Refusal: refusal, Prepared: v.Prepared}, nil
	}
	return v, err
}

// named returns why a source ended without a result, in the words for a person where there are any. A process that gave up by itself,
// or has no pictures whatever is tried, is the source's fault; one that crashed or was killed is ours.
func named(ctx context.Context, err error) (*media.Refusal, bool) {
	if refusal, ok := errors.AsType[*media.Refusal](err); ok {
		return refusal, true
	}
	if errors.Is(err, packaging.ErrSpan) {
		return &media.Refusal{Code: DamagedSource, Message: err.Error(), Next: "Try again."}, true
	}
	if exit, ended := errors.AsType[*ffmpeg.ExitError](err); ended && exit.Signal == 0 && ctx.Err() == nil {
		return &media.Refusal{Code: EncodingFailed, Message: err.Error(), Next: "Try again."}, true
	}
	return nil, false
}

// watch judges the pictures before they are encoded.
func (j Judge) watch(ctx context.Context, src ffmpeg.Source, v *Verdict) (err error) {
	if v.Faults, v.Shown, err = j.Pictures(ctx, src, v.Plan); err != nil {
		return fmt.Errorf("compare pictures: %w", err)
	}
	if v.Source, err = clockOf(ctx, src, v.Plan.Source.VideoStream, v.Plan.ZeroSeconds()-v.Plan.Rate.Inverse().Seconds(1)/2); err != nil {
		return fmt.Errorf("look at the source: %w", err)
	}
	return nil
}

// produce encodes everything and judges what comes out.
func (j Judge) produce(ctx context.Context, src ffmpeg.Source, v *Verdict) error {
	inits, err := Inits(ctx, j.Tool, src, v.Plan)
	if err != nil {
		return err
	}
	made, err := Encode(ctx, j.Tool, src, v.Plan, inits)
	if err != nil {
		return err
	}
	v.Damage = made.Damage
	faults, err := j.passedThrough(ctx, src, v, inits, made)
	if err != nil {
		return err
	}
	v.Faults = append(v.Faults, faults...)
	for _, a := range v.Plan.Audio {
		v.Faults = append(v.Faults, Cuts(v.Plan, a, CutsOf(v.Plan, a))...)
	}
	for _, track := range trackIDs(v.Plan) {
		v.Faults = append(v.Faults, Segments(v.Plan, track, inits[track], made.Segments[track])...)
	}
	if len(v.Faults) > 0 { // players would only say it again
		return nil
	}
	faults, err = j.listings(ctx, v.Plan, inits, made)
	v.Faults = append(v.Faults, faults...)
	return err
}

// Admit sniffs, probes, remuxes where needed, and plans for the lowest encoded rung and for what is passed through. What it refuses is a *media.Refusal.
func (j Judge) Admit(ctx context.Context, path string) (v Verdict, src ffmpeg.Source, err error) {
	src.Path = path
	if src.Container, err = sniff(path); err != nil {
		return v, src, err
	}
	probe, err := j.Tool.Probe(ctx, src.Path, src.Container)
	if err != nil {
		return v, src, err
	}
	if _, needed := media.NeedsPrepare(probe); needed {
		v.Prepared = true
		copied := ffmpeg.Source{Path: filepath.Join(j.Scratch, "prepared.mkv"), Container: ffmpeg.PreparedContainer}
		if _, err := j.Tool.Prepare(ctx, src, copied.Path, nil); err != nil {
			return v, src, err
		}
		if probe, err = j.Tool.Probe(ctx, copied.Path, copied.Container); err != nil {
			return v, src, err
		}
		if reason, still := media.NeedsPrepare(probe); still {
			return v, src, fmt.Errorf("the prepared copy needs preparing: %s", reason)
		}
		src = copied
	}
	tables, err := j.tables(src, v.Prepared)
	if err != nil {
		return v, src, err
	}
	plan, err := media.NewCopyingPlan(probe, tables, j.Policy, media.EncoderInfo{Version: j.Tool.Version()})
	if err != nil {
		return v, src, err
	}
	if encoded := plan.Encoded(); len(encoded) > 0 {
		lowest := encoded[len(encoded)-1]
		plan.Rungs = slices.DeleteFunc(plan.Rungs, func(r media.Rung) bool { return !r.Copied && r.ID != lowest.ID })
	}
	v.Plan = plan
	return v, src, nil
}

// tables reads those of an MP4 file as it was sent.
func (j Judge) tables(src ffmpeg.Source, prepared bool) (media.Tables, error) {
	if src.Container != media.MP4 || prepared {
		return media.Tables{Why: media.NoSampleTables}, nil
	}
	f, size, err := open(src.Path)
	if err != nil {
		return media.Tables{}, err
	}
	defer func() { _ = f.Close() }()
	tables, err := media.ReadTables(f, size)
	if err != nil {
		return tables, err
	}
	err = tables.FindKeys(f, j.Policy.SegmentLength())
	return tables, err
}

func open(path string) (*os.File, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

func sniff(path string) (media.Container, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	head, err := io.ReadAll(io.LimitReader(f, media.SniffLength))
	if err != nil {
		return "", err
	}
	return media.Sniff(head)
}

// trackIDs lists every track that has segments, the rungs first.
func trackIDs(plan media.Plan) (all []string) {
	for _, r := range plan.Rungs {
		all = append(all, r.ID)
	}
	for _, a := range plan.Audio {
		all = append(all, a.ID)
	}
	return all
}

// span is a whole track, as the product's own splitter sees it.
func span(plan media.Plan, track string, init []byte) packaging.Span {
	if _, ok := plan.Rung(track); ok {
		return packaging.VideoSpan(plan, track, init, 0, plan.Segments())
	}
	return packaging.AudioSpan(plan, track, init)
}
