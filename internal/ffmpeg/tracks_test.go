package ffmpeg_test

import (
	"bytes"
	"image/jpeg"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/packaging"
	"matinee/internal/testkit/clips"
	"matinee/internal/testkit/judge"
)

func TestEverySoundOfASourceIsListedToItsEnd(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	for clip, sounds := range map[clips.Clip]int{clips.Feature: 3, clips.RadioStream: 2, clips.CoverArt: 1} {
		t.Run(string(clip), func(t *testing.T) {
			t.Parallel()
			src, plan := admit(t, tool, clip, shortSegments())
			if len(plan.Audio) != sounds {
				t.Fatalf("%d audio tracks, want %d", len(plan.Audio), sounds)
			}
			inits := inits(t, tool, plan)
			made := encodeAll(t, tool, src, plan, inits)
			made.check(t, plan, inits)
			dir := tree(t, plan, inits, made)
			for _, manifest := range []string{judge.MasterFile, judge.MPDFile} {
				for _, fault := range judge.Played(t.Context(), filepath.Join(dir, manifest), plan) {
					t.Error(fault)
				}
			}
		})
	}
}

func TestTracksKeepWhatTheirSourceSaysOfThem(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	_, plan := admit(t, tool, clips.Feature, shortSegments())
	var got []string
	for _, a := range plan.Audio {
		got = append(got, strings.Join([]string{a.ID, a.Language, a.Label, string(a.Role)}, " "))
	}
	for _, s := range plan.Subtitles {
		got = append(got, strings.Join([]string{s.ID, s.Language, s.Label, string(s.Role)}, " "))
	}
	const want = "audio-1 en English main, audio-2 de Deutsch dub, audio-3 en English (commentary) commentary, subtitles-1 en English subtitle, subtitles-2 fr Sourds captions"
	if all := strings.Join(got, ", "); all != want {
		t.Errorf("got  %s\nwant %s", all, want)
	}
	if len(plan.Chapters) != 2 || plan.Chapters[1].Title != "The end" || plan.Chapters[1].StartSeconds < 1.9 || plan.Chapters[1].StartSeconds > 2.1 {
		t.Errorf("chapters %+v", plan.Chapters)
	}
	_, plan = admit(t, tool, clips.RadioStream, shortSegments())
	if plan.Audio[0].Language != "en" || plan.Audio[1].Language != "de" || !plan.SoundOnly() {
		t.Errorf("a prepared copy has %+v", plan.Audio)
	}
}

func TestSubtitlesComeInTheSourcesOwnTime(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	src, plan := admit(t, tool, clips.Feature, shortSegments())
	texts, err := tool.Subtitles(t.Context(), src, plan, nil)
	if err != nil || len(texts) != 2 {
		t.Fatalf("%d tracks, %v", len(texts), err)
	}
	zero := time.Duration(plan.ZeroSeconds() * float64(time.Second))
	for id, text := range texts {
		vtt, cues := packaging.Subtitles(text, zero, plan.Duration())
		if cues != 2 || !bytes.Contains(vtt, []byte("Bye <i>you</i>")) {
			t.Errorf("%s has %d cues:\n%s", id, cues, vtt)
		}
		// The sound begins at 5 s, when the text is counted from; its first packet is up to a frame earlier.
		if !bytes.Contains(vtt, []byte("\n00:00:01.0")) || plan.Source.Lead < 9 || plan.Source.Lead > 11 {
			t.Errorf("the zero is at %v, the lead %d:\n%s", zero, plan.Source.Lead, vtt)
		}
	}
}

