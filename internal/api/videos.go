package api

import (
	"context"
	"net/http"
	"time"

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
	Limit         int       `query:"limit" minimum:"1" maximum:"100" default:"24" doc:"Videos a page."`
	Cursor        string    `query:"cursor" maxLength:"300" doc:"next_cursor of the page before, with the same sort."`
	Sort          string    `query:"sort" enum:"created_at,-created_at,updated_at,-updated_at,published_at,-published_at" default:"-created_at" doc:"A minus puts the latest first."`
	Owner         string    `query:"owner" pattern:"^(me|[0-9A-Za-z]{22})$" doc:"An owner's id, or me."`
	State         []string  `query:"state" enum:"waiting,uploading,processing,playable,ready,failed" maxItems:"6" doc:"Only videos in one of these states, with commas between them."`
	Visibility    string    `query:"visibility" enum:"public,unlisted,private" doc:"Only videos of this visibility."`
	Tag           string    `query:"tag" maxLength:"200" doc:"Only videos with this tag, in any case."`
	Category      string    `query:"category" maxLength:"64" doc:"Only videos in the category with this slug."`
	ExternalID    string    `query:"external_id" maxLength:"200" doc:"Only videos of yours with this external id."`
	CreatedAfter  time.Time `query:"created_after" doc:"Only videos created at this instant or later."`
	CreatedBefore time.Time `query:"created_before" doc:"Only videos created before this instant."`
	Deleted       bool      `query:"deleted" doc:"What lies in the bin, instead of what does not: of yours, or of everybody for an administrator."`
}

func (in *listVideosInput) filter(viewer access.Viewer) (library.Filter, error) {
	f := library.Filter{
		Limit: in.Limit, Sort: library.Sort(in.Sort), Owner: ids.UserID(in.Owner), Visibility: access.Visibility(in.Visibility), Tag: in.Tag,
		Category: in.Category, ExternalID: in.ExternalID, CreatedAfter: in.CreatedAfter, CreatedBefore: in.CreatedBefore, Deleted: in.Deleted,
	}
	for _, state := range in.State {
		f.States = append(f.States, library.State(state))
	}
	if in.Owner == "me" {
		if viewer.User == "" {
			return f, errs.New(errs.Unauthenticated, "unauthenticated", "Sign in first.")
		}
		f.Owner = viewer.User
	}
	if in.Cursor != "" {
		at, err := parseCursor(in.Cursor, videoList+in.Sort)
		if err != nil {
			return f, err
		}
		f.After = &library.Place{Key: at.key, ID: ids.VideoID(at.id)}
	}
	return f, nil
}

// videoList begins the name of a list of videos in a cursor; the order ends it.
const videoList = "videos"

type listVideosOutput struct {
	Body struct {
		Items      []videoBody `json:"items" nullable:"false"`
		NextCursor *string     `json:"next_cursor" doc:"Null at the end."`
	}
}

func (a *API) videos(ctx context.Context, in *listVideosInput) (*listVideosOutput, error) {
	viewer := viewerOf(ctx)
	filter, err := in.filter(viewer)
	if err != nil {
		return nil, err
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
	if page.Next != nil {
		out.Body.NextCursor = nextCursor(videoList+in.Sort, page.Next.Key, string(page.Next.ID))
	}
	return out, nil
}

type createVideoInput struct {
	Body struct {
		Title       string     `json:"title,omitempty" maxLength:"200"`
		Description string     `json:"description,omitempty" maxLength:"10000"`
		Visibility  string     `json:"visibility,omitempty" enum:"public,unlisted,private" doc:"Private when it is left out."`
		Tags        []string   `json:"tags,omitempty" maxItems:"100" maxLength:"200" doc:"At most 30 different ones of 50 characters, kept in lower case."`
		Category    string     `json:"category,omitempty" maxLength:"64" doc:"The slug of a category that exists."`
		ExternalID  string     `json:"external_id,omitempty" maxLength:"200" doc:"What another system calls the video; for its editors."`
		Metadata    jsonObject `json:"metadata,omitempty" doc:"A JSON object of your own, at most 16 KiB; for its editors."`
		Upload      struct {
			MaxBytes   int64  `json:"max_bytes,omitempty" minimum:"0" doc:"The largest source that the upload URLs take."`
			CORSOrigin string `json:"cors_origin,omitempty" maxLength:"300" doc:"The origin whose pages may send to the upload URLs, * for all."`
		} `json:"upload,omitempty"`
	}
}

func (in *createVideoInput) draft() library.Draft {
	b := in.Body
	return library.Draft{
		Title: b.Title, Description: b.Description, Visibility: access.Visibility(b.Visibility), Tags: b.Tags, Category: b.Category,
		ExternalID: b.ExternalID, Metadata: b.Metadata,
	}
}

type createVideoOutput struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     createdVideoBody
}

