package pipeline

import (
	"context"
	"errors"
	"image"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"matinee/internal/blob"
	"matinee/internal/events"
	"matinee/internal/ffmpeg"
	"matinee/internal/ids"
	"matinee/internal/media"
)

// encoder is what the pipeline needs of ffmpeg.
type encoder interface {
	Version() string
	Probe(ctx context.Context, path string, c media.Container) (media.Probe, error)
	Glance(ctx context.Context, src ffmpeg.Source) (media.Probe, error)
	Prepare(ctx context.Context, src ffmpeg.Source, dst string, observe ffmpeg.Observer) (ffmpeg.Usage, error)
	Inits(ctx context.Context, plan media.Plan, consume ffmpeg.Consumer) (ffmpeg.Usage, error)
	EncodeChunk(ctx context.Context, src ffmpeg.Source, plan media.Plan, chunk int, o ffmpeg.ChunkOptions, consume ffmpeg.Consumer) (ffmpeg.Usage, error)
	EncodeAudioPart(ctx context.Context, src ffmpeg.Source, plan media.Plan, track string, first, segments int, o ffmpeg.AudioOptions, consume ffmpeg.Consumer) (ffmpeg.Usage, error)
	EncodeAudio(ctx context.Context, src ffmpeg.Source, plan media.Plan, track string, o ffmpeg.AudioOptions, consume ffmpeg.Consumer) (ffmpeg.Usage, error)
	Poster(ctx context.Context, src ffmpeg.Source, plan media.Plan, at time.Duration, maxWidth int) ([]byte, error)
	Cover(ctx context.Context, src ffmpeg.Source, most int) ([]byte, error)
	Frame(ctx context.Context, src ffmpeg.Source, plan media.Plan, frame int64, maxWidth int) ([]byte, error)
	Still(ctx context.Context, path string, o ffmpeg.StillOptions) ([]byte, error)
	Tiles(ctx context.Context, path string, width, height int, take func(*image.YCbCr) error) (ffmpeg.Usage, error)
	Image(ctx context.Context, src ffmpeg.Source, maxWidth int) ([]byte, error)
	Subtitles(ctx context.Context, src ffmpeg.Source, plan media.Plan, observe ffmpeg.Observer) (map[string][]byte, error)
}

// media objects of a node: ffmpeg reads sources as files.
type objects interface {
	blob.Store
	blob.Local
	blob.FreeSpace
}

// Options are the optional parts of a Pipeline. The zero value works.
type Options struct {
	WorkerID       string        // names this node in leases; made up when empty
	Slots          int           // chunks encoded at the same time; 0: as many as the cores allow
	MemoryBytes    int64         // what they may take together; 0: a share of what the machine has
	DemandSlots    int           // segments of pictures that are made on demand at the same time; one for every two cores
	MaxAsks        int           // requests that wait for a segment at the same time; 128
	Lease          time.Duration // how long a silent worker keeps a task; 20 s
	Heartbeat      time.Duration // how often it renews the lease and tells its progress; 2 s
	Poll           time.Duration // how often an idle worker looks at the queue unasked; 2 s
	Threads        int           // of each encoder; 2
	Policy         media.Policy
	BinRetention   time.Duration // how long a deleted video can be restored; 30 days
	MinFreeBytes   int64         // with less than this free, work that writes waits; 16 MiB
	PosterPatience time.Duration // how long somebody waits for a poster at most; 10 s
	Logger         *slog.Logger
	Now            func() time.Time
}

func (o *Options) fill() {
	setDefault(&o.WorkerID, string(ids.New[ids.TaskID]()))
	setDefault(&o.DemandSlots, max(1, runtime.NumCPU()/2))
	setDefault(&o.MaxAsks, 128)
	setDefault(&o.Lease, 20*time.Second)
	setDefault(&o.Heartbeat, 2*time.Second)
	setDefault(&o.Poll, 2*time.Second)
	setDefault(&o.Threads, 2)
	setDefault(&o.BinRetention, 30*24*time.Hour)
	setDefault(&o.MinFreeBytes, 16<<20)
	setDefault(&o.PosterPatience, 10*time.Second)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Pipeline is the workflow. It is safe for concurrent use.
type Pipeline struct {
	store   Store
	objects objects
	encoder encoder
	hub     *events.Hub
	scratch string
	shows   *shows
	held    *holdings
	easel   *easel
	files   *files
	copies  *copies
	speeds  *speeds
	lookout *lookout
	budget  *budget
	o       Options

	desk     *desk
	wakes    *wakes
	alone    atomic.Bool   // no other process works on these tasks
	sweepNow chan struct{} // holds a token while something was purged
}

// New returns a Pipeline that keeps scratch copies in the folder, which it makes.
func New(store Store, objects objects, encoder encoder, hub *events.Hub, scratch string, o Options) (*Pipeline, error) {
	o.fill()
	if scratch == "" {
		return nil, errors.New("the pipeline needs a scratch folder")
	}
	scratch, err := filepath.Abs(scratch)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(scratch, 0o700); err != nil {
		return nil, err
	}
	return &Pipeline{
		store: store, objects: objects, encoder: encoder, hub: hub, scratch: scratch,
		shows: newShows(), held: newHoldings(), easel: newEasel(), files: newFiles(), copies: newCopies(), speeds: newSpeeds(), lookout: newLookout(), budget: newBudget(o.memory(), o.cores()), o: o, desk: newDesk(o.MaxAsks), wakes: newWakes(), sweepNow: make(chan struct{}, 1),
	}, nil
}

// Wake tells idle workers that there is work.
func (p *Pipeline) Wake() { p.wakes.ring() }

// wakes tells every idle lane that there may be work for it.
type wakes struct {
	mu    sync.Mutex
	lanes map[chan struct{}]struct{} // each holds a token while new work may be waiting
}

func newWakes() *wakes { return &wakes{lanes: map[chan struct{}]struct{}{}} }

// listen returns a channel that is rung until end is called.
func (w *wakes) listen() (rung <-chan struct{}, end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	lane := make(chan struct{}, 1)
	w.lanes[lane] = struct{}{}
	return lane, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.lanes, lane)
	}
}

func (w *wakes) ring() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for lane := range w.lanes {
		select {
		case lane <- struct{}{}:
		default: // it has been told already
		}
	}
}
