package media_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"matinee/internal/media"
	"matinee/internal/testkit/clips"
)

func TestSniffNamesTheDemuxer(t *testing.T) {
	t.Parallel()
	packet := func(size int, sync int) string {
		one := bytes.Repeat([]byte{0xff}, size)
		one[sync] = 0x47
		return strings.Repeat(string(one), 4)
	}
	for name, c := range map[string]struct {
		head string
		want media.Container
	}{
		"MP4":                         {"\x00\x00\x00\x18ftypisom", media.MP4},
		"QuickTime that begins wide":  {"\x00\x00\x00\x08wide\x00\x00\x00\x08mdat", media.MP4},
		"MP4 that begins with media":  {"\x00\x00\x00\x08mdat", media.MP4},
		"Matroska":                    {"\x1a\x45\xdf\xa3\x01", media.Matroska},
		"AVI":                         {"RIFF\x00\x00\x00\x00AVI LIST", media.AVI},
		"WAVE":                        {"RIFF\x00\x00\x00\x00WAVEfmt ", media.WAV},
		"FLV":                         {"FLV\x01\x05", media.FLV},
		"ASF":                         {"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", media.ASF},
		"MPEG-PS":                     {"\x00\x00\x01\xba\x44", media.MPEGPS},
		"Ogg":                         {"OggS\x00", media.Ogg},
		"FLAC":                        {"fLaC\x00", media.FLAC},
		"MP3 with a tag":              {"ID3\x04\x00", media.MP3},
		"MP3 without":                 {"\xff\xfb\x90\x64", media.MP3},
		"GIF":                         {"GIF89a\x00", media.GIF},
		"MPEG-TS":                     {packet(188, 0), media.MPEGTS},
		"MPEG-TS cut in a packet":     {strings.Repeat(packet(188, 17), 3), media.MPEGTS},
		"MPEG-TS of a camera (192)":   {packet(192, 4), media.MPEGTS},
		"GIF that looks like packets": {"GIF89a" + strings.Repeat("\x00", 182) + "G", media.GIF},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := media.Sniff([]byte(c.head)); err != nil || got != c.want {
				t.Errorf("Sniff = %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestSniffRefusesByName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		head string
		want media.Code
	}{
		"nothing":                       {"", media.EmptyFile},
		"a text":                        {"Dear diary", media.NotAVideo},
		"one byte":                      {"G", media.NotAVideo},
		"a JPEG":                        {"\xff\xd8\xff\xe0\x00\x10JFIF", media.NotAVideo},
		"a PNG":                         {"\x89PNG\r\n\x1a\n", media.NotAVideo},
		"a PDF":                         {"%PDF-1.7", media.NotAVideo},
		"an SVG":                        {"<svg xmlns='http://www.w3.org/2000/svg'/>", media.NotAVideo},
		"a ZIP":                         {"PK\x03\x04", media.NotAVideo},
		"UTF-16 text":                   {"\xff\xfeh\x00i\x00", media.NotAVideo},
		"an HLS playlist":               {"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", media.PlaylistDisguised},
		"an HLS playlist after a BOM":   {"\xef\xbb\xbf\r\n#EXTM3U\n", media.PlaylistDisguised},
		"a concat script":               {"ffconcat version 1.0\nfile x\n", media.PlaylistDisguised},
		"a bare concat script":          {"file 'x'\n", media.PlaylistDisguised},
		"an MPD":                        {"<?xml version='1.0'?>\n<MPD xmlns='urn:mpeg:dash:schema:mpd:2011'>", media.PlaylistDisguised},
		"a Smooth Streaming manifest":   {"<SmoothStreamingMedia>", media.PlaylistDisguised},
		"a session description":         {"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", media.PlaylistDisguised},
		"a Winamp playlist":             {"[playlist]\nFile1=http://example.org/\n", media.PlaylistDisguised},
		"a protocol instead of content": {"concat:a.ts|b.ts", media.PlaylistDisguised},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c2, err := media.Sniff([]byte(c.head))
			refusal, ok := errors.AsType[*media.Refusal](err)
			if !ok || refusal.Code != c.want || c2 != "" {
				t.Errorf("Sniff = %q, %v; want %s", c2, err, c.want)
			}
		})
	}
}