func (a *API) createVideo(ctx context.Context, in *createVideoInput) (*createVideoOutput, error) {
	viewer := viewerOf(ctx)
	v, err := a.Library.CreateVideo(ctx, viewer, in.draft())
	if err != nil {
		return nil, err
	}
	grant, err := a.Uploads.Grant(ctx, viewer, v.ID, upload.GrantOptions{MaxBytes: in.Body.Upload.MaxBytes, CORSOrigin: in.Body.Upload.CORSOrigin})
	if err != nil {
		return nil, err
	}
	a.Events.Publish(events.Created, v.ID)
	return &createVideoOutput{
		Location: base(ctx) + Prefix + "/videos/" + string(v.ID), ETag: etagOf(v),
		Body: createdVideoBody{VideoBody: a.videoBody(ctx, v), Upload: newUploadBody(base(ctx), grant)},
	}, nil
}

type videoOutput struct {
	ETag string `header:"ETag" doc:"Names the revision of what people set. The progress of the work does not change it."`
	Body videoBody
}

func (a *API) videoOutput(ctx context.Context, v library.Video) *videoOutput {
	return &videoOutput{ETag: etagOf(v), Body: a.videoBody(ctx, v)}
}

func (a *API) video(ctx context.Context, in *videoPath) (*videoOutput, error) {
	v, err := a.Library.Video(ctx, viewerOf(ctx), ids.VideoID(in.ID))
	if err != nil {
		return nil, err
	}
	return a.videoOutput(ctx, v), nil
}

type updateVideoInput struct {
	ID      string `path:"id" pattern:"^[0-9A-Za-z]{22}$" doc:"The video's id."`
	IfMatch string `header:"If-Match" maxLength:"1000" doc:"The ETag that your change starts from; 412 when the video was changed since."`
	Body    struct {
		Title       *string             `json:"title,omitempty" minLength:"1" maxLength:"200"`
		Description clearable[string]   `json:"description,omitempty" maxLength:"10000" doc:"Null clears it."`
		Visibility  *string             `json:"visibility,omitempty" enum:"public,unlisted,private"`
		Tags        clearable[[]string] `json:"tags,omitempty" maxItems:"100" maxLength:"200" doc:"All tags anew; null clears them."`
		Category    clearable[string]   `json:"category,omitempty" maxLength:"64" doc:"A slug; null takes the video out of its category."`
		ExternalID  clearable[string]   `json:"external_id,omitempty" maxLength:"200" doc:"Null clears it."`
		Metadata    jsonObject          `json:"metadata,omitempty" doc:"Merged member by member (RFC 7396); null clears all."`
	} `contentType:"application/merge-patch+json"`
}

func (in *updateVideoInput) patch() library.Patch {
	b := in.Body
	return library.Patch{
		Title: b.Title, Description: b.Description.sent(), Visibility: (*access.Visibility)(b.Visibility), Tags: b.Tags.sent(),
		Category: b.Category.sent(), ExternalID: b.ExternalID.sent(), Metadata: b.Metadata, Only: revisions(in.IfMatch),
	}
}

func (a *API) updateVideo(ctx context.Context, in *updateVideoInput) (*videoOutput, error) {
	v, err := a.Library.UpdateVideo(ctx, viewerOf(ctx), ids.VideoID(in.ID), in.patch())
	if err != nil {
		return nil, err
	}
	a.Events.Publish(events.State, v.ID)
	return a.videoOutput(ctx, v), nil
}

type deleteVideoInput struct {
	ID        string `path:"id" pattern:"^[0-9A-Za-z]{22}$" doc:"The video's id."`
	Permanent bool   `query:"permanent" doc:"Remove it for good instead of moving it to the bin."`
	IfMatch   string `header:"If-Match" maxLength:"1000" doc:"The ETag that you have seen; 412 when the video was changed since."`
}

type nothing struct{}

func (a *API) deleteVideo(ctx context.Context, in *deleteVideoInput) (*nothing, error) {
	if err := a.remove(ctx, ids.VideoID(in.ID), in.Permanent, revisions(in.IfMatch)); err != nil {
		return nil, err
	}
	a.Events.Publish(events.Deleted, ids.VideoID(in.ID))
	return &nothing{}, nil
}

func (a *API) remove(ctx context.Context, id ids.VideoID, permanent bool, only library.Revisions) error {
	if !permanent {
		return a.Library.BinVideo(ctx, viewerOf(ctx), id, only...)
	}
	if err := a.Library.CheckRevision(ctx, viewerOf(ctx), id, only); err != nil {
		return err
	}
	return a.Pipeline.PurgeVideo(ctx, viewerOf(ctx), id)
}

func (a *API) restoreVideo(ctx context.Context, in *videoPath) (*videoOutput, error) {
	v, err := a.Library.RestoreVideo(ctx, viewerOf(ctx), ids.VideoID(in.ID))
	if err != nil {
		return nil, err
	}
	a.Events.Publish(events.Created, v.ID)
	return a.videoOutput(ctx, v), nil
}

func notPlayable(v library.Video) error {
	p := newProblem(http.StatusConflict, "This video cannot be played yet.").withCode("not_playable")
	p.State = string(v.State)
	return p
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
		return nil, notPlayable(v)
	}
	return &playbackOutput{Body: newPlaybackBody(base(ctx), v)}, nil
}
