package api

import (
	"context"
	"math"
	"time"

	"matinee/internal/pipeline"
)

type estimateInput struct {
	SizeBytes       int64   `query:"size_bytes" minimum:"0" doc:"Of the file. It or the duration must be known; what else is not known is assumed."`
	DurationSeconds float64 `query:"duration_seconds" minimum:"0"`
	Width           int     `query:"width" minimum:"0"`
	Height          int     `query:"height" minimum:"0"`
	FrameRate       float64 `query:"frame_rate" minimum:"0"`
	Codec           string  `query:"codec" maxLength:"40" example:"h264" doc:"Of the pictures; as ffmpeg names it, or as MP4 does."`
	Container       string  `query:"container" maxLength:"40" example:"mp4" doc:"The extension of the file's name does."`
	AudioCodec      string  `query:"audio_codec" maxLength:"40" example:"aac"`
}

type estimateOutput struct {
	Body struct {
		DiskBytes       int64 `json:"disk_bytes" doc:"What is made from it, beside the file itself; 0 where its size is not known."`
		PlayableSeconds int64 `json:"playable_seconds" doc:"From its last byte until it can be played."`
		ReadySeconds    int64 `json:"ready_seconds" doc:"From its last byte until every quality is there, what goes before it included."`
		QueueSeconds    int64 `json:"queue_seconds" doc:"Of that, what goes before it."`
		// Basis is what the times follow from.
		Basis string `json:"basis" enum:"measured,assumed" doc:"Whether such sources were encoded here before."`
	}
}

func (a *API) estimate(ctx context.Context, in *estimateInput) (*estimateOutput, error) {
	e, err := a.Pipeline.Estimate(ctx, viewerOf(ctx), pipeline.Asked{
		SizeBytes: in.SizeBytes, Duration: time.Duration(min(in.DurationSeconds, math.MaxInt32) * float64(time.Second)), Width: in.Width, Height: in.Height,
		FrameRate: in.FrameRate, Codec: in.Codec, Container: in.Container, AudioCodec: in.AudioCodec,
	})
	if err != nil {
		return nil, err
	}
	limits, err := a.Uploads.Limits(ctx)
	if err != nil {
		return nil, err
	}
	out := &estimateOutput{}
	out.Body.DiskBytes = int64(float64(in.SizeBytes) * limits.DiskFactor)
	out.Body.PlayableSeconds, out.Body.ReadySeconds, out.Body.QueueSeconds = wholeSeconds(e.Playable), wholeSeconds(e.Ready), wholeSeconds(e.Queue)
	out.Body.Basis = map[bool]string{true: "measured", false: "assumed"}[e.Measured]
	return out, nil
}

// wholeSeconds rounds up: nobody is told to be done sooner than now.
func wholeSeconds(d time.Duration) int64 { return int64(math.Ceil(max(0, d).Seconds())) }

// waitingBody says why work has not begun.
type waitingBody struct {
	Code       string `json:"code" doc:"turn, owner_turn, slot, demand, not_before, disk_full, store_unreadable or database_unavailable; others may come."`
	Message    string `json:"message"`
	Ahead      int    `json:"ahead" doc:"Pieces of work that go first."`
	ETASeconds *int64 `json:"eta_seconds" doc:"Until it is done; null where nobody knows."`
}

func newWaitingBody(w *pipeline.Waiting) orNull[waitingBody] {
	if w == nil {
		return orNull[waitingBody]{}
	}
	return present(waitingBody{Code: w.Code, Message: w.Message, Ahead: w.Ahead, ETASeconds: etaSeconds(w.ETA, w.Known)})
}

func etaSeconds(eta time.Duration, known bool) *int64 {
	if !known {
		return nil
	}
	return new(wholeSeconds(eta))
}
