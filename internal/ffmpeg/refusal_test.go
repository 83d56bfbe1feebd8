package ffmpeg_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/testkit/clips"
)

func TestASourceThatCannotBecomeAVideoIsRefusedByName(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	for clip, want := range map[clips.Clip]media.Code{
		clips.Empty:        media.EmptyFile,
		clips.Text:         media.NotAVideo,
		clips.Playlist:     media.PlaylistDisguised,
		clips.ConcatScript: media.PlaylistDisguised,
		clips.NoIndex:      media.TruncatedNoIndex,
		clips.HollowMP4:    media.Unreadable,
		clips.Huge:         media.TooManyPixels,
		clips.ManyStreams:  media.TooManyStreams,
		clips.FarTimestamp: media.TimestampsOutOfRange,
	} {
		t.Run(string(clip)+" is "+string(want), func(t *testing.T) {
			t.Parallel()
			err := refusalOf(t.Context(), t, tool, clips.Path(t, clip))
			refusal, ok := errors.AsType[*media.Refusal](err)
			if !ok || refusal.Code != want {
				t.Fatalf("got %v, want %s", err, want)
			}
			if !strings.HasSuffix(refusal.Message, ".") || !strings.HasSuffix(refusal.Next, ".") {
				t.Errorf("message %q and next %q are not sentences", refusal.Message, refusal.Next)
			}
		})
	}
}

// refusalOf takes a file as far as it goes.
func refusalOf(ctx context.Context, t *testing.T, tool *ffmpeg.Tool, path string) error {
	t.Helper()
	c, err := media.Sniff(headOf(t, path))
	if err != nil {
		return err
	}
	probe, err := tool.Probe(ctx, path, c)
	if err != nil {
		return err
	}
	_, err = media.NewPlan(probe, media.Policy{}, media.EncoderInfo{})
	return err
}

func TestAPlaylistThatPassesTheSnifferOpensNothing(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	dir := t.TempDir()
	// The forced demuxer is what protects here: ffmpeg by itself would follow each of these.
	for name, content := range map[string]string{
		"playlist": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n" + clips.Path(t, clips.TransportHEVC) + "\n#EXT-X-ENDLIST\n",
		"script":   "ffconcat version 1.0\nfile '" + clips.Path(t, clips.TransportHEVC) + "'\n",
	} {
		path := filepath.Join(dir, name+".mp4")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, c := range []media.Container{media.MP4, media.Matroska, media.MPEGTS, media.AVI} {
			probe, err := tool.Probe(t.Context(), path, c)
			if _, ok := errors.AsType[*media.Refusal](err); !ok {
				t.Errorf("%s as %s: %d streams, %v", name, c, len(probe.Streams), err)
			}
		}
	}
}

func TestAProbeThatIsTooCostlyIsRefusedAndAKilledOneIsNot(t *testing.T) {
	t.Parallel()
	for signal, want := range map[string]bool{"XCPU": true, "KILL": false, "SEGV": true} {
		t.Run(signal, func(t *testing.T) {
			t.Parallel()
			ffprobe := script(t, "#!/bin/sh\ncase \"$*\" in *show_streams*) kill -"+signal+" $$;; *) echo ffprobe version 5;; esac\n")
			tool := openTool(t, ffmpeg.Options{FFprobe: ffprobe})
			_, err := tool.Probe(t.Context(), clips.Path(t, clips.Silent), media.MP4)
			if _, refused := errors.AsType[*media.Refusal](err); refused != want || ffmpeg.Killed(err) == want {
				t.Errorf("Probe: %v", err)
			}
		})
	}
}

func TestARelativePathIsTheServersOwn(t *testing.T) {
	t.Parallel()
	tool := openTool(t, ffmpeg.Options{})
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Rel(here, clips.Path(t, clips.Silent))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tool.Probe(t.Context(), path, media.MP4); err != nil {
		t.Error(err)
	}
}

func TestOpenSaysWhatToInstall(t *testing.T) {
	t.Parallel()
	notFFmpeg := script(t, "#!/bin/sh\necho nonsense\n")
	for name, o := range map[string]ffmpeg.Options{
		"a path that is not there": {FFmpeg: "/nowhere/ffmpeg"},
		"another program":          {FFmpeg: notFFmpeg},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ffmpeg.Open(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), "install") {
				t.Errorf("Open: %v", err)
			}
		})
	}
}

func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}
