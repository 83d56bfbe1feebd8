package api

import (
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"matinee/internal/errs"
	"matinee/internal/ids"
)

// source sends the file that a video was made from, to those who may edit it. It is the uploader's, so nothing in it may run in
// a browser: it is an attachment of no known type, without sniffing, in a sandbox.
func (a *API) source(w http.ResponseWriter, r *http.Request) {
	id, err := ids.Parse[ids.VideoID](r.PathValue("id"))
	if err != nil {
		writeProblem(w, a.problem(r.Context(), errs.Missing("video")))
		return
	}
	file, err := a.Pipeline.Source(r.Context(), viewerOf(r.Context()), id)
	if err != nil {
		writeProblem(w, a.problem(r.Context(), err))
		return
	}
	defer file.Close()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", attachment(file.Name, string(id)))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-store")
	h.Set("ETag", `"`+strconv.FormatInt(file.SizeBytes, 36)+"-"+strconv.FormatInt(file.ModTime.UnixNano(), 36)+`"`)
	http.ServeContent(w, r, "", file.ModTime, file.ReadSeekCloser)
}

// attachment is a Content-Disposition (RFC 6266) that saves the file under its name: once in ASCII for old clients, once whole
// (RFC 8187). A name without characters that a file can have becomes the fallback.
func attachment(name, fallback string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '/' || r == '\\' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name[strings.LastIndexAny(name, `/\`)+1:], ""))
	if strings.Trim(name, ". ") == "" {
		name = fallback
	}
	plain := strings.Map(func(r rune) rune {
		if r > '~' || r == '"' || r == '%' {
			return '_'
		}
		return r
	}, name)
	header := mime.FormatMediaType("attachment", map[string]string{"filename": plain})
	if plain == name {
		return header
	}
	return header + "; filename*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

func describeSource() huma.Operation {
	return huma.Operation{
		OperationID: "source", Summary: "The file that a video was made from",
		Description: "As an attachment, with ranges. Only those who may change the video get it.",
		Parameters: []*huma.Param{
			{Name: "id", In: "path", Required: true, Description: "The video's id.", Schema: &huma.Schema{Type: huma.TypeString, Pattern: "^[0-9A-Za-z]{22}$"}},
			{Name: "Range", In: "header", Schema: &huma.Schema{Type: huma.TypeString}},
		},
		Responses: map[string]*huma.Response{
			"200":     {Description: "The whole file", Content: map[string]*huma.MediaType{"application/octet-stream": {}}},
			"206":     {Description: "A part of it", Content: map[string]*huma.MediaType{"application/octet-stream": {}, "multipart/byteranges": {}}},
			"304":     {Description: "Not changed"},
			"412":     {Description: "Changed"},
			"416":     {Description: "There is no such part", Content: map[string]*huma.MediaType{"text/plain": {}}},
			"default": describedProblem(),
		},
	}
}

// describedProblem is the answer of every error.
func describedProblem() *huma.Response {
	return &huma.Response{Description: "Error", Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}},
	}}
}

func describeEvents() huma.Operation {
	return huma.Operation{
		OperationID: "events", Summary: "Follow what happens to videos",
		Description: "Server-sent events that never end. Each has the id of a video, its state, progress and eta_seconds.",
		Parameters: []*huma.Param{
			{Name: "video", In: "query", Description: "Only events of this video.", Schema: &huma.Schema{Type: huma.TypeString}},
			{Name: "Last-Event-ID", In: "header", Description: "The id of the last event that you have; a client that lost its connection sends it.",
				Schema: &huma.Schema{Type: huma.TypeString}},
		},
		Responses: map[string]*huma.Response{
			"200":     {Description: "A stream", Content: map[string]*huma.MediaType{"text/event-stream": {}}},
			"default": describedProblem(),
		},
	}
}
