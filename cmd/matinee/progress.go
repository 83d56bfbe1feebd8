package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progress shows how far a file is.
type progress interface {
	sent(bytes int64)
	interrupted(err error)
	end(whole bool)
}

// newProgress draws a bar on a terminal and writes a line every tenth elsewhere.
func newProgress(out io.Writer, name string, size int64) progress {
	if isTerminal(out) {
		return newBar(out, name, size)
	}
	return &lines{out: out, name: name, size: size, tenth: -1}
}

func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	facts, err := file.Stat()
	return err == nil && facts.Mode()&os.ModeCharDevice != 0
}

// bar is a progress bar with size, speed and the time that is left.
type bar struct {
	name  string
	size  int64
	all   *mpb.Progress
	bar   *mpb.Bar
	begun bool
	last  time.Time
}

func newBar(out io.Writer, name string, size int64) *bar {
	all := mpb.New(mpb.WithOutput(out), mpb.WithWidth(40))
	b := all.AddBar(-1, // a total that is known later does not end the bar by itself: the server may want bytes again
		mpb.PrependDecorators(decor.Name(name+" "), decor.CountersKiloByte("% .1f of % .1f ")),
		mpb.AppendDecorators(
			decor.Percentage(),
			decor.OnComplete(decor.EwmaSpeed(decor.SizeB1000(0), "  % .1f", 30), ""),
			decor.OnComplete(decor.EwmaETA(decor.ET_STYLE_GO, 30, decor.WC{W: 8}), ""),
		))
	b.SetTotal(size, false)
	return &bar{name: name, size: size, all: all, bar: b, last: time.Now()}
}

// sent is told the offset at which a transfer begins, and then of every read.
func (b *bar) sent(bytes int64) {
	now := time.Now()
	if b.begun {
		b.bar.EwmaSetCurrent(bytes, now.Sub(b.last))
	} else {
		b.bar.SetCurrent(bytes) // what an earlier run has sent is no speed of this one
		b.bar.SetRefill(bytes)
	}
	b.begun, b.last = true, now
}

func (b *bar) interrupted(err error) {
	fmt.Fprintf(b.all, "%s: interrupted, going on: %v\n", b.name, err)
}

func (b *bar) end(whole bool) {
	if whole {
		b.bar.SetTotal(b.size, true)
	} else {
		b.bar.Abort(false)
	}
	b.all.Wait()
}

// lines is for logs and pipes.
type lines struct {
	out  io.Writer
	name string
	size int64

	mu    sync.Mutex
	tenth int64 // the last one that was written
}

func (l *lines) sent(bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	tenth := bytes * 10 / max(l.size, 1)
	if tenth <= l.tenth {
		return
	}
	word := ""
	if l.tenth < 0 && bytes > 0 {
		word = "going on at "
	}
	l.tenth = tenth
	fmt.Fprintf(l.out, "%s: %s%d %%, %s of %s\n", l.name, word, bytes*100/max(l.size, 1), humanBytes(bytes), humanBytes(l.size))
}

func (l *lines) interrupted(err error) {
	fmt.Fprintf(l.out, "%s: interrupted, going on: %v\n", l.name, err)
}

func (l *lines) end(bool) {}
