package api

import (
	"context"
	"time"

	"matinee/internal/library"
	"matinee/internal/upload"
)

// videoBody is a video as clients see it. What only an editor may see is left out for others.
type videoBody struct {
	ID              string                  `json:"id" pattern:"^[0-9A-Za-z]{22}$"`
	State           string                  `json:"state" enum:"waiting,uploading,processing,playable,ready,failed"`
	Progress        progressBody            `json:"progress"`
	ETASeconds      *int64                  `json:"eta_seconds" doc:"Until every quality is there, what goes before it included; null where nobody knows, and after."`
	Error           orNull[failureBody]     `json:"error" doc:"Why it failed, for its editors."`
	Trouble         orNull[failureBody]     `json:"trouble" doc:"What stands in the way of the work now, for its editors; null for nothing."`
	Damage          orNull[damageBody]      `json:"damage" doc:"What of the source could not be decoded; null when nothing is missing."`
	Warnings        []string                `json:"warnings" nullable:"false" doc:"What was noticed about the source, for its editors."`
	Title           string                  `json:"title"`
	Description     string                  `json:"description"`
	Tags            []string                `json:"tags" nullable:"false" doc:"Sorted."`
	Category        *string                 `json:"category" doc:"The slug of a category; null for none."`
	Visibility      string                  `json:"visibility" enum:"public,unlisted,private"`
	Owner           ownerBody               `json:"owner"`
	CreatedAt       time.Time               `json:"created_at"`
	UpdatedAt       time.Time               `json:"updated_at"`
	DeletedAt       *time.Time              `json:"deleted_at" doc:"Since when it lies in the bin; null when it does not."`
	PublishedAt     *time.Time              `json:"published_at"`
	PlayableAt      *time.Time              `json:"playable_at"`
	ReadyAt         *time.Time              `json:"ready_at"`
	DurationSeconds *float64                `json:"duration_seconds" doc:"Null before the source was looked at."`
	Width           *int                    `json:"width"`
	Height          *int                    `json:"height"`
	FrameRate       *float64                `json:"frame_rate"`
	SizeBytes       *int64                  `json:"size_bytes" doc:"Of the source."`
	WatchURL        string                  `json:"watch_url"`
	PosterURL       *string                 `json:"poster_url"`
	StoryboardURL   *string                 `json:"storyboard_url" doc:"A WebVTT whose cues name parts of pictures; null before it is made."`
	Rungs           []rungBody              `json:"rungs" nullable:"false"`
	Tracks          []trackBody             `json:"tracks" nullable:"false" doc:"Audio and subtitles beside the rungs."`
	ExternalID      *string                 `json:"external_id" doc:"What another system calls it, for its editors."`
	Metadata        jsonObject              `json:"metadata" doc:"A JSON object of its editors' own, for them."`
	Replacement     orNull[replacementBody] `json:"replacement" doc:"What becomes of a file that is to take the place of the one that plays, for its editors; null for nothing."`
	CanEdit         bool                    `json:"can_edit" doc:"Whether you may change it."`
}

type progressBody struct {
	Upload float64 `json:"upload" minimum:"0" maximum:"1"`
	Encode float64 `json:"encode" minimum:"0" maximum:"1"`
}

type failureBody struct {
	Code    string `json:"code" doc:"Stable snake case."`
	Message string `json:"message"`
	Next    string `json:"next" doc:"What you can do."`
}

type damageBody struct {
	Frames int64       `json:"frames"`
	Ranges []rangeBody `json:"ranges" nullable:"false"`
}

type rangeBody struct {
	Start float64 `json:"start" doc:"Seconds from the start."`
	End   float64 `json:"end"`
}

