package packaging_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"matinee/internal/packaging"
)

func TestCheckSegmentNoticesEveryChange(t *testing.T) {
	t.Parallel()
	stream, span := videoSpan(t)
	good := split(t, stream, span)[2]
	at := func(box string, offset int) int { return bytes.Index(good, []byte(box)) + 4 + offset }
	flip := func(i int) []byte { b := bytes.Clone(good); b[i] ^= 1; return b }
	for name, segment := range map[string][]byte{
		"nothing":                nil,
		"another segment":        split(t, stream, span)[1],
		"two segments":           append(bytes.Clone(good), good...),
		"a cut":                  good[:len(good)-1],
		"a byte more":            append(bytes.Clone(good), 0),
		"another sequence":       flip(at("mfhd", 7)),
		"another decode time":    flip(at("tfdt", 7)),
		"one sample fewer":       flip(at("trun", 7)),
		"another track fragment": flip(at("traf", -1)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := packaging.CheckSegment(span, 2, segment); !errors.Is(err, packaging.ErrSpan) {
				t.Errorf("CheckSegment: %v, want ErrSpan", err)
			}
		})
	}
	if _, err := packaging.CheckSegment(span, 2, good); err != nil {
		t.Errorf("the good segment: %v", err)
	}
}

func TestCheckSegmentNoticesAnInitThatMovesTheTimeline(t *testing.T) {
	t.Parallel()
	stream, span := videoSpan(t)
	good := split(t, stream, span)[1]
	timescale := bytes.Clone(span.Init)
	mdhd := bytes.Index(timescale, []byte("mdhd"))
	binary.BigEndian.PutUint32(timescale[mdhd+16:], 25_001)
	for name, init := range map[string][]byte{
		"none":              nil,
		"another timescale": timescale,
		"no moov":           span.Init[:24],
	} {
		span := span
		span.Init = init
		if _, err := packaging.CheckSegment(span, 1, good); err == nil {
			t.Errorf("an init with %s is accepted", name)
		}
	}
	if _, err := packaging.CheckSegment(span, 9, good); !errors.Is(err, packaging.ErrSpan) {
		t.Errorf("segment 9: %v", err)
	}
}

func FuzzCheckSegment(f *testing.F) {
	stream, span := videoSpan(f)
	for _, segment := range split(f, stream, span) {
		f.Add(segment)
	}
	f.Fuzz(func(t *testing.T, segment []byte) {
		facts, err := packaging.CheckSegment(span, 2, segment)
		if err == nil && facts.Samples != 10 {
			t.Errorf("a segment of %d samples is accepted", facts.Samples)
		}
	})
}

func TestCodecIsReadFromTheInit(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"video.mp4": "avc1.64001e", "audio.mp4": "mp4a.40.2"} {
		if got, err := packaging.Codec(initOf(t, stream(t, name))); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
	if _, err := packaging.Codec([]byte("not an init segment")); err == nil {
		t.Error("nonsense has a codec")
	}
}

func TestTheFingerprintNamesAllInits(t *testing.T) {
	t.Parallel()
	one := map[string][]byte{"a": []byte("1"), "b": []byte("2")}
	if packaging.Fingerprint(one) != packaging.Fingerprint(map[string][]byte{"b": []byte("2"), "a": []byte("1")}) {
		t.Error("the order of a map matters")
	}
	for _, other := range []map[string][]byte{{"a": []byte("1")}, {"a": []byte("2"), "b": []byte("1")}, {"a": []byte("1"), "b": []byte("3")}} {
		if packaging.Fingerprint(one) == packaging.Fingerprint(other) {
			t.Errorf("%q has the same fingerprint", other)
		}
	}
}
