package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Client talks to one server. It is safe for concurrent use once made.
type Client struct {
	base  string
	http  *http.Client
	token string
}

// New returns a client of the server at base, for example http://127.0.0.1:8080. The token is a bearer token; "" for a stranger.
func New(base, token string) *Client {
	return &Client{base: strings.TrimSuffix(base, "/"), http: &http.Client{}, token: token}
}

// OverSocket returns a client with the authority of whoever may open the data folder's socket.
func OverSocket(path string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
	return &Client{base: "http://matinee", http: &http.Client{Transport: &http.Transport{DialContext: dial}}}
}

// Through returns a client whose requests take the given way.
func Through(t http.RoundTripper) *Client {
	return &Client{base: "http://matinee", http: &http.Client{Transport: t}}
}

// Problem is an error answer (RFC 9457).
type Problem struct {
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Detail    string `json:"detail"`
	RequestID string `json:"request_id"`
	Errors    []struct {
		Location string `json:"location"`
		Message  string `json:"message"`
	} `json:"errors"`
}

// Error returns the sentence for a person, and which parts of the request it is about.
func (p *Problem) Error() string {
	text := p.Detail
	for _, e := range p.Errors {
		if e.Message != p.Detail {
			text += fmt.Sprintf(" %s: %s.", e.Location, e.Message)
		}
	}
	return text
}

// Do sends a request with a JSON body (nil for none) and reads the JSON answer into out (nil to ignore it). The path begins with
// a slash below /api/v1. An error answer is a *Problem.
func (c *Client) Do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("encode the request: %w", err)
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+path, body)
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return c.Send(r, out)
}

// Send sends a request of the caller's making, with the client's token, and reads the JSON answer into out (nil to ignore it).
func (c *Client) Send(r *http.Request, out any) error {
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	_, err := c.exchange(r, out)
	return err
}

// exchange sends a request as it is and returns the headers of the answer, whose JSON it reads into out (nil to ignore it).
func (c *Client) exchange(r *http.Request, out any) (http.Header, error) {
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusBadRequest {
		return answer.Header, problemOf(answer)
	}
	return answer.Header, readInto(answer, out)
}

// all reads every page of a list.
func all[T any](ctx context.Context, c *Client, path string, query url.Values) ([]T, error) {
	var items []T
	for {
		var page struct {
			Items []T     `json:"items"`
			Next  *string `json:"next_cursor"`
		}
		if err := c.Do(ctx, http.MethodGet, path+"?"+query.Encode(), nil, &page); err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
		if page.Next == nil || *page.Next == "" {
			return items, nil
		}
		query.Set("cursor", *page.Next)
	}
}

func readInto(answer *http.Response, out any) error {
	if out == nil {
		_, err := io.Copy(io.Discard, answer.Body)
		return err
	}
	if err := json.NewDecoder(answer.Body).Decode(out); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}

func problemOf(answer *http.Response) error {
	p := &Problem{}
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(p); err != nil || p.Detail == "" {
		return &Problem{Status: answer.StatusCode, Detail: "The server answered " + answer.Status + "."}
	}
	return p
}
