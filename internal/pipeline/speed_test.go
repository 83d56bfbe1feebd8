package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"matinee/internal/library"
	"matinee/internal/pipeline"
	"matinee/internal/testkit/clips"
)

func TestWorkTeachesWhatItCosts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.start(t)
	video := b.send(t, clip(t, clips.Feature))
	b.waitFor(t, video, library.Ready)
	list, err := b.store.Speeds(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ladder := slices.ContainsFunc(list, func(s pipeline.Speed) bool {
		return strings.HasPrefix(s.Work, "h264-") && strings.Contains(s.Class, "/240/30") && s.CPU > 0 && s.Wall > 0 && s.Assumed > 0 && s.Seconds > 0
	})
	sound := slices.ContainsFunc(list, func(s pipeline.Speed) bool { return s.Work == "audio" && s.CPU > 0 })
	first := slices.ContainsFunc(list, func(s pipeline.Speed) bool { return s.Class == "first" && s.Wall > 0 })
	if !ladder || !sound || !first && b.log.count("attempt=2")+b.log.count("playable later") == 0 { // what had to be begun again tells nothing
		t.Errorf("learnt %+v\n%s", list, b.log.text.String())
	}
	watch := readings{}
	if err := b.Register(watch); err != nil {
		t.Fatal(err)
	}
	if n := watch["matinee_encode_cpu_seconds_per_second"](); n != float64(len(list)) || watch["matinee_queue_cpu_seconds"]() < 0 || watch["matinee_queue_wait_seconds"]() < 0 {
		t.Errorf("%v of %d speeds are shown", n, len(list))
	}
	for _, task := range b.encoding(t, video).Tasks {
		if task.Cost <= 0 && (task.Kind == pipeline.Chunk || task.Kind == pipeline.Audio) {
			t.Errorf("a %s task was queued without a cost", task.Kind)
		}
	}
	if eta, known := b.ETA(t.Context(), b.video(t, video).Version.ID); known {
		t.Errorf("a ready video takes another %v", eta)
	}
}
