package ffmpeg_test

import (
	"errors"
	"os/exec"
	"testing"
	"time"

	"matinee/internal/ffmpeg"
	"matinee/internal/testkit/clips"
)

func TestAProcessThatIsStoppedIsKilled(t *testing.T) {
	t.Parallel()
	const stopped = 200 * time.Millisecond
	tool := openTool(t, ffmpeg.Options{FFmpeg: wrapper(t, "kill -STOP $$"), Stopped: stopped})
	healthy := openTool(t, ffmpeg.Options{})
	src, plan := admit(t, healthy, clips.Silent, shortSegments())
	for name, run := range map[string]func() error{
		"a chunk": func() error {
			_, err := tool.EncodeChunk(t.Context(), src, plan, 0, ffmpeg.ChunkOptions{}, drain)
			return err
		},
		"init segments, which report no progress": func() error {
			_, err := tool.Inits(t.Context(), plan, drain)
			return err
		},
		"a poster": func() error {
			_, err := tool.Poster(t.Context(), src, plan, 0, 320)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := run(); !errors.Is(err, ffmpeg.ErrStopped) {
				t.Errorf("it ended with %v, want ErrStopped", err)
			}
		})
	}
}

func TestAProcessThatIsOnlyStoppedForAMomentGoesOn(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{FFmpeg: wrapper(t, `(/bin/sleep 0.2; kill -CONT $$) & kill -STOP $$; exec `+ffmpegPath(t)+` "$@"`), Stopped: time.Minute})
	src, plan := admit(t, tool, clips.Silent, shortSegments())
	if _, err := tool.EncodeChunk(t.Context(), src, plan, 0, ffmpeg.ChunkOptions{}, drain); err != nil {
		t.Errorf("EncodeChunk: %v", err)
	}
}

func ffmpegPath(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	return path
}
