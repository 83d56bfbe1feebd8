package api

import (
	"context"
	"time"

	"matinee/internal/ids"
	"matinee/internal/pipeline"
)

type encodingOutput struct {
	Body encodingBody
}

// encodingBody shows the owner how a version is made.
type encodingBody struct {
	Version       string              `json:"version"`
	Plan          orNull[planBody]    `json:"plan" doc:"Null before the source was looked at."`
	Chunks        []chunkBody         `json:"chunks" nullable:"false"`
	Tasks         []taskBody          `json:"tasks" nullable:"false" doc:"The work beside the chunks."`
	Waiting       orNull[waitingBody] `json:"waiting" doc:"Why the work has not begun or gone on; null while some of it goes on, and when it is done."`
	Report        orNull[reportBody]  `json:"report" doc:"Null before the verification."`
	CPUSeconds    float64             `json:"cpu_seconds"`
	RatioRealtime *float64            `json:"ratio_realtime" doc:"CPU seconds for a second of video."`
}

type planBody struct {
	FrameRate  float64         `json:"frame_rate"`
	Frames     int64           `json:"frames"`
	Boundaries []int64         `json:"boundaries" nullable:"false" doc:"Frame numbers where segments begin, then the number of frames."`
	Rungs      []planRungBody  `json:"rungs" nullable:"false"`
	NotCopied  []notCopiedBody `json:"not_copied" nullable:"false" doc:"Why tracks of the source are encoded instead of being passed through."`
}

type notCopiedBody struct {
	Track   string `json:"track" doc:"source for the picture, else the id of an audio track"`
	Code    string `json:"code" doc:"stable, for example not_constant_rate"`
	Message string `json:"message"`
}

type planRungBody struct {
	ID                   string `json:"id"`
	Copied               bool   `json:"copied" doc:"The source's own samples, not encoded."`
	Width                int    `json:"width"`
	Height               int    `json:"height"`
	CapBitsPerSecond     int64  `json:"cap_bits_per_second"`
	PeakBitsPerSecond    int64  `json:"peak_bits_per_second" doc:"Of any segment; 0 until measured."`
	AverageBitsPerSecond int64  `json:"average_bits_per_second" doc:"0 until measured."`
	Bytes                int64  `json:"bytes" doc:"0 until measured."`
}

type chunkBody struct {
	ID           string     `json:"id" doc:"Of the task."`
	Index        int        `json:"index"`
	FirstSegment int        `json:"first_segment"`
	Segments     int        `json:"segments"`
	State        string     `json:"state" enum:"queued,running,done,failed"`
	Attempts     int        `json:"attempts" doc:"Those that ended without success."`
	Progress     float64    `json:"progress"`
	CPUSeconds   float64    `json:"cpu_seconds"`
	Error        string     `json:"error,omitempty"`
	Worker       *string    `json:"worker" doc:"Who works on it, or did it; null for nobody yet."`
	StartedAt    *time.Time `json:"started_at"`
	FinishedAt   *time.Time `json:"finished_at"`
}

type taskBody struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind"`
	Track      string     `json:"track,omitempty"`
	Chunk      *int       `json:"chunk" doc:"Of a demand task: the number of the chunk in which it lies."`
	State      string     `json:"state" enum:"queued,running,done,failed"`
	Attempts   int        `json:"attempts"`
	Progress   float64    `json:"progress" minimum:"0" maximum:"1"`
	CPUSeconds float64    `json:"cpu_seconds"`
	Error      string     `json:"error,omitempty"`
	Worker     *string    `json:"worker" doc:"Who works on it, or did it; null for nobody yet."`
	StartedAt  *time.Time `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at"`
}

type reportBody struct {
	Checks []checkBody `json:"checks" nullable:"false"`
}

type checkBody struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

func (a *API) encoding(ctx context.Context, in *videoPath) (*encodingOutput, error) {
	e, err := a.Pipeline.Encoding(ctx, viewerOf(ctx), ids.VideoID(in.ID))
	if err != nil {
		return nil, err
	}
	return &encodingOutput{Body: newEncodingBody(e)}, nil
}

func newEncodingBody(e pipeline.Encoding) encodingBody {
	b := encodingBody{Version: string(e.Version.ID), Chunks: []chunkBody{}, Tasks: []taskBody{}, Waiting: newWaitingBody(e.Waiting)}
	for _, t := range e.Tasks {
		b.CPUSeconds += t.CPU.Seconds()
		if t.Kind == pipeline.Chunk {
			b.Chunks = append(b.Chunks, newChunkBody(t))
		} else {
			b.Tasks = append(b.Tasks, newTaskBody(t))
		}
	}
	if e.Version.Plan.Frames > 0 {
		b.Plan.Value = newPlanBody(e.Version)
		if seconds := e.Version.Plan.Duration().Seconds(); seconds > 0 {
			ratio := b.CPUSeconds / seconds
			b.RatioRealtime = &ratio
		}
	}
	if e.Version.Report != nil {
		b.Report = present(newReportBody(*e.Version.Report))
	}
	return b
}

func newReportBody(r pipeline.Report) reportBody {
	b := reportBody{Checks: []checkBody{}}
	for _, c := range r.Checks {
		b.Checks = append(b.Checks, checkBody{Name: c.Name, OK: c.OK, Detail: c.Detail})
	}
	return b
}

func newTaskBody(t pipeline.Task) taskBody {
	b := taskBody{
		ID: string(t.ID), Kind: string(t.Kind), Track: t.Track, State: string(t.State), Attempts: t.Crashes + t.Faults, Progress: progressOf(t),
		CPUSeconds: t.CPU.Seconds(), Error: t.Error, Worker: optionalText(t.Worker), StartedAt: optional(t.StartedAt), FinishedAt: optional(t.FinishedAt),
	}
	if t.Kind == pipeline.Demand {
		b.Chunk = &t.Chunk
	}
	return b
}

func newChunkBody(t pipeline.Task) chunkBody {
	b := chunkBody{
		ID: string(t.ID), Worker: optionalText(t.Worker), StartedAt: optional(t.StartedAt), FinishedAt: optional(t.FinishedAt),
		Index: t.Chunk, FirstSegment: t.FirstSegment, Segments: t.Segments, State: string(t.State), Attempts: t.Crashes + t.Faults,
		CPUSeconds: t.CPU.Seconds(), Error: t.Error,
	}
	if t.TotalUnits > 0 {
		b.Progress = float64(t.DoneUnits) / float64(t.TotalUnits)
	}
	return b
}

func newPlanBody(v pipeline.Version) *planBody {
	b := &planBody{FrameRate: v.Plan.Rate.Float(), Frames: v.Plan.Frames, Boundaries: v.Plan.Boundaries, Rungs: []planRungBody{}, NotCopied: []notCopiedBody{}}
	measured := map[string]pipeline.TrackRow{}
	for _, t := range v.Tracks {
		measured[t.ID] = t
	}
	for _, r := range v.Plan.Rungs {
		m, kept := measured[r.ID]
		if !kept && len(measured) > 0 { // it was planned and could not be offered
			continue
		}
		b.Rungs = append(b.Rungs, planRungBody{
			ID: r.ID, Copied: r.Copied, Width: r.Width, Height: r.Height, CapBitsPerSecond: r.CapBitsPerSecond,
			PeakBitsPerSecond: m.PeakBitsPerSecond, AverageBitsPerSecond: m.AverageBitsPerSecond, Bytes: m.Bytes,
		})
	}
	for _, n := range v.Plan.NotCopied {
		b.NotCopied = append(b.NotCopied, notCopiedBody{n.Track, string(n.Code), n.Message})
	}
	return b
}
