package judge

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// Picture is one decoded and scaled picture on its way to the encoder.
type Picture struct {
	PTS int64 // in frames of the plan
	Sum [md5.Size]byte
}

// Pictures decodes the source once from start to end, and then each chunk alone, and says where they differ; it also counts the
// frames of the one pass that show another picture than the frame before. The pictures pass through the graph that the encoder is
// fed by; only the encoder is replaced by one that loses nothing.
func (j Judge) Pictures(ctx context.Context, src ffmpeg.Source, plan media.Plan) (faults []string, shown int64, err error) {
	proof := losslessly(plan)
	once := proof
	once.Chunks = []media.Chunk{{FirstSegment: 0, Segments: proof.Segments()}}
	whole, spoilt, err := j.decode(ctx, src, once, 0, ffmpeg.Attempts()-1)
	if err != nil {
		return nil, 0, fmt.Errorf("decode in one pass: %w", err)
	}
	for i := range proof.Chunks {
		alone, more, err := j.decode(ctx, src, proof, i, 0)
		if err != nil {
			return nil, 0, fmt.Errorf("decode chunk %d alone: %w", i, err)
		}
		first, end := proof.ChunkFrames(i)
		faults = append(faults, ComparePictures(whole, alone, first, end, append(spoilt, more...))...)
	}
	return faults, changes(whole), nil
}

// changes counts the pictures that differ from the one before.
func changes(pictures []Picture) (n int64) {
	for i, p := range pictures {
		if i == 0 || p.Sum != pictures[i-1].Sum {
			n++
		}
	}
	return n
}

// losslessly is the plan with pictures that are packed and not encoded. PNG is the only such format that an MP4 of every ffmpeg takes.
func losslessly(plan media.Plan) media.Plan {
	lowest := plan.Rungs[len(plan.Rungs)-1]
	lowest.EncoderArgs = []string{
		"-c:v", "png", "-pred", "none", "-compression_level", "1", "-threads", "1",
		"-video_track_timescale", fmt.Sprint(plan.Timescale), "-bitexact",
	}
	plan.Rungs, plan.Audio, plan.Subtitles = []media.Rung{lowest}, nil, nil
	return plan
}

// decode returns the pictures of one chunk, and which frames the encoder says are missing.
func (j Judge) decode(ctx context.Context, src ffmpeg.Source, plan media.Plan, chunk, attempt int) ([]Picture, []media.FrameRange, error) {
	var (
		mu  sync.Mutex
		got []Picture
	)
	collect := func(rung string, r io.Reader) error {
		mu.Lock()
		defer mu.Unlock()
		got = nil
		init, r, err := ownInit(r)
		if err != nil {
			return err
		}
		return packaging.Split(r, packaging.ChunkSpan(plan, rung, init, chunk), func(_ int, segment []byte) error {
			samples, err := samplesOf(init, segment)
			for _, s := range samples {
				got = append(got, Picture{s.pts / int64(plan.FrameDuration), md5.Sum(s.data)})
			}
			return err
		})
	}
	usage, err := encodeChunk(ctx, j.Tool, src, plan, chunk, attempt, collect)
	return got, usage.Damage, err
}

// ownInit reads the init segment of a stream and returns the whole stream again. That of packed pictures tells how the source stored
// them, which may change in a damaged one; that of encoded ones must be the plan's, and Encode sees to it.
func ownInit(r io.Reader) (init []byte, whole io.Reader, err error) {
	var head bytes.Buffer
	for {
		start := head.Len()
		if _, err := io.CopyN(&head, r, 8); err != nil {
			return nil, nil, fmt.Errorf("read a box: %w", errors.Join(err, packaging.ErrSpan))
		}
		size := int64(binary.BigEndian.Uint32(head.Bytes()[start:]))
		kind := string(head.Bytes()[start+4:])
		if _, err := io.CopyN(&head, r, size-8); err != nil {
			return nil, nil, fmt.Errorf("read box %q of %d bytes: %w", kind, size, errors.Join(err, packaging.ErrSpan))
		}
		if kind == "moov" {
			break
		}
	}
	init, err = packaging.ReadInit(bytes.NewReader(head.Bytes()))
	return init, io.MultiReader(&head, r), err
}

// encodeChunk tries as a worker does: earlier starts of the decoder while the result is short, then the last picture held.
func encodeChunk(ctx context.Context, tool *ffmpeg.Tool, src ffmpeg.Source, plan media.Plan, chunk, attempt int, consume ffmpeg.Consumer) (ffmpeg.Usage, error) {
	for ; attempt < ffmpeg.Attempts(); attempt++ {
		usage, err := tool.EncodeChunk(ctx, src, plan, chunk, ffmpeg.ChunkOptions{Attempt: attempt, Nice: true}, consume)
		if err == nil || !errors.Is(err, packaging.ErrSpan) {
			return usage, err
		}
	}
	return tool.EncodeChunk(ctx, src, plan, chunk, ffmpeg.ChunkOptions{Attempt: attempt - 1, Hold: true, Nice: true}, consume)
}

// ComparePictures says where the pictures of a chunk alone, frames [first, end) of the plan, are not those of a whole pass. Frames
// that are known to be spoilt are excused from having the same content, not from being there.
func ComparePictures(whole, alone []Picture, first, end int64, spoilt []media.FrameRange) (faults []string) {
	if int64(len(alone)) != end-first {
		return []string{fmt.Sprintf("frames %d to %d alone are %d pictures", first, end-1, len(alone))}
	}
	if int64(len(whole)) < end {
		return []string{fmt.Sprintf("one pass has %d pictures, the plan %d", len(whole), end)}
	}
	for n, p := range alone {
		at := first + int64(n)
		switch want := whole[at]; {
		case p.PTS != at || want.PTS != at:
			faults = append(faults, fmt.Sprintf("frame %d is at %d alone, at %d in one pass", at, p.PTS, want.PTS))
		case p.Sum != want.Sum && !contains(spoilt, at):
			faults = append(faults, fmt.Sprintf("frame %d alone shows another picture than in one pass", at))
		}
	}
	return faults
}

func contains(ranges []media.FrameRange, frame int64) bool {
	for _, r := range ranges {
		if frame >= r.First && frame < r.End {
			return true
		}
	}
	return false
}
