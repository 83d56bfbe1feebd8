package api

import (
	"context"
	"time"

	"matinee/internal/ids"
	"matinee/internal/pipeline"
)

// operationBody is long work that somebody asked for.
type operationBody struct {
	ID        string              `json:"id" pattern:"^[0-9A-Za-z]{22}$"`
	Kind      string              `json:"kind" enum:"repair,reencode,retry"`
	State     string              `json:"state" enum:"running,done,failed,cancelled" doc:"It follows from the tasks of the video, and never changes once it is not running."`
	Progress  float64             `json:"progress" minimum:"0" maximum:"1"`
	Error     orNull[failureBody] `json:"error" doc:"Why it failed."`
	VideoID   string              `json:"video_id" pattern:"^[0-9A-Za-z]{22}$"`
	TaskID    *string             `json:"task_id" doc:"The task that is done again, of a retry."`
	CreatedAt time.Time           `json:"created_at"`
	EndedAt   *time.Time          `json:"ended_at"`
}

func newOperationBody(o pipeline.Operation) operationBody {
	return operationBody{
		ID: string(o.ID), Kind: string(o.Kind), State: string(o.State), Progress: o.Progress, VideoID: string(o.Video),
		Error: newFailureBody(o.Failure), TaskID: optionalText(string(o.Task)), CreatedAt: o.CreatedAt.UTC(), EndedAt: optional(o.EndedAt),
	}
}

// begunOutput answers a request for long work.
type begunOutput struct {
	Location string `header:"Location" doc:"Where the operation can be followed."`
	Body     struct {
		Operation operationBody `json:"operation"`
	}
}

func newBegunOutput(ctx context.Context, o pipeline.Operation, err error) (*begunOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &begunOutput{Location: base(ctx) + Prefix + "/operations/" + string(o.ID)}
	out.Body.Operation = newOperationBody(o)
	return out, nil
}

func (a *API) repairVideo(ctx context.Context, in *videoPath) (*begunOutput, error) {
	o, err := a.Pipeline.BeginRepair(ctx, viewerOf(ctx), ids.VideoID(in.ID))
	return newBegunOutput(ctx, o, err)
}

func (a *API) reencodeVideo(ctx context.Context, in *videoPath) (*begunOutput, error) {
	o, err := a.Pipeline.BeginReencode(ctx, viewerOf(ctx), ids.VideoID(in.ID))
	return newBegunOutput(ctx, o, err)
}

type taskPath struct {
	ID string `path:"id" pattern:"^[0-9A-Za-z]{22}$" doc:"The task's id."`
}

func (a *API) retryTask(ctx context.Context, in *taskPath) (*begunOutput, error) {
	o, err := a.Pipeline.BeginRetry(ctx, viewerOf(ctx), ids.TaskID(in.ID))
	return newBegunOutput(ctx, o, err)
}

type operationPath struct {
	ID string `path:"id" pattern:"^[0-9A-Za-z]{22}$" doc:"The operation's id."`
}

type operationOutput struct {
	Body struct {
		Operation operationBody `json:"operation"`
	}
}

func (a *API) operation(ctx context.Context, in *operationPath) (*operationOutput, error) {
	o, err := a.Pipeline.Operation(ctx, viewerOf(ctx), ids.OperationID(in.ID))
	if err != nil {
		return nil, err
	}
	out := &operationOutput{}
	out.Body.Operation = newOperationBody(o)
	return out, nil
}

func (a *API) cancelOperation(ctx context.Context, in *operationPath) (*nothing, error) {
	return nil, a.Pipeline.CancelOperation(ctx, viewerOf(ctx), ids.OperationID(in.ID))
}

type listOperationsInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"Operations a page."`
	Cursor string `query:"cursor" maxLength:"300" doc:"next_cursor of the page before."`
	Video  string `query:"video" pattern:"^[0-9A-Za-z]{22}$" doc:"Only those on this video."`
}

type listOperationsOutput struct {
	Body struct {
		Items      []operationBody `json:"items" nullable:"false" doc:"The newest first, of the last 30 days."`
		NextCursor *string         `json:"next_cursor" doc:"Null at the end."`
	}
}

func (a *API) operations(ctx context.Context, in *listOperationsInput) (*listOperationsOutput, error) {
	filter := pipeline.OperationFilter{Limit: in.Limit, Video: ids.VideoID(in.Video)}
	if in.Cursor != "" {
		at, err := parseCursor(in.Cursor, "operations")
		if err != nil {
			return nil, err
		}
		filter.After = ids.OperationID(at.id)
	}
	list, next, err := a.Pipeline.Operations(ctx, viewerOf(ctx), filter)
	if err != nil {
		return nil, err
	}
	out := &listOperationsOutput{}
	out.Body.Items = make([]operationBody, 0, len(list))
	for _, o := range list {
		out.Body.Items = append(out.Body.Items, newOperationBody(o))
	}
	out.Body.NextCursor = nextCursor("operations", 0, string(next))
	return out, nil
}
