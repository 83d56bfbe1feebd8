package api

import (
	"bytes"
	"context"

	"matinee/internal/errs"
	"matinee/internal/events"
	"matinee/internal/library"
	"matinee/internal/upload"
)

// sampleTitle and sampleDescription credit the built-in clip as its licence asks.
const (
	sampleTitle       = "Big Buck Bunny (sample)"
	sampleDescription = "A clip of Big Buck Bunny. (c) 2008 Blender Foundation, www.bigbuckbunny.org, CC BY 3.0."
)

func (a *API) createSample(ctx context.Context, _ *nothing) (*createdSampleOutput, error) {
	if len(a.o.Sample) == 0 {
		return nil, errs.Missing("sample clip")
	}
	viewer := viewerOf(ctx)
	v, err := a.Library.CreateVideo(ctx, viewer, library.Draft{Title: sampleTitle, Description: sampleDescription})
	if err != nil {
		return nil, err
	}
	a.Events.Publish(events.Created, v.ID)
	clip := upload.File{Name: "sample.mp4", Type: "video/mp4", SizeBytes: int64(len(a.o.Sample)), Body: bytes.NewReader(a.o.Sample)}
	if err := a.Uploads.Import(ctx, viewer, v.ID, clip); err != nil {
		return nil, err
	}
	if v, err = a.Library.Video(ctx, viewer, v.ID); err != nil {
		return nil, err
	}
	return &createdSampleOutput{Location: base(ctx) + Prefix + "/videos/" + string(v.ID), Body: a.videoBody(ctx, v)}, nil
}

type createdSampleOutput struct {
	Location string `header:"Location"`
	Body     videoBody
}