type ownerBody struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type rungBody struct {
	ID     string `json:"id" example:"h264-720"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	State  string `json:"state" enum:"planned,ready"`
}

type uploadBody struct {
	PutURL    string    `json:"put_url" doc:"Takes the source as one raw body, without an account, once."`
	TusURL    string    `json:"tus_url" doc:"A tus 1.0 creation endpoint for this video, without an account, once."`
	ExpiresAt time.Time `json:"expires_at"`
}

// VideoBody is exported in name only: the framework leaves embedded types that are not exported out of the document.
type VideoBody = videoBody

type createdVideoBody struct {
	VideoBody
	Upload uploadBody `json:"upload" doc:"The right to fill this video; told this once."`
}

func newUploadBody(base string, g upload.Grant) uploadBody {
	return uploadBody{PutURL: base + g.PutPath(), TusURL: base + g.TusPath(), ExpiresAt: g.ExpiresAt.UTC()}
}

// videoBody shows a video to the viewer of the context.
func (a *API) videoBody(ctx context.Context, v library.Video) videoBody {
	b := videoBody{
		ID: string(v.ID), State: string(v.State), Title: v.Title, Description: v.Description, Visibility: string(v.Visibility),
		Progress: progressBody{Upload: v.Progress.Upload, Encode: v.Progress.Encode},
		Owner:    ownerBody{ID: string(v.Owner.ID), Name: v.Owner.Name}, CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt, PublishedAt: optional(v.PublishedAt), DeletedAt: optional(v.DeletedAt),
		WatchURL: base(ctx) + "/w/" + string(v.ID), Warnings: []string{}, Tags: []string{}, Rungs: []rungBody{}, Tracks: []trackBody{}, CanEdit: a.Library.CanEdit(viewerOf(ctx), v),
	}
	if v.Version != nil && (v.State == library.Processing || v.State == library.Playable) {
		b.ETASeconds = etaSeconds(a.Pipeline.ETA(ctx, v.Version.ID))
	}
	b.Tags = append(b.Tags, v.Tags...)
	b.Category = optionalText(v.Category)
	if b.CanEdit {
		b.ExternalID, b.Metadata = optionalText(v.ExternalID), v.Metadata
		b.Replacement = a.replacementBody(ctx, v.Replacement)
	}
	if v.Version != nil {
		b.addVersion(base(ctx), v)
	}
	return b
}

func (b *videoBody) addVersion(base string, v library.Video) {
	n := v.Version
	b.PlayableAt, b.ReadyAt = optional(n.PlayableAt), optional(n.ReadyAt)
	b.SizeBytes = &n.SourceBytes
	if n.Duration > 0 {
		seconds := n.Duration.Seconds()
		b.DurationSeconds, b.Width, b.Height, b.FrameRate = &seconds, &n.Width, &n.Height, &n.FrameRate
	}
	state := "planned"
	if v.State.Watchable() {
		state = "ready"
	}
	for _, r := range n.Rungs {
		b.Rungs = append(b.Rungs, rungBody{ID: r.ID, Width: r.Width, Height: r.Height, State: state})
	}
	b.Tracks = newTrackBodies(n.Tracks, "")
	b.Damage.Value = newDamageBody(n.Damage)
	if v.State.Watchable() {
		b.PosterURL, b.StoryboardURL = below(mediaURL(base, v), v.PosterFile()), below(mediaURL(base, v), n.Storyboard)
	}
	if !b.CanEdit {
		return
	}
	b.Warnings = append(b.Warnings, n.Warnings...)
	b.Error, b.Trouble = newFailureBody(n.Failure), newFailureBody(n.Trouble)
}

func newFailureBody(f *library.Failure) orNull[failureBody] {
	if f == nil {
		return orNull[failureBody]{}
	}
	return present(failureBody{Code: f.Code, Message: f.Message, Next: f.Next})
}

func newDamageBody(d *library.Damage) *damageBody {
	if d == nil {
		return nil
	}
	b := &damageBody{Frames: d.Frames, Ranges: []rangeBody{}}
	for _, r := range d.Ranges {
		b.Ranges = append(b.Ranges, rangeBody{Start: r.StartSeconds, End: r.EndSeconds})
	}
	return b
}

// newTrackBodies shows tracks; those that are a file get an address below media, unless that is "".
func newTrackBodies(tracks []library.Track, media string) []trackBody {
	bodies := []trackBody{}
	for _, t := range tracks {
		b := trackBody{ID: t.ID, Kind: string(t.Kind), Lang: t.Language, Label: t.Label, Role: t.Role, Default: t.Default}
		if t.File != "" && media != "" {
			b.URL = media + "subtitles/" + t.File
		}
		bodies = append(bodies, b)
	}
	return bodies
}

// mediaURL is where a version's media begin, with a trailing slash.
func mediaURL(base string, v library.Video) string {
	return base + "/media/" + string(v.ID) + "/" + string(v.Version.ID) + "/"
}

type playbackBody struct {
	HLS             string        `json:"hls"`
	DASH            string        `json:"dash"`
	Poster          *string       `json:"poster"`
	Storyboard      *string       `json:"storyboard" doc:"A WebVTT whose cues name parts of pictures; null before it is made."`
	Tracks          []trackBody   `json:"tracks" nullable:"false" doc:"Tracks beside the manifests, such as captions."`
	Chapters        []chapterBody `json:"chapters" nullable:"false"`
	DurationSeconds float64       `json:"duration_seconds"`
	ExpiresAt       *time.Time    `json:"expires_at" doc:"When the addresses end; null: as long as you may watch."`
}

type trackBody struct {
	ID      string `json:"id"`
	Kind    string `json:"kind" doc:"audio or subtitles; others may come."`
	Lang    string `json:"lang" doc:"BCP 47; und where it is unknown."`
	Label   string `json:"label"`
	Role    string `json:"role" doc:"main, dub, commentary, description, captions, subtitle or forced; others may come."`
	Default bool   `json:"default"`
	URL     string `json:"url,omitempty" doc:"Of a WebVTT file, in the answer of /playback."`
}

type chapterBody struct {
	Start float64 `json:"start"`
	Title string  `json:"title"`
}

func newPlaybackBody(base string, v library.Video) playbackBody {
	at := mediaURL(base, v)
	b := playbackBody{
		HLS: at + "master.m3u8", DASH: at + "manifest.mpd", Tracks: newTrackBodies(v.Version.Tracks, at), Chapters: []chapterBody{},
		DurationSeconds: v.Version.Duration.Seconds(),
	}
	for _, c := range v.Version.Chapters {
		b.Chapters = append(b.Chapters, chapterBody{Start: c.StartSeconds, Title: c.Title})
	}
	b.Poster, b.Storyboard = below(at, v.PosterFile()), below(at, v.Version.Storyboard)
	return b
}

// below is the address of a file, nil where there is none.
func below(at, file string) *string {
	if file == "" {
		return nil
	}
	return new(at + file)
}

func optionalText(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
