package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/events"
	"matinee/internal/ids"
	"matinee/internal/library"
)

// eventBody is the data of a server-sent event.
type eventBody struct {
	ID         string       `json:"id"`
	State      string       `json:"state,omitempty"`
	Progress   progressBody `json:"progress"`
	ETASeconds *int64       `json:"eta_seconds"`
}

// events streams what happens to the videos that the caller may meet (or, with ?video=, to one that it may watch) as
// server-sent events until the client goes. Each event is the video as the caller may see it now.
func (a *API) events(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	only, err := a.followed(ctx, r.URL.Query().Get("video"))
	if err != nil {
		writeProblem(w, a.problem(ctx, err))
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // for nginx in front
	stream := &eventStream{api: a, w: w, viewer: viewerOf(ctx), only: only, shown: map[ids.VideoID]bool{}}
	subscription := a.Events.Subscribe()
	defer subscription.Close()
	stream.follow(ctx, subscription)
}

// followed parses and authorises the one video of a stream, "" for all.
func (a *API) followed(ctx context.Context, id string) (ids.VideoID, error) {
	if id == "" {
		return "", nil
	}
	video, err := ids.Parse[ids.VideoID](id)
	if err != nil {
		return "", errs.Missing("video")
	}
	_, err = a.Library.Video(ctx, viewerOf(ctx), video)
	return video, err
}

// eventStream is one listening client.
type eventStream struct {
	api    *API
	w      http.ResponseWriter
	viewer access.Viewer
	only   ids.VideoID
	shown  map[ids.VideoID]bool // what this client knows of
}

func (s *eventStream) follow(ctx context.Context, subscription *events.Subscription) {
	keepAlive := time.NewTicker(sseKeepAlive)
	defer keepAlive.Stop()
	if s.write(": connected\n\n") != nil {
		return
	}
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-s.api.closing:
			return
		case <-keepAlive.C:
			err = s.write(": still here\n\n")
		case <-subscription.Ready():
			err = s.tell(ctx, subscription.Take())
		}
		if err != nil {
			return
		}
	}
}

func (s *eventStream) tell(ctx context.Context, happened []events.Event) error {
	for _, e := range happened {
		text, err := s.text(ctx, e)
		if err != nil {
			s.api.o.Logger.WarnContext(ctx, "an event could not be told", slog.String("video_id", string(e.Video)), slog.Any("error", err))
			continue
		}
		if text == "" {
			continue
		}
		if err := s.write(text); err != nil {
			return err
		}
	}
	return nil
}

// text is an event as the client may see it, "" when it may not.
func (s *eventStream) text(ctx context.Context, e events.Event) (string, error) {
	if e.Kind == events.Reset {
		return format("reset", eventBody{})
	}
	if s.only != "" && e.Video != s.only {
		return "", nil
	}
	v, err := s.api.Library.Video(ctx, s.viewer, e.Video)
	if errs.Is(err, errs.NotFound) {
		if !s.shown[e.Video] && s.only == "" {
			return "", nil
		}
		delete(s.shown, e.Video)
		return format(events.Deleted, eventBody{ID: string(e.Video)}) // gone, or no longer for this client
	}
	if err != nil || !s.meets(v) {
		return "", err
	}
	s.remember(e.Video)
	body := s.api.videoBody(ctx, v)
	return format(e.Kind, eventBody{ID: body.ID, State: body.State, Progress: body.Progress, ETASeconds: body.ETASeconds})
}

// meets reports whether the client would find the video in its lists, or follows it by its address.
func (s *eventStream) meets(v library.Video) bool {
	return s.only == v.ID || s.api.Library.Lists(s.viewer, v)
}

// maxShown bounds what is remembered of a client.
const maxShown = 10_000

func (s *eventStream) remember(id ids.VideoID) {
	if len(s.shown) < maxShown {
		s.shown[id] = true
	}
}

func format(kind events.Kind, body eventBody) (string, error) {
	data, err := json.Marshal(body)
	return fmt.Sprintf("event: %s\ndata: %s\n\n", kind, data), err
}

func (s *eventStream) write(text string) error {
	control := http.NewResponseController(s.w)
	_ = control.SetWriteDeadline(time.Now().Add(30 * time.Second)) // not every writer has deadlines
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return control.Flush()
}

// Close ends the event streams, so that the server can drain. It may be called once.
func (a *API) Close() { close(a.closing) }
