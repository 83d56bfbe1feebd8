package ffmpeg_test

import (
	"bytes"
	"testing"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/testkit/clips"
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
		"one picture":                                   {clips.OnePicture, shortSegments()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src, plan := admit(t, tool, c.clip, c.policy)
			t.Logf("%d frames at %s, %d segments, rungs %d, lead %d, notes %q", plan.Frames, plan.Rate, plan.Segments(), len(plan.Rungs), plan.Source.Lead, plan.Notes)
			framesAreEqual(t, tool, src, plan)
			inits := inits(t, tool, plan)
			encodeAll(t, tool, src, plan, inits).check(t, plan, inits)
		})
	}
}

func framesAreEqual(t *testing.T, tool *ffmpeg.Tool, src ffmpeg.Source, plan media.Plan) {
	t.Helper()
	whole := sums(t, tool, src, plan, 0, plan.Frames)
	if int64(len(whole)) != plan.Frames {
		t.Fatalf("a sequential pass has %d frames, the plan promises %d", len(whole), plan.Frames)
	}
	for i := range plan.Chunks {
		first, end := plan.ChunkFrames(i)
		alone := sums(t, tool, src, plan, first, end)
		if int64(len(alone)) != end-first {
			t.Errorf("chunk %d has %d frames, want %d", i, len(alone), end-first)
			continue
		}
		for n, sum := range alone {
			if want := whole[first+int64(n)]; !bytes.Equal(sum, want) {
				t.Errorf("frame %d alone is %s, in the pass %s", first+int64(n), sum, want)
			}
		}
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
