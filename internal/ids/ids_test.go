package ids_test

import (
	"slices"
	"testing"

	"matinee/internal/ids"
)

func TestNewIDsAreUniqueAndSortByAge(t *testing.T) {
	t.Parallel()
	made := make([]ids.VideoID, 2000)
	for i := range made {
		made[i] = ids.New[ids.VideoID]()
		if len(made[i]) != ids.Length {
			t.Fatalf("%q has %d characters, want %d", made[i], len(made[i]), ids.Length)
		}
	}
	if !slices.IsSorted(made) {
		t.Error("ids made one after the other do not sort as text")
	}
	if n := len(slices.Compact(made)); n != 2000 {
		t.Errorf("%d different ids of 2000", n)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	good := string(ids.New[ids.UserID]())
	if id, err := ids.Parse[ids.UserID](good); err != nil || string(id) != good {
		t.Errorf("Parse(%q) = %q, %v", good, id, err)
	}
	for _, bad := range []string{"", "short", good + "0", good[:21] + "/", good[:21] + "é"[:1], "../../../../etc/passwd"} {
		if _, err := ids.Parse[ids.UserID](bad); err == nil {
			t.Errorf("Parse(%q) accepted it", bad)
		}
	}
}
