package pipeline

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"matinee/internal/access"
	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/media"
)

// Asked is what is known of a file before it is sent. Zero fields are not known; the size or the duration must be.
type Asked struct {
	SizeBytes  int64
	Duration   time.Duration
	Width      int
	Height     int
	FrameRate  float64
	Codec      string // of the pictures, as ffmpeg names it
	Container  string // extension or name, for example mp4
	AudioCodec string
}

// Estimate is what will become of a file that is sent now. Times count from its last byte.
type Estimate struct {
	Playable time.Duration
	Ready    time.Duration // every quality, Queue included
	Queue    time.Duration // until its ladder begins
	Measured bool          // from runs of this installation with such sources
}

// What is assumed of a file that does not say.
const (
	assumedRate     = 30.0
	quickPlayable   = 2 * time.Second // of what is looked at without reading much of it
	slowPlayable    = 4 * time.Second // of what is harder to decode or has no constant rate
	remuxBytes      = 100 << 20       // a second, of a source that must be copied to be sought in
	longestGuess    = 6 * time.Hour
	longestAsked    = 366 * 24 * time.Hour
	largestAsked    = 1 << 50
	largestSide     = 1 << 15
	fastestAsked    = 1000
	assumedBitsFrom = 8_000_000 // bits a second, where neither the size of the picture nor the duration is known
)

// Estimate tells whoever may make videos what to expect of a file. Its errors are of kind Invalid for a file that says nothing or
// would be refused.
func (p *Pipeline) Estimate(ctx context.Context, viewer access.Viewer, a Asked) (Estimate, error) {
	if err := access.Check(viewer, access.CreateVideo, access.Facts{}, "estimate", p.o.Now()); err != nil {
		return Estimate{}, err
	}
	if err := a.check(); err != nil {
		return Estimate{}, err
	}
	q, err := p.queue(ctx)
	if err != nil {
		return Estimate{}, err
	}
	plan, err := a.plan(p.o.Policy)
	if refusal, ok := errors.AsType[*media.Refusal](err); ok {
		return Estimate{}, errs.New(errs.Invalid, string(refusal.Code), "%s", refusal.Message)
	}
	if err != nil {
		return Estimate{}, err
	}
	return p.estimate(q, viewer.User, plan, a), nil
}

func (p *Pipeline) estimate(q Queue, owner ids.UserID, plan media.Plan, a Asked) Estimate {
	var work, first time.Duration
	for _, t := range priced(plan, tasksOf(plan)) {
		work += t.Cost
		if t.Kind == Chunk && t.Chunk == 0 {
			first = t.Cost
		}
	}
	r, s := p.rates(q), sortOf(plan)
	own := p.speeds.of(s.class, s.work, s.assumed)
	if s.assumed > 0 {
		r.own = own.cpu / s.assumed
	}
	at := place{owner: owner, version: "~", rank: rankChunk, whole: work, created: p.o.Now()}
	e := Estimate{Playable: a.playable(p.speeds), Queue: r.clock(0, q.aheadOf(at, 0).cost, 0), Measured: own.measured}
	e.Ready = max(e.Playable, r.clock(work, q.aheadOf(at, work).cost, first))
	return e
}

func (a Asked) check() error {
	switch {
	case a.SizeBytes <= 0 && a.Duration <= 0:
		return errs.InvalidField("query.size_bytes", "The size or the duration must be known.")
	case a.SizeBytes < 0 || a.SizeBytes > largestAsked:
		return errs.InvalidField("query.size_bytes", "No file has that size.")
	case a.Duration < 0 || a.Duration > longestAsked:
		return errs.InvalidField("query.duration_seconds", "No file is that long.")
	case a.Width < 0 || a.Height < 0 || a.Width > largestSide || a.Height > largestSide:
		return errs.InvalidField("query.width", "No picture has that size.")
	case !(a.FrameRate >= 0 && a.FrameRate <= fastestAsked):
		return errs.InvalidField("query.frame_rate", "No video has that rate.")
	}
	return nil
}

