package architecture_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	// link matches the target of a Markdown link or picture; fenced code is removed first.
	link    = regexp.MustCompile(`\]\(([^)\s]+)(?:\s+"[^"]*")?\)`)
	fenced  = regexp.MustCompile("(?s)```.*?```")
	heading = regexp.MustCompile(`(?m)^#{1,6}\s+(.+?)\s*$`)
	// notInAnchor is what GitHub leaves out of a heading's anchor.
	notInAnchor = regexp.MustCompile(`[^\p{L}\p{N}\s_-]`)
)

// decisionParts are the sections of every decision record.
var decisionParts = []string{"Context", "Decision", "Rejected", "Consequences", "How we would notice it was wrong"}

func TestDocs(t *testing.T) {
	t.Parallel()
	pages := markdown(t)
	t.Run("every relative link leads somewhere", func(t *testing.T) {
		t.Parallel()
		for page, text := range pages {
			for _, match := range link.FindAllStringSubmatch(text, -1) {
				checkLink(t, pages, page, match[1])
			}
		}
	})
	t.Run("every decision record has all its parts", func(t *testing.T) {
		t.Parallel()
		for page, text := range pages {
			if filepath.Dir(page) != "docs/adr" || filepath.Base(page) == "README.md" {
				continue
			}
			for _, part := range decisionParts {
				if !strings.Contains(text, "\n## "+part+"\n") {
					t.Errorf("%s has no section %q", page, part)
				}
			}
		}
	})
	t.Run("the map names every package", func(t *testing.T) {
		t.Parallel()
		for name := range loadTree(t) {
			if !strings.Contains(pages["docs/architecture.md"], "`"+name+"`") {
				t.Errorf("docs/architecture.md does not mention `%s`", name)
			}
		}
	})
}

// markdown reads every page of the repository without its fenced code.
func markdown(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	err := walkTree(func(path string) error {
		if filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, path))
		pages[path] = fenced.ReplaceAllString(string(text), "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// checkLink follows one link from a page: the file must exist and, on a page of ours, so must the heading.
func checkLink(t *testing.T, pages map[string]string, page, target string) {
	t.Helper()
	if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
		return
	}
	path, anchor, _ := strings.Cut(target, "#")
	file := page
	if path != "" {
		file = filepath.ToSlash(filepath.Join(filepath.Dir(page), path))
	}
	if _, err := os.Stat(filepath.Join(root, file)); err != nil {
		t.Errorf("%s links to %s, which does not exist", page, target)
		return
	}
	if text, ours := pages[file]; anchor != "" && ours && !hasAnchor(text, anchor) {
		t.Errorf("%s links to %s, but there is no such heading", page, target)
	}
}

// hasAnchor tells whether a page has a heading with this anchor.
func hasAnchor(text, anchor string) bool {
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		plain := notInAnchor.ReplaceAllString(strings.ToLower(match[1]), "")
		if strings.ReplaceAll(plain, " ", "-") == anchor {
			return true
		}
	}
	return false
}
