package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/pipeline"
)

type postersBody struct {
	Current    orNull[posterBody] `json:"current" doc:"What stands for the video; null before there is one."`
	Candidates []candidateBody    `json:"candidates" nullable:"false" doc:"Frames that would do, in the order of their times. Choose one by its time."`
}

type posterBody struct {
	URL         string   `json:"url"`
	TimeSeconds *float64 `json:"time_seconds" doc:"From the start of the video; null of an image that was sent, and where it is not known."`
	Origin      string   `json:"origin" enum:"automatic,frame,upload"`
}

type candidateBody struct {
	URL         string  `json:"url"`
	TimeSeconds float64 `json:"time_seconds"`
}

type postersOutput struct {
	Body postersBody
}

func newPostersBody(base string, video ids.VideoID, all pipeline.Posters) postersBody {
	at := base + "/media/" + string(video) + "/" + string(all.Version) + "/"
	b := postersBody{Candidates: []candidateBody{}}
	if c := all.Current; c != nil && all.Version != "" {
		b.Current = present(posterBody{URL: at + c.File, TimeSeconds: c.Seconds, Origin: string(c.Origin)})
	}
	for _, c := range all.Choices {
		b.Candidates = append(b.Candidates, candidateBody{URL: at + c.File, TimeSeconds: c.Seconds})
	}
	return b
}

func (a *API) posters(ctx context.Context, in *videoPath) (*postersOutput, error) {
	all, err := a.Pipeline.Posters(ctx, viewerOf(ctx), ids.VideoID(in.ID))
	if err != nil {
		return nil, err
	}
	return &postersOutput{Body: newPostersBody(base(ctx), ids.VideoID(in.ID), all)}, nil
}

// choosePoster takes a frame's time as JSON, or an image as it is.
func (a *API) choosePoster(w http.ResponseWriter, r *http.Request) {
	id, err := ids.Parse[ids.VideoID](r.PathValue("id"))
	if err != nil {
		writeProblem(w, a.problem(r.Context(), errs.Missing("video")))
		return
	}
	all, err := a.chosenPoster(r, id)
	if err != nil {
		writeProblem(w, a.problem(r.Context(), err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(newPostersBody(base(r.Context()), id, all)) // the client may be gone
}

func (a *API) chosenPoster(r *http.Request, id ids.VideoID) (pipeline.Posters, error) {
	ctx := r.Context()
	if _, err := a.Pipeline.Posters(ctx, viewerOf(ctx), id); err != nil { // before a body is read that is not to be taken
		return pipeline.Posters{}, err
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" && !isImage(kind) {
		return pipeline.Posters{}, newProblem(http.StatusUnsupportedMediaType, "Send application/json, image/jpeg, image/png or image/webp.").
			withCode("unsupported_media_type")
	}
	body, err := readBody(r)
	if err != nil {
		return pipeline.Posters{}, err
	}
	if isImage(kind) {
		return a.Pipeline.ChooseImage(ctx, viewerOf(ctx), id, body)
	}
	var frame struct {
		TimeSeconds *float64 `json:"time_seconds"`
	}
	if err := json.Unmarshal(body, &frame); err != nil {
		return pipeline.Posters{}, errs.New(errs.Malformed, "malformed", "The body is not JSON of a time.")
	}
	if frame.TimeSeconds == nil {
		return pipeline.Posters{}, errs.InvalidField("body.time_seconds", "Give the time of the frame, or send an image.")
	}
	if v, err := a.Library.Video(ctx, viewerOf(ctx), id); err != nil {
		return pipeline.Posters{}, err
	} else if !v.State.Watchable() {
		return pipeline.Posters{}, notPlayable(v)
	}
	return a.Pipeline.ChooseFrame(ctx, viewerOf(ctx), id, *frame.TimeSeconds)
}

func isImage(kind string) bool {
	return kind == "image/jpeg" || kind == "image/png" || kind == "image/webp"
}

func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, errs.New(errs.TooLarge, "too_large", "An image may have %d MB.", pipeline.MaxPosterBytes>>20)
	}
	if err != nil {
		return nil, errs.New(errs.Malformed, "malformed", "The body ended early.")
	}
	return body, nil
}

func (a *API) resetPoster(ctx context.Context, in *videoPath) (*nothing, error) {
	return &nothing{}, a.Pipeline.ResetPoster(ctx, viewerOf(ctx), ids.VideoID(in.ID))
}

// takesImages is for a route whose body may be an image.
func takesImages(r *Route) { r.bodyBytes = pipeline.MaxPosterBytes }

func describeChoosePoster() huma.Operation {
	image := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	return huma.Operation{
		OperationID: "choose-poster", Summary: "Choose the picture that stands for a video",
		Description: "A frame by its time, or an image, which is decoded and written anew. It stays when the source is replaced.",
		Parameters:  []*huma.Param{videoIDParam()},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json": {Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"time_seconds"}, Properties: map[string]*huma.Schema{
				"time_seconds": {Type: huma.TypeNumber, Description: "From the start of the video."},
			}}},
			"image/jpeg": image, "image/png": image, "image/webp": image,
		}},
		Responses: map[string]*huma.Response{
			"200": {Description: "The posters of the video", Content: map[string]*huma.MediaType{
				"application/json": {Schema: &huma.Schema{Ref: "#/components/schemas/PostersBody"}},
			}},
			"default": describedProblem(),
		},
	}
}

func videoIDParam() *huma.Param {
	return &huma.Param{Name: "id", In: "path", Required: true, Description: "The video's id.", Schema: &huma.Schema{Type: huma.TypeString, Pattern: "^[0-9A-Za-z]{22}$"}}
}
