package judge

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"matinee/internal/media"
	"matinee/internal/packaging"
)

// Names of the playlists that Publish writes.
const (
	MasterFile = "master.m3u8"
	MPDFile    = "manifest.mpd"
)

// listings publishes what was made and reads it as players do: the lists must promise exactly the planned frames, and ffmpeg must get
// them without a word of complaint.
func (j Judge) listings(ctx context.Context, plan media.Plan, inits map[string][]byte, made *Made) ([]string, error) {
	dir := filepath.Join(j.Scratch, "published")
	if err := Publish(dir, plan, inits, made.Segments); err != nil {
		return nil, err
	}
	faults := Listed(dir, plan)
	for _, manifest := range []string{MasterFile, MPDFile} {
		faults = append(faults, Played(ctx, filepath.Join(dir, manifest), plan)...)
	}
	return faults, os.RemoveAll(dir)
}

// Publish writes a whole presentation as the origin serves it, without its subtitles.
func Publish(dir string, plan media.Plan, inits map[string][]byte, segments map[string]map[int][]byte) error {
	p := packaging.Presentation{Plan: plan}
	files := map[string][]byte{}
	for _, track := range trackIDs(plan) {
		codec, err := packaging.Codec(inits[track])
		if err != nil {
			return err
		}
		p.Tracks = append(p.Tracks, packaging.Track{ID: track, Codec: codec})
		files[filepath.Join(track, "init.mp4")] = inits[track]
		for k, segment := range segments[track] {
			files[filepath.Join(track, strconv.Itoa(k)+".m4s")] = segment
		}
	}
	var err error
	for _, track := range trackIDs(plan) {
		if files[track+".m3u8"], err = packaging.MediaPlaylist(p, track); err != nil {
			return err
		}
	}
	if files[MasterFile], err = packaging.Master(p); err != nil {
		return err
	}
	if files[MPDFile], err = packaging.MPD(p); err != nil {
		return err
	}
	return write(dir, files)
}

func write(dir string, files map[string][]byte) error {
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Listed adds up what the published lists promise.
func Listed(dir string, plan media.Plan) (faults []string) {
	seconds := plan.Rate.Inverse().Seconds(plan.Frames)
	for _, track := range trackIDs(plan) {
		g := gridOf(plan, track)
		total, n, err := playlistSeconds(filepath.Join(dir, track+".m3u8"))
		want := float64(g.at(g.bounds[len(g.bounds)-1])) / float64(g.timescale)
		if err != nil || n != plan.Segments() || math.Abs(total-want) > 1e-6*float64(n+1) {
			faults = append(faults, fmt.Sprintf("HLS lists %d segments of %.6f s of %s, want %d of %.6f s: %v", n, total, track, plan.Segments(), want, err))
		}
	}
	m, err := readMPD(filepath.Join(dir, MPDFile))
	if err != nil {
		return append(faults, fmt.Sprintf("read the MPD: %v", err))
	}
	if d, err := m.seconds(); err != nil || math.Abs(d-seconds) > 0.001 {
		faults = append(faults, fmt.Sprintf("the MPD is %s long, want %.3f s", m.Duration, seconds))
	}
	return append(faults, m.compare(plan)...)
}

// playlistSeconds sums the segments of a media playlist (RFC 8216 §4.3.2.1), which must have an end.
func playlistSeconds(path string) (sum float64, segments int, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, err
	}
	ended := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		ended = ended || line == "#EXT-X-ENDLIST"
		value, ok := strings.CutPrefix(line, "#EXTINF:")
		if !ok {
			continue
		}
		value, _, _ = strings.Cut(value, ",")
		d, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, 0, err
		}
		sum, segments = sum+d, segments+1
	}
	if !ended {
		return sum, segments, fmt.Errorf("the list has no end")
	}
	return sum, segments, nil
}

