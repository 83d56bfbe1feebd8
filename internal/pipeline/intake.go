package pipeline

import (
	"context"

	"matinee/internal/events"
	"matinee/internal/ids"
	"matinee/internal/upload"
)

// FinishUpload takes over a source whose bytes are complete and durable: it becomes a version and is probed next. It may be
// called again for the same upload.
func (p *Pipeline) FinishUpload(ctx context.Context, f upload.Finished) error {
	if err := p.store.FinishUpload(ctx, f, ProbeTask(), p.o.Now()); err != nil {
		return err
	}
	p.hub.Publish(events.State, f.Video)
	p.Wake()
	return nil
}

// UploadProgress tells listeners that bytes of a video have arrived.
func (p *Pipeline) UploadProgress(video ids.VideoID) { p.hub.Publish(events.Progress, video) }
