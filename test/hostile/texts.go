package hostile

import (
	"fmt"
	"path/filepath"
	"strings"

	"matinee/internal/media"
)

func hls(lines ...string) string {
	return "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n" + strings.Join(lines, "\n") + "\n#EXT-X-ENDLIST\n"
}

func dash(base string) string {
	return `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT5S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011">` +
		`<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1000"><BaseURL>` + base + `</BaseURL></Representation></AdaptationSet></Period></MPD>`
}

// texts are what a media program would follow to other files.
func texts(aims Aims) []file {
	relative := filepath.Base(aims.File)
	playlist := refused(media.PlaylistDisguised)
	other := refused(media.NotAVideo)
	var out []file
	add := func(name string, want []media.Code, text string) {
		out = append(out, file{name: name, bytes: []byte(text), want: want})
	}
	add("hls-to-file", playlist, hls("#EXTINF:1,", "file://"+aims.File))
	add("hls-to-plain-path", playlist, hls("#EXTINF:1,", aims.File))
	add("hls-to-relative", playlist, hls("#EXTINF:1,", relative))
	add("hls-to-web", playlist, hls("#EXTINF:1,", aims.URL+"/x.ts"))
	add("hls-to-concat", playlist, hls("#EXTINF:1,", "concat:"+aims.File+"|"+aims.File))
	add("hls-key", playlist, hls(`#EXT-X-KEY:METHOD=AES-128,URI="file://`+aims.File+`"`, "#EXTINF:1,", aims.URL+"/x.ts"))
	add("hls-map", playlist, hls(`#EXT-X-MAP:URI="`+aims.File+`"`, "#EXTINF:1,", aims.File))
	add("hls-nested", playlist, "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhls-to-file.mp4\n#EXT-X-STREAM-INF:BANDWIDTH=2\n"+aims.URL+"/nested.m3u8\n")
	add("hls-behind-spaces", playlist, "\xef\xbb\xbf \r\n\t"+hls("#EXTINF:1,", aims.File))
	add("dash-to-file", playlist, dash("file://"+aims.File))
	add("dash-to-web", playlist, dash(aims.URL+"/x.mp4"))
	add("dash-behind-a-comment", playlist, "<!-- a film -->"+dash(aims.URL+"/x.mp4"))
	add("concat-relative", playlist, "ffconcat version 1.0\nfile "+relative+"\n")
	add("concat-absolute", playlist, "ffconcat version 1.0\nfile '"+aims.File+"'\n")
	add("concat-web", playlist, "ffconcat version 1.0\nfile '"+aims.URL+"/x.ts'\n")
	add("concat-protocol", playlist, "concat:"+aims.File+"|"+aims.File)
	add("sdp", playlist, "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n")
	add("pls", playlist, "[playlist]\nFile1="+aims.URL+"/x.mp4\nNumberOfEntries=1\n")
	add("asx", playlist, `<asx version="3.0"><entry><ref href="`+aims.URL+`/x"/></entry></asx>`)
	add("smil", playlist, `<smil><body><video src="`+aims.URL+`/x"/></body></smil>`)
	add("svg", other, fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"><image x:href="%s/x.png"/><image x:href="file://%s"/></svg>`, aims.URL, aims.File))
	add("lrc", other, "[ti:song]\n[00:01.00]file://"+aims.File+"\n")
	add("subrip", other, "1\n00:00:01,000 --> 00:00:02,000\n<img src='"+aims.URL+"/x'>\n")
	add("webvtt", other, "WEBVTT\n\n00:01.000 --> 00:02.000\nhello\n")
	add("ass", other, "[Script Info]\nScriptType: v4.00+\n[Fonts]\nfontname: ../../../../etc/x\n")
	add("vobsub", other, "# VobSub index file, v7\nid: en, index: 0\n")
	add("avisynth", other, `AviSource("`+aims.File+`")`)
	add("ffmetadata", other, ";FFMETADATA1\ntitle=x\n")
	add("empty", refused(media.EmptyFile), "")
	add("four-bytes", other, "\x00\x00\x00\x00")
	return out
}

// polyglots begin like a video and go on as a text.
func polyglots(aims Aims) []file {
	list := []byte(hls("#EXTINF:1,", aims.File, "#EXTINF:1,", aims.URL+"/x.ts"))
	script := []byte("ffconcat version 1.0\nfile '" + aims.File + "'\n")
	unreadable := refused(media.Unreadable, media.NoTrack)
	id3 := append([]byte("ID3\x03\x00\x00\x00\x00\x00\x00"), list...)
	return []file{
		{name: "mp4-then-hls", bytes: append(box("ftyp", []byte("isom\x00\x00\x02\x00isom")), list...), want: refused(media.TruncatedNoIndex)},
		{name: "mp4-moov-then-hls", bytes: append(append(box("ftyp", []byte("isom\x00\x00\x02\x00isom")), box("moov", nil)...), list...), want: unreadable},
		{name: "id3-then-hls", bytes: id3, want: unreadable},
		{name: "id3-then-concat", bytes: append([]byte("ID3\x03\x00\x00\x00\x00\x00\x00"), script...), want: unreadable},
		{name: "flv-then-hls", bytes: append([]byte("FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00"), list...), want: unreadable},
		{name: "ogg-then-hls", bytes: append([]byte("OggS"), list...), want: unreadable},
		{name: "avi-then-hls", bytes: append([]byte("RIFF\xff\xff\xff\x7fAVI "), list...), want: unreadable},
		{name: "gif-then-hls", bytes: append([]byte("GIF89a"), list...), want: refused(media.Unreadable, media.NoTrack, media.TooManyPixels)},
		{name: "matroska-then-concat", bytes: append(element(0x1A45DFA3, element(0x4282, []byte("matroska"))), script...), want: unreadable},
	}
}

// oddities are other formats' ways to ask for much.
func oddities() []file {
	unreadable := refused(media.Unreadable, media.NoTrack, media.UnsupportedCodec, media.UnknownDuration, media.TooCostly)
	return []file{
		{name: "wav-of-many-channels", bytes: wav(65535, 4_000_000_000, 0xffff_fff0), want: unreadable, plays: true},
		{name: "flv-of-nested-objects", bytes: nestedFLV(20_000), want: unreadable},
		{name: "gif-of-much-canvas", bytes: []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b"), want: refused(media.TooManyPixels, media.Unreadable)},
	}
}

// wav is a WAV file whose header promises much more than it has.
func wav(channels, rate, size int) []byte {
	header := "RIFF" + little32(size) + "WAVEfmt " + little32(16) + little16(1) + little16(channels) + little32(rate) + little32(rate) + little16(channels*2) + little16(16)
	return append([]byte(header+"data"+little32(size)), make([]byte, 4096)...)
}

// nestedFLV is one script tag that holds an object in an object in an object.
func nestedFLV(depth int) []byte {
	body := "\x02\x00\x0aonMetaData" + strings.Repeat("\x03\x00\x01a", depth)
	n := len(body)
	tag := "\x12" + string([]byte{byte(n >> 16), byte(n >> 8), byte(n)}) + "\x00\x00\x00\x00\x00\x00\x00" + body
	return []byte("FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00" + tag)
}

func little32(n int) string {
	return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
}
func little16(n int) string { return string([]byte{byte(n), byte(n >> 8)}) }
