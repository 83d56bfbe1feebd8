package upload

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"matinee/internal/access"
	"matinee/internal/blob"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

// The defaults of Options.
const (
	defaultTTL     = 24 * time.Hour
	defaultReserve = 1 << 30
	defaultFactor  = 1.0
	defaultIdle    = 2 * time.Minute
	defaultStall   = time.Minute
)

// Options shape a Service. The zero value works.
type Options struct {
	Logger *slog.Logger     // nil discards
	Now    func() time.Time // nil is time.Now

	MaxBytes  int64         // the largest source anybody may send, 0 for no bound but the disk
	UploadTTL time.Duration // how long an upload may stay unfinished, 0 for a day
	GrantTTL  time.Duration // how long a grant may be used unless it says otherwise, 0 for a day

	// ReserveBytes stay free on the store's disk: an upload that would touch them is refused. 0 is 1 GiB, negative is none.
	ReserveBytes int64
	// RenditionFactor estimates what will be made from a source, as a multiple of its size. 0 is 1, negative is none.
	RenditionFactor float64
	// IdleAfter is how long no byte may come before an upload gives way to another one of the same video, and before its
	// announced rest no longer counts against others. 0 is two minutes.
	IdleAfter time.Duration
	// StallAfter is how long a client may send nothing before its request ends; what came of a tus upload stays. 0 is a minute.
	StallAfter time.Duration
	// Shared says that other processes use the same store. Alone, a PUT of an earlier process is known to be dead at once.
	Shared bool
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.UploadTTL = positive(o.UploadTTL, defaultTTL)
	o.GrantTTL = positive(o.GrantTTL, defaultTTL)
	o.IdleAfter = positive(o.IdleAfter, defaultIdle)
	o.StallAfter = positive(o.StallAfter, defaultStall)
	if o.ReserveBytes == 0 {
		o.ReserveBytes = defaultReserve
	}
	o.ReserveBytes = max(o.ReserveBytes, 0)
	if o.RenditionFactor == 0 {
		o.RenditionFactor = defaultFactor
	}
	o.RenditionFactor = max(o.RenditionFactor, 0)
	return o
}

// objects is what uploads need of a blob store.
type objects interface {
	blob.Store
	blob.Appender
}

// Service grants, receives, finishes and expires uploads. It is safe for concurrent use.
type Service struct {
	store    Store
	objects  objects
	intake   intake
	videos   videoMaker
	progress progress
	opts     Options

	running  registry
	admitted sync.Mutex // makes "is there room" and "it is announced" one step
}

// New returns a service. All collaborators are required; the free space of the store is watched when it has blob.FreeSpace.
func New(store Store, objects objects, intake intake, videos videoMaker, progress progress, opts Options) (*Service, error) {
	if store == nil || objects == nil || intake == nil || videos == nil || progress == nil {
		return nil, errors.New("upload: every collaborator is required")
	}
	if opts.MaxBytes < 0 {
		return nil, errors.New("upload: the largest size cannot be negative")
	}
	return &Service{
		store: store, objects: objects, intake: intake, videos: videos, progress: progress, opts: opts.withDefaults(),
	}, nil
}

// mayFill returns nil when the viewer may give the video a source, else an errs.NotFound or an errs.Denied.
func (s *Service) mayFill(ctx context.Context, viewer access.Viewer, video ids.VideoID) error {
	facts, err := s.store.VideoFacts(ctx, video)
	if errs.Is(err, errs.NotFound) {
		return errs.Missing("video")
	}
	if err != nil {
		return fmt.Errorf("read video facts: %w", err)
	}
	return access.Check(viewer, access.EditVideo, facts, "video", s.opts.Now())
}

// registry knows which uploads this process is writing or removing. The zero value is empty.
type registry struct {
	mu   sync.Mutex
	held map[ids.UploadID]struct{}
}

// claim takes an upload until release is called. It fails when somebody holds it.
func (r *registry) claim(id ids.UploadID) (release func(), ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, held := r.held[id]; held {
		return nil, false
	}
	if r.held == nil {
		r.held = make(map[ids.UploadID]struct{})
	}
	r.held[id] = struct{}{}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.held, id)
	}, true
}
