package media

import "bytes"

// Container is the demuxer that a source is opened with, by ffmpeg's name. It is forced on every open, never guessed.
type Container string

// The containers that are accepted.
const (
	MP4      Container = "mov" // MP4, QuickTime and their fragmented form
	Matroska Container = "matroska"
	MPEGTS   Container = "mpegts"
	MPEGPS   Container = "mpeg"
	AVI      Container = "avi"
	FLV      Container = "flv"
	ASF      Container = "asf"
	Ogg      Container = "ogg"
	MP3      Container = "mp3"
	FLAC     Container = "flac"
	WAV      Container = "wav"
	GIF      Container = "gif"
)

// SniffLength is how many leading bytes Sniff wants; fewer are fine where the file is shorter.
const SniffLength = 4096

// Sniff names the container from a file's first bytes. Everything that is not in its table is a *Refusal: ffmpeg is never
// asked to guess, because its guesses include formats that open other files.
func Sniff(head []byte) (Container, error) {
	if len(head) == 0 {
		return "", Refuse(EmptyFile)
	}
	for _, m := range magics() {
		if m.matches(head) {
			return m.container, nil
		}
	}
	switch {
	case isTransportStream(head):
		return MPEGTS, nil
	case isMPEGAudio(head):
		return MP3, nil
	case namesOtherFiles(head):
		return "", Refuse(PlaylistDisguised)
	}
	return "", Refuse(NotAVideo)
}

type magic struct {
	container Container
	prefix    string // at offset 0
	at        int    // offset of mark
	mark      string
}

func (m magic) matches(head []byte) bool {
	return bytes.HasPrefix(head, []byte(m.prefix)) && len(head) >= m.at+len(m.mark) &&
		string(head[m.at:m.at+len(m.mark)]) == m.mark
}

// magics lists what each format's specification puts at its start; a box type of ISO/IEC 14496-12 or QuickTime follows a
// size of four bytes.
func magics() []magic {
	return []magic{
		{container: MP4, at: 4, mark: "ftyp"},
		{container: MP4, at: 4, mark: "moov"},
		{container: MP4, at: 4, mark: "mdat"},
		{container: MP4, at: 4, mark: "wide"},
		{container: MP4, at: 4, mark: "free"},
		{container: MP4, at: 4, mark: "skip"},
		{container: Matroska, prefix: "\x1a\x45\xdf\xa3"},
		{container: AVI, prefix: "RIFF", at: 8, mark: "AVI "},
		{container: WAV, prefix: "RIFF", at: 8, mark: "WAVE"},
		{container: FLV, prefix: "FLV\x01"},
		{container: ASF, prefix: "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"},
		{container: MPEGPS, prefix: "\x00\x00\x01\xba"},
		{container: Ogg, prefix: "OggS"},
		{container: FLAC, prefix: "fLaC"},
		{container: MP3, prefix: "ID3"},
		{container: GIF, prefix: "GIF87a"},
		{container: GIF, prefix: "GIF89a"},
	}
}

// isTransportStream looks for the sync byte of every packet, in packets of 188 bytes or of 192 with a time code before. A
// recording that was cut between packets has to show more of them.
func isTransportStream(head []byte) bool {
	if syncBytes(head, 0, 188) >= 2 || syncBytes(head, 4, 192) >= 2 {
		return true
	}
	for from := 1; from < 188; from++ {
		if syncBytes(head, from, 188) >= 8 {
			return true
		}
	}
	return false
}

// syncBytes counts sync bytes at from and every step after it, 0 where one of the first eight is missing.
func syncBytes(head []byte, from, step int) int {
	n := 0
	for i := from; i < len(head) && n < 8; i += step {
		if head[i] != 0x47 {
			return 0
		}
		n++
	}
	return n
}

// isMPEGAudio accepts a frame header of layer II or III with a bit rate and a sample rate (ISO/IEC 11172-3 §2.4.1.3).
func isMPEGAudio(head []byte) bool {
	if len(head) < 4 || head[0] != 0xff || head[1]&0xe0 != 0xe0 {
		return false
	}
	layer, rate, sampling := head[1]>>1&3, head[2]>>4, head[2]>>2&3
	return (layer == 1 || layer == 2) && rate != 0 && rate != 15 && sampling != 3 && head[1]>>3&3 != 1
}

// namesOtherFiles recognises the texts that a media program would follow elsewhere.
func namesOtherFiles(head []byte) bool {
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"))
	for _, start := range []string{"#extm3u", "#ext-x-", "ffconcat", "v=0", "[playlist]", "concat:", "<smil", "<asx", "<mpd", "rtsp:", "http:", "https:", "file "} {
		if bytes.HasPrefix(text, []byte(start)) {
			return true
		}
	}
	if !bytes.HasPrefix(text, []byte("<")) {
		return false
	}
	for _, element := range []string{"<mpd", "<smoothstreamingmedia", "<smil", "<playlist", "<asx"} {
		if bytes.Contains(text, []byte(element)) {
			return true
		}
	}
	return false
}
