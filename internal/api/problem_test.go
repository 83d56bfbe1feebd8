package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"matinee/internal/api"
)

// TestEveryCodeStandsInTheReference reads the source of the whole program for codes that a client could meet.
func TestEveryCodeStandsInTheReference(t *testing.T) {
	t.Parallel()
	reference := string(api.ProblemReference())
	codes := codesOf(t, filepath.Join("..", "..", "internal"))
	if len(codes) < 60 {
		t.Fatalf("only %d codes were found", len(codes))
	}
	for code, at := range codes {
		if !strings.Contains(reference, "| `"+code+"` |") {
			t.Errorf("%s: the code %q is not in the table of problemtable.go", at, code)
		}
	}
	for line := range strings.Lines(reference) {
		code, _, isRow := strings.Cut(strings.TrimPrefix(line, "| `"), "` |")
		if strings.HasPrefix(line, "| `") && isRow && codes[code] == "" && !slices.Contains(unseen(), code) {
			t.Errorf("nothing answers %q", code)
		}
	}
}

// unseen are codes that no call in the source spells: those of statuses alone, and one that a statement writes.
func unseen() []string {
	return []string{"method_not_allowed", "not_acceptable", "unsupported_media_type", "cancelled"}
}

// codesOf finds every code: the second argument of errs.New, the field Code of a literal, what is assigned to one, the constants
// of the kinds of error and of the refusals.
func codesOf(t *testing.T, folder string) map[string]string {
	t.Helper()
	codes := map[string]string{}
	files := token.NewFileSet()
	add := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if code, err := strconv.Unquote(lit.Value); err == nil && code != "" && code == strings.ToLower(code) { // a vendor's own are not ours
				codes[code] = files.Position(lit.Pos()).String()
			}
		}
	}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testkit") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool { collectCode(n, add); return true })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(codes, "fenced") // never shown
	return codes
}

func collectCode(n ast.Node, add func(ast.Expr)) {
	switch n := n.(type) {
	case *ast.CallExpr:
		switch {
		case isSelector(n.Fun, "errs", "New") && len(n.Args) > 1:
			add(n.Args[1])
		case isSelector(n.Fun, "", "withCode") && len(n.Args) == 1:
			add(n.Args[0])
		}
	case *ast.KeyValueExpr:
		if name, ok := n.Key.(*ast.Ident); ok && name.Name == "Code" {
			add(n.Value)
		}
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if isSelector(left, "", "Code") && i < len(n.Rhs) {
				add(n.Rhs[i])
			}
		}
	case *ast.ValueSpec:
		kind, _ := n.Type.(*ast.Ident)
		if strings.HasPrefix(n.Names[0].Name, "code") || isSelector(n.Type, "media", "Code") || (kind != nil && (kind.Name == "Code" || kind.Name == "Kind") && isCodeFamily(n)) {
			for _, value := range n.Values {
				add(value)
			}
		}
	}
}

// isCodeFamily tells the kinds of errs and the codes of media from other types of the same names.
func isCodeFamily(n *ast.ValueSpec) bool {
	return slices.Contains([]string{
		"Internal", "Invalid", "Malformed", "Unauthenticated", "Denied", "NotFound", "Conflict", "Stale", "TooLarge", "Busy", "RateLimited", "NoSpace", "Gone",
	}, n.Names[0].Name) || n.Type.(*ast.Ident).Name == "Code"
}

func isSelector(e ast.Expr, pkg, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	x, _ := s.X.(*ast.Ident)
	return pkg == "" || (x != nil && x.Name == pkg)
}

func TestTheDocumentationNeedsNothingElse(t *testing.T) {
	t.Parallel()
	s := newVideoServer(t, api.Options{Version: "1.2.3"})
	get := func(path string) (string, http.Header) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var page strings.Builder
		if err := response.Write(&page); err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d, %v", path, response.StatusCode, err)
		}
		return page.String(), response.Header
	}
	page, header := get("/docs")
	for _, route := range s.api.Routes() {
		if strings.HasPrefix(route.Path, api.Prefix) && !strings.Contains(page, route.Method+" "+route.Path+"<") {
			t.Errorf("%s %s is not on the page", route.Method, route.Path)
		}
	}
	for _, foreign := range []string{"<script", "http://", "https://", "style=", "ZgotmplZ"} {
		if strings.Contains(page, foreign) {
			t.Errorf("the page holds %q", foreign)
		}
	}
	if policy := header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("the policy is %q", policy)
	}
	problems, _ := get("/docs/problems")
	missing := s.as(t, "", "GET", "/nothing", nil)
	_, anchor, _ := strings.Cut(missing.str("type"), "#")
	if !strings.HasPrefix(missing.str("type"), "/docs/problems#") || !strings.Contains(problems, `id="`+anchor+`"`) {
		t.Errorf("the type %q leads nowhere", missing.str("type"))
	}
}
