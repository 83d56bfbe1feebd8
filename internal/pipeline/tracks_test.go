package pipeline_test

import (
	"bytes"
	"context"
	"image/jpeg"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"matinee/internal/blob"
	"matinee/internal/ffmpeg"
	"matinee/internal/library"
	"matinee/internal/media"
	"matinee/internal/packaging"
	"matinee/internal/pipeline"
	"matinee/internal/testkit"
	"matinee/internal/testkit/clips"
)

// everyCheckPassed wants a report without a fault, and waits for every task to be done.
func (b *bench) everyCheckPassed(t *testing.T, v library.Video) pipeline.Encoding {
	t.Helper()
	e := b.encoding(t, v.ID)
	if e.Version.Report == nil {
		t.Fatal("no report")
	}
	for _, check := range e.Version.Report.Checks {
		if !check.OK {
			t.Errorf("%s: %s", check.Name, check.Detail)
		}
	}
	testkit.Eventually(t, patience, func() bool { // pictures may come last
		e = b.encoding(t, v.ID)
		return !slices.ContainsFunc(e.Tasks, func(t pipeline.Task) bool { return t.State == pipeline.Queued || t.State == pipeline.Running })
	})
	for _, task := range e.Tasks {
		if task.State != pipeline.Done {
			t.Errorf("%s task of %s is %s: %s", task.Kind, task.Track, task.State, task.Error)
		}
	}
	return e
}

func TestASourceKeepsItsTracksSubtitlesAndChapters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	v := b.waitFor(t, b.send(t, clip(t, clips.Feature)), library.Ready)
	b.everyCheckPassed(t, v)
	v = b.video(t, v.ID)
	var got []string
	for _, track := range v.Version.Tracks {
		got = append(got, strings.Join([]string{track.ID, string(track.Kind), track.Language, track.Role}, " "))
		if (track.File == "") != (track.Kind == library.AudioTrack) || track.Label == "" || track.Default != (track.ID == "audio-1") {
			t.Errorf("track %+v", track)
		}
	}
	want := []string{"audio-1 audio en main", "audio-2 audio de dub", "audio-3 audio en commentary", "subtitles-1 subtitles en subtitle", "subtitles-2 subtitles fr captions"}
	if !slices.Equal(got, want) {
		t.Errorf("tracks %q, want %q", got, want)
	}
	if c := v.Version.Chapters; len(c) != 2 || c[0].Title != "Opening" || c[1].Title != "The end" || c[1].StartSeconds < 1.9 || c[1].StartSeconds > 2.1 {
		t.Errorf("chapters %+v", c)
	}
	if v.Version.Damage != nil || v.Version.Poster == "" {
		t.Errorf("damage %+v, poster %q", v.Version.Damage, v.Version.Poster)
	}
	shown, err := b.Media(t.Context(), b.owner, v.ID, v.Version.ID)
	if err != nil || len(shown.Texts) != 2 || len(shown.Tracks) != len(v.Version.Rungs)+3 {
		t.Fatalf("offered %+v, %v", shown, err)
	}
	for _, text := range shown.Texts {
		vtt := b.read(t, blob.SubtitlesKey(v.ID, v.Version.ID, text.File))
		if !bytes.HasPrefix(vtt, []byte("WEBVTT\n")) || !bytes.Contains(vtt, []byte("\nHello\n")) || !bytes.Contains(vtt, []byte("\n00:00:01.0")) {
			t.Errorf("%s:\n%s", text.ID, vtt)
		}
	}
}

func TestSoundAloneBecomesReady(t *testing.T) {
	t.Parallel()
	for c, want := range map[clips.Clip]struct {
		sounds int
		cover  bool
	}{clips.CoverArt: {1, true}, clips.RadioStream: {2, false}} {
		t.Run(string(c), func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.start(t)
			v := b.waitFor(t, b.send(t, clip(t, c)), library.Ready)
			e := b.everyCheckPassed(t, v)
			v = b.video(t, v.ID)
			if n := v.Version; len(n.Rungs) > 0 || n.FrameRate != 0 || n.Width+n.Height > 0 || len(n.Tracks) != want.sounds || n.Duration.Seconds() < 4.1 || n.Duration.Seconds() > 4.4 {
				t.Errorf("version %+v", n)
			}
			if !e.Version.Plan.SoundOnly() || (v.Version.Poster != "") != want.cover {
				t.Errorf("%d rungs, poster %q", len(e.Version.Plan.Rungs), v.Version.Poster)
			}
			if want.cover {
				picture := b.read(t, blob.PictureKey(v.ID, v.Version.ID, v.Version.Poster))
				if config, err := jpeg.DecodeConfig(bytes.NewReader(picture)); err != nil || config.Width != 300 {
					t.Errorf("the cover is %d wide, %v", config.Width, err)
				}
			}
			shown, err := b.Media(t.Context(), b.owner, v.ID, v.Version.ID)
			if err != nil {
				t.Fatal(err)
			}
			master, err := packaging.Master(shown.Presentation)
			if err != nil || !bytes.Contains(master, []byte("\naudio-1.m3u8\n")) || bytes.Contains(master, []byte("RESOLUTION")) {
				t.Errorf("%v\n%s", err, master)
			}
		})
	}
}

func TestDamageIsCountedAndTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	for c, damaged := range map[clips.Clip]bool{clips.Whole: false, clips.Spoilt: true} {
		v := b.waitFor(t, b.send(t, clip(t, c)), library.Ready)
		d := v.Version.Damage
		if (d != nil) != damaged {
			t.Fatalf("%s: damage %+v", c, d)
		}
		told := strings.Contains(strings.Join(v.Version.Warnings, " "), "could not be decoded")
		if told != damaged {
			t.Errorf("%s: its owner is told %q", c, v.Version.Warnings)
		}
		if damaged && (d.Frames < 9 || d.Frames > 60 || len(d.Ranges) != 2 || d.Ranges[0].StartSeconds < 2.5 || d.Ranges[1].EndSeconds > 7) {
			t.Errorf("damage %+v", d)
		}
	}
}

// deaf is an encoder that cannot make some sounds.
type deaf struct {
	*ffmpeg.Tool

	tracks []string
}

func (d deaf) EncodeAudio(ctx context.Context, src ffmpeg.Source, plan media.Plan, track string, o ffmpeg.AudioOptions, consume ffmpeg.Consumer) (ffmpeg.Usage, error) {
	if slices.Contains(d.tracks, track) {
		return ffmpeg.Usage{}, &media.Refusal{Code: pipeline.EncodingFailed, Message: "x", Next: "y"}
	}
	return d.Tool.EncodeAudio(ctx, src, plan, track, o, consume)
}

func (d deaf) EncodeAudioPart(ctx context.Context, src ffmpeg.Source, plan media.Plan, track string, first, segments int, o ffmpeg.AudioOptions, consume ffmpeg.Consumer) (ffmpeg.Usage, error) {
	if slices.Contains(d.tracks, track) {
		return ffmpeg.Usage{}, &media.Refusal{Code: pipeline.EncodingFailed, Message: "x", Next: "y"}
	}
	return d.Tool.EncodeAudioPart(ctx, src, plan, track, first, segments, o, consume)
}

// deafen makes the bench's workers deaf to some sounds. It is called before they start.
func (b *bench) deafen(t *testing.T, tracks ...string) {
	t.Helper()
	var err error
	b.Pipeline, err = pipeline.New(b.store, b.objects, deaf{b.tool, tracks}, b.hub, b.scratch, pipeline.Options{
		Poll: 50 * time.Millisecond, Heartbeat: 50 * time.Millisecond, Logger: slog.New(slog.NewTextHandler(b.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAVideoGoesOnWithoutASoundThatCannotBeMade(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.deafen(t, "audio-1")
	b.start(t)
	v := b.waitFor(t, b.send(t, clip(t, clips.Feature)), library.Ready)
	sounds := slices.DeleteFunc(slices.Clone(v.Version.Tracks), func(t library.Track) bool { return t.Kind != library.AudioTrack })
	if len(sounds) != 2 || sounds[0].ID != "audio-2" || !sounds[0].Default || sounds[1].Default {
		t.Errorf("sounds %+v", sounds)
	}
	if told := strings.Join(v.Version.Warnings, " "); !strings.Contains(told, `The audio track "English" could not be decoded.`) {
		t.Errorf("its owner is told %q", told)
	}
	shown, err := b.Media(t.Context(), b.owner, v.ID, v.Version.ID)
	if err != nil {
		t.Fatal(err)
	}
	if master, err := packaging.Master(shown.Presentation); err != nil || bytes.Contains(master, []byte("audio-1")) {
		t.Errorf("%v\n%s", err, master)
	}
}

func TestSoundThatCannotBeMadeAtAllFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.deafen(t, "audio-1", "audio-2")
	b.start(t)
	v := b.waitFor(t, b.send(t, clip(t, clips.RadioStream)), library.Failed)
	if f := v.Version.Failure; f == nil || f.Code != string(pipeline.EncodingFailed) {
		t.Errorf("failure %+v", f)
	}
}
