package telemetry_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"matinee/internal/telemetry"
)

func TestALogLineCarriesTheRequestID(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := telemetry.NewLogger(&out, telemetry.JSON, slog.LevelInfo).With(slog.String("part", "test"))
	ctx, id := telemetry.WithRequestID(t.Context())
	log.InfoContext(ctx, "hello")
	log.DebugContext(ctx, "hidden")
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%v in %q", err, out.String())
	}
	if line["request_id"] != id || line["part"] != "test" || line["msg"] != "hello" {
		t.Errorf("line %v", line)
	}
}

func TestRequestsAreCountedByRoute(t *testing.T) {
	t.Parallel()
	m := telemetry.NewMetrics("1.2.3")
	m.Request("GET", "/videos/{id}", 200, time.Millisecond)
	if err := m.Gauge("matinee_test", "A test.", func() float64 { return 7 }); err != nil {
		t.Fatal(err)
	}
	err := m.Gauges("matinee_tests", "Some tests.", []string{"kind"}, func(set func(float64, ...string)) {
		set(1, "small")
		set(2.5, "large")
	})
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		`matinee_http_request_duration_seconds_count{method="GET",route="/videos/{id}",status="200"} 1`, "matinee_test 7", `version="1.2.3"`,
		`matinee_tests{kind="small"} 1`, `matinee_tests{kind="large"} 2.5`,
	} {
		if !strings.Contains(answer.Body.String(), want) {
			t.Errorf("no %s in the metrics", want)
		}
	}
}
