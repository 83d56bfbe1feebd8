package architecture_test

import (
	"slices"
	"strings"
	"testing"
)

// mayImport is the architecture: what each package's shipped files may import inside the module. Names are folders
// without "internal/". A new package goes into its tier here and, with a line of its own, into docs/architecture.md.
// Test files are free: they use the real things around their subject.
var mayImport = map[string][]string{
	// Tier 0, leaves: values and rules that everybody shares.
	"errs":      {},
	"ids":       {},
	"config":    {},
	"telemetry": {},
	"media":     {"errs", "ids"},
	"access":    {"errs", "ids"},

	// Tier 1, ports: the world outside, one package each. A driver knows its port and nothing else of ours but the
	// kinds of error and the ids.
	"blob":          {"errs", "ids", "telemetry"},
	"blob/fileblob": {"blob", "errs", "ids"},
	"blob/s3blob":   {"blob", "errs", "ids"},
	"blob/blobtest": {"blob", "errs", "ids"},
	"events":        {"errs", "ids", "telemetry"},
	"ffmpeg":        {"errs", "ids", "telemetry", "media"},

	// Tier 2, modules: one noun each, never each other; delivery serves what packaging writes.
	"library":   {"errs", "ids", "telemetry", "media", "access", "blob", "events"},
	"account":   {"errs", "ids", "telemetry", "media", "access", "blob", "events"},
	"upload":    {"errs", "ids", "telemetry", "media", "access", "blob", "events"},
	"replay":    {"errs"},
	"packaging": {"errs", "ids", "media"},
	"delivery":  {"errs", "ids", "telemetry", "media", "access", "blob", "events", "packaging"},

	// Tier 3, the workflow: the one place where modules meet.
	"pipeline": upToModules,

	// Tier 4, edges: the database below, HTTP above; never each other.
	"database": upToWorkflow,
	"api":      upToWorkflow,
	"site":     append([]string{"web"}, upToWorkflow...),

	// Tier 5, the root: app wires everything; the command knows only app, its configuration and the public client.
	"app":         everything,
	"cmd/matinee": {"app", "config", "client"},

	// Beside the tiers: what others may use of us, what the page is made of, and what only tests use.
	"client":         {},
	"web":            {},
	"testkit":        {},
	"testkit/cook":   {},
	"testkit/clips":  {"testkit/cook"},
	"testkit/corpus": {"testkit/cook"},
	"testkit/judge":  {"media", "ffmpeg", "packaging"},
	"architecture":   {},
	"test/e2e":       everything,
	"test/soak":      {"ffmpeg", "media", "testkit/corpus", "testkit/judge"},
	"test/hostile":   {"media", "testkit/clips", "testkit/cook"},
	"test/bench":     {"client", "ffmpeg", "media", "packaging", "testkit", "testkit/clips"},
}

var (
	upToModules = []string{
		"errs", "ids", "telemetry", "media", "access", "blob", "events", "ffmpeg",
		"library", "account", "upload", "replay", "packaging", "delivery",
	}
	upToWorkflow = append([]string{"pipeline"}, upToModules...)
	everything   = []string{"*"}
)

// onlyIn names the imports, with all packages below them, that belong to few packages: a driver, a framework or the
// right to run a process is one package's business, so that replacing it touches one folder.
var onlyIn = map[string][]string{
	"os/exec":                             {"ffmpeg", "testkit", "testkit/cook", "testkit/judge", "test/bench"},
	"database/sql":                        {"database"},
	"github.com/jackc/pgx":                {"database", "testkit"},
	"modernc.org/sqlite":                  {"database"},
	"github.com/minio/minio-go":           {"blob/s3blob", "testkit"},
	"github.com/vbauerster/mpb":           {"cmd/matinee"},
	"github.com/pressly/goose":            {"database"},
	"github.com/danielgtaylor/huma":       {"api"},
	"github.com/tus/tusd":                 {"upload"},
	"github.com/alecthomas/kong":          {"cmd/matinee"},
	"gopkg.in/yaml.v3":                    {"cmd/matinee"},
	"github.com/alexedwards/argon2id":     {"account"},
	"github.com/golang-jwt/jwt":           {"account", "delivery"},
	"github.com/Eyevinn/hls-m3u8":         {"packaging"},
	"github.com/Eyevinn/dash-mpd":         {"packaging"},
	"net/http":                            {"api", "site", "upload", "delivery", "app", "cmd/matinee", "client", "web", "telemetry", "blob/s3blob", "test/bench"},
	"github.com/prometheus/client_golang": {"telemetry", "app"},
}

