package api

import (
	"context"
	"time"

	"matinee/internal/ids"
	"matinee/internal/pipeline"
)

// listedTaskBody is a task as administrators see it among all others.
type listedTaskBody struct {
	ID         string              `json:"id" pattern:"^[0-9A-Za-z]{22}$"`
	Kind       string              `json:"kind" doc:"probe, prepare, demand, copy, chunk, audio, pictures, verify or storyboard; others may come."`
	State      string              `json:"state" enum:"queued,running,done,failed"`
	Video      taskVideoBody       `json:"video"`
	Track      *string             `json:"track" doc:"Of an audio task."`
	Chunk      *int                `json:"chunk" doc:"Of a chunk task: its number in the plan."`
	Attempts   int                 `json:"attempts" doc:"Those that ended without success."`
	Progress   float64             `json:"progress" minimum:"0" maximum:"1"`
	Worker     *string             `json:"worker" doc:"Who works on it, or did it; null for nobody yet."`
	Error      *string             `json:"error" doc:"Why the last attempt ended."`
	WhyWaiting orNull[waitingBody] `json:"why_waiting" doc:"Why it has not begun; null for one that has."`
	ETASeconds *int64              `json:"eta_seconds" doc:"Until it is done; null where nobody knows."`
	NotBefore  *time.Time          `json:"not_before" doc:"When it is tried next, where it has to wait."`
	CreatedAt  time.Time           `json:"created_at"`
	StartedAt  *time.Time          `json:"started_at"`
	FinishedAt *time.Time          `json:"finished_at"`
}

type taskVideoBody struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

func newListedTaskBody(t pipeline.ListedTask) listedTaskBody {
	b := listedTaskBody{
		ID: string(t.ID), Kind: string(t.Kind), State: string(t.State), Video: taskVideoBody{ID: string(t.Video), Title: t.Title},
		Track: optionalText(t.Track), Attempts: t.Crashes + t.Faults, Progress: progressOf(t.Task), Worker: optionalText(t.Worker),
		Error: optionalText(t.Error), NotBefore: optional(t.NotBefore), CreatedAt: t.CreatedAt.UTC(), StartedAt: optional(t.StartedAt),
		FinishedAt: optional(t.FinishedAt), WhyWaiting: newWaitingBody(t.Why), ETASeconds: etaSeconds(t.ETA, t.ETAKnown),
	}
	if t.Kind == pipeline.Chunk {
		b.Chunk = &t.Chunk
	}
	return b
}

// progressOf is how much of a task is done, from 0 to 1.
func progressOf(t pipeline.Task) float64 {
	switch {
	case t.State == pipeline.Done:
		return 1
	case t.TotalUnits <= 0:
		return 0
	}
	return min(float64(t.DoneUnits)/float64(t.TotalUnits), 1)
}

type listTasksInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"Tasks a page."`
	Cursor string `query:"cursor" maxLength:"300" doc:"next_cursor of the page before."`
	State  string `query:"state" enum:"queued,running,done,failed" doc:"Only tasks in this state."`
	Kind   string `query:"kind" enum:"probe,prepare,demand,copy,chunk,audio,pictures,verify,storyboard" doc:"Only tasks of this kind."`
	Video  string `query:"video" pattern:"^[0-9A-Za-z]{22}$" doc:"Only tasks of this video."`
}

type listTasksOutput struct {
	Body struct {
		Items      []listedTaskBody `json:"items" nullable:"false" doc:"The newest first."`
		NextCursor *string          `json:"next_cursor" doc:"Null at the end."`
	}
}

func (a *API) tasks(ctx context.Context, in *listTasksInput) (*listTasksOutput, error) {
	filter := pipeline.TaskFilter{
		Limit: in.Limit, State: pipeline.TaskState(in.State), Kind: pipeline.Kind(in.Kind), Video: ids.VideoID(in.Video),
	}
	if in.Cursor != "" {
		at, err := parseCursor(in.Cursor, "tasks")
		if err != nil {
			return nil, err
		}
		filter.After = pipeline.TaskCursor{CreatedAt: time.UnixMicro(at.key).UTC(), ID: ids.TaskID(at.id)}
	}
	page, err := a.Pipeline.ListTasks(ctx, viewerOf(ctx), filter)
	if err != nil {
		return nil, err
	}
	out := &listTasksOutput{}
	out.Body.Items = make([]listedTaskBody, 0, len(page.Tasks))
	for _, t := range page.Tasks {
		out.Body.Items = append(out.Body.Items, newListedTaskBody(t))
	}
	out.Body.NextCursor = nextCursor("tasks", page.Next.CreatedAt.UnixMicro(), string(page.Next.ID))
	return out, nil
}

type storageOutput struct {
	Body struct {
		FreeBytes    int64  `json:"free_bytes" doc:"What may still be written, the reserve included."`
		TotalBytes   *int64 `json:"total_bytes" doc:"Null where the store cannot tell."`
		ReserveBytes int64  `json:"reserve_bytes" doc:"What uploads leave free."`
		MediaBytes   *int64 `json:"media_bytes" doc:"Sources and what was made from them, as far as it was measured."`
		ScratchBytes int64  `json:"scratch_bytes" doc:"Copies that work needs for a while."`
	}
}

func (a *API) storage(ctx context.Context, _ *nothing) (*storageOutput, error) {
	s, err := a.Pipeline.Storage(ctx, viewerOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &storageOutput{}
	out.Body.FreeBytes, out.Body.TotalBytes, out.Body.MediaBytes = s.FreeBytes, s.TotalBytes, &s.MediaBytes
	out.Body.ReserveBytes, out.Body.ScratchBytes = a.o.ReserveBytes, s.ScratchBytes
	return out, nil
}
