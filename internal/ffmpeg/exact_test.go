package ffmpeg_test

import (
	"testing"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/testkit/clips"
	"matinee/internal/testkit/judge"
)

// The promise that everything else rests on: a chunk made alone has the pictures of a pass over the whole source, in
// number, time and content, and its segments hold exactly what the playlists said before it was made.
func TestAChunkAloneHasTheFramesOfASequentialPass(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	for name, c := range map[string]struct {
		clip   clips.Clip
		policy media.Policy
	}{
		"film at 23.976 with an open group of pictures": {clips.Film, shortSegments()},
		"a single key frame":                            {clips.OneKeyFrame, shortSegments()},
		"real footage at 12.5":                          {clips.CarDetection, media.Policy{Ladder: twoSmallRungs()}},
		"a phone's variable rate":                       {clips.Phone, shortSegments()},
		"rotated by 90 degrees":                         {clips.Rotated, shortSegments()},
		"odd size and 4:4:4":                            {clips.OddSize, shortSegments()},
		"late audio":                                    {clips.LateAudio, shortSegments()},
		"late video":                                    {clips.LateVideo, shortSegments()},
		"video later than the first chunks":             {clips.LatestVideo, shortSegments()},
		"audio longer than video":                       {clips.LongAudio, shortSegments()},
		"no audio":                                      {clips.Silent, shortSegments()},
		"MPEG-PS after preparing":                       {clips.ProgramStream, shortSegments()},
		"HEVC in MPEG-TS after preparing":               {clips.TransportHEVC, media.Policy{FirstChunkSegments: 1, ChunkSegments: 1}},
		"HEVC with an open group of pictures":           {clips.OpenHEVC, shortSegments()},
		"interlaced and anamorphic":                     {clips.Interlaced, shortSegments()},
		"high dynamic range":                            {clips.HDR, shortSegments()},
		"HLG that does not say its primaries":           {clips.HLG, shortSegments()},
		"full range":                                    {clips.FullRange, shortSegments()},
		"an animated GIF":                               {clips.Animation, shortSegments()},
		"a screen recording with pauses":                {clips.ScreenWebM, shortSegments()},
		"a live recording without an index":             {clips.LiveMatroska, shortSegments()},
		"a browser's recording":                         {clips.LiveWebM, shortSegments()},
		"three recordings in one":                       {clips.Joined, shortSegments()},
		"chapters, subtitles and three sounds":          {clips.Feature, shortSegments()},
		"one picture":                                   {clips.OnePicture, shortSegments()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := judge.Judge{Tool: tool, Policy: c.policy, Scratch: t.TempDir()}.Try(t.Context(), clips.Path(t, c.clip))
			if err != nil || v.Refusal != nil {
				t.Fatalf("%v, %v", v.Refusal, err)
			}
			t.Logf("%d frames at %s, %d segments, lead %d, notes %q", v.Plan.Frames, v.Plan.Rate, v.Plan.Segments(), v.Plan.Source.Lead, v.Plan.Notes)
			for _, fault := range v.Faults {
				t.Error(fault)
			}
			if len(v.Damage) > 0 {
				t.Errorf("a whole source is called damaged at %v", v.Damage)
			}
		})
	}
}

func sums(t *testing.T, tool *ffmpeg.Tool, src ffmpeg.Source, plan media.Plan, first, end int64) [][]byte {
	t.Helper()
	out, err := tool.FrameSums(t.Context(), src, plan, first, end, 0)
	if err != nil {
		t.Fatal(err)
	}
	return lines(out)
}

// Of a recording without an index, a seek would find wrong pictures with right timestamps.
func TestAnAVIThatWasCutOffIsExactOnceItIsRemuxed(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	v, err := judge.Judge{Tool: tool, Policy: shortSegments(), Scratch: t.TempDir()}.Try(t.Context(), clips.Path(t, clips.CutAVI))
	if err != nil || v.Refusal != nil {
		t.Fatalf("%v, %v", v.Refusal, err)
	}
	for _, fault := range v.Faults {
		t.Error(fault)
	}
	// The cut went through the last picture.
	if d := media.DamageOf(v.Damage); d.Frames < 1 || d.Frames > 10 || d.Ranges[0].First < v.Plan.Frames-10 {
		t.Errorf("damage of %d frames at %v, of %d", d.Frames, d.Ranges, v.Plan.Frames)
	}
}
