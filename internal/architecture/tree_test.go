package architecture_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const (
	// module is the path of go.mod.
	module = "matinee"
	// root is the top of the checkout as this package's tests see it.
	root = "../.."
)

// goFile is one parsed source file.
type goFile struct {
	path   string // from the top of the checkout, with slashes
	source []byte
	syntax *ast.File
}

// isTest tells whether the file is compiled into tests only.
func (f *goFile) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// imports lists the import paths of the file.
func (f *goFile) imports() []string {
	var paths []string
	for _, spec := range f.syntax.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// lines counts the lines of the file.
func (f *goFile) lines() int { return bytes.Count(f.source, []byte("\n")) }

// tree is every Go package of the module: its name in the table (the folder without "internal/") to its files.
type tree map[string][]*goFile

// readTree parses the module once for all tests of this package.
var readTree = sync.OnceValues(func() (tree, error) {
	packages, files := tree{}, token.NewFileSet()
	err := walkTree(func(path string) error {
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		source, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(files, path, source, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name := packageName(path)
		packages[name] = append(packages[name], &goFile{path: path, source: source, syntax: syntax})
		return nil
	})
	return packages, err
})

// loadTree is readTree for a test.
func loadTree(t *testing.T) tree {
	t.Helper()
	packages, err := readTree()
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// packageName is the table's name for the package of a file.
func packageName(file string) string {
	return strings.TrimPrefix(filepath.ToSlash(filepath.Dir(file)), "internal/")
}

// walkTree visits the files that belong to the module, skipping what is built, fetched, data or another module.
func walkTree(visit func(path string) error) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir() && isForeign(relative, entry.Name()):
			return filepath.SkipDir
		case entry.IsDir():
			return nil
		}
		return visit(filepath.ToSlash(relative))
	})
}

// isForeign tells whether a folder holds no source of this module.
func isForeign(path, name string) bool {
	if path == "." {
		return false
	}
	switch path {
	case "bin", "tools/bin", "dist-release", "data":
		return true
	}
	switch name {
	case "node_modules", "testdata", "dist":
		return true
	}
	_, err := os.Stat(filepath.Join(root, path, "go.mod"))
	return err == nil || strings.HasPrefix(name, ".") && name != ".ci"
}
