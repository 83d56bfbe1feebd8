package clips_test

import (
	"os"
	"testing"

	"matinee/internal/testkit/clips"
)

func TestEveryClipOfTheCatalogueCanBeMade(t *testing.T) {
	t.Parallel()
	for _, c := range clips.All() {
		t.Run(string(c), func(t *testing.T) {
			t.Parallel()
			info, err := os.Stat(clips.Path(t, c))
			if err != nil {
				t.Fatal(err)
			}
			if info.Size() == 0 && c != clips.Empty {
				t.Error("the clip is empty")
			}
		})
	}
}
