package pipeline

import (
	"context"

	"matinee/internal/events"
	"matinee/internal/ids"
	"matinee/internal/upload"
)

// FinishUpload takes over a source whose bytes are complete and durable: it becomes a version and is probed next. What plays
// goes on playing until that version can be played. It may be called again for the same upload.
func (p *Pipeline) FinishUpload(ctx context.Context, f upload.Finished) error {
	if err := p.store.FinishUpload(ctx, f, ProbeTask(), p.o.Now()); err != nil {
		return err
	}
	p.hub.Publish(events.State, f.Video)
	p.sweepSoon() // a version that was not finished may have been superseded
	p.Wake()
	return nil
}

// UploadVideoMade tells listeners that there is a new video.
func (p *Pipeline) UploadVideoMade(video ids.VideoID) { p.hub.Publish(events.Created, video) }

// UploadVideoRemoved tells listeners that a video has gone with its unfinished upload.
func (p *Pipeline) UploadVideoRemoved(video ids.VideoID) { p.hub.Publish(events.Deleted, video) }

// UploadProgress tells listeners that bytes of a video have arrived.
func (p *Pipeline) UploadProgress(video ids.VideoID) { p.hub.Publish(events.Progress, video) }

// UploadChanged tells listeners that the first byte of an upload has arrived, or that it was given up.
func (p *Pipeline) UploadChanged(video ids.VideoID) { p.hub.Publish(events.State, video) }
