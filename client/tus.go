package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// CreateUpload begins a resumable upload of so many bytes at a video's tus_url (tus 1.0) and returns the upload's own URL,
// which is the right to go on with it.
func (c *Client) CreateUpload(ctx context.Context, tusURL string, sizeBytes int64) (uploadURL string, err error) {
	r, err := newTusRequest(ctx, http.MethodPost, tusURL, nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Upload-Length", strconv.FormatInt(sizeBytes, 10))
	header, err := c.exchange(r, nil)
	if err != nil {
		return "", err
	}
	location, err := url.Parse(header.Get("Location"))
	if err != nil {
		return "", fmt.Errorf("read the upload's location: %w", err)
	}
	return r.URL.ResolveReference(location).String(), nil
}

// UploadOffset returns how many bytes of an upload the server has: where SendUpload goes on.
func (c *Client) UploadOffset(ctx context.Context, uploadURL string) (int64, error) {
	r, err := newTusRequest(ctx, http.MethodHead, uploadURL, nil)
	if err != nil {
		return 0, err
	}
	header, err := c.exchange(r, nil)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(header.Get("Upload-Offset"), 10, 64)
}

// SendUpload sends what follows the offset. It returns the server's offset after that; on an error ask UploadOffset.
func (c *Client) SendUpload(ctx context.Context, uploadURL string, offset int64, rest io.Reader) (int64, error) {
	r, err := newTusRequest(ctx, http.MethodPatch, uploadURL, rest)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/offset+octet-stream")
	r.Header.Set("Upload-Offset", strconv.FormatInt(offset, 10))
	header, err := c.exchange(r, nil)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(header.Get("Upload-Offset"), 10, 64)
}

func newTusRequest(ctx context.Context, method, at string, body io.Reader) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, at, body)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	return r, nil
}
