package architecture_test

import (
	"go/ast"
	"path"
	"regexp"
	"strings"
	"testing"
)

const (
	// maxFileLines is where a file must have been split.
	maxFileLines = 800
	// minPackageComment is the least number of lines that say what a package owns and refuses.
	minPackageComment = 3
)

// unfinished matches the marks of work put off: an issue holds what is left, the code does not.
var unfinished = regexp.MustCompile(`\b(` + strings.Join([]string{"TO" + "DO", "FIX" + "ME", "XX" + "X"}, "|") + `)\b`)

// forbiddenCalls maps a function to what is used instead of it.
var forbiddenCalls = map[string]string{
	"time.Sleep":      "wait on a channel, a timer in a select, or testkit.Eventually",
	"os.StartProcess": "processes belong to internal/ffmpeg",
}

func TestPackages(t *testing.T) {
	t.Parallel()
	t.Run("each opens with a doc.go that says what it owns and refuses", func(t *testing.T) {
		t.Parallel()
		for name, files := range loadTree(t) {
			if lines := packageComment(files); lines < minPackageComment {
				t.Errorf("package %s: doc.go has a package comment of %d lines, want at least %d", name, lines, minPackageComment)
			}
		}
	})
}

func TestFiles(t *testing.T) {
	t.Parallel()
	for _, files := range loadTree(t) {
		for _, file := range files {
			t.Run(file.path, func(t *testing.T) {
				t.Parallel()
				checkFile(t, file)
			})
		}
	}
}

// checkFile holds one file to the rules that need no other file.
func checkFile(t *testing.T, file *goFile) {
	t.Helper()
	if n := file.lines(); n > maxFileLines {
		t.Errorf("%d lines, at most %d: split it by noun", n, maxFileLines)
	}
	for _, group := range file.syntax.Comments {
		if mark := unfinished.FindString(group.Text()); mark != "" {
			t.Errorf("a comment says %s: finish it or file an issue", mark)
		}
	}
	ast.Inspect(file.syntax, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.FuncDecl:
			if node.Recv == nil && node.Name.Name == "init" {
				t.Error("an init function: let the constructor do it, called from app")
			}
		case *ast.SelectorExpr:
			if cure := forbiddenCalls[selected(node)]; cure != "" {
				t.Errorf("uses %s: %s", selected(node), cure)
			}
		}
		return true
	})
}

// packageComment counts the lines of the package comment in doc.go; 0 without that file.
func packageComment(files []*goFile) int {
	for _, file := range files {
		if path.Base(file.path) == "doc.go" && file.syntax.Doc != nil {
			return len(strings.Split(strings.TrimSpace(file.syntax.Doc.Text()), "\n"))
		}
	}
	return 0
}

// selected writes package.Name for a selector on an identifier, and nothing for others.
func selected(node *ast.SelectorExpr) string {
	if left, ok := node.X.(*ast.Ident); ok {
		return left.Name + "." + node.Sel.Name
	}
	return ""
}
