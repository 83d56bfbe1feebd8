package upload_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTheGuideHasEveryRefusalOfAnUpload(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	must(t, err)
	var inCode []string
	code := regexp.MustCompile(`(?:errs\.New\(errs\.\w+, |Code: |codeInProgress = )"([a-z_]+)"`)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		must(t, err)
		for _, match := range code.FindAllStringSubmatch(string(text), -1) {
			inCode = append(inCode, match[1])
		}
	}
	guide, err := os.ReadFile("../../docs/guides/when-something-fails.md")
	must(t, err)
	_, rest, _ := strings.Cut(string(guide), "\n## An upload is refused\n")
	section, _, _ := strings.Cut(rest, "\n## ")
	var inGuide []string
	for _, match := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(section, -1) {
		inGuide = append(inGuide, match[1])
	}
	slices.Sort(inCode)
	slices.Sort(inGuide)
	if inCode = slices.Compact(inCode); !slices.Equal(inCode, inGuide) {
		t.Errorf("the guide lists\n%q\nthe code has\n%q", inGuide, inCode)
	}
}
