package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"

	"matinee/internal/blob"
	"matinee/internal/ids"
	"matinee/internal/media"
	"matinee/internal/packaging"
)

// SourceDamaged tells the owner why the source's own pictures are offered no longer.
const SourceDamaged = "The source's own pictures are damaged, so they are not offered as they are."

// tablesOf reads what the file of a version says of its samples, as far as it matters for passing tracks through.
func (p *Pipeline) tablesOf(v Version, planned Planned) (media.Tables, error) {
	if planned.Prepared || planned.Container != media.MP4 {
		return media.Tables{Why: media.NoSampleTables}, nil
	}
	file, size, err := p.openSource(v)
	if err != nil {
		return media.Tables{}, err
	}
	defer func() { _ = file.Close() }()
	tables, err := media.ReadTables(file, size)
	if err != nil {
		return media.Tables{}, fmt.Errorf("read sample tables: %w", err)
	}
	err = tables.FindKeys(file, p.o.Policy.SegmentLength())
	return tables, err
}

func (p *Pipeline) openSource(v Version) (*os.File, int64, error) {
	path, err := p.objects.Path(blob.SourceKey(v.Video, v.Source))
	if err != nil {
		return nil, 0, fmt.Errorf("find source: %w", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("open source: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, 0, fmt.Errorf("look at source: %w", err)
	}
	return file, info.Size(), nil
}

// copiedInits adds the init segments of the tracks that are passed through.
func (p *Pipeline) copiedInits(v Version, inits map[string][]byte) error {
	ids := copiedIDs(v.Plan)
	if len(ids) == 0 {
		return nil
	}
	c, done, err := p.copies.use(p, v)
	if err != nil {
		return err
	}
	defer done()
	for _, id := range ids {
		if inits[id], err = c.Init(id); err != nil {
			return fmt.Errorf("write init of %s: %w", id, err)
		}
	}
	return nil
}

// copiedIDs lists the tracks of a plan that are passed through, the rung first.
func copiedIDs(plan media.Plan) []string {
	return slices.DeleteFunc(trackIDs(plan), func(id string) bool { return !isCopied(plan, id) })
}

// copySegment puts one segment of a track that is passed through, unless it is there. It may be called at any time by many at once.
func (p *Pipeline) copySegment(ctx context.Context, v Version, track string, number int) error {
	c, done, err := p.copies.use(p, v)
	if err != nil {
		return err
	}
	defer done()
	span, err := copiedSpan(c, v, track)
	if err != nil {
		return err
	}
	_, _, err = p.putCopy(ctx, c, v, span, number, nil)
	return err
}

func copiedSpan(c *packaging.Copy, v Version, track string) (packaging.Span, error) {
	init, err := c.Init(track)
	if err != nil {
		return packaging.Span{}, fmt.Errorf("write init of %s: %w", track, err)
	}
	return wholeTrack(v.Plan, track, init), nil
}

func (p *Pipeline) putCopy(ctx context.Context, c *packaging.Copy, v Version, span packaging.Span, number int, sums Sums) (kept []byte, won bool, err error) {
	segment, err := c.Segment(span.Track, number)
	if err != nil {
		return nil, false, err
	}
	return p.putSegment(ctx, v, span, number, segment, sums)
}

// copyTrack puts all segments of one track that is passed through. What is there and good is kept.
func (p *Pipeline) copyTrack(ctx context.Context, l Lease, v Version, progress func(int64)) error {
	var before Facts
	if l.attempt() > 0 {
		found, err := p.store.TaskFacts(ctx, v.ID)
		if err != nil {
			return fmt.Errorf("read facts: %w", err)
		}
		before = found[l.ID]
	}
	c, done, err := p.copies.use(p, v)
	if err != nil {
		return err
	}
	defer done()
	span, err := copiedSpan(c, v, l.Track)
	if err != nil {
		return err
	}
	facts := Facts{Sums: Sums{}}
	err = inBackground(func() error {
		for number := range span.Segments() {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := p.copyInto(ctx, &facts, c, v, span, number, before); err != nil {
				return err
			}
			progress(int64(number + 1))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("copy track: %w", err)
	}
	return p.finishTrackWork(ctx, l, facts)
}

func (p *Pipeline) copyInto(ctx context.Context, facts *Facts, c *packaging.Copy, v Version, span packaging.Span, number int, before Facts) error {
	if segment, _, err := p.goodSegment(ctx, v, span, number, before.Sums); err == nil {
		facts.Sums.add(span.Track, number, segment)
		facts.Adopted++
		return nil
	}
	kept, won, err := p.putCopy(ctx, c, v, span, number, before.Sums)
	if err != nil {
		return err
	}
	facts.Sums.add(span.Track, number, kept)
	if won {
		facts.Written++
	} else {
		facts.Adopted++
	}
	return nil
}

// maxCopies bounds the sources whose tables are kept: those of a day take some tens of megabytes.
const maxCopies = 4

// copies keeps the sources open that segments are cut from, so that a viewer's next segment does not read the tables again.
type copies struct {
	mu   sync.Mutex
	open []*openCopy // the one used last is the last
}

type openCopy struct {
	version ids.VersionID
	users   int
	gone    bool // no longer in the list: the last user closes it

	once sync.Once
	file *os.File
	copy *packaging.Copy
	err  error
}

func newCopies() *copies { return &copies{} }

// use returns the source of a version, opened for cutting, until done is called.
func (c *copies) use(p *Pipeline, v Version) (cut *packaging.Copy, done func(), err error) {
	o := c.take(v.ID)
	o.once.Do(func() { o.file, o.copy, o.err = p.openCopy(v) })
	if o.err != nil {
		c.forget(v.ID) // the next one tries again
		c.give(o)
		return nil, nil, fmt.Errorf("open source for copying: %w", o.err)
	}
	return o.copy, func() { c.give(o) }, nil
}

func (p *Pipeline) openCopy(v Version) (*os.File, *packaging.Copy, error) {
	file, size, err := p.openSource(v)
	if err != nil {
		return nil, nil, err
	}
	cut, err := packaging.OpenCopy(file, size, v.Plan)
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, cut, nil
}

func (c *copies) take(id ids.VersionID) *openCopy {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := &openCopy{version: id}
	if i := slices.IndexFunc(c.open, func(o *openCopy) bool { return o.version == id }); i >= 0 {
		o = c.open[i]
		c.open = slices.Delete(c.open, i, i+1)
	}
	o.users++
	c.open = append(c.open, o)
	if len(c.open) > maxCopies {
		c.drop(0)
	}
	return o
}

// give ends a use.
func (c *copies) give(o *openCopy) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o.users--
	o.end()
}

// forget closes the source of a version as soon as nobody uses it.
func (c *copies) forget(id ids.VersionID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.IndexFunc(c.open, func(o *openCopy) bool { return o.version == id }); i >= 0 {
		c.drop(i)
	}
}

func (c *copies) drop(i int) {
	o := c.open[i]
	c.open = slices.Delete(c.open, i, i+1)
	o.gone = true
	o.end()
}

func (o *openCopy) end() {
	if o.gone && o.users == 0 && o.file != nil {
		_ = o.file.Close() // it was only read
		o.file = nil
	}
}

// notCopied logs why a source that looked as if it could be passed through is encoded after all.
func (p *Pipeline) notCopied(ctx context.Context, v Version, err error) {
	p.o.Logger.WarnContext(ctx, "the source cannot be passed through", slog.String("video_id", string(v.Video)), slog.Any("error", err))
}