func TestABadSubtitleTrackLeavesTheOthers(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	src, plan := admit(t, tool, clips.Feature, shortSegments())
	plan.Subtitles = append(plan.Subtitles, media.SubtitleTrack{ID: "subtitles-3", Stream: 99}, media.SubtitleTrack{ID: "subtitles-4", Stream: 1})
	texts, err := tool.Subtitles(t.Context(), src, plan, nil)
	if err != nil || len(texts["subtitles-1"]) == 0 || len(texts["subtitles-2"]) == 0 || len(texts["subtitles-3"])+len(texts["subtitles-4"]) > 0 {
		t.Errorf("texts of %d tracks, %v", len(texts), err)
	}
	plan.Subtitles = plan.Subtitles[2:3]
	if texts, err := tool.Subtitles(t.Context(), src, plan, nil); err != nil || len(texts) != 0 {
		t.Errorf("a bad one alone: %d, %v", len(texts), err)
	}
}

func TestACoverIsAJPEG(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	cover := sniffed(t, clips.Path(t, clips.CoverArt))
	for most, want := range map[int]int{1280: 300, 100: 100} {
		picture, err := tool.Cover(t.Context(), cover, most)
		if err != nil {
			t.Fatal(err)
		}
		config, err := jpeg.DecodeConfig(bytes.NewReader(picture))
		if err != nil || config.Width != want || config.Height != want {
			t.Errorf("%dx%d, %v; want %d", config.Width, config.Height, err, want)
		}
	}
	if picture, err := tool.Cover(t.Context(), sniffed(t, clips.Path(t, clips.RadioStream)), 1280); err != nil || picture != nil {
		t.Errorf("a source without a cover has one of %d bytes, %v", len(picture), err)
	}
}

// A damaged source's damage is compared with what really differs from the whole file: nothing that differs may be left out, and
// what is counted begins just before such a picture and ends with the group of pictures.
func TestDamageIsWhereThePicturesDiffer(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	whole, plan := admit(t, tool, clips.Whole, shortSegments())
	spoilt, damagedPlan := admit(t, tool, clips.Spoilt, shortSegments())
	if plan.Frames != damagedPlan.Frames {
		t.Fatalf("%d frames, spoilt %d", plan.Frames, damagedPlan.Frames)
	}
	inits, s := inits(t, tool, plan), newShelf()
	for i := range plan.Chunks {
		if err := encodeChunk(t.Context(), tool, spoilt, plan, i, ffmpeg.ChunkOptions{}, inits, s); err != nil {
			t.Fatal(err)
		}
	}
	const group, ahead = 25, 8
	good, bad, differ := sums(t, tool, whole, plan, 0, plan.Frames), sums(t, tool, spoilt, plan, 0, plan.Frames), []int64{}
	for n := range plan.Frames {
		if !bytes.Equal(good[n], bad[n]) {
			differ = append(differ, n)
		}
	}
	d := media.DamageOf(s.damage)
	for _, n := range differ {
		if !slices.ContainsFunc(d.Ranges, func(r media.FrameRange) bool { return n >= r.First && n < r.End }) {
			t.Errorf("frame %d differs and is not counted", n)
		}
	}
	for _, r := range d.Ranges {
		if !slices.ContainsFunc(differ, func(n int64) bool { return r.First >= n-ahead && r.First <= n && r.End <= (n/group+1)*group }) {
			t.Errorf("frames %d to %d are counted, %v differ", r.First, r.End, differ)
		}
	}
	if len(differ) == 0 || len(d.Ranges) != 2 {
		t.Errorf("%d frames differ, %v are counted", len(differ), d.Ranges)
	}
}

// With several threads a decoder conceals what is broken by whatever the others have made so far, so that two passes differ; that
// is why such frames count as damage. With one thread even these are the same in a chunk and in a pass over the whole source.
func TestDamageIsConcealedAlikeByOneThread(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	src, plan := admit(t, tool, clips.Spoilt, shortSegments())
	plan.Encoder.Threads = 1
	whole := sums(t, tool, src, plan, 0, plan.Frames)
	for i := range plan.Chunks {
		first, end := plan.ChunkFrames(i)
		if alone := sums(t, tool, src, plan, first, end); !slices.EqualFunc(alone, whole[first:end], bytes.Equal) {
			t.Errorf("chunk %d differs", i)
		}
	}
}
