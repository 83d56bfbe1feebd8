package ffmpeg

import (
	"bytes"
	"io"
	"sync/atomic"
)

// boundedBuffer keeps the first limit bytes and forgets the rest.
type boundedBuffer struct {
	bytes.Buffer
	limit     int
	truncated bool
}

// Write never fails: a process must not be stopped by its own talk.
func (b *boundedBuffer) Write(p []byte) (int, error) {
	room := b.limit - b.Len()
	if len(p) > room {
		b.truncated = true
	}
	b.Buffer.Write(p[:min(len(p), max(0, room))])
	return len(p), nil
}

// ReadFrom hides the buffer's own, which has no limit.
func (b *boundedBuffer) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{b}, r)
}

// countingReader adds what it reads to a sum and notes the end. It is for one goroutine.
type countingReader struct {
	r     io.Reader
	sum   *atomic.Int64
	ended bool
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.sum.Add(int64(n))
	c.ended = c.ended || err != nil
	return n, err
}
