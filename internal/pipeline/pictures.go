package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"matinee/internal/blob"
	"matinee/internal/ffmpeg"
	"matinee/internal/library"
	"matinee/internal/packaging"
)

const (
	posterWidth = 1280
	// triesOfOne is how often the whole task is tried for the sake of one of its parts; then it goes on without that.
	triesOfOne = 2
)

// makePictures makes what belongs to a video beside its tracks: the poster, and its subtitles as WebVTT.
func (p *Pipeline) makePictures(ctx context.Context, l Lease, v Version) error {
	var (
		made Pictured
		err  error
	)
	if made.Poster, err = p.poster(ctx, v); err != nil && !p.without(ctx, l, err) {
		return err
	}
	if made.Subtitles, made.Warnings, err = p.subtitles(ctx, v); err != nil {
		if !p.without(ctx, l, err) {
			return err
		}
		made.Warnings = append(made.Warnings, "The subtitles could not be read. They are left out.")
	}
	if err := p.store.FinishPictures(ctx, l, made, p.o.Now()); err != nil {
		return err
	}
	// The version may have become ready meanwhile, and its scratch copy made once more for the poster.
	if now, err := p.store.Version(ctx, v.ID); err == nil && !now.ReadyAt.IsZero() {
		p.removeScratch(ctx, v.ID)
	}
	return nil
}

// without reports whether the task goes on after the error of one of its parts.
func (p *Pipeline) without(ctx context.Context, l Lease, err error) bool {
	if l.Faults < triesOfOne || ctx.Err() != nil || waitOf(err) != "" || ffmpeg.Killed(err) {
		return false
	}
	p.o.Logger.WarnContext(ctx, "a video goes without a picture or subtitles", slog.String("video_id", string(l.Video)), slog.Any("error", err))
	return true
}

// poster puts the picture at a tenth of the video, at most ten seconds in; of sound alone, its cover. It returns the name, ""
// where there is nothing to show.
func (p *Pipeline) poster(ctx context.Context, v Version) (string, error) {
	picture, err := p.posterOf(ctx, v)
	if err != nil {
		return "", fmt.Errorf("make poster: %w", err)
	}
	if len(picture) == 0 {
		return "", nil
	}
	name := "poster-" + contentHash(picture) + ".jpg"
	if _, err := p.objects.Put(ctx, blob.PictureKey(v.Video, v.ID, name), bytes.NewReader(picture)); err != nil {
		return "", fmt.Errorf("put poster: %w", err)
	}
	return name, nil
}

func (p *Pipeline) posterOf(ctx context.Context, v Version) ([]byte, error) {
	if v.Plan.SoundOnly() { // a remuxed copy has no cover
		path, err := p.objects.Path(blob.SourceKey(v.Video, v.Source))
		if err != nil {
			return nil, err
		}
		return p.encoder.Cover(ctx, ffmpeg.Source{Path: path, Container: v.Container}, posterWidth)
	}
	source, err := p.source(ctx, v)
	if err != nil {
		return nil, err
	}
	return p.encoder.Poster(ctx, source, v.Plan, min(v.Plan.Duration()/10, 10*time.Second), posterWidth)
}

// subtitles puts every subtitle track that has something to say. Each of the others is a warning.
func (p *Pipeline) subtitles(ctx context.Context, v Version) (tracks []library.Track, warnings []string, err error) {
	if len(v.Plan.Subtitles) == 0 {
		return nil, nil, nil
	}
	source, err := p.source(ctx, v)
	if err != nil {
		return nil, nil, err
	}
	texts, err := p.encoder.Subtitles(ctx, source, v.Plan, nil)
	if err != nil {
		return nil, nil, err
	}
	zero := time.Duration(v.Plan.ZeroSeconds() * float64(time.Second))
	for _, s := range v.Plan.Subtitles {
		text, cues := packaging.Subtitles(texts[s.ID], zero, v.Plan.Duration())
		if cues == 0 {
			warnings = append(warnings, fmt.Sprintf("The subtitles %q are empty or cannot be read. They are left out.", s.Label))
			continue
		}
		name := contentHash(text) + ".vtt"
		if _, err := p.objects.Put(ctx, blob.SubtitlesKey(v.Video, v.ID, name), bytes.NewReader(text)); err != nil {
			return nil, nil, fmt.Errorf("put subtitles: %w", err)
		}
		tracks = append(tracks, library.Track{
			ID: s.ID, Kind: library.SubtitleTrack, Language: cmp.Or(s.Language, "und"), Label: s.Label, Role: string(s.Role), Default: s.Default, File: name,
		})
	}
	return tracks, warnings, nil
}

func contentHash(data []byte) string {
	hash := sha256.Sum256(data)
	return hex.EncodeToString(hash[:12])
}
