package media

import "math"

// soundPlan plans sound without moving pictures. One frame of the plan is one AAC frame, whose number is its time.
func soundPlan(p Probe, source *Tables, policy Policy, encoder EncoderInfo) (Plan, error) {
	audio, _ := defaultAudio(p)
	plan := Plan{
		Rate:          Rational{AudioSampleRate, AudioFrameSamples}.reduced(),
		Timescale:     AudioSampleRate,
		FrameDuration: AudioFrameSamples,
		Encoder:       encoder,
		Source:        SourceFacts{VideoStream: -1, TimeBase: audio.TimeBase, CentreTicks: audio.StartTicks},
	}
	seconds, err := soundLength(p, audio)
	if err != nil {
		return Plan{}, err
	}
	plan.Frames = max(1, int64(math.Ceil(seconds*plan.Rate.Float()-1e-6)))
	if err := plan.checkLength(p, audio, policy); err != nil {
		return Plan{}, err
	}
	plan.setSegments(policy)
	plan.Chunks = nil
	plan.setTracks(p, audio)
	if source != nil {
		plan.copySound(*source, p.Audio())
	}
	plan.Notes = p.LeftOut()
	return plan, nil
}

// soundLength returns the seconds of the default track.
func soundLength(p Probe, audio Stream) (float64, error) {
	start := audio.TimeBase.Seconds(audio.StartTicks)
	seconds := audio.DurationSeconds
	if c := p.Cadence; c != nil && c.Packets > 0 {
		seconds = audio.TimeBase.Seconds(c.LastTicks+c.StepTicks) - start
	}
	if seconds <= 0 && p.DurationSeconds > 0 {
		seconds = p.StartSeconds + p.DurationSeconds - start
	}
	switch {
	case math.Abs(start) > largestSeconds || seconds > largestSeconds:
		return 0, Refuse(TimestampsOutOfRange)
	case seconds <= 0 || !audio.TimeBase.Known():
		return 0, Refuse(UnknownDuration)
	}
	return seconds, nil
}
