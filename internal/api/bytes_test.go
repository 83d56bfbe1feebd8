package api

import (
	"mime"
	"strings"
	"testing"
)

// These tests are inside the package: cursors and file names are outside bytes, and a request shows too little of what is made of
// them.

func FuzzCursorsAreOursOrRefused(f *testing.F) {
	f.Add(place{list: "videos-created_at", key: 1732449600000000, id: "03539YCrf0gTpTHAZkVs8N"}.cursor(), "videos-created_at")
	f.Add("", "videos")
	f.Add("MDAwMDAwMDAgYSAxIGI", "a")
	f.Fuzz(func(t *testing.T, cursor, list string) {
		p, err := parseCursor(cursor, list)
		if err == nil && (p.cursor() != cursor || p.list != list || len(p.id) != 22) {
			t.Errorf("%q was taken for %+v", cursor, p)
		}
	})
}

func TestAFileIsSavedUnderItsOwnName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"harbour.mp4":          "attachment; filename=harbour.mp4",
		"two words.mp4":        `attachment; filename="two words.mp4"`,
		"été à la mer.mkv":     `attachment; filename="_t_ _ la mer.mkv"; filename*=UTF-8''%C3%A9t%C3%A9%20%C3%A0%20la%20mer.mkv`,
		`a"b;c.mp4`:            `attachment; filename="a_b;c.mp4"; filename*=UTF-8''a%22b%3Bc.mp4`,
		"../../etc/passwd":     "attachment; filename=passwd",
		`C:\films\one.avi`:     "attachment; filename=one.avi",
		"a\r\nSet-Cookie: x=1": `attachment; filename="aSet-Cookie: x=1"`,
		"..":                   "attachment; filename=fallback",
		"":                     "attachment; filename=fallback",
		"100%.mp4":             `attachment; filename=100_.mp4; filename*=UTF-8''100%25.mp4`,
	} {
		if got := attachment(name, "fallback"); got != want {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
	}
}

func FuzzAFileNameNeverLeavesItsHeader(f *testing.F) {
	f.Add("été.mp4")
	f.Add("a\"\r\n\\;%00/..")
	f.Fuzz(func(t *testing.T, name string) {
		header := attachment(name, "fallback")
		if strings.ContainsAny(header, "\r\n\x00") || strings.ContainsFunc(header, func(r rune) bool { return r > '~' }) {
			t.Errorf("%q makes %q", name, header)
		}
		if _, parameters, err := mime.ParseMediaType(header); err != nil && !strings.Contains(err.Error(), "duplicate parameter name") || strings.ContainsAny(parameters["filename"], `/\`) {
			t.Errorf("%q makes %q: %v %v", name, header, parameters, err)
		}
	})
}

func TestADownloadIsCalledAfterItsVideo(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"AC/DC: live":           "AC-DC- live (h264-720)",
		"  ..":                  "video (h264-720)",
		strings.Repeat("é", 99): strings.Repeat("é", 60) + " (h264-720)",
	} {
		if got := fileName(title, "h264-720"); got != want {
			t.Errorf("%q is %q, want %q", title, got, want)
		}
	}
	if got := fileName("Song", ""); got != "Song" {
		t.Errorf("sound alone is %q", got)
	}
}
