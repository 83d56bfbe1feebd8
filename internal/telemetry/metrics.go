package telemetry

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is the process's registry with what every server counts.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

// NewMetrics returns a registry that knows the Go runtime, the process, and the build's version.
func NewMetrics(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "matinee_http_request_duration_seconds", Help: "Time to answer an API request.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10},
		}, []string{"method", "route", "status"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "matinee_build_info", Help: "Always 1; the version is a label.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), m.requests, build)
	return m
}

// Gauge registers a value that is read at every scrape.
func (m *Metrics) Gauge(name, help string, read func() float64) error {
	return m.registry.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// Gauges registers values that are read together at every scrape, each told apart by the values of the labels.
func (m *Metrics) Gauges(name, help string, labels []string, read func(set func(value float64, labels ...string))) error {
	return m.registry.Register(family{prometheus.NewDesc(name, help, labels, nil), read})
}

// family is a collector of gauges whose labels are known only when they are read.
type family struct {
	desc *prometheus.Desc
	read func(set func(value float64, labels ...string))
}

func (f family) Describe(to chan<- *prometheus.Desc) { to <- f.desc }

func (f family) Collect(to chan<- prometheus.Metric) {
	f.read(func(value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(f.desc, prometheus.GaugeValue, value, labels...)
	})
}

// Request counts one answered request. The route is its pattern, never its path.
func (m *Metrics) Request(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

// Handler serves the metrics in the format that was asked for.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
