package pipeline

import (
	"context"
	"io/fs"
	"math"
	"os"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"matinee/internal/media"
)

// A chunk is begun while the machine has room for it: memory for its decoder and encoders, and, where the operator did not set how
// many run at once, cores. One always runs, however large it is.

// budget is what chunks that are encoded at the same time may take together. It is safe for concurrent use.
type budget struct {
	memory int64   // bytes; 0: not known, and not counted
	cores  float64 // 0: not counted

	mu      sync.Mutex
	used    need
	last    need // that was taken
	running int
	freed   chan struct{} // closed when something was given back
}

// need is what one chunk takes while it is encoded.
type need struct {
	memory int64
	cores  float64
}

func newBudget(memory int64, cores float64) *budget {
	return &budget{memory: memory, cores: cores, freed: make(chan struct{})}
}

// take waits until there is room, and returns how to give it back.
func (b *budget) take(ctx context.Context, n need) (give func(), err error) {
	for {
		took, freed := b.tryTake(n)
		if took {
			return func() { b.give(n) }, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-freed:
		}
	}
}

func (b *budget) tryTake(n need) (took bool, freed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.fits(n) {
		return false, b.freed
	}
	b.running++
	b.last, b.used = n, need{b.used.memory + n.memory, b.used.cores + n.cores}
	return true, nil
}

func (b *budget) fits(n need) bool {
	return b.running == 0 || (b.memory == 0 || b.used.memory+n.memory <= b.memory) && (b.cores == 0 || b.used.cores+n.cores <= b.cores)
}

// open reports whether there is room for another chunk like the last. Who asks before claiming leaves the rest to be shared out
// when there is.
func (b *budget) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.fits(b.last)
}

func (b *budget) give(n need) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running--
	b.used = need{b.used.memory - n.memory, b.used.cores - n.cores}
	if b.running == 0 {
		b.used = need{} // no rounding is left
	}
	close(b.freed)
	b.freed = make(chan struct{})
}

// inSlot runs the encoding of a chunk while the machine has room for it.
func (p *Pipeline) inSlot(ctx context.Context, plan media.Plan, encode func() error) error {
	give, err := p.budget.take(ctx, p.needOf(plan))
	if err != nil {
		return err
	}
	defer p.Wake() // another lane may begin a chunk now
	defer give()
	return encode()
}

// slots is how many chunks run at once: as the operator set it, or as many as keep the cores busy.
func (p *Pipeline) slots(perSlot float64) float64 {
	if p.o.Slots > 0 {
		return float64(p.o.Slots)
	}
	return max(1, float64(runtime.GOMAXPROCS(0))/perSlot)
}

// ladderLanes is how many lanes there are for chunks: without a number set, as many as could ever run.
func (p *Pipeline) ladderLanes() int {
	if p.o.Slots > 0 {
		return p.o.Slots
	}
	return max(1, runtime.GOMAXPROCS(0)/2)
}

// ladderKinds are the kinds that a lane for chunks may do now.
func (p *Pipeline) ladderKinds() []Kind {
	if p.budget.open() {
		return LadderKinds()
	}
	return slices.DeleteFunc(LadderKinds(), func(k Kind) bool { return k == Chunk })
}

// needOf is what a chunk of a plan takes: memory as was measured of ffmpeg, cores as its runs have kept busy.
func (p *Pipeline) needOf(plan media.Plan) need {
	pace := p.paceOf(plan, ladderOf(plan))
	n := need{memory: memoryOf(plan), cores: 1}
	if pace.wall > 0 {
		n.cores = max(1, pace.cpu/pace.wall)
	}
	return n
}

// Memory of one ffmpeg, in bytes for a million pixels of a picture: 526 MB for 1080p with five rungs, of it 104 MB to decode.
const (
	processMemory = 40 << 20
	decodeMemory  = 40 << 20
	tonemapMemory = 60 << 20
	encodeMemory  = 105 << 20
)

func memoryOf(plan media.Plan) int64 {
	pixels := func(width, height int) float64 { return float64(width) * float64(height) / 1e6 }
	source := pixels(plan.Source.Width, plan.Source.Height)
	bytes := processMemory + decodeMemory*source
	if plan.Source.HDR != "" {
		bytes += tonemapMemory * source
	}
	for _, r := range plan.Encoded() {
		bytes += encodeMemory * pixels(r.Width, r.Height)
	}
	return int64(bytes)
}

// memoryShare is how much of the machine's memory chunks may take: the rest is for the server, demand and the page cache.
const memoryShare = 0.6

// memoryBudget is that share of what the machine or the control groups of the process allow, 0 where neither says.
func memoryBudget(root fs.FS) int64 {
	least := int64(math.MaxInt64)
	consider := func(bytes int64, ok bool) {
		if ok && bytes > 0 {
			least = min(least, bytes)
		}
	}
	consider(physicalMemory(root))
	consider(readBytes(root, "sys/fs/cgroup/memory/memory.limit_in_bytes"))
	for _, group := range controlGroups(root) {
		consider(readBytes(root, path.Join("sys/fs/cgroup", group, "memory.max")))
	}
	if least == math.MaxInt64 {
		return 0
	}
	return int64(float64(least) * memoryShare)
}

// controlGroups lists the process's control group and those around it (cgroups(7), version 2).
func controlGroups(root fs.FS) []string {
	groups := []string{""}
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return groups
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "0::/"); ok {
			for at := path.Clean(name); at != "." && at != "/" && !strings.HasPrefix(at, ".."); at = path.Dir(at) {
				groups = append(groups, at)
			}
		}
	}
	return groups
}

func readBytes(root fs.FS, name string) (int64, bool) {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64) // "max" is no number
	return n, err == nil
}

func physicalMemory(root fs.FS) (int64, bool) {
	text, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == "MemTotal:" {
			n, err := strconv.ParseInt(fields[1], 10, 64)
			return n << 10, err == nil
		}
	}
	return 0, false
}

// memory and cores are what chunks may take together.
func (o *Options) memory() int64 {
	if o.MemoryBytes > 0 {
		return o.MemoryBytes
	}
	return memoryBudget(os.DirFS("/"))
}

func (o *Options) cores() float64 {
	if o.Slots > 0 {
		return 0
	}
	return float64(runtime.GOMAXPROCS(0))
}
