package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/events"
	"matinee/internal/ffmpeg"
	"matinee/internal/ids"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// encodeChunk makes some segments of every rung. What an earlier attempt has put is kept; a chunk that is whole already is
// not encoded again.
func (p *Pipeline) encodeChunk(ctx context.Context, l Lease, v Version, progress func(int64)) error {
	spans, err := p.spans(ctx, v, rungIDs(v.Plan), func(rung string, init []byte) packaging.Span {
		return packaging.ChunkSpan(v.Plan, rung, init, l.Chunk)
	})
	if err != nil {
		return err
	}
	// Where no earlier start of the decoder brings the missing pictures, the file does not hold them: the last attempt holds
	// the picture before.
	last := ffmpeg.Attempts() - 1
	attempt := min(l.Faults, last)
	if v.Plan.Source.CutOff && attempt > 0 { // it is known that nothing in between helps
		attempt = last
	}
	already := Facts{Sums: Sums{}}
	rungs := rungIDs(v.Plan)
	if l.attempt() == 0 {
		rungs, already = p.unmade(ctx, v, rungs, spans)
	}
	options := ffmpeg.ChunkOptions{
		Rungs: rungs, Attempt: attempt, Hold: attempt == last, Nice: true,
		Observe: func(s ffmpeg.Progress) { progress(s.Frames) },
	}
	return p.encode(ctx, l, v, spans, already, func(src ffmpeg.Source, consume ffmpeg.Consumer) (ffmpeg.Usage, error) {
		usage, err := p.encoder.EncodeChunk(ctx, src, v.Plan, l.Chunk, options, consume)
		if first, end := v.Plan.ChunkFrames(l.Chunk); err == nil {
			p.learn(ctx, v.Plan, rungs, (v.Plan.At(end) - v.Plan.At(first)).Seconds(), usage.CPU, usage.Wall)
		}
		return usage, err
	})
}

// unmade returns the rungs that a chunk's process has to make, and what is known of the others, which were made on demand. One is
// made in any case: what of the source cannot be decoded is found only by decoding it.
func (p *Pipeline) unmade(ctx context.Context, v Version, rungs []string, spans map[string]packaging.Span) (rest []string, made Facts) {
	made = Facts{Sums: Sums{}}
	for i, id := range rungs {
		found, whole := p.adopt(ctx, v, map[string]packaging.Span{id: spans[id]}, Facts{})
		if !whole || i == len(rungs)-1 && len(rest) == 0 {
			rest = append(rest, id)
			continue
		}
		made.Sums[id] = found.Sums[id]
		made.Adopted += found.Adopted
	}
	return rest, made
}

// encodeAudio makes every segment of one audio track in one pass.
func (p *Pipeline) encodeAudio(ctx context.Context, l Lease, v Version, progress func(int64)) error {
	spans, err := p.spans(ctx, v, []string{l.Track}, func(track string, init []byte) packaging.Span {
		return packaging.AudioSpan(v.Plan, track, init)
	})
	if err != nil {
		return err
	}
	options := ffmpeg.AudioOptions{Nice: true, Observe: func(s ffmpeg.Progress) {
		progress(int64(s.Time.Seconds() * media.AudioSampleRate))
	}}
	return p.encode(ctx, l, v, spans, Facts{Sums: Sums{}}, func(src ffmpeg.Source, consume ffmpeg.Consumer) (ffmpeg.Usage, error) {
		usage, err := p.encoder.EncodeAudio(ctx, src, v.Plan, l.Track, options, consume)
		if err == nil {
			p.learnAudio(ctx, v.Plan, v.Plan.Duration().Seconds(), usage.CPU, usage.Wall)
		}
		return usage, err
	})
}

// spans says for each track which segments this task makes.
func (p *Pipeline) spans(ctx context.Context, v Version, tracks []string, span func(string, []byte) packaging.Span) (map[string]packaging.Span, error) {
	all := map[string]packaging.Span{}
	for _, t := range tracks {
		init, err := p.read(ctx, blob.InitKey(v.Video, v.ID, t))
		if err != nil {
			return nil, fmt.Errorf("read init of %s: %w", t, err)
		}
		all[t] = span(t, init)
	}
	return all, nil
}

