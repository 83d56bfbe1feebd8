package api

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"matinee/internal/errs"
	"matinee/internal/ids"
)

// maxFileName bounds the name of a download, in characters: file systems end at 255 bytes.
const maxFileName = 60

// download sends a rung and its sound as one MP4, to those who may edit the video.
func (a *API) download(w http.ResponseWriter, r *http.Request) {
	if err := a.sendDownload(w, r); err != nil {
		writeProblem(w, a.problem(r.Context(), err))
	}
}

func (a *API) sendDownload(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := ids.Parse[ids.VideoID](r.PathValue("id"))
	if err != nil {
		return errs.Missing("video")
	}
	query := r.URL.Query()
	file, err := a.Pipeline.Download(ctx, viewerOf(ctx), id, query.Get("rung"), query.Get("audio"))
	if err != nil {
		return err
	}
	defer file.Close()
	video, err := a.Library.Video(ctx, viewerOf(ctx), id)
	if err != nil {
		return err
	}
	kind, ending := "video/mp4", ".mp4"
	if file.SoundOnly {
		kind, ending = "audio/mp4", ".m4a"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", attachment(fileName(video.Title, file.Rung)+ending, string(id)+ending))
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-store")
	h.Set("ETag", `"`+file.Tag+`"`)
	http.ServeContent(w, r, "", file.MadeAt, file)
	return nil
}

// fileName is a title as a file may be called, with the rung behind it.
func fileName(title, rung string) string {
	name := strings.TrimSpace(strings.NewReplacer("/", "-", `\`, "-", ":", "-").Replace(title))
	runes := []rune(name)
	name = strings.Trim(string(runes[:min(len(runes), maxFileName)]), ". ")
	if rung == "" {
		return cmp.Or(name, "sound")
	}
	return cmp.Or(name, "video") + " (" + rung + ")"
}

func describeDownload() huma.Operation {
	text := &huma.Schema{Type: huma.TypeString, MaxLength: new(64)}
	return huma.Operation{
		OperationID: "download", Summary: "A rung of a video as one MP4",
		Description: "As an attachment of known length, with ranges. Only those who may change the video get it; 409 `not_complete` while the rung is being made.",
		Parameters: []*huma.Param{
			videoIDParam(),
			{Name: "rung", In: "query", Description: "The id of a rung; the largest that is complete when it is left out.", Schema: text},
			{Name: "audio", In: "query", Description: "The id of an audio track, or none; the default one when it is left out.", Schema: text},
			{Name: "Range", In: "header", Schema: &huma.Schema{Type: huma.TypeString}},
		},
		Responses: map[string]*huma.Response{
			"200":     {Description: "The whole file", Content: map[string]*huma.MediaType{"video/mp4": {}, "audio/mp4": {}}},
			"206":     {Description: "A part of it", Content: map[string]*huma.MediaType{"video/mp4": {}, "audio/mp4": {}, "multipart/byteranges": {}}},
			"304":     {Description: "Not changed"},
			"412":     {Description: "Changed"},
			"416":     {Description: "There is no such part", Content: map[string]*huma.MediaType{"text/plain": {}}},
			"default": describedProblem(),
		},
	}
}
