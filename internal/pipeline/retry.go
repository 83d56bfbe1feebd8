package pipeline

import (
	"context"
	"fmt"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/events"
	"matinee/internal/ids"
)

// RetryTask queues one task again, for the owner of its video or an administrator: a task that was given up begins anew, one
// that waits is tried at once, and of a chunk or audio track that is done every segment is checked and the bad ones are made
// again. In a video that failed all its tasks go on, because one alone could not end it. It returns the task as it was queued.
//
// A task that runs is an errs.Conflict with the code task_running; a probe or a preparation that is done one with the code
// task_done, since what was planned never changes. Whoever may not edit the video gets an errs.NotFound.
func (p *Pipeline) RetryTask(ctx context.Context, viewer access.Viewer, id ids.TaskID) (Task, error) {
	task, err := p.store.Task(ctx, id)
	if errs.Is(err, errs.NotFound) {
		return Task{}, errs.Missing("task")
	}
	if err != nil {
		return Task{}, fmt.Errorf("read task: %w", err)
	}
	if err := p.mayEdit(ctx, viewer, task.Video); errs.Is(err, errs.NotFound) {
		return Task{}, errs.Missing("task")
	} else if err != nil {
		return Task{}, err
	}
	task, err = p.store.RetryTask(ctx, id, p.o.Now())
	if err != nil {
		return Task{}, fmt.Errorf("retry task: %w", err)
	}
	p.hub.Publish(events.State, task.Video)
	p.Wake()
	return task, nil
}
