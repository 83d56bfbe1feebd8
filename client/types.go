package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// User is an account.
type User struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Role  string `json:"role"`
}

// NewUser is what an account is made of.
type NewUser struct {
	Email    string `json:"email"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Password string `json:"password"`
}

// CreateUser makes an account that can sign in.
func (c *Client) CreateUser(ctx context.Context, n NewUser) (u User, err error) {
	return u, c.Do(ctx, http.MethodPost, "/users", n, &u)
}

// Users lists the first page of accounts.
func (c *Client) Users(ctx context.Context) ([]User, error) {
	var page struct {
		Items []User `json:"items"`
	}
	return page.Items, c.Do(ctx, http.MethodGet, "/users", nil, &page)
}

// SignIn returns a client that acts for the account.
func (c *Client) SignIn(ctx context.Context, email, password string) (*Client, error) {
	var tokens struct {
		AccessToken string `json:"access_token"`
	}
	in := map[string]string{"email": email, "password": password}
	if err := c.Do(ctx, http.MethodPost, "/auth/token", in, &tokens); err != nil {
		return nil, err
	}
	return &Client{base: c.base, http: c.http, token: tokens.AccessToken}, nil
}

// Video is a video, as far as programs need it.
type Video struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	Title    string `json:"title"`
	Progress struct {
		Upload float64 `json:"upload"`
		Encode float64 `json:"encode"`
	} `json:"progress"`
	Error *struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Next    string `json:"next"`
	} `json:"error"`
	Visibility      string  `json:"visibility"`
	DurationSeconds float64 `json:"duration_seconds"`
	PosterURL       string  `json:"poster_url"`
	WatchURL        string  `json:"watch_url"`
	Upload          *Upload `json:"upload"`
}

// Upload is the right to fill a video once.
type Upload struct {
	PutURL string `json:"put_url"`
	TusURL string `json:"tus_url"`
}

// CreateVideo makes a video that waits for its source.
func (c *Client) CreateVideo(ctx context.Context, title, visibility string) (v Video, err error) {
	return v, c.Do(ctx, http.MethodPost, "/videos", map[string]string{"title": title, "visibility": visibility}, &v)
}

// Video returns a video.
func (c *Client) Video(ctx context.Context, id string) (v Video, err error) {
	return v, c.Do(ctx, http.MethodGet, "/videos/"+id, nil, &v)
}

// PutSource sends a video's source of so many bytes to its put_url.
func (c *Client) PutSource(ctx context.Context, putURL string, source io.Reader, sizeBytes int64) (v Video, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, putURL, source)
	if err != nil {
		return v, fmt.Errorf("make the request: %w", err)
	}
	r.ContentLength = sizeBytes
	return v, c.Send(r, &v)
}

// Playback is where a video can be played.
type Playback struct {
	HLS    string `json:"hls"`
	DASH   string `json:"dash"`
	Poster string `json:"poster"`
}

// Playback returns where a video can be played; a *Problem with the code not_playable before it can.
func (c *Client) Playback(ctx context.Context, id string) (p Playback, err error) {
	return p, c.Do(ctx, http.MethodGet, "/videos/"+id+"/playback", nil, &p)
}

// Encoding is how a video is made.
type Encoding struct {
	Version string `json:"version"`
	Plan    *struct {
		FrameRate  float64 `json:"frame_rate"`
		Frames     int64   `json:"frames"`
		Boundaries []int64 `json:"boundaries"`
		Rungs      []struct {
			ID     string `json:"id"`
			Width  int    `json:"width"`
			Height int    `json:"height"`
		} `json:"rungs"`
	} `json:"plan"`
	Chunks []struct {
		Index      int     `json:"index"`
		State      string  `json:"state"`
		Attempts   int     `json:"attempts"`
		CPUSeconds float64 `json:"cpu_seconds"`
	} `json:"chunks"`
	Tasks []struct {
		Kind  string `json:"kind"`
		State string `json:"state"`
		Error string `json:"error"`
	} `json:"tasks"`
	Report *struct {
		Checks []struct {
			Name   string `json:"name"`
			OK     bool   `json:"ok"`
			Detail string `json:"detail"`
		} `json:"checks"`
	} `json:"report"`
	CPUSeconds float64 `json:"cpu_seconds"`
}

// Encoding returns how a video is made.
func (c *Client) Encoding(ctx context.Context, id string) (e Encoding, err error) {
	return e, c.Do(ctx, http.MethodGet, "/videos/"+id+"/encoding", nil, &e)
}
