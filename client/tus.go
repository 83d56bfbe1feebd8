package client

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// File is what a server is told of a file before its bytes.
type File struct {
	SizeBytes int64
	Name      string // "" for none
	Type      string // media type, "" for none
}

// CreateUpload begins a resumable upload of so many bytes at a video's tus_url (tus 1.0) and returns the upload's own URL,
// which is the right to go on with it.
func (c *Client) CreateUpload(ctx context.Context, tusURL string, sizeBytes int64) (uploadURL string, err error) {
	return c.BeginUpload(ctx, tusURL, File{SizeBytes: sizeBytes})
}

// BeginUpload is CreateUpload for a file with a name.
func (c *Client) BeginUpload(ctx context.Context, tusURL string, f File) (uploadURL string, err error) {
	r, err := newTusRequest(ctx, http.MethodPost, tusURL, nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Upload-Length", strconv.FormatInt(f.SizeBytes, 10))
	if metadata := f.metadata(); metadata != "" {
		r.Header.Set("Upload-Metadata", metadata)
	}
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

// metadata writes the header of tus: a key and a value in base64 each.
func (f File) metadata() string {
	var parts []string
	for _, pair := range [][2]string{{"filename", f.Name}, {"filetype", f.Type}} {
		if pair[1] != "" {
			parts = append(parts, pair[0]+" "+base64.StdEncoding.EncodeToString([]byte(pair[1])))
		}
	}
	return strings.Join(parts, ",")
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
	r, err := newPatch(ctx, uploadURL, offset, rest)
	if err != nil {
		return 0, err
	}
	return c.patch(r)
}

func newPatch(ctx context.Context, uploadURL string, offset int64, rest io.Reader) (*http.Request, error) {
	r, err := newTusRequest(ctx, http.MethodPatch, uploadURL, rest)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/offset+octet-stream")
	r.Header.Set("Upload-Offset", strconv.FormatInt(offset, 10))
	return r, nil
}

func (c *Client) patch(r *http.Request) (int64, error) {
	header, err := c.exchange(r, nil)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(header.Get("Upload-Offset"), 10, 64)
}

// CancelUpload gives up an unfinished upload: the server forgets what it has of it.
func (c *Client) CancelUpload(ctx context.Context, uploadURL string) error {
	r, err := newTusRequest(ctx, http.MethodDelete, uploadURL, nil)
	if err != nil {
		return err
	}
	_, err = c.exchange(r, nil)
	return err
}

func newTusRequest(ctx context.Context, method, at string, body io.Reader) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, at, body)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	return r, nil
}
