package packaging_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/Eyevinn/mp4ff/mp4"

	"matinee/internal/packaging"
)

func TestSplitMakesTheSegmentsOfThePlan(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) ([]byte, packaging.Span){"video": videoSpan, "audio": audioSpan} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, span := open(t)
			segments := split(t, stream, span)
			if len(segments) != span.Segments() {
				t.Fatalf("%d segments, want %d", len(segments), span.Segments())
			}
			for n, segment := range segments {
				facts, err := packaging.CheckSegment(span, n, segment)
				want := int(span.Bounds[n-span.FirstSegment+1] - span.Bounds[n-span.FirstSegment])
				if err != nil || facts.Bytes != len(segment) || facts.Samples != want {
					t.Errorf("segment %d: %+v, %v", n, facts, err)
				}
			}
		})
	}
}

func TestAnotherReaderAgreesWithTheSegments(t *testing.T) {
	t.Parallel()
	stream, span := videoSpan(t)
	whole := bytes.Clone(span.Init)
	segments := split(t, stream, span)
	for n := 1; n <= 3; n++ {
		whole = append(whole, segments[n]...)
	}
	file, err := mp4.DecodeFile(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	var shown []uint64
	for _, segment := range file.Segments {
		samples, err := segment.Fragments[0].GetFullSamples(file.Init.Moov.Mvex.Trex)
		if err != nil {
			t.Fatal(err)
		}
		for i := range samples {
			shown = append(shown, samples[i].PresentationTime())
			if sync := i == 0; samples[i].IsSync() != sync {
				t.Errorf("sample %d of a segment: sync %v", i, !sync)
			}
		}
	}
	slices.Sort(shown)
	for i, at := range shown {
		if at != uint64(10+i)*1000 {
			t.Fatalf("picture %d is shown at %d", i, at)
		}
	}
}

func TestSplitHandsOutASegmentBeforeTheStreamEnds(t *testing.T) {
	t.Parallel()
	stream, span := videoSpan(t)
	reader, writer := io.Pipe()
	first := make(chan int, 3)
	done := make(chan error, 1)
	go func() {
		done <- packaging.Split(reader, span, func(n int, _ []byte) error { first <- n; return nil })
	}()
	// All but the last fragment.
	end := bytes.LastIndex(stream, []byte("moof")) - 4
	if _, err := writer.Write(stream[:end]); err != nil {
		t.Fatal(err)
	}
	if a, b := <-first, <-first; a != 1 || b != 2 {
		t.Errorf("segments %d and %d come first", a, b)
	}
	if _, err := writer.Write(stream[end:]); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// rewrite changes the fragments of a stream and writes it again.
func rewrite(t *testing.T, stream []byte, change func(i int, samples []mp4.FullSample) []mp4.FullSample) []byte {
	t.Helper()
	file, err := mp4.DecodeFile(bytes.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := file.Init.Encode(&out); err != nil {
		t.Fatal(err)
	}
	i := 0
	for _, segment := range file.Segments {
		for _, fragment := range segment.Fragments {
			samples, err := fragment.GetFullSamples(file.Init.Moov.Mvex.Trex)
			if err != nil {
				t.Fatal(err)
			}
			again, err := mp4.CreateFragment(fragment.Moof.Mfhd.SequenceNumber, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range change(i, samples) {
				again.AddFullSample(s)
			}
			if err := again.Encode(&out); err != nil {
				t.Fatal(err)
			}
			i++
		}
	}
	return out.Bytes()
}

func TestSplitNoticesWhatIsNotThePlan(t *testing.T) {
	t.Parallel()
	type samples = []mp4.FullSample
	for name, change := range map[string]func(int, samples) samples{
		"one frame missing at the end": func(i int, s samples) samples { return s[:len(s)-min(1, max(0, i-1))] },
		"one frame missing inside":     func(i int, s samples) samples { return slices.Delete(s, 4, 5-min(1, i)) },
		"one frame twice":              func(_ int, s samples) samples { return append(s, s[len(s)-1]) },
		"one pts moved by a tick":      func(i int, s samples) samples { s[3].CompositionTimeOffset += int32(min(1, i)); return s },
		"one pts moved by a frame":     func(i int, s samples) samples { s[3].CompositionTimeOffset += int32(1000 * min(1, i)); return s },
		"all pts moved by a frame":     func(_ int, s samples) samples { return shifted(s, 1000) },
		"a start without a key frame":  func(_ int, s samples) samples { s[0].Flags = mp4.NonSyncSampleFlags; return s },
		"an empty frame":               func(_ int, s samples) samples { s[2].Data, s[2].Size = nil, 0; return s },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stream, span := videoSpan(t)
			changed := rewrite(t, stream, change)
			if err := packaging.Split(bytes.NewReader(changed), span, ignore); !errors.Is(err, packaging.ErrSpan) {
				t.Errorf("Split: %v, want ErrSpan", err)
			}
		})
	}
	stream, span := videoSpan(t)
	same := rewrite(t, stream, func(_ int, s samples) samples { return s })
	if err := packaging.Split(bytes.NewReader(same), span, ignore); err != nil {
		t.Errorf("the unchanged stream: %v", err)
	}
}

func shifted(s []mp4.FullSample, ticks int32) []mp4.FullSample {
	for i := range s {
		s[i].CompositionTimeOffset += ticks
	}
	return s
}

func ignore(int, []byte) error { return nil }

func TestSplitNoticesOneByteOfTheInit(t *testing.T) {
	t.Parallel()
	stream, span := videoSpan(t)
	for _, at := range []int{60, len(span.Init) / 2, len(span.Init) - 1} {
		span := span
		span.Init = bytes.Clone(span.Init)
		span.Init[at] ^= 1
		if err := packaging.Split(bytes.NewReader(stream), span, ignore); !errors.Is(err, packaging.ErrInit) {
			t.Errorf("byte %d: %v, want ErrInit", at, err)
		}
	}
}

func TestSplitSurvivesATruncatedStream(t *testing.T) {
	t.Parallel()
	stream, span := videoSpan(t)
	for end := range len(stream) {
		if err := packaging.Split(bytes.NewReader(stream[:end]), span, ignore); err == nil {
			t.Fatalf("the stream's first %d of %d bytes are accepted", end, len(stream))
		}
	}
}

func TestSplitBelievesNoSize(t *testing.T) {
	t.Parallel()
	_, span := videoSpan(t)
	for _, size := range []uint32{0, 1, 7, 5 << 20, 0xffffffff} {
		box := append(binary.BigEndian.AppendUint32(nil, size), "moov"...)
		if err := packaging.Split(bytes.NewReader(box), span, ignore); !errors.Is(err, packaging.ErrSpan) {
			t.Errorf("a box of %d bytes: %v, want ErrSpan", size, err)
		}
	}
}

func TestSplitReturnsWhatTheReceiverReturned(t *testing.T) {
	t.Parallel()
	stream, span := videoSpan(t)
	full := errors.New("the disk is full")
	err := packaging.Split(bytes.NewReader(stream), span, func(int, []byte) error { return full })
	if !errors.Is(err, full) || errors.Is(err, packaging.ErrSpan) {
		t.Errorf("Split: %v", err)
	}
}

func FuzzSplit(f *testing.F) {
	stream, span := videoSpan(f)
	f.Add(stream)
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = packaging.Split(bytes.NewReader(b), span, ignore)
		_, _ = packaging.ReadInit(bytes.NewReader(b))
	})
}
