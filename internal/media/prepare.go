package media

// NeedsPrepare reports whether the source must be remuxed before it is planned, and why. Seeking such a source returns
// wrong pictures with right timestamps, reads the file from its start, or has no end to plan with.
func NeedsPrepare(p Probe) (reason string, needed bool) {
	switch {
	case p.Container == MPEGTS:
		return "MPEG-TS has no index, so a seek may land between key frames", true
	case p.Container == MPEGPS:
		return "MPEG-PS has no index, so a seek may land between key frames", true
	case p.Container == AVI && !p.Indexed:
		return "the file has no index", true
	case p.Container == Matroska && p.DurationSeconds <= 0:
		return "the recording does not say how long it is", true
	case p.Container == Matroska && !p.Indexed:
		return "the recording has no index", true
	}
	return "", false
}
