package pipeline_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"matinee/internal/media"
	"matinee/internal/pipeline"
)

// codesOf lists the codes in the tables of a section of the guide.
func codesOf(t *testing.T, heading string) (codes []string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/guides/when-something-fails.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("the guide has no section %q", heading)
	}
	section, _, _ := strings.Cut(rest, "\n## ")
	for _, match := range regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\|").FindAllStringSubmatch(section, -1) {
		codes = append(codes, match[1])
	}
	slices.Sort(codes)
	return codes
}

func TestTheGuideHasEveryCodeOnce(t *testing.T) {
	t.Parallel()
	var refused, failed, waiting, encoded []string
	for _, code := range media.CopyCodes() {
		encoded = append(encoded, string(code))
	}
	for _, code := range media.Codes() {
		refused = append(refused, string(code))
	}
	failed = append(failed, "cancelled") // written by the store when somebody cancels
	for _, code := range pipeline.FailureCodes() {
		failed = append(failed, string(code))
	}
	for _, wait := range pipeline.Waits() {
		waiting = append(waiting, string(wait))
	}
	for heading, want := range map[string][]string{
		"The file cannot become a video": refused, "The work went wrong": failed, "The work waits": waiting,
		"The source is not passed through": encoded,
	} {
		slices.Sort(want)
		if got := codesOf(t, heading); !slices.Equal(got, want) {
			t.Errorf("%s: the guide lists\n%q\nthe code has\n%q", heading, got, want)
		}
	}
}
