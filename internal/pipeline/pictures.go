package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"matinee/internal/blob"
)

const posterWidth = 1280

// makePictures makes the poster: the picture at a tenth of the video, at most ten seconds in.
func (p *Pipeline) makePictures(ctx context.Context, l Lease, v Version) error {
	source, err := p.source(ctx, v)
	if err != nil {
		return err
	}
	at := min(v.Plan.Duration()/10, 10*time.Second)
	picture, err := p.encoder.Poster(ctx, source, v.Plan, at, posterWidth)
	if err != nil {
		return fmt.Errorf("make poster: %w", err)
	}
	hash := sha256.Sum256(picture)
	name := "poster-" + hex.EncodeToString(hash[:12]) + ".jpg"
	if _, err := p.objects.Put(ctx, blob.PictureKey(v.Video, v.ID, name), bytes.NewReader(picture)); err != nil {
		return fmt.Errorf("put poster: %w", err)
	}
	return p.store.FinishPictures(ctx, l, name, p.o.Now())
}
