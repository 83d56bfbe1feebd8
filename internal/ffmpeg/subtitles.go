package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"

	"matinee/internal/media"
)

// subtitleLimit bounds the text of one track: a day of talk takes a tenth of it.
const subtitleLimit = 16 << 20

// Subtitles returns the plan's subtitles as WebVTT by track id, in one pass over the source. Their times are the source's
// own. A track that cannot be read ends where the fault is, and is missing where nothing comes before it; that is no
// error.
func (t *Tool) Subtitles(ctx context.Context, src Source, plan media.Plan, observe Observer) (map[string][]byte, error) {
	if len(plan.Subtitles) == 0 {
		return nil, nil
	}
	texts, err := t.subtitles(ctx, src, plan.Subtitles, observe)
	if !isOwnFault(err) || len(plan.Subtitles) == 1 {
		return texts, notOwnFault(err)
	}
	// One bad track has ended all of them: each gets a pass of its own.
	for _, s := range plan.Subtitles {
		alone, err := t.subtitles(ctx, src, []media.SubtitleTrack{s}, observe)
		if err := notOwnFault(err); err != nil {
			return texts, err
		}
		if len(alone[s.ID]) > len(texts[s.ID]) {
			texts[s.ID] = alone[s.ID]
		}
	}
	return texts, nil
}

// isOwnFault reports whether the process gave up on what it read, rather than being killed or never started.
func isOwnFault(err error) bool {
	_, ok := errors.AsType[*ExitError](err)
	return ok && !Killed(err)
}

func notOwnFault(err error) error {
	if isOwnFault(err) {
		return nil
	}
	return err
}

func (t *Tool) subtitles(ctx context.Context, src Source, tracks []media.SubtitleTrack, observe Observer) (map[string][]byte, error) {
	size, err := src.size()
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	texts := map[string][]byte{}
	w := &watch{observe: observe, inputBytes: size}
	p := process{program: t.ffmpeg, args: subtitleArgs(src, tracks, w), limits: limits{dayOfCPU, t.memory, 64, 0}, watch: w, nice: true}
	for _, s := range tracks {
		p.outputs = append(p.outputs, output{s.ID, func(track string, r io.Reader) error {
			text, err := io.ReadAll(io.LimitReader(r, subtitleLimit))
			mu.Lock()
			defer mu.Unlock()
			if len(text) > 0 {
				texts[track] = text
			}
			return err
		}})
	}
	if _, err := t.run(ctx, p); err != nil {
		return texts, fmt.Errorf("read subtitles: %w", err)
	}
	return texts, nil
}

func subtitleArgs(src Source, tracks []media.SubtitleTrack, w *watch) []string {
	args := append(guarded(), w.arguments(firstPipe+len(tracks))...)
	args = append(args, src.opened()...)
	args = append(args, "-copyts", "-i", src.url())
	for i, s := range tracks {
		args = append(args, "-map", input(s.Stream), "-map_metadata", "-1", "-c:s", "webvtt", "-avoid_negative_ts", "disabled",
			"-f", "webvtt", "pipe:"+strconv.Itoa(firstPipe+i))
	}
	return args
}