// encode runs one process whose output is split into the segments of the spans and put, and finishes the task. Facts are those of
// segments that the process need not make.
func (p *Pipeline) encode(ctx context.Context, l Lease, v Version, spans map[string]packaging.Span, facts Facts, run func(ffmpeg.Source, ffmpeg.Consumer) (ffmpeg.Usage, error)) error {
	var before Facts
	if l.attempt() > 0 {
		found, err := p.store.TaskFacts(ctx, v.ID)
		if err != nil {
			return fmt.Errorf("read facts: %w", err)
		}
		before = found[l.ID]
		if adopted, whole := p.adopt(ctx, v, spans, before); whole {
			return p.finishTrackWork(ctx, l, adopted)
		}
	}
	source, err := p.source(ctx, v)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	usage, err := run(source, func(track string, r io.Reader) error {
		return packaging.Split(r, spans[track], func(number int, segment []byte) error {
			kept, won, err := p.putSegment(ctx, v, spans[track], number, segment, before.Sums)
			mu.Lock()
			defer mu.Unlock()
			facts.Sums.add(track, number, kept)
			if won {
				facts.Written++
			} else {
				facts.Adopted++
			}
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	facts.CPU, facts.Damage = usage.CPU, usage.Damage
	return p.finishTrackWork(ctx, l, facts)
}

// leaveOut ends a task of sound, or of what is passed through, that cannot be done, where the video has pictures or other sound to be played.
func (p *Pipeline) leaveOut(ctx context.Context, l Lease, now time.Time) (left bool, err error) {
	if l.Kind != Audio && l.Kind != Copy {
		return false, nil
	}
	v, err := p.store.Version(ctx, l.Version)
	if err != nil {
		return false, fmt.Errorf("read version: %w", err)
	}
	if !slices.ContainsFunc(v.Tracks, func(t TrackRow) bool { return t.ID != l.Track }) {
		return false, nil
	}
	track, isSound := v.Plan.AudioTrack(l.Track)
	warning := fmt.Sprintf("The audio track %q could not be decoded. It is left out.", track.Label)
	if !isSound {
		warning = SourceDamaged
	}
	step, err := p.store.DropTrack(ctx, l, warning, now)
	if err == nil {
		p.tell(ctx, l, step)
	}
	return err == nil, err
}

func (p *Pipeline) finishTrackWork(ctx context.Context, l Lease, f Facts) error {
	step, err := p.store.FinishTrackWork(ctx, l, f, p.o.Now())
	if err == nil {
		p.tell(ctx, l, step)
	}
	return err
}

// tell logs what the end of a task has brought, and tells players of rungs that they can take up.
func (p *Pipeline) tell(ctx context.Context, l Lease, s Step) {
	if s.Playable {
		p.o.Logger.InfoContext(ctx, "video is playable", slog.String("video_id", string(l.Video)))
	}
	if s.RungsAdded {
		p.o.Logger.InfoContext(ctx, "every rung is offered", slog.String("video_id", string(l.Video)))
		p.hub.Publish(events.RungAdded, l.Video)
	}
}

// adopt looks at the segments of the spans that are in the store, and tells whether all are there and good. Its facts are those
// of the attempt that made them.
func (p *Pipeline) adopt(ctx context.Context, v Version, spans map[string]packaging.Span, before Facts) (adopted Facts, whole bool) {
	adopted = Facts{Sums: Sums{}, Damage: before.Damage}
	for track, span := range spans {
		for i := range len(span.Bounds) - 1 {
			number := span.FirstSegment + i
			segment, _, err := p.goodSegment(ctx, v, span, number, before.Sums)
			if err != nil {
				return Facts{}, false
			}
			adopted.Sums.add(track, number, segment)
			adopted.Adopted++
		}
	}
	return adopted, true
}

// putSegment puts a segment unless a good one is there, and returns what is kept. A torn one, or one that cannot be read, which
// a failing disk can leave, is replaced.
func (p *Pipeline) putSegment(ctx context.Context, v Version, span packaging.Span, number int, segment []byte, sums Sums) (kept []byte, won bool, err error) {
	key := segmentKey(v, span.Track, number)
	won, err = p.objects.PutIfAbsent(ctx, key, segment)
	if err == nil {
		p.desk.made(segmentID(v, span.Track, number))
	}
	if err != nil || won {
		return segment, won, err
	}
	there, _, err := p.goodSegment(ctx, v, span, number, sums)
	if err == nil {
		return there, false, nil
	}
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	p.o.Logger.WarnContext(ctx, "a damaged segment is replaced", slog.String("key", key), slog.Any("error", err))
	_, err = p.objects.Put(ctx, key, bytes.NewReader(segment))
	return segment, true, err
}

// keep makes data the object. Another object under the key is an error: somebody plans the version differently.
func (p *Pipeline) keep(ctx context.Context, key string, data []byte) error {
	won, err := p.objects.PutIfAbsent(ctx, key, data)
	if err != nil || won {
		return err
	}
	there, err := p.read(ctx, key)
	if err != nil {
		return err
	}
	if !bytes.Equal(there, data) {
		return packaging.ErrInit
	}
	return nil
}

// maxObject bounds what is read into memory: a segment of 12 s at 100 Mbit/s, and more.
const maxObject = 256 << 20

func (p *Pipeline) read(ctx context.Context, key string) ([]byte, error) {
	object, err := p.objects.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	defer object.Close()
	if object.SizeBytes > maxObject {
		return nil, errs.New(errs.TooLarge, "", "The object %s has %d bytes.", key, object.SizeBytes)
	}
	data := make([]byte, object.SizeBytes)
	_, err = io.ReadFull(object, data)
	return data, err
}

func segmentKey(v Version, track string, number int) string {
	return blob.SegmentKey(segmentID(v, track, number))
}

func segmentID(v Version, track string, number int) ids.Segment {
	return ids.Segment{Video: v.Video, Version: v.ID, Track: track, Number: number}
}
