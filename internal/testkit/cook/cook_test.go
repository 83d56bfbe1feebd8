package cook_test

import (
	"os"
	"strings"
	"sync"
	"testing"

	"matinee/internal/testkit/cook"
)

func TestDamageIsDoneAsARecipeSays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		steps []string
		want  string
	}{
		"a part by bytes":        {[]string{"@keep 2 5 old new"}, "234"},
		"a part by shares":       {[]string{"@keep 0 50% old new"}, "01234"},
		"the whole":              {[]string{"@keep 0 100% old new"}, "0123456789"},
		"more than there is":     {[]string{"@keep 7 700 old new"}, "789"},
		"one after the other":    {[]string{"@keep 0 2 old a", "@join old a new"}, "012345678901"},
		"as it is":               {[]string{"@join old new"}, "0123456789"},
		"text of several words":  {[]string{"@text 'a  b' new"}, "a  b"},
		"nothing to overwrite":   {[]string{"@spoil 1 0 5 old new"}, "0123456789"},
		"bytes after the end":    {[]string{"@spoil 1 5 100% old new"}, "0123456789"},
		"steps that are no step": {[]string{"@keep 0 1 old new", "@join new new new"}, "00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := content(t, c.steps)
			if err != nil || got != c.want {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestSpoiltBytesAreTheSameForASeed(t *testing.T) {
	t.Parallel()
	read := func(step string) string {
		got, err := content(t, []string{step})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	one := read("@spoil 1 3 20%,8 old new")
	if len(one) != 10 || one[:2] != "01" || one[5:8] != "567" || one == "0123456789" {
		t.Errorf("spoilt to %q", one)
	}
	if again := read("@spoil 1 3 2,8 old new"); again != one {
		t.Errorf("the same seed gives %q and %q", one, again)
	}
	if other := read("@spoil 2 3 20%,8 old new"); other == one {
		t.Errorf("two seeds give %q", one)
	}
}

func TestARecipeThatCannotBeFollowedIsAnError(t *testing.T) {
	t.Parallel()
	for _, steps := range [][]string{
		{"@spill a b"}, {"@keep 1 old new"}, {"@keep 0 1 nowhere new"}, {"@text"}, {"-i nowhere new"}, {"@text a other"},
	} {
		if got, err := content(t, steps); err == nil {
			t.Errorf("%q makes %q", steps, got)
		}
	}
}

func TestManyWantAFileAtOnce(t *testing.T) {
	t.Parallel()
	r := cook.Recipe{File: "made.wav", Steps: []string{"-f lavfi -i sine=d=0.1:f=440 made.wav"}}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			path, err := cook.File(t.Context(), "cook", r)
			if err != nil {
				t.Error(err)
			} else if info, err := os.Stat(path); err != nil || info.Size() < 1000 {
				t.Errorf("%v, %v", info, err)
			}
		})
	}
	all.Wait()
}

// content follows steps that begin with a file of ten digits.
func content(t *testing.T, steps []string) (string, error) {
	t.Helper()
	steps = append([]string{"@text 0123456789 old"}, steps...)
	path, err := cook.File(t.Context(), "cook", cook.Recipe{File: "new", Steps: steps})
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(path)
	return strings.TrimSpace(string(text)), err
}
