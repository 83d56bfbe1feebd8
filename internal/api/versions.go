package api

import (
	"context"
	"time"

	"matinee/internal/ids"
	"matinee/internal/library"
	"matinee/internal/pipeline"
	"matinee/internal/upload"
)

// replacementBody is what becomes of a file that is to take the place of the one that plays.
type replacementBody struct {
	State      string              `json:"state" enum:"uploading,processing,failed" doc:"It is over when the new version is shown: null then."`
	Progress   progressBody        `json:"progress"`
	ETASeconds *int64              `json:"eta_seconds" doc:"Until every quality of it is there, and before that it takes over; null where nobody knows."`
	Error      orNull[failureBody] `json:"error" doc:"Why it failed. What plays is untouched."`
	Trouble    orNull[failureBody] `json:"trouble" doc:"What stands in the way of the work now; null for nothing."`
}

func (a *API) replacementBody(ctx context.Context, r *library.Replacement) orNull[replacementBody] {
	if r == nil {
		return orNull[replacementBody]{}
	}
	b := replacementBody{
		State: string(r.State), Progress: progressBody{Upload: r.Progress.Upload, Encode: r.Progress.Encode}, Error: newFailureBody(r.Failure), Trouble: newFailureBody(r.Trouble),
	}
	if r.Version != "" && r.State == library.Processing {
		b.ETASeconds = etaSeconds(a.Pipeline.ETA(ctx, r.Version))
	}
	return present(b)
}

// versionBody is one file of a video and what was made from it.
type versionBody struct {
	ID        string              `json:"id" pattern:"^[0-9A-Za-z]{22}$"`
	State     string              `json:"state" enum:"uploading,processing,playable,ready,failed"`
	Current   bool                `json:"current" doc:"Viewers see it."`
	CreatedAt time.Time           `json:"created_at"`
	RetireAt  *time.Time          `json:"retire_at" doc:"Another version has taken over: players that hold its addresses are served until then. Null for others."`
	FileName  string              `json:"file_name" doc:"Empty where it had none."`
	SizeBytes *int64              `json:"size_bytes" doc:"Of the file; null before that is known."`
	Error     orNull[failureBody] `json:"error" doc:"Why it failed."`
}

func newVersionBody(v pipeline.ListedVersion) versionBody {
	b := versionBody{
		ID: string(v.ID), State: string(v.State), Current: v.Current, CreatedAt: v.CreatedAt.UTC(), RetireAt: optional(v.RetireAt),
		FileName: v.FileName, Error: newFailureBody(v.Failure),
	}
	if v.SourceBytes > 0 {
		b.SizeBytes = &v.SourceBytes
	}
	return b
}

type listVersionsOutput struct {
	Body struct {
		Items []versionBody `json:"items" nullable:"false" doc:"The newest first: an upload that arrives, a replacement that is made or has failed, what is shown, and those before it whose time is not over."`
	}
}

func (a *API) versions(ctx context.Context, in *videoPath) (*listVersionsOutput, error) {
	list, err := a.Pipeline.Versions(ctx, viewerOf(ctx), ids.VideoID(in.ID))
	if err != nil {
		return nil, err
	}
	out := &listVersionsOutput{}
	out.Body.Items = make([]versionBody, 0, len(list))
	for _, v := range list {
		out.Body.Items = append(out.Body.Items, newVersionBody(v))
	}
	return out, nil
}

type createVersionInput struct {
	ID   string `path:"id" pattern:"^[0-9A-Za-z]{22}$" doc:"The video's id."`
	Body *struct {
		Upload grantBody `json:"upload,omitempty"`
	} `doc:"It may be left out."`
}

// grantBody shapes the right to upload.
type grantBody struct {
	MaxBytes   int64  `json:"max_bytes,omitempty" minimum:"0" doc:"The largest source that the upload URLs take."`
	CORSOrigin string `json:"cors_origin,omitempty" maxLength:"300" doc:"The origin whose pages may send to the upload URLs, * for all."`
}

type createVersionOutput struct {
	Body struct {
		Upload uploadBody `json:"upload" doc:"The right to give this video another file, once; told this once."`
	}
}

func (a *API) createVersion(ctx context.Context, in *createVersionInput) (*createVersionOutput, error) {
	var opts upload.GrantOptions
	if in.Body != nil {
		opts = upload.GrantOptions{MaxBytes: in.Body.Upload.MaxBytes, CORSOrigin: in.Body.Upload.CORSOrigin}
	}
	grant, err := a.Uploads.Grant(ctx, viewerOf(ctx), ids.VideoID(in.ID), opts)
	if err != nil {
		return nil, err
	}
	out := &createVersionOutput{}
	out.Body.Upload = newUploadBody(base(ctx), grant)
	return out, nil
}

type versionPath struct {
	ID      string `path:"id" pattern:"^[0-9A-Za-z]{22}$" doc:"The video's id."`
	Version string `path:"version" pattern:"^[0-9A-Za-z]{22}$" doc:"The version's id."`
}

func (a *API) deleteVersion(ctx context.Context, in *versionPath) (*nothing, error) {
	return nil, a.Pipeline.GiveUpVersion(ctx, viewerOf(ctx), ids.VideoID(in.ID), ids.VersionID(in.Version))
}
