package pipeline

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"matinee/internal/media"
)

func TestChunksWaitForRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(1000, 4)
		take := func(n need) func() {
			t.Helper()
			give, err := b.take(t.Context(), n)
			if err != nil {
				t.Fatal(err)
			}
			return give
		}
		huge := take(need{memory: 5000, cores: 9}) // one always runs
		if b.open() {
			t.Error("there is room beside one that is larger than the machine")
		}
		var begun atomic.Int32
		done := make(chan struct{})
		for range 2 {
			go func() {
				give, err := b.take(t.Context(), need{memory: 300, cores: 2})
				if err == nil {
					begun.Add(1)
					<-done
					give()
				}
			}()
		}
		synctest.Wait()
		if n := begun.Load(); n > 0 {
			t.Errorf("%d began beside it", n)
		}
		huge()
		synctest.Wait()
		if n := begun.Load(); n != 2 || b.open() {
			t.Errorf("%d run on 4 cores with 2 each, and there is room: %t", n, b.open())
		}
		ended, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := b.take(ended, need{cores: 1}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a third of them: %v", err)
		}
		close(done)
		synctest.Wait()
		if !b.open() || b.used != (need{}) {
			t.Errorf("after all were done %+v is in use", b.used)
		}
		memory := take(need{memory: 800, cores: 1})
		if took, _ := b.tryTake(need{memory: 300, cores: 1}); took {
			t.Error("a chunk was begun without memory for it")
		}
		memory()
	})
}

func TestAnOperatorsNumberIsNotCountedByCores(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		slots int
		open  bool
	}{{0, false}, {7, true}} {
		o := Options{Slots: c.slots, MemoryBytes: 1 << 40}
		o.fill()
		p := &Pipeline{o: o, budget: newBudget(o.memory(), o.cores())}
		if _, err := p.budget.take(t.Context(), need{cores: 1e6}); err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(p.ladderKinds(), Chunk); got != c.open {
			t.Errorf("with %d slots another chunk may be claimed: %t", c.slots, got)
		}
		if c.slots > 0 && p.ladderLanes() != c.slots || p.ladderLanes() < 1 {
			t.Errorf("with %d slots there are %d lanes", c.slots, p.ladderLanes())
		}
	}
}

func TestMemoryOfAChunk(t *testing.T) {
	t.Parallel()
	of := func(width, height int) int64 {
		t.Helper()
		plan, err := Asked{Duration: time.Minute, Width: width, Height: height}.plan(media.Policy{})
		if err != nil {
			t.Fatal(err)
		}
		return memoryOf(plan) >> 20
	}
	small, full, large := of(640, 360), of(1920, 1080), of(3840, 2160)
	if full < 430 || full > 560 || small >= full/2 || large <= full || large > 1000 { // measured: 423 to 526 MB for 1080p with five rungs
		t.Errorf("360p takes %d MB, 1080p %d, 2160p %d", small, full, large)
	}
}

func TestTheSmallestBoundOfMemoryCounts(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	machine := fstest.MapFS{"proc/meminfo": file("MemTotal:       16000000 kB\nMemFree: 1 kB\n")}
	with := func(more fstest.MapFS) fstest.MapFS {
		all := fstest.MapFS{}
		for _, m := range []fstest.MapFS{machine, more} {
			for name, f := range m {
				all[name] = f
			}
		}
		return all
	}
	for _, c := range []struct {
		name string
		root fstest.MapFS
		want int64 // before the share
	}{
		{"a machine that says nothing", fstest.MapFS{}, 0},
		{"a machine", machine, 16000000 << 10},
		{"a container", with(fstest.MapFS{"sys/fs/cgroup/memory.max": file("2000000000\n"), "proc/self/cgroup": file("0::/\n")}), 2_000_000_000},
		{"a service without a bound", with(fstest.MapFS{"sys/fs/cgroup/system.slice/m.service/memory.max": file("max\n"), "proc/self/cgroup": file("0::/system.slice/m.service\n")}), 16000000 << 10},
		{"a slice with one", with(fstest.MapFS{"sys/fs/cgroup/system.slice/memory.max": file("3000000000\n"), "proc/self/cgroup": file("0::/system.slice/m.service\n")}), 3_000_000_000},
		{"the first version of control groups", with(fstest.MapFS{"sys/fs/cgroup/memory/memory.limit_in_bytes": file("1000000000\n")}), 1_000_000_000},
		{"a path that leads out", with(fstest.MapFS{"proc/self/cgroup": file("0::/../../x\n")}), 16000000 << 10},
	} {
		if got := memoryBudget(c.root); got != int64(float64(c.want)*memoryShare) {
			t.Errorf("%s: %d of %d bytes", c.name, got, c.want)
		}
	}
}
