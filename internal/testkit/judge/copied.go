package judge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// withCopy calls use with the source opened for cutting, where the plan passes anything through.
func withCopy(src ffmpeg.Source, plan media.Plan, use func(*packaging.Copy, string) error) error {
	tracks := slices.DeleteFunc(trackIDs(plan), func(id string) bool { return !isCopied(plan, id) })
	if len(tracks) == 0 {
		return nil
	}
	f, size, err := open(src.Path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	c, err := packaging.OpenCopy(f, size, plan)
	if err != nil {
		return err
	}
	for _, track := range tracks {
		if err := use(c, track); err != nil {
			return err
		}
	}
	return nil
}

func isCopied(plan media.Plan, track string) bool {
	rung, _ := plan.Rung(track)
	audio, _ := plan.AudioTrack(track)
	return rung.Copied || audio.Copied
}

// cut puts a whole track among what was made. The pictures of a damaged source may not be whole: they are left out, as the product
// does.
func (m *Made) cut(c *packaging.Copy, plan media.Plan, track string) error {
	for k := range plan.Segments() {
		segment, err := c.Segment(track, k)
		if _, isRung := plan.Rung(track); isRung && len(m.Damage) > 0 && errors.Is(err, packaging.ErrSpan) {
			delete(m.Segments, track)
			return nil
		}
		if err != nil {
			return err
		}
		if err := m.put(track)(k, segment); err != nil {
			return err
		}
	}
	return nil
}

// passedThrough holds the pictures that are passed through to those of the source, as ffmpeg decodes both. Of a damaged source they are
// no part of the plan, as in the product.
func (j Judge) passedThrough(ctx context.Context, src ffmpeg.Source, v *Verdict, inits map[string][]byte, made *Made) (faults []string, err error) {
	if v.DamagedFrames() > 0 {
		v.Plan.Rungs = v.Plan.Encoded()
		return nil, nil
	}
	for _, r := range v.Plan.Rungs {
		if !r.Copied {
			continue
		}
		more, err := j.SameFrames(ctx, src, v.Plan, inits[r.ID], made.Segments[r.ID])
		if err != nil {
			return nil, fmt.Errorf("decode the rung that is passed through: %w", err)
		}
		faults = append(faults, more...)
	}
	return faults, nil
}

// SameFrames decodes a rung and its source, and says which frames differ. Each segment is decoded alone as well: none may need what
// comes before it.
func (j Judge) SameFrames(ctx context.Context, src ffmpeg.Source, plan media.Plan, init []byte, segments map[int][]byte) (faults []string, err error) {
	want, err := decoded(ctx, src.Path, plan.Source.VideoStream)
	if err != nil {
		return nil, err
	}
	if int64(len(want)) != plan.Frames {
		faults = append(faults, fmt.Sprintf("%d frames are decoded of the source, the plan has %d", len(want), plan.Frames))
		return faults, nil
	}
	for k := range plan.Segments() {
		path := filepath.Join(j.Scratch, "alone.mp4")
		if err := os.WriteFile(path, append(bytes.Clone(init), segments[k]...), 0o600); err != nil {
			return nil, err
		}
		got, err := decoded(ctx, path, 0)
		if err != nil {
			return nil, err
		}
		first, end := plan.SegmentFrames(k)
		if int64(len(got)) != end-first {
			faults = append(faults, fmt.Sprintf("segment %d, passed through, decodes to %d frames, want %d", k, len(got), end-first))
			continue
		}
		for i, sum := range got {
			if sum != want[first+int64(i)] {
				faults = append(faults, fmt.Sprintf("frame %d, passed through, is not the source's", first+int64(i)))
			}
		}
	}
	return faults, os.Remove(filepath.Join(j.Scratch, "alone.mp4"))
}

// decoded returns the sums of all frames of a stream, in the order in which they are shown.
func decoded(ctx context.Context, path string, stream int) (sums []string, err error) {
	cmd := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-v", "error", "-threads", "2", "-i", path, "-map", "0:"+strconv.Itoa(stream),
		"-fps_mode", "passthrough", "-f", "framehash", "-hash", "md5", "-")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, said.String())
	}
	for line := range bytes.Lines(out) {
		if bytes.HasPrefix(line, []byte("#")) {
			continue
		}
		at := bytes.LastIndexByte(line, ',')
		sums = append(sums, string(bytes.TrimSpace(line[at+1:])))
	}
	return sums, nil
}
