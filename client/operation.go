package client

import (
	"context"
	"net/http"
	"net/url"
)

// Operation is long work that an answer did not wait for.
type Operation struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind"`  // repair, reencode or retry
	State    string   `json:"state"` // running, done, failed or cancelled
	Progress float64  `json:"progress"`
	Error    *Failure `json:"error"` // why it failed
	VideoID  string   `json:"video_id"`
	TaskID   string   `json:"task_id"` // of a retry
}

// Failure says why a video or an operation failed, and what to do.
type Failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Next    string `json:"next"`
}

// begun is the answer to a request for long work, and to the question after it.
type begun struct {
	Operation Operation `json:"operation"`
}

// Operation returns how far long work is.
func (c *Client) Operation(ctx context.Context, id string) (Operation, error) {
	var out begun
	err := c.Do(ctx, http.MethodGet, "/operations/"+id, nil, &out)
	return out.Operation, err
}

// ReencodeVideo makes a video anew from its source.
func (c *Client) ReencodeVideo(ctx context.Context, id string) (Operation, error) {
	var out begun
	err := c.Do(ctx, http.MethodPost, "/videos/"+id+"/reencode", nil, &out)
	return out.Operation, err
}

// CancelOperation ends long work.
func (c *Client) CancelOperation(ctx context.Context, id string) error {
	return c.Do(ctx, http.MethodDelete, "/operations/"+id, nil, nil)
}

// RetryTask queues a task again that failed, or that is done and is to be done anew.
func (c *Client) RetryTask(ctx context.Context, taskID string) (Operation, error) {
	var out begun
	err := c.Do(ctx, http.MethodPost, "/tasks/"+taskID+"/retry", nil, &out)
	return out.Operation, err
}

// Task is a piece of media work, as administrators see it.
type Task struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	State string `json:"state"`
	Video struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	} `json:"video"`
	Track    string  `json:"track"` // of an audio task
	Chunk    *int    `json:"chunk"` // of a chunk task: its number in the plan
	Attempts int     `json:"attempts"`
	Progress float64 `json:"progress"`
	Worker   string  `json:"worker"`
	Error    string  `json:"error"`
}

// Tasks lists all tasks. The filter holds query parameters: state, kind, video.
func (c *Client) Tasks(ctx context.Context, filter url.Values) ([]Task, error) {
	query := url.Values{"limit": {"100"}}
	for key, values := range filter {
		query[key] = values
	}
	return all[Task](ctx, c, "/tasks", query)
}

// Storage is how full the disk is. A size is in bytes; nil where nobody can tell.
type Storage struct {
	FreeBytes    int64  `json:"free_bytes"`
	TotalBytes   int64  `json:"total_bytes"`
	ReserveBytes int64  `json:"reserve_bytes"`
	MediaBytes   *int64 `json:"media_bytes"`
	ScratchBytes int64  `json:"scratch_bytes"`
}

// Storage returns how full the disk is.
func (c *Client) Storage(ctx context.Context) (s Storage, err error) {
	err = c.Do(ctx, http.MethodGet, "/storage", nil, &s)
	return s, err
}
