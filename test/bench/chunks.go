package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"matinee/internal/ffmpeg"
	"matinee/internal/packaging"
)

// chunks is the product's own way to make a ladder.
type chunks struct {
	tool   *ffmpeg.Tool
	source source
	inits  map[string][]byte
	folder string
}

func (b *bench) newChunks(ctx context.Context, tool *ffmpeg.Tool, s source) (*chunks, error) {
	c := &chunks{tool: tool, source: s, inits: map[string][]byte{}, folder: b.folder}
	var mu sync.Mutex
	_, err := tool.Inits(ctx, s.plan, func(track string, r io.Reader) error {
		init, err := packaging.ReadInit(r)
		mu.Lock()
		defer mu.Unlock()
		c.inits[track] = init
		return err
	})
	return c, err
}

// encode makes every segment of every rung, chunk after chunk, and returns the CPU time of the processes and our own.
func (c *chunks) encode(ctx context.Context) (encoding, own time.Duration, err error) {
	before := ownCPU()
	for i := range c.source.plan.Chunks {
		usage, err := c.tool.EncodeChunk(ctx, c.source.file, c.source.plan, i, ffmpeg.ChunkOptions{}, func(rung string, r io.Reader) error {
			return packaging.Split(r, packaging.ChunkSpan(c.source.plan, rung, c.inits[rung], i), c.keep(rung))
		})
		if err != nil {
			return 0, 0, err
		}
		encoding += usage.CPU
	}
	return encoding, ownCPU() - before, nil
}

// keep writes segments to files.
func (c *chunks) keep(rung string) func(int, []byte) error {
	return func(number int, segment []byte) error {
		return os.WriteFile(fmt.Sprintf("%s/%s-%d.m4s", c.folder, rung, number), segment, 0o600)
	}
}
