package ffmpeg_test

import (
	"syscall"
	"testing"
	"time"

	"matinee/internal/ffmpeg"
	"matinee/internal/media"
	"matinee/internal/testkit/clips"
)

// BenchmarkFences compares a short process behind all layers with one that has those only that cost nothing. Both take turns, so
// that they share the machine's load, and both CPU times include what the server spends on starting them.
func BenchmarkFences(b *testing.B) {
	tool, err := ffmpeg.Open(b.Context(), ffmpeg.Options{})
	if err != nil {
		b.Fatal(err)
	}
	bare := tool.Unfenced()
	path := clips.Path(b, clips.Silent)
	probe := func(tool *ffmpeg.Tool) time.Duration {
		before := cpuSoFar(b)
		if _, err := tool.Probe(b.Context(), path, media.MP4); err != nil {
			b.Fatal(err)
		}
		return cpuSoFar(b) - before
	}
	var fenced, unfenced time.Duration
	for b.Loop() {
		fenced += probe(tool)
		unfenced += probe(bare)
	}
	b.ReportMetric(float64(fenced.Microseconds())/1000/float64(b.N), "fenced-cpu-ms")
	b.ReportMetric(float64(unfenced.Microseconds())/1000/float64(b.N), "unfenced-cpu-ms")
	b.ReportMetric(fenced.Seconds()/unfenced.Seconds(), "ratio")
}

// cpuSoFar is the CPU time of this process and of its dead children.
func cpuSoFar(b *testing.B) time.Duration {
	b.Helper()
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var usage syscall.Rusage
		if err := syscall.Getrusage(who, &usage); err != nil {
			b.Fatal(err)
		}
		sum += time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	return sum
}
