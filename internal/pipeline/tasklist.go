package pipeline

import (
	"context"
	"time"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
)

// Bounds of a page of tasks.
const (
	MaxTaskPage     = 100
	defaultTaskPage = 50
)

// TaskFilter chooses and cuts a list of tasks, the newest first.
type TaskFilter struct {
	State TaskState   // "": every state
	Kind  Kind        // "": every kind
	Video ids.VideoID // "": every video
	After TaskCursor  // zero: from the newest
	Limit int         // 0: 50
}

// TaskCursor names the last task of a page. The zero value stands before the first.
type TaskCursor struct {
	CreatedAt time.Time
	ID        ids.TaskID
}

// ListedTask is a task as the list of all tasks shows it.
type ListedTask struct {
	Task

	Title    string        // of the video, "" when that is gone
	Why      *Waiting      // why it has not begun; nil for one that has
	ETA      time.Duration // until it is done
	ETAKnown bool
}

// TaskPage is one page of tasks. Next is zero at the end.
type TaskPage struct {
	Tasks []ListedTask
	Next  TaskCursor
}

// ListTasks returns a page of all tasks for an administrator, an errs.Denied or errs.Unauthenticated error for others.
func (p *Pipeline) ListTasks(ctx context.Context, viewer access.Viewer, f TaskFilter) (TaskPage, error) {
	if err := access.Check(viewer, access.ManageSystem, access.Facts{}, "task", p.o.Now()); err != nil {
		return TaskPage{}, err
	}
	if f.Limit < 0 || f.Limit > MaxTaskPage {
		return TaskPage{}, errs.InvalidField("query.limit", "A page has 1 to %d tasks.", MaxTaskPage)
	}
	setDefault(&f.Limit, defaultTaskPage)
	page, err := p.store.ListTasks(ctx, f)
	if err != nil {
		return TaskPage{}, err
	}
	return page, p.explain(ctx, page.Tasks)
}