func TestImports(t *testing.T) {
	t.Parallel()
	packages := loadTree(t)
	t.Run("every package has its place in the table", func(t *testing.T) {
		t.Parallel()
		for name := range packages {
			if _, known := mayImport[name]; !known {
				t.Errorf("package %s is not in mayImport: add it to its tier in internal/architecture/imports_test.go and to the map in docs/architecture.md", name)
			}
		}
	})
	t.Run("every package in the table exists", func(t *testing.T) {
		t.Parallel()
		for name := range mayImport {
			if len(packages[name]) == 0 {
				t.Errorf("mayImport lists %s, which has no Go file: delete the line", name)
			}
		}
	})
	t.Run("shipped files import only what their tier allows", func(t *testing.T) {
		t.Parallel()
		for name, files := range packages {
			for _, file := range shipped(files) {
				checkTier(t, name, file)
			}
		}
	})
	t.Run("a driver, a framework and a process stay in their package", func(t *testing.T) {
		t.Parallel()
		for name, files := range packages {
			for _, file := range shipped(files) {
				checkOwners(t, name, file)
			}
		}
	})
	t.Run("test helpers are imported by tests alone", func(t *testing.T) {
		t.Parallel()
		for name, files := range packages {
			if isTestHelper(name) {
				continue
			}
			for _, file := range shipped(files) {
				checkHelpers(t, file)
			}
		}
	})
}

// checkTier compares the imports of one file with its package's line in the table.
func checkTier(t *testing.T, name string, file *goFile) {
	t.Helper()
	allowed := mayImport[name]
	for _, path := range file.imports() {
		target, ours := inModule(path)
		if ours && !slices.Contains(allowed, target) && !slices.Contains(allowed, "*") {
			t.Errorf("%s imports %s, but %s may import only %v", file.path, target, name, allowed)
		}
	}
}

// checkOwners finds imports that belong to other packages.
func checkOwners(t *testing.T, name string, file *goFile) {
	t.Helper()
	for _, path := range file.imports() {
		for owned, owners := range onlyIn {
			if (path == owned || strings.HasPrefix(path, owned+"/")) && !slices.Contains(owners, name) {
				t.Errorf("%s imports %s, which belongs to %v", file.path, path, owners)
			}
		}
	}
}

// checkHelpers finds test helpers in a file that ships.
func checkHelpers(t *testing.T, file *goFile) {
	t.Helper()
	for _, path := range file.imports() {
		target, ours := inModule(path)
		if path == "testing" || strings.HasPrefix(path, "testing/") || ours && isTestHelper(target) {
			t.Errorf("%s imports %s, which is for tests: it would link into the program", file.path, path)
		}
	}
}

// inModule turns an import path into the table's name and tells whether it is one of ours.
func inModule(path string) (string, bool) {
	if path == module {
		return ".", true
	}
	inside, ours := strings.CutPrefix(path, module+"/")
	return strings.TrimPrefix(inside, "internal/"), ours
}

// isTestHelper tells whether a package exists for tests: testkit, the conformance suites, the suites under test.
func isTestHelper(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	return top == "testkit" || top == "test" || strings.HasSuffix(name, "test") && strings.Contains(name, "/")
}

// shipped are the files that are compiled into programs.
func shipped(files []*goFile) []*goFile {
	return slices.DeleteFunc(slices.Clone(files), (*goFile).isTest)
}
