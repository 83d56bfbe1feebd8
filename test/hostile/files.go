package hostile

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"matinee/internal/media"
	"matinee/internal/testkit/clips"
)

// Aims are what the files try to reach.
type Aims struct {
	File string // absolute path of a video that would play
	URL  string // of a server that listens
}

// File is one hostile file.
type File struct {
	Name  string
	Path  string
	Want  []media.Code // any of them
	Plays bool         // may also be taken, because what is hostile in it is left alone
}

// file is one before it is written.
type file struct {
	name  string
	bytes []byte
	want  []media.Code
	plays bool
}

// Write makes the files in the folder, each named as a video.
func Write(t testing.TB, dir string, aims Aims) []File {
	t.Helper()
	all := slices.Concat(texts(aims), polyglots(aims), references(t, aims), boxBombs(t), matroskaBombs(t), pictureBombs(t), oddities())
	var out []File
	for _, f := range all {
		path := filepath.Join(dir, f.name+".mp4")
		if err := os.WriteFile(path, f.bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		out = append(out, File{Name: f.name, Path: path, Want: f.want, Plays: f.plays})
	}
	for clip, want := range map[clips.Clip]media.Code{clips.Huge: media.TooManyPixels, clips.ManyStreams: media.TooManyStreams, clips.FarTimestamp: media.TimestampsOutOfRange} {
		out = append(out, File{Name: string(clip), Path: clips.Path(t, clip), Want: []media.Code{want}})
	}
	slices.SortFunc(out, func(a, b File) int { return slices.Compare([]string{a.Name}, []string{b.Name}) })
	return out
}

func refused(codes ...media.Code) []media.Code { return codes }
