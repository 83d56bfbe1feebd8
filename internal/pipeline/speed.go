package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"matinee/internal/media"
)

// Speed is what work of one sort has cost on this installation: a mean over the newest minutes of video, each weighing the same.
type Speed struct {
	Class   string  // of the source, as classOf names it
	Work    string  // what was made of it in one run, as workOf names it
	CPU     float64 // CPU seconds for a second of video
	Wall    float64 // seconds for a second of video, beside whatever else the machine did
	Assumed float64 // CPU seconds for a second of video, as taken before anything was measured
	Seconds float64 // of video that the mean stands for, at most speedMemory
}

// Sample is what one run took.
type Sample struct {
	Seconds float64 // of video made, over 0
	CPU     time.Duration
	Wall    time.Duration
	Assumed float64 // CPU seconds for a second of video
}

// speedMemory is how many seconds of video a mean remembers: an older second weighs less with every newer one.
const speedMemory = 600

// With returns the mean with another run in it. A run that says nothing changes nothing.
func (s Speed) With(run Sample) Speed {
	if !(run.Seconds > 0) || run.CPU <= 0 || run.Wall <= 0 || math.IsInf(run.Seconds, 0) {
		return s
	}
	weight := min(run.Seconds, speedMemory)
	total := min(s.Seconds, speedMemory-weight) + weight
	mix := func(old, sum float64) float64 { return old + (sum/run.Seconds-old)*weight/total }
	s.CPU, s.Wall = mix(s.CPU, run.CPU.Seconds()), mix(s.Wall, run.Wall.Seconds())
	s.Assumed, s.Seconds = run.Assumed, total
	return s
}

// classOf names sources that cost about the same to decode and to scale: the codec, the short side, the rate, and what else a
// picture is put through.
func classOf(plan media.Plan) string {
	if plan.SoundOnly() {
		return "sound"
	}
	codec := plan.Source.Codec
	if codec == "" {
		codec = "unknown"
	}
	class := []string{codec, band(min(plan.Source.Width, plan.Source.Height), 240, 360, 540, 720, 1080, 1440, 2160), band(int(math.Ceil(plan.FrameRate())), 15, 30, 60)}
	if plan.Source.HDR != "" {
		class = append(class, "hdr")
	}
	if plan.Source.Interlaced {
		class = append(class, "interlaced")
	}
	return strings.Join(class, "/")
}

// band names the first of the bounds that x does not exceed, or the last with a plus.
func band(x int, bounds ...int) string {
	for _, b := range bounds {
		if x <= b {
			return fmt.Sprint(b)
		}
	}
	return fmt.Sprintf("%d+", bounds[len(bounds)-1])
}

// workOf names what one run makes: the rungs that are encoded, in the order of the plan.
func workOf(plan media.Plan, rungs []string) string {
	var made []string
	for _, r := range plan.Rungs {
		if slices.Contains(rungs, r.ID) {
			made = append(made, r.ID)
		}
	}
	return strings.Join(made, "+")
}

// audioWork is the work of a pass over one sound.
const audioWork = "audio"

// speeds keeps what was measured, as the store has it. It is safe for concurrent use.
type speeds struct {
	mu   sync.RWMutex
	kept map[[2]string]Speed
	read time.Time // when the store was last asked
}

func newSpeeds() *speeds { return &speeds{kept: map[[2]string]Speed{}} }

func (s *speeds) put(list ...Speed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range list {
		s.kept[[2]string{one.Class, one.Work}] = one
	}
}

// list returns everything that was measured, sorted by class and work.
func (s *speeds) list() []Speed {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]Speed, 0, len(s.kept))
	for _, one := range s.kept {
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b Speed) int { return strings.Compare(a.Class+" "+a.Work, b.Class+" "+b.Work) })
	return all
}

// pace is what a second of video is taken to cost.
type pace struct {
	cpu      float64 // CPU seconds
	wall     float64 // seconds on the clock, in one slot
	measured bool    // from runs of this installation
}

// of returns the pace of a sort of work: as measured; else as assumed, corrected by how far the assumption was out for this class
// of sources, else for all.
func (s *speeds) of(class, work string, assumed float64) pace {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if m, ok := s.kept[[2]string{class, work}]; ok && m.Seconds > 0 {
		return pace{m.CPU, m.Wall, true}
	}
	var same, all tally
	for _, m := range s.kept {
		if m.Class == class {
			same.add(m)
		}
		all.add(m)
	}
	near := same
	if same.seconds == 0 {
		near = all
	}
	return pace{assumed * near.correction(), assumed * near.correction() * all.wallPerCPU(), same.seconds > 0}
}

// tally sums everything that was measured.
func (s *speeds) tally() (all tally) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, m := range s.kept {
		all.add(m)
	}
	return all
}

// tally sums measurements, each second of video weighing the same.
type tally struct{ seconds, cpu, wall, assumed float64 }

