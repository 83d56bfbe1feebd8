package judge_test

import (
	"bytes"
	"testing"

	"matinee/internal/media"
	"matinee/internal/testkit/clips"
)

func TestAPassedThroughSourceIsAcquitted(t *testing.T) {
	t.Parallel()
	v, err := newJudge(t).Try(t.Context(), clips.Path(t, clips.Whole))
	if err != nil || v.Refusal != nil || len(v.Faults) > 0 {
		t.Fatalf("%+v, %v", v, err)
	}
	if !v.Plan.Rungs[0].Copied || v.Plan.Rungs[0].ID != media.SourceRung || len(v.Plan.Encoded()) != 1 || len(v.Plan.NotCopied) > 0 {
		t.Errorf("rungs %+v, not copied: %v", v.Plan.Rungs, v.Plan.NotCopied)
	}
}

func TestAWrongPictureThatIsPassedThroughIsFound(t *testing.T) {
	t.Parallel()
	e := collect(t, clips.Whole)
	init, segments := e.inits[media.SourceRung], clone(e.made.Segments[media.SourceRung])
	faults, err := e.SameFrames(t.Context(), e.src, e.plan, init, segments)
	if err != nil || len(faults) > 0 {
		t.Fatalf("the source's own segments: %q, %v", faults, err)
	}
	spoilt := bytes.Clone(segments[3])
	spoilt[len(spoilt)-20] ^= 0xff // the last picture's data
	segments[3] = spoilt
	if faults, err := e.SameFrames(t.Context(), e.src, e.plan, init, segments); err == nil && len(faults) == 0 {
		t.Error("a picture with a changed byte passes")
	}
	segments[3] = segments[2]
	if faults, err := e.SameFrames(t.Context(), e.src, e.plan, init, segments); err == nil && len(faults) == 0 {
		t.Error("the pictures of another segment pass")
	}
}

// Several segments of uneven length in one process, some much shorter than the longest.
func TestEncodedRungsFollowTheSourcesKeyFrames(t *testing.T) {
	t.Parallel()
	j := newJudge(t)
	j.Policy.ChunkSegments = 4
	v, err := j.Try(t.Context(), clips.Path(t, clips.BigBuckBunny))
	if err != nil || v.Refusal != nil || len(v.Faults) > 0 {
		t.Fatalf("%+v, %v", v.Faults, err)
	}
	lengths := map[int64]bool{}
	for k := range v.Plan.Segments() {
		first, end := v.Plan.SegmentFrames(k)
		lengths[end-first] = true
	}
	if !v.Plan.Rungs[0].Copied || len(lengths) < 3 || v.Plan.Chunks[1].Segments < 2 {
		t.Errorf("boundaries %v in %v", v.Plan.Boundaries, v.Plan.Chunks)
	}
}
