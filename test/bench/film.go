package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

const (
	clipSeconds = 30
	hour        = 3600 / clipSeconds // clips
	threeMinute = 180 / clipSeconds
)

// film is a source to upload, made of the clip over and over.
type film struct {
	name  string
	clips int    // how often; 1 is the clip as it is
	kind  string // of which made clip
	file  string // extension
	args  []string
	most  float64 // seconds until it can be played; 0: no target
	ready bool    // short enough to wait until it is ready, each time
}

// films are the sources of the table. The pictures of the long ones were made once, for 30 s, and are copied; so making an hour
// takes seconds.
func films() []film {
	return []film{
		{name: "30 s, 480p", clips: 1, most: 2, ready: true},
		{name: "3 min, 1080p", clips: threeMinute, kind: "h264", file: "mp4", most: 2, ready: true},
		{name: "60 min, 1080p, index at the end", clips: hour, kind: "h264", file: "mp4", most: 2},
		{name: "60 min, 1080p, index at the start", clips: hour, kind: "h264", file: "mp4", args: []string{"-movflags", "+faststart"}, most: 2},
		{name: "60 min, 1080p, HEVC", clips: hour, kind: "hevc", file: "mp4", args: []string{"-tag:v", "hvc1"}, most: 4},
		{name: "60 min, 1080p, WebM of variable rate", clips: hour, kind: "vp8", file: "webm", most: 4},
		{name: "60 min, 1080p, MPEG-TS", clips: hour, kind: "h264", file: "ts"}, // no index: one read of the file is allowed on top
	}
}

// filmNamed returns the film of a row.
func filmNamed(name string) (film, error) {
	for _, f := range films() {
		if f.name == name {
			return f, nil
		}
	}
	return film{}, errors.New("there is no film " + name)
}

// pictures are the ways to make 30 s of 1080p without sound, in the shape of what cameras and exports give.
func pictures() map[string]struct {
	file string
	args []string
} {
	const enlarge = "scale=1920:1080:flags=bicubic,setsar=1"
	return map[string]struct {
		file string
		args []string
	}{
		"h264": {"mp4", []string{"-vf", enlarge, "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-maxrate", "6M", "-bufsize", "12M", "-g", "48", "-flags", "+cgop"}},
		"hevc": {"mp4", []string{"-vf", enlarge, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:keyint=96:open-gop=0", "-b:v", "4M"}},
		// Every fifth picture is missing for a while, then none: a rate that varies as a screen recording's does.
		"vp8": {"webm", []string{"-vf", enlarge + ",select='lt(mod(n\\,240)\\,120)+mod(n\\,5)'", "-fps_mode", "vfr", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "4M", "-g", "96"}},
	}
}

// make returns the path of the film. What is made along the way is kept for the next one.
func (b *bench) make(ctx context.Context, f film) (string, error) {
	if f.clips == 1 {
		return b.clip, nil
	}
	clip, err := b.pictured(ctx, f.kind)
	if err != nil {
		return "", err
	}
	sound, err := b.sounding(ctx, f)
	if err != nil {
		return "", err
	}
	path := b.in("film." + f.file)
	args := []string{"-nostdin", "-v", "error", "-y", "-stream_loop", fmt.Sprint(f.clips - 1), "-i", clip}
	args = append(args, sound...)
	args = append(args, "-map", "0:v", "-map", "1:a", "-c", "copy", "-shortest")
	_, err = cpuOf(ctx, "ffmpeg", append(append(args, f.args...), path)...)
	return path, err
}

// pictured returns 30 s of pictures of the kind.
func (b *bench) pictured(ctx context.Context, kind string) (string, error) {
	p := pictures()[kind]
	path := b.in("pictures-" + kind + "." + p.file)
	if exists(path) {
		return path, nil
	}
	args := append([]string{"-nostdin", "-v", "error", "-i", b.clip, "-t", fmt.Sprint(clipSeconds)}, p.args...)
	_, err := cpuOf(ctx, "ffmpeg", append(args, "-an", path)...)
	return path, err
}

// sounding returns the input that has the sound, long enough. Sound is joined as a stream of frames, without the silence that
// each start of a file has: a gap would be none of the film's.
func (b *bench) sounding(ctx context.Context, f film) ([]string, error) {
	if strings.HasSuffix(f.file, "webm") {
		path := b.in("sound.opus.webm")
		if exists(path) {
			return []string{"-stream_loop", fmt.Sprint(f.clips - 1), "-i", path}, nil
		}
		_, err := cpuOf(ctx, "ffmpeg", "-nostdin", "-v", "error", "-i", b.clip, "-vn", "-c:a", "libopus", path)
		return []string{"-stream_loop", fmt.Sprint(f.clips - 1), "-i", path}, err
	}
	one, all := b.in("sound.aac"), b.in(fmt.Sprintf("sound-%d.aac", f.clips))
	if !exists(one) {
		if _, err := cpuOf(ctx, "ffmpeg", "-nostdin", "-v", "error", "-i", b.clip, "-vn", "-c:a", "aac", "-b:a", "128k", "-ar", "48000", "-ac", "2", one); err != nil {
			return nil, err
		}
	}
	return []string{"-i", all}, repeated(one, all, f.clips+1) // one more: the pictures say where it ends
}

// repeated writes a file so many times into another.
func repeated(from, to string, times int) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	for range times {
		if _, err = out.Write(data); err != nil {
			break
		}
	}
	return errors.Join(err, out.Close())
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