// filled assumes what is not known: the picture from the bit rate, else the length from the bit rate that such a picture has.
func (a Asked) filled() Asked {
	a.FrameRate = cmp.Or(a.FrameRate, assumedRate)
	if a.Width == 0 || a.Height == 0 {
		a.Width, a.Height = a.picture()
	}
	if a.Duration == 0 {
		a.Duration = min(longestGuess, seconds(float64(a.SizeBytes)*8/a.bitsPerSecond()))
	}
	a.Duration = max(a.Duration, time.Second)
	return a
}

// picture is the size that files of such a bit rate mostly have.
func (a Asked) picture() (width, height int) {
	bits := float64(assumedBitsFrom)
	if a.Duration > 0 && a.SizeBytes > 0 {
		bits = float64(a.SizeBytes) * 8 / a.Duration.Seconds()
	}
	switch {
	case bits < 1_000_000:
		return 854, 480
	case bits < 3_000_000:
		return 1280, 720
	case bits < 30_000_000:
		return 1920, 1080
	}
	return 3840, 2160
}

// bitsPerSecond is what files of such a picture mostly have: about 0.13 bits a pixel of a 1080p file, more of smaller ones.
func (a Asked) bitsPerSecond() float64 {
	pixels := float64(a.Width) * float64(a.Height) * a.FrameRate
	return 200_000 + assumedBitsFrom*math.Pow(pixels/(1920*1080*assumedRate), 0.75)
}

// plan is how such a file would be made.
func (a Asked) plan(policy media.Policy) (media.Plan, error) {
	a = a.filled()
	rate := media.Rational{Num: max(1, int64(math.Round(a.FrameRate*1000))), Den: 1000}
	length := a.Duration.Seconds()
	probe := media.Probe{
		Container: media.MP4, SizeBytes: a.SizeBytes, DurationSeconds: length, Indexed: true,
		Streams: []media.Stream{
			{
				Index: 0, Kind: media.VideoStream, Codec: cmp.Or(a.codec(), "h264"), TimeBase: media.Rational{Num: 1, Den: 90_000}, DurationSeconds: length,
				Width: a.Width, Height: a.Height, PixelFormat: "yuv420p", BaseRate: rate, AverageRate: rate,
			},
			{
				Index: 1, Kind: media.AudioStream, Codec: cmp.Or(a.AudioCodec, "aac"), TimeBase: media.Rational{Num: 1, Den: 48_000}, DurationSeconds: length,
				Default: true, Channels: 2, SampleRate: 48_000,
			},
		},
	}
	plan, err := media.NewPlan(probe, policy, media.EncoderInfo{})
	if err == nil && a.webSafe() && plan.Rungs[0].ShortSide == min(a.Width, a.Height) {
		plan.Rungs[0].Copied = true
	}
	return plan, err
}

// webSafe reports whether the file says that its pictures can be passed through. Most such files can.
func (a Asked) webSafe() bool {
	return a.codec() == "h264" && slices.Contains([]string{"mp4", "m4v", "mov"}, a.container())
}

func (a Asked) container() string { return strings.TrimPrefix(strings.ToLower(a.Container), ".") }

// codec names the pictures' codec as ffmpeg does.
func (a Asked) codec() string {
	name, _, _ := strings.Cut(strings.ToLower(a.Codec), ".")
	switch name {
	case "avc1", "avc3", "avc":
		return "h264"
	case "hvc1", "hev1", "h265":
		return "hevc"
	case "av01":
		return "av1"
	case "vp09":
		return "vp9"
	}
	return name
}

// playable is how long it takes until the first segments exist: as measured for such sources, and where the file must be copied to
// be sought in, that time too.
func (a Asked) playable(s *speeds) time.Duration {
	after := quickPlayable
	if codec := a.codec(); codec != "" && codec != "h264" || slices.Contains([]string{"mkv", "webm", "matroska", "avi", "flv", "wmv", "asf"}, a.container()) {
		after = slowPlayable
	}
	after = max(time.Second, s.playable(a.codec(), after))
	if slices.Contains([]string{"ts", "mts", "m2ts", "mpegts", "mpg", "mpeg", "vob"}, a.container()) {
		after += seconds(float64(a.SizeBytes) / remuxBytes)
	}
	return after
}