func FuzzSniff(f *testing.F) {
	for _, seed := range []string{"", "\x00\x00\x00\x18ftypisom", "RIFF", "G", "\xff\xfb\x90\x64", "#EXTM3U", "<MPD", "\xef\xbb\xbf"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		c, err := media.Sniff(head)
		if _, ok := errors.AsType[*media.Refusal](err); (c == "") != ok {
			t.Errorf("Sniff(%q) = %q, %v", head, c, err)
		}
	})
}

func TestHasIndexReadsOnlyTheFilesOwnWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		content   string
		container media.Container
		want      bool
	}{
		"an MP4 with its index last":            {"\x00\x00\x00\x08ftyp\x00\x00\x00\x0cmdatABCD\x00\x00\x00\x08moov", media.MP4, true},
		"an MP4 with a 64-bit box before it":    {"\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00\x08moov", media.MP4, true},
		"an MP4 cut off in its media":           {"\x00\x00\x00\x08ftyp\x00\x00\x01\x00mdatABCD", media.MP4, false},
		"an MP4 whose box runs to the end":      {"\x00\x00\x00\x08ftyp\x00\x00\x00\x00mdatABCD", media.MP4, false},
		"an MP4 with an impossible 64-bit size": {"\x00\x00\x00\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff", media.MP4, false},
		"a few bytes":                           {"\x00\x00", media.MP4, false},
		"Matroska that names its cues":          {"\x1a\x45\xdf\xa3...\x53\xab\x84\x1c\x53\xbb\x6b", media.Matroska, true},
		"Matroska that does not":                {"\x1a\x45\xdf\xa3...", media.Matroska, false},
		"MPEG-TS":                               {"GGG", media.MPEGTS, false},
		"AVI with its index last":               {"RIFF\x1e\x00\x00\x00AVI LIST\x03\x00\x00\x00abc\x00idx1\x00\x00\x00\x00", media.AVI, true},
		"AVI with its index within":             {"RIFF\x14\x00\x00\x00AVI LIST\x08\x00\x00\x00....indx", media.AVI, true},
		"AVI with its index within, cut off":    {"RIFF\x15\x00\x00\x00AVI LIST\x09\x00\x00\x00....indx", media.AVI, false},
		"AVI cut off in its media":              {"RIFF\x1e\x00\x00\x00AVI LIST\x09\x00\x00\x00ab", media.AVI, false},
		"FLV, which is taken at its word":       {"FLV", media.FLV, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := media.HasIndex(strings.NewReader(c.content), int64(len(c.content)), c.container)
			if err != nil || got != c.want {
				t.Errorf("HasIndex = %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestRealClipsAreSniffedAndIndexed(t *testing.T) {
	t.Parallel()
	for clip, want := range map[clips.Clip]struct {
		container media.Container
		indexed   bool
	}{
		clips.BigBuckBunny:  {media.MP4, true},
		clips.LateVideo:     {media.Matroska, true},
		clips.LiveMatroska:  {media.Matroska, false},
		clips.ScreenWebM:    {media.Matroska, true},
		clips.ProgramStream: {media.MPEGPS, false},
		clips.TransportHEVC: {media.MPEGTS, false},
		clips.Animation:     {media.GIF, true},
		clips.NoIndex:       {media.MP4, false},
	} {
		t.Run(string(clip), func(t *testing.T) {
			t.Parallel()
			f, err := os.Open(clips.Path(t, clip))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = f.Close() }()
			head, err := io.ReadAll(io.LimitReader(f, media.SniffLength))
			if err != nil {
				t.Fatal(err)
			}
			info, err := f.Stat()
			if err != nil {
				t.Fatal(err)
			}
			c, err := media.Sniff(head)
			if err != nil || c != want.container {
				t.Errorf("Sniff = %q, %v; want %q", c, err, want.container)
			}
			if indexed, err := media.HasIndex(f, info.Size(), c); err != nil || indexed != want.indexed {
				t.Errorf("HasIndex = %v, %v; want %v", indexed, err, want.indexed)
			}
		})
	}
}