func (t *tally) add(s Speed) {
	if s.Class == firstClass { // no encoding
		return
	}
	t.seconds += s.Seconds
	t.cpu += s.Seconds * s.CPU
	t.wall += s.Seconds * s.Wall
	t.assumed += s.Seconds * s.Assumed
}

// correction is by how much the assumptions were too low.
func (t tally) correction() float64 {
	if t.cpu <= 0 || t.assumed <= 0 {
		return 1
	}
	return t.cpu / t.assumed
}

// wallPerCPU is how long a CPU second takes within one run, which uses several cores at once.
func (t tally) wallPerCPU() float64 {
	if t.cpu <= 0 || t.wall <= 0 {
		return 1 / float64(min(runtime.GOMAXPROCS(0), assumedParallel))
	}
	return t.wall / t.cpu
}

// costOf returns the CPU seconds for one second of video to decode the source and to encode just these rungs, as this machine has
// measured it, or as it is assumed to be. It is 0 where nothing is encoded.
func (p *Pipeline) costOf(plan media.Plan, rungs []string) float64 {
	return p.paceOf(plan, rungs).cpu
}

func (p *Pipeline) paceOf(plan media.Plan, rungs []string) pace {
	assumed := assumedCost(plan, rungs)
	if assumed == 0 {
		return pace{}
	}
	return p.speeds.of(classOf(plan), workOf(plan, encoded(plan, rungs)), assumed)
}

// learn takes in what a run took that has decoded so many seconds of the source and encoded these rungs of them.
func (p *Pipeline) learn(ctx context.Context, plan media.Plan, rungs []string, seconds float64, cpu, wall time.Duration) {
	if assumed := assumedCost(plan, rungs); assumed > 0 {
		p.learnWork(ctx, classOf(plan), workOf(plan, encoded(plan, rungs)), Sample{Seconds: seconds, CPU: cpu, Wall: wall, Assumed: assumed})
	}
}

// learnAudio takes in what a pass over one sound took.
func (p *Pipeline) learnAudio(ctx context.Context, plan media.Plan, seconds float64, cpu, wall time.Duration) {
	p.learnWork(ctx, classOf(plan), audioWork, Sample{Seconds: seconds, CPU: cpu, Wall: wall, Assumed: assumedAudio})
}

// firstClass and firstWork name the time from the look at a source until the video plays.
const (
	firstClass  = "first"
	firstWeight = 60 // seconds of video that one time counts as: ten of them are remembered
)

func firstWork(codec string) string {
	if codec == "" || codec == "h264" {
		return "quick"
	}
	return "slow"
}

// learnPlayable takes in how long it took from the look at a source to the first segments.
func (p *Pipeline) learnPlayable(ctx context.Context, codec string, took time.Duration) {
	p.learnWork(ctx, firstClass, firstWork(codec), Sample{Seconds: firstWeight, CPU: took * firstWeight, Wall: took * firstWeight, Assumed: 1})
}

// playable is how long that takes, as measured, else as assumed.
func (s *speeds) playable(codec string, assumed time.Duration) time.Duration {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if m, ok := s.kept[[2]string{firstClass, firstWork(codec)}]; ok && m.Seconds > 0 {
		return seconds(m.Wall)
	}
	return assumed
}

// learnWithin bounds how long a sample may take to be kept.
const learnWithin = 5 * time.Second

// learnWork keeps a sample. What cannot be kept is only told: the work it was measured on stands.
func (p *Pipeline) learnWork(ctx context.Context, class, work string, run Sample) {
	if (Speed{}).With(run) == (Speed{}) {
		return
	}
	// The task may have ended meanwhile, and its context with it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), learnWithin)
	defer cancel()
	learnt, err := p.store.LearnSpeed(ctx, class, work, run, p.o.Now())
	if err != nil {
		p.o.Logger.WarnContext(ctx, "a measured speed could not be kept", slog.String("class", class), slog.String("work", work), slog.Any("error", err))
		return
	}
	p.speeds.put(learnt)
}

// speedsFor is how long what other nodes have measured may stay unknown here.
const speedsFor = time.Minute

// refreshSpeeds reads what was measured, unless it was read a moment ago.
func (p *Pipeline) refreshSpeeds(ctx context.Context) error {
	if !p.speeds.due() {
		return nil
	}
	list, err := p.store.Speeds(ctx)
	if err != nil {
		return fmt.Errorf("read measured speeds: %w", err)
	}
	p.speeds.put(list...)
	return nil
}

// due reports whether the store should be asked, and takes it as done.
func (s *speeds) due() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.read.IsZero() && time.Since(s.read) < speedsFor {
		return false
	}
	s.read = time.Now()
	return true
}

// SpeedStore keeps what work has cost, and tells how much of it there is.
type SpeedStore interface {
	// Speeds lists everything that was measured.
	Speeds(ctx context.Context) ([]Speed, error)
	// LearnSpeed takes a run into its mean, which it returns.
	LearnSpeed(ctx context.Context, class, work string, run Sample, now time.Time) (Speed, error)
	// Queue looks at all work that waits or goes on.
	Queue(ctx context.Context) (Queue, error)
}