// manifest is what is judged of an MPD (ISO/IEC 23009-1).
type manifest struct {
	Duration string `xml:"mediaPresentationDuration,attr"`
	Sets     []struct {
		Template struct {
			Timescale int64 `xml:"timescale,attr"`
			S         []struct {
				T int64 `xml:"t,attr"`
				D int64 `xml:"d,attr"`
				R int64 `xml:"r,attr"`
			} `xml:"SegmentTimeline>S"`
		} `xml:"SegmentTemplate"`
		Representations []struct {
			ID string `xml:"id,attr"`
		} `xml:"Representation"`
	} `xml:"Period>AdaptationSet"`
}

func readMPD(path string) (m manifest, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return m, err
	}
	err = xml.Unmarshal(text, &m)
	return m, err
}

// compare wants the timeline of every track to be the plan's.
func (m manifest) compare(plan media.Plan) (faults []string) {
	listed := 0
	for _, set := range m.Sets {
		for _, r := range set.Representations {
			var lengths []int64
			g := gridOf(plan, r.ID)
			for _, s := range set.Template.S {
				for range s.R + 1 {
					lengths = append(lengths, s.D)
				}
			}
			same := set.Template.Timescale == g.timescale && len(lengths) > 0 && set.Template.S[0].T == g.at(0) && len(lengths) == len(g.bounds)-1
			for k := 0; same && k < len(lengths); k++ {
				same = lengths[k] == (g.bounds[k+1]-g.bounds[k])*g.duration
			}
			if !same {
				faults = append(faults, fmt.Sprintf("the MPD has another timeline of %s than the plan", r.ID))
			}
			listed++
		}
	}
	if want := len(trackIDs(plan)); listed != want {
		faults = append(faults, fmt.Sprintf("the MPD lists %d tracks, want %d", listed, want))
	}
	return faults
}

// seconds reads the only form of xs:duration that is written: PT1H2M3.4S.
func (m manifest) seconds() (sum float64, err error) {
	rest, ok := strings.CutPrefix(m.Duration, "PT")
	if !ok {
		return 0, fmt.Errorf("duration %q", m.Duration)
	}
	for rest != "" {
		i := strings.IndexAny(rest, "HMS")
		if i < 0 {
			return 0, fmt.Errorf("duration %q", m.Duration)
		}
		n, err := strconv.ParseFloat(rest[:i], 64)
		if err != nil {
			return 0, err
		}
		sum += n * map[byte]float64{'H': 3600, 'M': 60, 'S': 1}[rest[i]]
		rest = rest[i+1:]
	}
	return sum, nil
}

// Played reads a manifest by ffmpeg, which must find the planned frames of every track and say nothing. Streams are read one by one
// because its DASH demuxer ends all of them with the first that ends.
func Played(ctx context.Context, manifest string, plan media.Plan) (faults []string) {
	var counts []int64
	for i := range trackIDs(plan) {
		n, err := Packets(ctx, manifest, i)
		if err != nil {
			faults = append(faults, fmt.Sprintf("ffmpeg reads stream %d of %s: %v", i, filepath.Base(manifest), err))
			continue
		}
		counts = append(counts, n)
	}
	pictures, sound := 0, 0
	for _, n := range counts {
		switch {
		case n == plan.Frames && pictures < len(plan.Rungs):
			pictures++
		case slices.ContainsFunc(plan.Audio, func(a media.AudioTrack) bool { return n == soundFrames(plan, a) }):
			sound++
		}
	}
	if pictures != len(plan.Rungs) || sound != len(plan.Audio) {
		faults = append(faults, fmt.Sprintf("%s has streams of %d frames as ffmpeg reads it; want %d of %d and %d of sound",
			filepath.Base(manifest), counts, len(plan.Rungs), plan.Frames, len(plan.Audio)))
	}
	return faults
}

// Packets counts those of one stream as ffmpeg reads the manifest. If it has anything to say, that is the error.
func Packets(ctx context.Context, manifest string, stream int) (n int64, err error) {
	cmd := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-v", "warning", "-i", manifest, "-map", "0:"+strconv.Itoa(stream), "-c", "copy", "-f", "framecrc", "-")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("%w: %s", err, said.String())
	}
	if said.Len() > 0 {
		return 0, fmt.Errorf("it says %q", said.String())
	}
	for line := range bytes.Lines(out) {
		if !bytes.HasPrefix(line, []byte("#")) {
			n++
		}
	}
	return n, nil
}
