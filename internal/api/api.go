package api

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"matinee/internal/account"
	"matinee/internal/events"
	"matinee/internal/library"
	"matinee/internal/pipeline"
	"matinee/internal/replay"
	"matinee/internal/telemetry"
	"matinee/internal/upload"
)

// Prefix is where the API's paths begin.
const Prefix = "/api/v1"

// Modules are what the API speaks for.
type Modules struct {
	Accounts *account.Accounts
	Library  *library.Library
	Pipeline *pipeline.Pipeline
	Uploads  *upload.Service
	Events   *events.Hub
	Replays  *replay.Keeper // nil: requests with an Idempotency-Key are answered as others
}

// Options are the optional parts of an API. The zero value works.
type Options struct {
	Version        string
	PublicURL      string  // what absolute URLs begin with; "" : taken from the request or Listen
	Listen         string  // host:port, for URLs when the request names a host that is not ours
	BehindProxy    bool    // one reverse proxy with TLS stands in front: cookies are secure, its X-Forwarded-For is believed
	MaxUploadBytes int64   // 0: no bound but the disk
	ReserveBytes   int64   // what uploads leave free, to be told to administrators
	Sample         []byte  // the clip of "try it with a sample"; none when empty
	RateLimit      float64 // scales the built-in rate limits; 0: 1; negative: no limits
	Metrics        *telemetry.Metrics
	Logger         *slog.Logger
	Now            func() time.Time
}

// API serves the JSON API. It is safe for concurrent use.
type API struct {
	Modules

	auth    *Authenticator
	o       Options
	mux     *http.ServeMux
	huma    huma.API
	table   []Route
	closing chan struct{}
	limits  *limiter // nil: none

	byPattern map[string]Route // of the mux
	pages     docPages
	streams   streams // event streams that are open
}

// New returns the API over its modules.
func New(m Modules, o Options) *API {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Metrics == nil {
		o.Metrics = telemetry.NewMetrics(o.Version)
	}
	ourErrors()
	a := &API{
		Modules: m, auth: NewAuthenticator(m.Accounts, o.Logger), o: o, mux: http.NewServeMux(), closing: make(chan struct{}),
		limits: newLimiter(o.RateLimit, o.Now), byPattern: map[string]Route{},
	}
	a.huma = humago.New(a.mux, document(o.Version))
	a.routes()
	return a
}

// document is the frame of the OpenAPI document.
func document(version string) huma.Config {
	config := huma.DefaultConfig("Matinee", version)
	config.Info.Description = "Self-hosted video on demand. Sign in with a session cookie or a bearer token."
	config.CreateHooks = nil // no $schema in answers
	config.OpenAPIPath = "/openapi"
	config.DocsPath = ""
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
		"cookie": {Type: "apiKey", In: "cookie", Name: "matinee_session"},
	}
	return config
}

// ListensOn tells the API the address that the server got, before it answers.
func (a *API) ListensOn(hostport string) { a.o.Listen = hostport }

// OpenAPI returns the API's description as YAML, version 3.1.
func (a *API) OpenAPI() ([]byte, error) {
	return a.huma.OpenAPI().YAML()
}

// Routes lists the route table.
func (a *API) Routes() []Route { return a.table }
