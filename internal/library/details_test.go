package library_test

import (
	"encoding/json"
	"strings"
	"testing"

	"matinee/internal/errs"
	"matinee/internal/library"
)

func TestMetadataAreMergedByTheRulesOfMergePatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ current, patch, want string }{ // after RFC 7396, appendix A
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`{"e":null}`, `{"a":1}`, `{"a":1,"e":null}`},
		{``, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		{`{"a":12345678901234567890}`, `{}`, `{"a":12345678901234567890}`},
		{`{"a":1}`, `null`, ``},
	} {
		got, err := library.MergeMetadata([]byte(c.current), []byte(c.patch))
		if err != nil || string(got) != c.want {
			t.Errorf("%s with %s is %s, %v; want %s", c.current, c.patch, got, err, c.want)
		}
	}
}

func FuzzMetadataAreAnObjectOrRefused(f *testing.F) {
	f.Add(`{"a":1}`, `{"a":null,"b":{"c":[]}}`)
	f.Add(``, `[]`)
	f.Add(`{}`, `{"a":"\u0000"}`)
	f.Fuzz(func(t *testing.T, current, patch string) {
		merged, err := library.MergeMetadata([]byte(current), []byte(patch))
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Errorf("refused with %v", err)
			}
			return
		}
		var members map[string]any
		if merged != nil && (json.Unmarshal(merged, &members) != nil || len(merged) > library.MaxMetadata || strings.Contains(string(merged), "\x00")) {
			t.Errorf("made %q", merged)
		}
	})
}

func TestTagsAndSlugsHaveOneForm(t *testing.T) {
	t.Parallel()
	tags, err := library.NormaliseTags([]string{"B", "  Deep   Sea ", "b", "E\u0301te\u0301"})
	if err != nil || strings.Join(tags, "|") != "b|deep sea|été" {
		t.Errorf("got %q, %v", tags, err)
	}
	for name, want := range map[string]string{
		"Films": "films", "Été  à la mer!": "ete-a-la-mer", "--A__b--": "a-b", "海": "", "ﬁn 2": "fin-2", strings.Repeat("x", 80): strings.Repeat("x", 64),
	} {
		if got := library.SlugOf(name); got != want || (got != "" && !library.ValidSlug(got)) {
			t.Errorf("%q makes %q, want %q", name, got, want)
		}
	}
}
