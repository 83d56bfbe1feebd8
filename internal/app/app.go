package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"

	"matinee/internal/access"
	"matinee/internal/account"
	"matinee/internal/api"
	"matinee/internal/blob/fileblob"
	"matinee/internal/config"
	"matinee/internal/database"
	"matinee/internal/delivery"
	"matinee/internal/events"
	"matinee/internal/ffmpeg"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/media"
	"matinee/internal/pipeline"
	"matinee/internal/replay"
	"matinee/internal/site"
	"matinee/internal/telemetry"
	"matinee/internal/upload"
	"matinee/web"
)

// App is the whole product, built but not yet serving.
type App struct {
	config  config.Config
	version string
	log     *slog.Logger

	folder   *folder
	db       *database.DB
	objects  *fileblob.Store
	encoder  *ffmpeg.Tool
	sample   []byte
	metrics  *telemetry.Metrics
	hub      *events.Hub
	accounts *account.Accounts
	replays  *replay.Keeper
	library  *library.Library
	pipeline *pipeline.Pipeline
	uploads  *upload.Service
	api      *api.API
	handler  http.Handler
	draining atomic.Bool
}

// Build is what the binary knows of itself.
type Build struct {
	Version string
	Sample  []byte // the clip of "try it with a sample"
}

// New takes the data folder and builds everything in the order of the tiers. The caller closes it.
func New(ctx context.Context, c config.Config, b Build, log *slog.Logger) (*App, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	a := &App{config: c, version: b.Version, sample: b.Sample, log: log, hub: events.NewHub(), metrics: telemetry.NewMetrics(b.Version)}
	err := a.build(ctx, b)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) build(ctx context.Context, b Build) error {
	steps := []struct {
		what string
		do   func(context.Context) error
	}{
		{"open the data folder", a.openFolder},
		{"open the database", a.openDatabase},
		{"open the media store", a.openObjects},
		{"set up accounts", a.buildAccounts},
		{"set up the library", a.buildLibrary},
		{"set up the pipeline", a.buildPipeline},
		{"set up uploads", a.buildUploads},
		{"set up the edges", func(context.Context) error { return a.buildEdges(b) }},
	}
	for _, step := range steps {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

func (a *App) openFolder(context.Context) (err error) {
	a.folder, err = holdFolder(a.config.Data)
	return err
}

func (a *App) openDatabase(ctx context.Context) (err error) {
	address := a.config.Database
	if address == "" {
		address = a.folder.in("matinee.db")
	}
	a.db, err = database.Open(ctx, address)
	return err
}

func (a *App) openObjects(context.Context) (err error) {
	a.objects, err = fileblob.Open(a.folder.in("media"))
	return err
}

func (a *App) buildAccounts(context.Context) error {
	secret, err := a.folder.secret()
	if err != nil {
		return err
	}
	keys, err := account.DeriveKeys(secret)
	if err != nil {
		return err
	}
	if a.accounts, err = account.New(database.NewAccount(a.db), keys, account.Options{Logger: a.log}); err != nil {
		return err
	}
	a.replays, err = replay.New(database.NewReplays(a.db), secret, nil)
	return err
}

func (a *App) buildLibrary(context.Context) error {
	a.library = library.New(database.NewLibrary(a.db), library.Options{})
	return nil
}

func (a *App) buildPipeline(ctx context.Context) error {
	err := a.openEncoder(ctx)
	if err != nil {
		return err
	}
	a.pipeline, err = pipeline.New(database.NewPipeline(a.db), a.objects, a.encoder, a.hub, a.folder.in("scratch"), pipeline.Options{
		Slots: a.config.EncodeSlots, DemandSlots: a.config.DemandSlots, Threads: a.config.EncodeThread, Policy: media.Policy{}, BinRetention: a.config.BinRetention, Logger: a.log,
	})
	if err != nil {
		return err
	}
	return a.pipeline.Register(a.metrics)
}

func (a *App) openEncoder(ctx context.Context) (err error) {
	a.encoder, err = ffmpeg.Open(ctx, ffmpeg.Options{
		FFmpeg: a.config.FFmpeg, FFprobe: a.config.FFprobe, Logger: a.log, User: a.config.SandboxUser, Strict: a.config.Sandbox == "strict",
	})
	return err
}

func (a *App) buildUploads(context.Context) (err error) {
	a.uploads, err = upload.New(database.NewUploads(a.db), a.objects, a.pipeline, videoMaker{a.library}, a.pipeline, upload.Options{
		Logger: a.log, MaxBytes: int64(a.config.MaxUpload), UploadTTL: a.config.UploadTTL, GrantTTL: a.config.UploadTTL, ReserveBytes: int64(a.config.Reserve),
	})
	return err
}

// buildEdges makes what the world talks to.
func (a *App) buildEdges(b Build) error {
	modules := api.Modules{Accounts: a.accounts, Library: a.library, Pipeline: a.pipeline, Uploads: a.uploads, Events: a.hub, Replays: a.replays}
	a.api = api.New(modules, api.Options{
		Version: b.Version, PublicURL: a.config.PublicURL, Listen: a.config.Listen, MaxUploadBytes: int64(a.config.MaxUpload), Sample: b.Sample,
		ReserveBytes: int64(a.config.Reserve), RateLimit: rateLimit(a.config.RateLimit),
		BehindProxy: a.config.BehindProxy, Metrics: a.metrics, Logger: a.log,
	})
	uploads, err := upload.NewHandler(a.uploads, upload.Edge{
		ViewerOf: a.api.Viewer, Respond: a.api.Accepted, Problem: a.api.Problem, AbsoluteURL: a.api.AbsoluteURL,
	})
	if err != nil {
		return err
	}
	origin, err := delivery.New(a.pipeline, a.objects, a.pipeline, a.hub, delivery.Edge{
		ViewerOf: a.api.Viewer, AddressOf: a.api.Address, Problem: a.api.Problem,
	}, delivery.Options{})
	if err != nil {
		return err
	}
	pages, err := site.New(web.Files(), a.library, a.api.Viewer)
	if err != nil {
		return err
	}
	a.handler = a.mount(uploads, origin, pages)
	return nil
}

// rateLimit turns percents, where 0 is no limit, into the API's factor, where a negative one is none.
func rateLimit(percent int) float64 {
	if percent == 0 {
		return -1
	}
	return float64(percent) / 100
}

// LocalHandler serves everything that Run serves, with the authority of the socket, for whoever holds the data folder without a
// listener.
func (a *App) LocalHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.handler.ServeHTTP(w, r.WithContext(api.WithLocal(r.Context())))
	})
}

// OpenAPI returns the API's description as YAML. It needs no data folder: a route table has no state.
func OpenAPI() ([]byte, error) {
	return api.New(api.Modules{}, api.Options{Version: "1"}).OpenAPI()
}

// ProblemReference returns the reference of the API's problems as Markdown.
func ProblemReference() []byte { return api.ProblemReference() }

// Close lets go of everything. It is not for a server that still runs.
func (a *App) Close() error {
	var all []error
	if a.objects != nil {
		all = append(all, a.objects.Close())
	}
	if a.db != nil {
		all = append(all, a.db.Close())
	}
	if a.folder != nil {
		all = append(all, a.folder.Close())
	}
	return errors.Join(all...)
}

// videoMaker makes the video of an upload that names none.
type videoMaker struct{ library *library.Library }

// CreateForUpload makes the video under the title, or under the file's name.
func (m videoMaker) CreateForUpload(ctx context.Context, viewer access.Viewer, title, filename, visibility string) (ids.VideoID, error) {
	v, err := m.library.CreateVideo(ctx, viewer, library.Draft{Title: library.TitleOf(title, filename), Visibility: access.Visibility(visibility)})
	return v.ID, err
}
