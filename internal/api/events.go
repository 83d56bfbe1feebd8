package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
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
	// Replacement is told to whoever may edit the video: an object or null.
	Replacement *orNull[replacementBody] `json:"replacement,omitempty"`
}

// Bounds of event streams.
const (
	maxStreamsOfUser    = 32  // of one account
	maxStreamsOfAddress = 256 // of strangers from one address, which may be a whole school
	// tellWithin is how long a client may take for one event before it is cut off. It comes back and resumes.
	tellWithin = 15 * time.Second
)

// events streams what happens to the videos that the caller may meet (or, with ?video=, to one that it may watch) as
// server-sent events until the client goes. Each event is the video as the caller may see it now. A client that comes back
// says with Last-Event-ID, or ?last_event_id= where it cannot send headers, how far it had come; it gets what it missed, or
// "reset" where that cannot be told any more.
func (a *API) events(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	only, err := a.followed(ctx, r.URL.Query().Get("video"))
	if err != nil {
		writeProblem(w, a.problem(ctx, err))
		return
	}
	leave, err := a.streams.enter(a.streamOwner(r))
	if err != nil {
		writeProblem(w, a.problem(ctx, err))
		return
	}
	defer leave()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // for nginx in front
	stream := &eventStream{api: a, w: w, r: r, viewer: viewerOf(ctx), only: only, shown: map[ids.VideoID]bool{}}
	subscription := stream.subscribe()
	defer subscription.Close()
	stream.follow(ctx, subscription)
}

// streamOwner is whose streams are counted together, and how many there may be.
func (a *API) streamOwner(r *http.Request) (owner string, limit int) {
	switch viewer := viewerOf(r.Context()); {
	case viewer.User != "":
		return string(viewer.User), maxStreamsOfUser
	case viewer.Local:
		return "socket", maxStreamsOfUser
	}
	return a.originOf(r).Address.String(), maxStreamsOfAddress
}

// streams counts the event streams that are open. The zero value is empty.
type streams struct {
	mu   sync.Mutex
	open map[string]int
}

// enter counts one more stream of the owner until leave is called. It is an errs.RateLimited error when there are too many.
func (s *streams) enter(owner string, limit int) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[owner] >= limit {
		return nil, &errs.Error{
			Kind: errs.RateLimited, Code: "too_many_streams", Message: "Too many event streams are open. Close some of them.", RetryAfter: 30 * time.Second,
		}
	}
	if s.open == nil {
		s.open = map[string]int{}
	}
	s.open[owner]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.open[owner]--; s.open[owner] == 0 {
			delete(s.open, owner)
		}
	}, nil
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
	r      *http.Request
	viewer access.Viewer
	only   ids.VideoID
	shown  map[ids.VideoID]bool // what this client knows of
	// replaying is set until what a client missed was told: which videos it knows of is not known then.
	replaying bool
}

// subscribe begins where the client stopped, or now.
func (s *eventStream) subscribe() *events.Subscription {
	last := cmp.Or(s.r.Header.Get("Last-Event-ID"), s.r.URL.Query().Get("last_event_id"))
	if last == "" {
		return s.api.Events.Subscribe()
	}
	s.replaying = true
	return s.api.Events.Resume(events.ParsePosition(last))
}

func (s *eventStream) follow(ctx context.Context, subscription *events.Subscription) {
	keepAlive := time.NewTicker(sseKeepAlive)
	defer keepAlive.Stop()
	if s.greet(ctx, subscription) != nil {
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
			if err = s.sameViewer(); err == nil {
				err = s.write(stamped(": still here", subscription.Position()))
			}
		case <-subscription.Ready():
			if err = s.sameViewer(); err == nil {
				err = s.tell(ctx, subscription.Take())
			}
		}
		if err != nil {
			return
		}
	}
}

// greet begins the stream with what the client missed, and ends that with "hello", by which a client knows where it stands.
func (s *eventStream) greet(ctx context.Context, subscription *events.Subscription) error {
	if s.replaying {
		if err := s.write(": connected\n\n"); err != nil {
			return err
		}
		if err := s.tell(ctx, subscription.Take()); err != nil {
			return err
		}
		s.replaying = false
	}
	return s.write(stamped(": up to date\nevent: hello\ndata: {}", subscription.Position()))
}

// stamped is a comment or an event that tells a client how far it has come.
func stamped(comment string, at events.Position) string {
	return fmt.Sprintf("%s\nid: %s\n\n", comment, at)
}

// errOtherViewer ends a stream whose client is no longer who it was: signed out, suspended, of another role. It comes back as
// whoever it is now.
var errOtherViewer = errors.New("the viewer of a stream has changed")

func (s *eventStream) sameViewer() error {
	viewer, err := s.api.auth.Viewer(s.r)
	if err == nil && viewer != s.viewer {
		err = errOtherViewer
	}
	return err
}

func (s *eventStream) tell(ctx context.Context, happened []events.Event) error {
	if s.replaying && s.hidesSome(ctx, happened) && len(happened) > 0 {
		// What it may not see now it may have seen before. Which videos these are is not told.
		happened = []events.Event{{Kind: events.Reset, Position: happened[len(happened)-1].Position}}
	}
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

// hidesSome reports whether an event, other than mere progress, is about a video that the client may not see now.
func (s *eventStream) hidesSome(ctx context.Context, happened []events.Event) bool {
	for _, e := range happened {
		if e.Kind == events.Progress || e.Kind == events.Reset || s.only != "" && e.Video != s.only {
			continue
		}
		if _, err := s.api.Library.Video(ctx, s.viewer, e.Video); err != nil {
			return true
		}
	}
	return false
}

// text is an event as the client may see it, "" when it may not.
func (s *eventStream) text(ctx context.Context, e events.Event) (string, error) {
	if e.Kind == events.Reset {
		s.shown = map[ids.VideoID]bool{}
		return format(e, eventBody{})
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
		e.Kind = events.Deleted // gone, or no longer for this client
		return format(e, eventBody{ID: string(e.Video)})
	}
	if err != nil || !s.meets(v) {
		return "", err
	}
	s.remember(e.Video)
	body := s.api.videoBody(ctx, v)
	news := eventBody{ID: body.ID, State: body.State, Progress: body.Progress, ETASeconds: body.ETASeconds}
	if body.CanEdit {
		news.Replacement = &body.Replacement
	}
	return format(e, news)
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

func format(e events.Event, body eventBody) (string, error) {
	data, err := json.Marshal(body)
	return fmt.Sprintf("id: %s\nevent: %s\ndata: %s\n\n", e.Position, e.Kind, data), err
}

func (s *eventStream) write(text string) error {
	control := http.NewResponseController(s.w)
	_ = control.SetWriteDeadline(time.Now().Add(tellWithin)) // not every writer has deadlines
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return control.Flush()
}

// Close ends the event streams, so that the server can drain. It may be called once.
func (a *API) Close() { close(a.closing) }
