package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"matinee/internal/access"
	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/packaging"
)

// WithoutSound is asked for instead of an audio track by whoever wants the pictures alone.
const WithoutSound = "none"

// Download is a rung with its sound as one MP4, made from the stored segments while it is read.
type Download struct {
	io.ReadSeekCloser

	Tag       string // names the content
	SizeBytes int64
	SoundOnly bool
	Rung      string // "" of sound alone
	MadeAt    time.Time
}

// Download opens a rung of a video that the viewer may edit as one MP4; the caller closes it. "" for the rung is the largest that
// is complete, for the sound the default one. It is an errs.Conflict error with the code not_complete while segments are missing.
func (p *Pipeline) Download(ctx context.Context, viewer access.Viewer, video ids.VideoID, rung, audio string) (Download, error) {
	if err := p.mayEdit(ctx, viewer, video); err != nil {
		return Download{}, err
	}
	v, err := p.store.CurrentVersion(ctx, video)
	if errs.Is(err, errs.NotFound) {
		return Download{}, errNoSource()
	}
	if err != nil {
		return Download{}, err
	}
	wishes, err := wishesOf(v, rung, audio)
	if err != nil {
		return Download{}, err
	}
	for _, tracks := range wishes {
		file, err := p.laidOut(ctx, v, tracks)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return Download{}, err
		}
		d := Download{ReadSeekCloser: file.Reader(p.segments(ctx, v)), Tag: file.Tag(), SizeBytes: file.Size(), MadeAt: cmp.Or(v.ReadyAt, v.PlayableAt)}
		if _, ok := v.Plan.Rung(tracks[0]); ok {
			d.Rung = tracks[0]
		} else {
			d.SoundOnly = true
		}
		return d, nil
	}
	return Download{}, errs.New(errs.Conflict, "not_complete", "This is still being made. Try again when the video is ready.")
}

// wishesOf lists the tracks to put into one file, the best first.
func wishesOf(v Version, rung, audio string) (wishes [][]string, err error) {
	sound, err := soundFor(v, audio)
	if err != nil {
		return nil, err
	}
	for _, r := range offeredRungs(v) {
		if rung == "" || rung == r.ID {
			wishes = append(wishes, append([]string{r.ID}, sound...))
		}
	}
	switch {
	case rung != "" && len(wishes) == 0:
		return nil, errs.InvalidField("query.rung", "The video has no such rung.")
	case v.Plan.SoundOnly() && len(sound) > 0:
		wishes = append(wishes, sound)
	}
	return wishes, nil
}

// soundFor returns the audio track that is asked for, nil for none.
func soundFor(v Version, audio string) (sound []string, err error) {
	if audio == WithoutSound && !v.Plan.SoundOnly() {
		return nil, nil
	}
	for _, a := range v.Plan.Audio {
		switch {
		case !slices.ContainsFunc(v.Tracks, func(t TrackRow) bool { return t.ID == a.ID }):
		case audio == a.ID, audio == "" && (a.Default || len(sound) == 0):
			sound = []string{a.ID}
		}
	}
	if audio != "" && len(sound) == 0 {
		return nil, errs.InvalidField("query.audio", "The video has no such audio track.")
	}
	return sound, nil
}

// segments opens the segments of a version.
func (p *Pipeline) segments(ctx context.Context, v Version) packaging.OpenSegment {
	return func(track string, number int) (io.ReadSeekCloser, int64, error) {
		object, err := p.objects.Open(ctx, segmentKey(v, track, number))
		return object.ReadSeekCloser, object.SizeBytes, err
	}
}

// laidOut returns the file of the tracks, an errs.NotFound error where a segment is missing. Its index is kept for as long as the
// version stays as it is: whoever downloads by ranges asks often.
func (p *Pipeline) laidOut(ctx context.Context, v Version, tracks []string) (*packaging.File, error) {
	key := fmt.Sprintf("%s %d %s", v.ID, v.Revision, strings.Join(tracks, " "))
	if f := p.files.get(key); f != nil {
		return f, nil
	}
	last := v.Plan.Segments() - 1
	for _, t := range tracks { // most that is missing is missing at the end: no need to read all before it
		if _, err := p.objects.Stat(ctx, segmentKey(v, t, last)); err != nil {
			return nil, fmt.Errorf("look for the last segment of %s: %w", t, err)
		}
	}
	select {
	case p.files.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.files.turn }()
	if f := p.files.get(key); f != nil {
		return f, nil
	}
	var inputs []packaging.FileTrack
	for _, t := range tracks {
		init, err := p.read(ctx, blob.InitKey(v.Video, v.ID, t))
		if err != nil {
			return nil, fmt.Errorf("read init of %s: %w", t, err)
		}
		inputs = append(inputs, packaging.FileTrack{ID: t, Init: init, Segments: v.Plan.Segments()})
	}
	f, err := packaging.LayOutFile(inputs, p.segments(ctx, v))
	if err != nil {
		return nil, err
	}
	p.files.put(key, f)
	return f, nil
}

// maxIndexBytes bounds the indices of downloads that are kept in memory. That of a film of two hours takes about 3 MB.
const maxIndexBytes = 64 << 20

// files keeps the indices of downloads that go on.
type files struct {
	turn  chan struct{} // holds a token while an index is made
	mu    sync.Mutex
	kept  map[string]*packaging.File
	order []string // from the one that was asked for the longest ago
	bytes int64
}

func newFiles() *files {
	return &files{turn: make(chan struct{}, 1), kept: map[string]*packaging.File{}}
}

func (f *files) get(key string) *packaging.File {
	f.mu.Lock()
	defer f.mu.Unlock()
	file := f.kept[key]
	if file != nil {
		at := slices.Index(f.order, key)
		f.order = append(slices.Delete(f.order, at, at+1), key)
	}
	return file
}

// put keeps a file, and forgets those that were asked for the longest ago where it is too much.
func (f *files) put(key string, file *packaging.File) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept[key], f.order, f.bytes = file, append(f.order, key), f.bytes+file.IndexBytes()
	for f.bytes > maxIndexBytes && len(f.order) > 1 {
		oldest := f.order[0]
		f.bytes -= f.kept[oldest].IndexBytes()
		delete(f.kept, oldest)
		f.order = f.order[1:]
	}
}
