package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"matinee/internal/media"
)

// plain is the CPU time of one ffmpeg process, as a person would write it, that makes the rungs from the start of the source to
// its end, an MP4 file each.
func (b *bench) plain(ctx context.Context, s source, rungs []media.Rung) (time.Duration, error) {
	args := []string{"-nostdin", "-v", "error", "-threads", fmt.Sprint(s.plan.Encoder.Threads), "-i", s.file.Path, "-filter_complex", cascade(rungs)}
	_, segment := s.plan.SegmentFrames(0)
	for i, r := range rungs {
		args = append(args, "-map", fmt.Sprintf("[o%d]", i))
		args = append(args, r.EncoderArgs...)
		args = append(args, "-force_key_frames", fmt.Sprintf("expr:not(mod(n,%d))", segment), "-f", "mp4", "-y", b.in(r.ID+".mp4"))
	}
	return cpuOf(ctx, "ffmpeg", args...)
}

// cascade scales each rung from the one above, as the product does.
func cascade(rungs []media.Rung) string {
	var chains []string
	in := "[0:v:0]"
	for i, r := range rungs {
		chain := fmt.Sprintf("%sscale=%d:%d:flags=lanczos,setsar=1,format=yuv420p", in, r.Width, r.Height)
		if i < len(rungs)-1 {
			in = fmt.Sprintf("[c%d]", i)
			chain += fmt.Sprintf(",split[o%d]%s", i, in)
		} else {
			chain += fmt.Sprintf("[o%d]", i)
		}
		chains = append(chains, chain)
	}
	return strings.Join(chains, ";")
}
