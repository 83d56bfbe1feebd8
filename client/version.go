package client

import (
	"context"
	"net/http"
	"time"
)

// Replacement is what becomes of a file that is to take the place of the one that plays.
type Replacement struct {
	State    string   `json:"state"` // uploading, processing or failed
	Error    *Failure `json:"error"` // why it failed; what plays is untouched
	Progress struct {
		Upload float64 `json:"upload"`
		Encode float64 `json:"encode"`
	} `json:"progress"`
}

// Version is one file of a video and what was made from it.
type Version struct {
	ID        string    `json:"id"`
	State     string    `json:"state"`
	Current   bool      `json:"current"` // viewers see it
	CreatedAt time.Time `json:"created_at"`
	RetireAt  time.Time `json:"retire_at"` // until when it answers although another took over; zero: none did
	FileName  string    `json:"file_name"`
	SizeBytes int64     `json:"size_bytes"`
	Error     *Failure  `json:"error"`
}

// CreateVersion returns the right to give a video another file, once. What plays does so until the new one can be played.
func (c *Client) CreateVersion(ctx context.Context, id string) (Upload, error) {
	var out struct {
		Upload Upload `json:"upload"`
	}
	err := c.Do(ctx, http.MethodPost, "/videos/"+id+"/versions", nil, &out)
	return out.Upload, err
}

// Versions lists the files of a video, the newest first.
func (c *Client) Versions(ctx context.Context, id string) ([]Version, error) {
	var out struct {
		Items []Version `json:"items"`
	}
	err := c.Do(ctx, http.MethodGet, "/videos/"+id+"/versions", nil, &out)
	return out.Items, err
}

// GiveUpVersion gives up a version that is not shown.
func (c *Client) GiveUpVersion(ctx context.Context, id, version string) error {
	return c.Do(ctx, http.MethodDelete, "/videos/"+id+"/versions/"+version, nil, nil)
}
