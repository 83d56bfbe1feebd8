package judge_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Eyevinn/mp4ff/mp4"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
	"matinee/internal/testkit/clips"
	"matinee/internal/testkit/cook"
	"matinee/internal/testkit/judge"
)

func newJudge(t *testing.T) judge.Judge {
	t.Helper()
	tool, err := ffmpeg.Open(t.Context(), ffmpeg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return judge.Judge{Tool: tool, Policy: judge.Small(time.Second), Scratch: t.TempDir()}
}

// evidence is a clip with all that was made of it.
type evidence struct {
	judge.Judge

	src   ffmpeg.Source
	plan  media.Plan
	inits map[string][]byte
	made  *judge.Made
}

func collect(t *testing.T, clip clips.Clip) evidence {
	t.Helper()
	e := evidence{Judge: newJudge(t)}
	v, src, err := e.Admit(t.Context(), clips.Path(t, clip))
	if err != nil {
		t.Fatal(err)
	}
	e.src, e.plan = src, v.Plan
	if e.inits, err = judge.Inits(t.Context(), e.Tool, e.src, e.plan); err != nil {
		t.Fatal(err)
	}
	if e.made, err = judge.Encode(t.Context(), e.Tool, src, e.plan, e.inits); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAHealthySourceIsAcquitted(t *testing.T) {
	t.Parallel()
	v, err := newJudge(t).Try(t.Context(), clips.Path(t, clips.LateAudio))
	if err != nil || v.Refusal != nil || len(v.Faults) > 0 || v.DamagedFrames() > 0 || v.Plan.Segments() < 4 || len(v.Plan.Audio) != 1 {
		t.Errorf("%+v, %v", v, err)
	}
	// 4.2 s at 25 a second, from the start of the file.
	if v.Shown != 105 || v.Source != (judge.Clock{Pictures: 105, Start: 0, End: 4.2}) {
		t.Errorf("%d pictures shown of %+v", v.Shown, v.Source)
	}
}

func TestARefusalIsAVerdict(t *testing.T) {
	t.Parallel()
	v, err := newJudge(t).Try(t.Context(), clips.Path(t, clips.Playlist))
	if err != nil || v.Refusal == nil || v.Refusal.Code != media.PlaylistDisguised {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestASourceThatNoAttemptCanEncodeHasAName(t *testing.T) {
	t.Parallel()
	path, err := cook.File(t.Context(), "judge", cook.Recipe{File: "cut.mkv", Steps: []string{
		"-f lavfi -i testsrc2=s=320x180:r=25:d=2 -c:v mpeg2video whole.mkv", "@keep 0 1500 whole.mkv cut.mkv",
	}})
	if err != nil {
		t.Fatal(err)
	}
	v, err := newJudge(t).Try(t.Context(), path)
	if err != nil || v.Refusal == nil || v.Refusal.Code == "" {
		t.Errorf("%+v, %v", v, err)
	}
}

// The fault that no count and no time tells: a seek that shows other pictures. It must be found in a real encoder's work.
func TestWrongPicturesWithRightTimesAreFound(t *testing.T) {
	t.Parallel()
	j := newJudge(t)
	j.Policy = judge.Small(4 * time.Second)
	src := ffmpeg.Source{Path: clips.Path(t, clips.TransportHEVC), Container: media.MPEGTS}
	probe, err := j.Tool.Probe(t.Context(), src.Path, src.Container)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := media.NewPlan(probe, j.Policy, media.EncoderInfo{})
	if err != nil {
		t.Fatal(err)
	}
	faults, _, err := j.Pictures(t.Context(), src, plan)
	if err != nil || len(faults) == 0 {
		t.Errorf("pictures that were sought without an index pass: %v", err)
	}
}

func TestEveryChangeOfThePicturesIsFound(t *testing.T) {
	t.Parallel()
	whole := make([]judge.Picture, 12)
	for i := range whole {
		whole[i] = judge.Picture{PTS: int64(i), Sum: [16]byte{byte(i)}}
	}
	alone := func() []judge.Picture { return append([]judge.Picture(nil), whole[4:8]...) }
	moved, other, doubled := alone(), alone(), alone()
	moved[2].PTS++
	other[1].Sum[0] ^= 1
	doubled[3] = doubled[2]
	for name, pictures := range map[string][]judge.Picture{
		"one removed":           alone()[:3],
		"the first one removed": alone()[1:],
		"one too many":          append(alone(), whole[8]),
		"one moved":             moved,
		"another one":           other,
		"one shown twice":       doubled,
	} {
		if len(judge.ComparePictures(whole, pictures, 4, 8, nil)) == 0 {
			t.Errorf("%s passes", name)
		}
	}
	if faults := judge.ComparePictures(whole, alone(), 4, 8, nil); len(faults) > 0 {
		t.Errorf("the same pictures: %q", faults)
	}
	if len(judge.ComparePictures(whole[:7], alone(), 4, 8, nil)) == 0 {
		t.Error("a short pass passes")
	}
	spoilt := []media.FrameRange{{First: 5, End: 6}}
	if faults := judge.ComparePictures(whole, other, 4, 8, spoilt); len(faults) > 0 {
		t.Errorf("a picture that is known to be spoilt: %q", faults)
	}
	if len(judge.ComparePictures(whole, alone()[:3], 4, 8, []media.FrameRange{{First: 0, End: 12}})) == 0 {
		t.Error("damage excuses a missing frame")
	}
}

func TestEveryChangeOfASegmentIsFound(t *testing.T) {
	t.Parallel()
	e := collect(t, clips.LateAudio)
	rung, sound := e.plan.Encoded()[0].ID, e.plan.Audio[0].ID
	for name, change := range map[string]struct {
		track string
		how   func(*mp4.Fragment)
	}{
		"one frame removed":           {rung, func(f *mp4.Fragment) { drop(f) }},
		"one frame of sound removed":  {sound, func(f *mp4.Fragment) { drop(f) }},
		"one picture moved by a tick": {rung, func(f *mp4.Fragment) { f.Moof.Traf.Trun.Samples[3].CompositionTimeOffset++ }},
		"two pictures at one time": {rung, func(f *mp4.Fragment) {
			f.Moof.Traf.Trun.Samples[3].CompositionTimeOffset += int32(e.plan.FrameDuration)
		}},
		"a later decode time": {rung, func(f *mp4.Fragment) {
			f.Moof.Traf.Tfdt.SetBaseMediaDecodeTime(f.Moof.Traf.Tfdt.BaseMediaDecodeTime() + 1)
		}},
		"another number": {rung, func(f *mp4.Fragment) { f.Moof.Mfhd.SequenceNumber++ }},
		"no key frame":   {rung, func(f *mp4.Fragment) { f.Moof.Traf.Trun.SetFirstSampleFlags(mp4.NonSyncSampleFlags) }},
		"sound one tick later": {sound, func(f *mp4.Fragment) {
			f.Moof.Traf.Tfdt.SetBaseMediaDecodeTime(f.Moof.Traf.Tfdt.BaseMediaDecodeTime() + 1)
		}},
		"sound of another chunk": {sound, func(f *mp4.Fragment) { f.Moof.Traf.Tfdt.SetBaseMediaDecodeTime(0) }},
	} {
		segments := clone(e.made.Segments[change.track])
		segments[2] = rewrite(t, segments[2], change.how)
		if len(judge.Segments(e.plan, change.track, e.inits[change.track], segments)) == 0 {
			t.Errorf("%s passes", name)
		}
	}
	for name, bend := range map[string]func(map[int][]byte){
		"a missing segment":    func(s map[int][]byte) { delete(s, 2) },
		"one too many":         func(s map[int][]byte) { s[len(s)] = s[0] },
		"two that are swapped": func(s map[int][]byte) { s[1], s[2] = s[2], s[1] },
		"a byte more":          func(s map[int][]byte) { s[1] = append(bytes.Clone(s[1]), 0) },
		"a byte fewer":         func(s map[int][]byte) { s[1] = s[1][:len(s[1])-1] },
		"two fragments":        func(s map[int][]byte) { s[1] = append(bytes.Clone(s[1]), s[2]...) },
	} {
		segments := clone(e.made.Segments[rung])
		bend(segments)
		if len(judge.Segments(e.plan, rung, e.inits[rung], segments)) == 0 {
			t.Errorf("%s passes", name)
		}
	}
	untouched := clone(e.made.Segments[rung])
	untouched[2] = rewrite(t, untouched[2], func(*mp4.Fragment) {})
	if faults := judge.Segments(e.plan, rung, e.inits[rung], untouched); len(faults) > 0 {
		t.Errorf("a segment that was only read and written: %q", faults)
	}
}

func TestEveryChangeOfAnInitSegmentIsFound(t *testing.T) {
	t.Parallel()
	e := collect(t, clips.Silent)
	rung := e.plan.Encoded()[0].ID
	good := e.inits[rung]
	timescale := bytes.Clone(good)
	mdhd := bytes.Index(timescale, []byte("mdhd"))
	binary.BigEndian.PutUint32(timescale[mdhd+16:], e.plan.Timescale+1)
	for name, init := range map[string][]byte{
		"no init":           nil,
		"another timescale": timescale,
		"a cut":             good[:len(good)-1],
		"something before":  append([]byte("\x00\x00\x00\x08free"), good...),
	} {
		if len(judge.Segments(e.plan, rung, init, e.made.Segments[rung])) == 0 {
			t.Errorf("%s passes", name)
		}
	}
	// What is no rule but only different must be found too, wherever the byte is.
	for _, at := range []int{len(good) - 1, len(good) / 2, bytes.Index(good, []byte("avcC")) + 6} {
		other := bytes.Clone(good)
		other[at] ^= 1
		if _, err := judge.Encode(t.Context(), e.Tool, e.src, e.plan, map[string][]byte{rung: other}); !errors.Is(err, packaging.ErrInit) {
			t.Errorf("an init with byte %d changed: %v, want ErrInit", at, err)
		}
	}
}

func TestEveryChangeOfTheCutsIsFound(t *testing.T) {
	t.Parallel()
	plan := media.Plan{Rate: media.Rational{Num: 24000, Den: 1001}, Frames: 250, Boundaries: []int64{0, 96, 192, 250}, Audio: []media.AudioTrack{{ID: "audio-1"}}}
	good := judge.CutsOf(plan, plan.Audio[0])
	if faults := judge.Cuts(plan, plan.Audio[0], good); len(faults) > 0 {
		t.Errorf("the plan's own cuts: %q", faults)
	}
	for name, cuts := range map[string][]int64{
		"a cut a frame later":   {good[0], good[1] + 1, good[2], good[3]},
		"a cut a frame earlier": {good[0], good[1], good[2] - 1, good[3]},
		"a late start":          {1, good[1], good[2], good[3]},
		"an early end":          {good[0], good[1], good[2], good[3] - 1},
		"a cut fewer":           good[:3],
	} {
		if len(judge.Cuts(plan, plan.Audio[0], cuts)) == 0 {
			t.Errorf("%s passes", name)
		}
	}
}

func TestEveryChangeOfThePlaylistsIsFound(t *testing.T) {
	t.Parallel()
	e := collect(t, clips.LateAudio)
	rung := e.plan.Encoded()[0].ID
	for name, change := range map[string]struct{ file, old, new string }{
		"a segment of HLS is not listed":  {rung + ".m3u8", "#EXTINF:1.000000,\n" + rung + "/1.m4s\n", ""},
		"a segment of HLS is longer":      {rung + ".m3u8", "#EXTINF:1.000000", "#EXTINF:1.040000"},
		"HLS has no end":                  {rung + ".m3u8", "#EXT-X-ENDLIST", ""},
		"DASH repeats a segment too many": {judge.MPDFile, `d="25000" r="`, `d="25000" r="1`},
		"DASH is longer than its parts":   {judge.MPDFile, `mediaPresentationDuration="PT`, `mediaPresentationDuration="PT1`},
	} {
		dir := t.TempDir()
		if err := judge.Publish(dir, e.plan, e.inits, e.made.Segments); err != nil {
			t.Fatal(err)
		}
		if faults := judge.Listed(dir, e.plan); len(faults) > 0 {
			t.Errorf("what was published: %q", faults)
		}
		path := filepath.Join(dir, change.file)
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), change.old) {
			t.Errorf("%s: %v: there is no %q in\n%s", name, err, change.old, text)
			continue
		}
		if err := os.WriteFile(path, []byte(strings.Replace(string(text), change.old, change.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if len(judge.Listed(dir, e.plan)) == 0 {
			t.Errorf("%s, and it passes", name)
		}
	}
}

func TestASegmentThatPlayersDoNotGetIsFound(t *testing.T) {
	t.Parallel()
	e := collect(t, clips.LateAudio)
	dir := t.TempDir()
	if err := judge.Publish(dir, e.plan, e.inits, e.made.Segments); err != nil {
		t.Fatal(err)
	}
	for _, manifest := range []string{judge.MasterFile, judge.MPDFile} {
		if faults := judge.Played(t.Context(), filepath.Join(dir, manifest), e.plan); len(faults) > 0 {
			t.Errorf("%s: %q", manifest, faults)
		}
	}
	if err := os.Remove(filepath.Join(dir, e.plan.Encoded()[0].ID, "2.m4s")); err != nil {
		t.Fatal(err)
	}
	for _, manifest := range []string{judge.MasterFile, judge.MPDFile} {
		if len(judge.Played(t.Context(), filepath.Join(dir, manifest), e.plan)) == 0 {
			t.Errorf("%s: a missing segment passes", manifest)
		}
	}
}

func clone(segments map[int][]byte) map[int][]byte {
	out := map[int][]byte{}
	for k, s := range segments {
		out[k] = s
	}
	return out
}

// rewrite changes one thing of a segment and keeps the rest.
func rewrite(t *testing.T, segment []byte, change func(*mp4.Fragment)) []byte {
	t.Helper()
	f, err := mp4.DecodeFile(bytes.NewReader(segment))
	if err != nil {
		t.Fatal(err)
	}
	change(f.Segments[0].Fragments[0])
	var out bytes.Buffer
	if err := f.Segments[0].Encode(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// drop takes the last sample of a fragment away, with its data.
func drop(f *mp4.Fragment) {
	samples := f.Moof.Traf.Trun.Samples
	last := samples[len(samples)-1]
	f.Moof.Traf.Trun.Samples = samples[:len(samples)-1]
	f.Mdat.Data = f.Mdat.Data[:len(f.Mdat.Data)-int(last.Size)]
}
