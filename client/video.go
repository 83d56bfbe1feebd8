package client

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
)

// Video is a video, as far as programs need it.
type Video struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	Title    string `json:"title"`
	Progress struct {
		Upload float64 `json:"upload"`
		Encode float64 `json:"encode"`
	} `json:"progress"`
	Error  *Failure `json:"error"`
	Damage *struct {
		Frames int64 `json:"frames"`
	} `json:"damage"`
	Tracks          []Track      `json:"tracks"`
	Visibility      string       `json:"visibility"`
	DurationSeconds float64      `json:"duration_seconds"`
	PosterURL       string       `json:"poster_url"`
	WatchURL        string       `json:"watch_url"`
	Upload          *Upload      `json:"upload"`
	Replacement     *Replacement `json:"replacement"`
}

// Track is an audio or subtitle track beside the rungs.
type Track struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Lang    string `json:"lang"`
	Label   string `json:"label"`
	Role    string `json:"role"`
	Default bool   `json:"default"`
	URL     string `json:"url"` // only where a file of its own can be fetched
}

// Upload is the right to fill a video once.
type Upload struct {
	PutURL string `json:"put_url"`
	TusURL string `json:"tus_url"`
}

// CreateVideo makes a video that waits for its source.
func (c *Client) CreateVideo(ctx context.Context, title, visibility string) (v Video, err error) {
	err = c.Do(ctx, http.MethodPost, "/videos", map[string]string{"title": title, "visibility": visibility}, &v)
	return v, err
}

// Videos lists the first 100 videos that the client may meet, newest first. The filter holds query parameters: owner, state.
func (c *Client) Videos(ctx context.Context, filter url.Values) ([]Video, error) {
	var page struct {
		Items []Video `json:"items"`
	}
	query := url.Values{"limit": {"100"}}
	maps.Copy(query, filter)
	err := c.Do(ctx, http.MethodGet, "/videos?"+query.Encode(), nil, &page)
	return page.Items, err
}

// UpdateVideo changes what the patch names: title, description, visibility; nil clears a description.
func (c *Client) UpdateVideo(ctx context.Context, id string, patch map[string]any) (v Video, err error) {
	err = c.Do(ctx, http.MethodPatch, "/videos/"+id, patch, &v)
	return v, err
}

// BinVideo moves a video to the bin, from where RestoreVideo takes it.
func (c *Client) BinVideo(ctx context.Context, id string) error {
	return c.Do(ctx, http.MethodDelete, "/videos/"+id, nil, nil)
}

// PurgeVideo removes a video for good, from the bin too.
func (c *Client) PurgeVideo(ctx context.Context, id string) error {
	return c.Do(ctx, http.MethodDelete, "/videos/"+id+"?permanent=true", nil, nil)
}

// RestoreVideo takes a video out of the bin.
func (c *Client) RestoreVideo(ctx context.Context, id string) (v Video, err error) {
	err = c.Do(ctx, http.MethodPost, "/videos/"+id+"/restore", nil, &v)
	return v, err
}

// RepairVideo makes a stuck or failed video go on. Video tells how it went.
func (c *Client) RepairVideo(ctx context.Context, id string) error {
	return c.Do(ctx, http.MethodPost, "/videos/"+id+"/repair", nil, nil)
}

// Video returns a video.
func (c *Client) Video(ctx context.Context, id string) (v Video, err error) {
	err = c.Do(ctx, http.MethodGet, "/videos/"+id, nil, &v)
	return v, err
}

// PutSource sends a video's source of so many bytes to its put_url, which is the right to do so: no token goes with it. A
// sizeBytes of -1 means that the length is not known.
func (c *Client) PutSource(ctx context.Context, putURL string, source io.Reader, sizeBytes int64) (v Video, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, putURL, source)
	if err != nil {
		return v, fmt.Errorf("make the request: %w", err)
	}
	r.ContentLength = sizeBytes
	_, err = c.exchange(r, &v)
	return v, err
}

// Playback is where a video can be played.
type Playback struct {
	HLS    string `json:"hls"`
	DASH   string `json:"dash"`
	Poster string `json:"poster"`

	Tracks   []Track `json:"tracks"`
	Chapters []struct {
		Start float64 `json:"start"`
		Title string  `json:"title"`
	} `json:"chapters"`
}

// Playback returns where a video can be played; a *Problem with the code not_playable before it can.
func (c *Client) Playback(ctx context.Context, id string) (p Playback, err error) {
	err = c.Do(ctx, http.MethodGet, "/videos/"+id+"/playback", nil, &p)
	return p, err
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
			Copied bool   `json:"copied"` // the source's own samples
			Width  int    `json:"width"`
			Height int    `json:"height"`
		} `json:"rungs"`
		NotCopied []struct {
			Track   string `json:"track"`
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"not_copied"`
	} `json:"plan"`
	Chunks []struct {
		ID           string  `json:"id"`
		Index        int     `json:"index"`
		FirstSegment int     `json:"first_segment"`
		Segments     int     `json:"segments"`
		State        string  `json:"state"`
		Attempts     int     `json:"attempts"`
		Progress     float64 `json:"progress"`
		CPUSeconds   float64 `json:"cpu_seconds"`
		Error        string  `json:"error"`
		Worker       string  `json:"worker"`
	} `json:"chunks"`
	Tasks []struct {
		ID         string  `json:"id"`
		Kind       string  `json:"kind"`
		Track      string  `json:"track"`
		State      string  `json:"state"`
		Attempts   int     `json:"attempts"`
		CPUSeconds float64 `json:"cpu_seconds"`
		Error      string  `json:"error"`
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
	err = c.Do(ctx, http.MethodGet, "/videos/"+id+"/encoding", nil, &e)
	return e, err
}
