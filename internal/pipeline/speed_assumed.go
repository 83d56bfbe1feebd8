package pipeline

import (
	"slices"
	"time"

	"matinee/internal/media"
)

// What work is taken to cost before anything was measured, in CPU seconds of a core of 2020. Pixels are counted in millions a
// second, so that size and rate come in together.
const (
	assumedAudio    = 0.0125 // for a second of one sound
	assumedParallel = 4      // cores that one run keeps busy

	decodeStart   = 0.005  // of a second of any picture
	tonemapCost   = 0.02   // of a million pixels of high dynamic range
	interlaceCost = 0.003  // of a million pixels that are made progressive
	scaleCost     = 0.0012 // of a million source pixels, for each rung
	encodeStart   = 0.01   // of a second of each rung
	encodeCost    = 0.014  // of a million pixels of a rung
)

// decodeCost is what a million pixels of a codec take.
func decodeCost(codec string) float64 {
	switch codec {
	case "mpeg1video", "mpeg2video", "mjpeg", "rawvideo", "dvvideo":
		return 0.003
	case "hevc", "vvc":
		return 0.007
	case "av1":
		return 0.006
	case "prores", "dnxhd", "ffv1":
		return 0.008
	}
	return 0.005 // H.264, VP8, VP9 and all that are not known
}

// encoded returns those of the rungs that are encoded, in the order of the plan.
func encoded(plan media.Plan, rungs []string) []string {
	var out []string
	for _, r := range plan.Rungs {
		if !r.Copied && slices.Contains(rungs, r.ID) {
			out = append(out, r.ID)
		}
	}
	return out
}

// ladderOf lists the rungs that a chunk makes.
func ladderOf(plan media.Plan) []string {
	var all []string
	for _, r := range plan.Encoded() {
		all = append(all, r.ID)
	}
	return all
}

// assumedCost is the CPU seconds for a second of video, nothing where nothing is encoded.
func assumedCost(plan media.Plan, rungs []string) float64 {
	made := encoded(plan, rungs)
	if len(made) == 0 {
		return 0
	}
	source := megapixels(plan, plan.Source.Width, plan.Source.Height)
	cost := decodeStart + source*decodeCost(plan.Source.Codec)
	if plan.Source.HDR != "" {
		cost += source * tonemapCost
	}
	if plan.Source.Interlaced {
		cost += source * interlaceCost
	}
	for _, id := range made {
		r, _ := plan.Rung(id)
		cost += encodeStart + source*scaleCost + megapixels(plan, r.Width, r.Height)*encodeCost
	}
	return cost
}

// megapixels is how many million pixels of that size go by in a second.
func megapixels(plan media.Plan, width, height int) float64 {
	return float64(width) * float64(height) * plan.FrameRate() / 1e6
}

// What other tasks are taken to cost, in CPU seconds.
const (
	assumedProbe      = 0.5
	assumedPrepare    = 5
	assumedPictures   = 2
	assumedCopy       = 0.005 // for a second of video
	assumedVerify     = 0.01  // for a second of video
	assumedStoryboard = 0.01  // for a second of video
)

// priced returns the tasks of a plan with what each is assumed to cost.
func priced(plan media.Plan, tasks []Task) []Task {
	each, whole := assumedCost(plan, ladderOf(plan)), plan.Duration().Seconds()
	for i := range tasks {
		t := &tasks[i]
		switch t.Kind {
		case Chunk:
			t.Cost = seconds(each * chunkSeconds(plan, t.Chunk))
		case Audio:
			t.Cost = seconds(assumedAudio * whole)
		case Copy:
			t.Cost = seconds(assumedCopy * whole)
		case Verify:
			t.Cost = seconds(assumedVerify * whole)
		case Storyboard:
			t.Cost = seconds(assumedStoryboard * whole)
		case Pictures:
			t.Cost = seconds(assumedPictures)
		case Prepare:
			t.Cost = seconds(assumedPrepare)
		case Probe:
			t.Cost = seconds(assumedProbe)
		case Demand: // nobody's turn
		}
	}
	return tasks
}

// chunkSeconds is how long a chunk plays.
func chunkSeconds(plan media.Plan, chunk int) float64 {
	first, end := plan.ChunkFrames(chunk)
	return (plan.At(end) - plan.At(first)).Seconds()
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
