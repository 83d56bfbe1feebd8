package api

import (
	"context"
	"net/http"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/events"
	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/upload"
)

// videoPath is the input of a route that names a video and nothing else. (The framework does not look into embedded types that
// are not exported: inputs with more repeat the field.)
type videoPath struct {
	ID string `path:"id" pattern:"^[0-9A-Za-z]{22}$" doc:"The video's id."`
}

type listVideosInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"24" doc:"Videos a page."`
	Cursor string `query:"cursor" doc:"next_cursor of the page before."`
	Owner  string `query:"owner" doc:"An owner's id, or me."`
	State  string `query:"state" enum:"waiting,uploading,processing,playable,ready,failed" doc:"Only videos in this state."`
}

type listVideosOutput struct {
	Body struct {
		Items      []videoBody `json:"items" nullable:"false"`
		NextCursor *string     `json:"next_cursor" doc:"Null at the end."`
	}
}

func (a *API) videos(ctx context.Context, in *listVideosInput) (*listVideosOutput, error) {
	viewer := viewerOf(ctx)
	filter := library.Filter{Limit: in.Limit, After: in.Cursor, State: library.State(in.State), Owner: ids.UserID(in.Owner)}
	if in.Owner == "me" {
		if viewer.User == "" {
			return nil, errs.New(errs.Unauthenticated, "unauthenticated", "Sign in first.")
		}
		filter.Owner = viewer.User
	}
	page, err := a.Library.Videos(ctx, viewer, filter)
	if err != nil {
		return nil, err
	}
	out := &listVideosOutput{}
	out.Body.Items = make([]videoBody, 0, len(page.Videos))
	for _, v := range page.Videos {
		out.Body.Items = append(out.Body.Items, a.videoBody(ctx, v))
	}
	if page.Next != "" {
		out.Body.NextCursor = &page.Next
	}
	return out, nil
}

type createVideoInput struct {
	Body struct {
		Title       string `json:"title,omitempty" maxLength:"200"`
		Description string `json:"description,omitempty" maxLength:"10000"`
		Visibility  string `json:"visibility,omitempty" enum:"public,unlisted,private" doc:"Private when it is left out."`
		Upload      struct {
			MaxBytes   int64  `json:"max_bytes,omitempty" minimum:"0" doc:"The largest source that the upload URLs take."`
			CORSOrigin string `json:"cors_origin,omitempty" doc:"The origin whose pages may send to the upload URLs, * for all."`
		} `json:"upload,omitempty"`
	}
}

type createVideoOutput struct {
	Location string `header:"Location"`
	Body     createdVideoBody
}

func (a *API) createVideo(ctx context.Context, in *createVideoInput) (*createVideoOutput, error) {
	viewer := viewerOf(ctx)
	v, err := a.Library.CreateVideo(ctx, viewer, library.Draft{
		Title: in.Body.Title, Description: in.Body.Description, Visibility: access.Visibility(in.Body.Visibility),
	})
	if err != nil {
		return nil, err
	}
	grant, err := a.Uploads.Grant(ctx, viewer, v.ID, upload.GrantOptions{MaxBytes: in.Body.Upload.MaxBytes, CORSOrigin: in.Body.Upload.CORSOrigin})
	if err != nil {
		return nil, err
	}
	a.Events.Publish(events.Created, v.ID)
	return &createVideoOutput{
		Location: base(ctx) + Prefix + "/videos/" + string(v.ID),
		Body:     createdVideoBody{VideoBody: a.videoBody(ctx, v), Upload: newUploadBody(base(ctx), grant)},
	}, nil
}

type videoOutput struct {
	Body videoBody
}

func (a *API) video(ctx context.Context, in *videoPath) (*videoOutput, error) {
	v, err := a.Library.Video(ctx, viewerOf(ctx), ids.VideoID(in.ID))
	if err != nil {
		return nil, err
	}
	return &videoOutput{Body: a.videoBody(ctx, v)}, nil
}

type updateVideoInput struct {
	ID   string `path:"id" pattern:"^[0-9A-Za-z]{22}$" doc:"The video's id."`
	Body struct {
		Title       *string           `json:"title,omitempty" minLength:"1" maxLength:"200"`
		Description clearable[string] `json:"description,omitempty" doc:"Null clears it."`
		Visibility  *string           `json:"visibility,omitempty" enum:"public,unlisted,private"`
	} `contentType:"application/merge-patch+json"`
}

func (a *API) updateVideo(ctx context.Context, in *updateVideoInput) (*videoOutput, error) {
	patch := library.Patch{Title: in.Body.Title, Visibility: (*access.Visibility)(in.Body.Visibility)}
	if in.Body.Description.Sent {
		patch.Description = &in.Body.Description.Value
	}
	v, err := a.Library.UpdateVideo(ctx, viewerOf(ctx), ids.VideoID(in.ID), patch)
	if err != nil {
		return nil, err
	}
	a.Events.Publish(events.State, v.ID)
	return &videoOutput{Body: a.videoBody(ctx, v)}, nil
}

type deleteVideoInput struct {
	ID        string `path:"id" pattern:"^[0-9A-Za-z]{22}$" doc:"The video's id."`
	Permanent bool   `query:"permanent" doc:"Remove it for good instead of moving it to the bin."`
}

type nothing struct{}

func (a *API) deleteVideo(ctx context.Context, in *deleteVideoInput) (*nothing, error) {
	var err error
	if in.Permanent {
		err = a.Pipeline.PurgeVideo(ctx, viewerOf(ctx), ids.VideoID(in.ID))
	} else {
		err = a.Library.BinVideo(ctx, viewerOf(ctx), ids.VideoID(in.ID))
	}
	if err != nil {
		return nil, err
	}
	a.Events.Publish(events.Deleted, ids.VideoID(in.ID))
	return &nothing{}, nil
}

func (a *API) restoreVideo(ctx context.Context, in *videoPath) (*videoOutput, error) {
	v, err := a.Library.RestoreVideo(ctx, viewerOf(ctx), ids.VideoID(in.ID))
	if err != nil {
		return nil, err
	}
	a.Events.Publish(events.Created, v.ID)
	return &videoOutput{Body: a.videoBody(ctx, v)}, nil
}

type playbackOutput struct {
	Body playbackBody
}

func (a *API) playback(ctx context.Context, in *videoPath) (*playbackOutput, error) {
	v, err := a.Library.Video(ctx, viewerOf(ctx), ids.VideoID(in.ID))
	if err != nil {
		return nil, err
	}
	if !v.State.Watchable() {
		p := newProblem(http.StatusConflict, "This video cannot be played yet.")
		p.Code, p.State = "not_playable", string(v.State)
		return nil, p
	}
	return &playbackOutput{Body: newPlaybackBody(base(ctx), v)}, nil
}

type repairOutput struct {
	Body struct {
		Video videoBody `json:"video"`
	}
}

func (a *API) repairVideo(ctx context.Context, in *videoPath) (*repairOutput, error) {
	if err := a.Pipeline.Repair(ctx, viewerOf(ctx), ids.VideoID(in.ID)); err != nil {
		return nil, err
	}
	v, err := a.Library.Video(ctx, viewerOf(ctx), ids.VideoID(in.ID))
	if err != nil {
		return nil, err
	}
	out := &repairOutput{}
	out.Body.Video = a.videoBody(ctx, v)
	return out, nil
}
