package pipeline

import (
	"context"
	"fmt"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/events"
	"matinee/internal/ids"
)

// Repair makes a video go on: given-up work is queued again, a missing step is added, and its state is derived anew. Of a video
// that seems well every segment is verified again, and bad ones are made anew. A replacement that cannot go on is repaired in place
// of what it is to replace.
func (p *Pipeline) Repair(ctx context.Context, viewer access.Viewer, video ids.VideoID) error {
	_, err := p.repair(ctx, viewer, video)
	return err
}

// repair returns the version that it repaired, "" for a video without one.
func (p *Pipeline) repair(ctx context.Context, viewer access.Viewer, video ids.VideoID) (ids.VersionID, error) {
	if err := p.mayEdit(ctx, viewer, video); err != nil {
		return "", err
	}
	version, err := p.store.Repair(ctx, video, p.o.Now())
	if err != nil {
		return "", fmt.Errorf("repair video: %w", err)
	}
	p.hub.Publish(events.State, video)
	p.Wake()
	return version, nil
}

// Encoding is what the owner can see of how a video is made.
type Encoding struct {
	Version Version
	Tasks   []Task
	Waiting *Waiting // why the next of the tasks has not begun; nil while one goes on or none is left
}

// Encoding returns how the current version of a video is made, an errs.Conflict error before its source is complete.
func (p *Pipeline) Encoding(ctx context.Context, viewer access.Viewer, video ids.VideoID) (Encoding, error) {
	if err := p.mayEdit(ctx, viewer, video); err != nil {
		return Encoding{}, err
	}
	v, err := p.store.CurrentVersion(ctx, video)
	if errs.Is(err, errs.NotFound) {
		return Encoding{}, errs.New(errs.Conflict, "no_source", "This video has no source yet.")
	}
	if err != nil {
		return Encoding{}, err
	}
	tasks, err := p.store.Tasks(ctx, v.ID)
	return Encoding{Version: v, Tasks: tasks, Waiting: p.waitingOf(ctx, tasks)}, err
}

func (p *Pipeline) mayEdit(ctx context.Context, viewer access.Viewer, video ids.VideoID) error {
	facts, binned, err := p.store.VideoFacts(ctx, video)
	if err != nil {
		return err
	}
	if binned {
		return errs.Missing("video")
	}
	return access.Check(viewer, access.EditVideo, facts, "video", p.o.Now())
}
