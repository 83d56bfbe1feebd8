package packaging_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/Eyevinn/mp4ff/mp4"

	"matinee/internal/errs"
	"matinee/internal/packaging"
)

// stored opens segments of memory.
type stored map[string]map[int][]byte

type nopCloser struct{ io.ReadSeeker }

func (nopCloser) Close() error { return nil }

func (s stored) open(track string, number int) (io.ReadSeekCloser, int64, error) {
	segment, ok := s[track][number]
	if !ok {
		return nil, 0, errs.Missing("object")
	}
	return nopCloser{bytes.NewReader(segment)}, int64(len(segment)), nil
}

// smallFile is a file of the second chunk's pictures and of their sound.
func smallFile(t *testing.T) (stored, []packaging.FileTrack) {
	t.Helper()
	video, videoSpan := videoSpan(t)
	audio, audioSpan := audioSpan(t)
	s := stored{"h264-36": {}, "audio-1": split(t, audio, audioSpan)}
	for number, segment := range split(t, video, videoSpan) {
		s["h264-36"][number-1] = segment
	}
	return s, []packaging.FileTrack{{ID: "h264-36", Init: videoSpan.Init, Segments: 3}, {ID: "audio-1", Init: audioSpan.Init, Segments: 4}}
}

func layOut(t *testing.T, s stored, tracks []packaging.FileTrack) (*packaging.File, []byte) {
	t.Helper()
	f, err := packaging.LayOutFile(tracks, s.open)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := io.ReadAll(f.Reader(s.open))
	if err != nil || int64(len(whole)) != f.Size() {
		t.Fatalf("%d of %d bytes, %v", len(whole), f.Size(), err)
	}
	return f, whole
}

func TestAFileHoldsTheSamplesOfItsSegmentsInTheirOrder(t *testing.T) {
	t.Parallel()
	s, tracks := smallFile(t)
	_, whole := layOut(t, s, tracks)
	parsed, err := mp4.DecodeFile(bytes.NewReader(whole))
	if err != nil || parsed.IsFragmented() {
		t.Fatalf("fragmented or unreadable: %v", err)
	}
	if first, second := parsed.Children[1].Type(), parsed.Children[2].Type(); first != "moov" || second != "mdat" || len(parsed.Children) != 3 {
		t.Errorf("%d boxes, %s and %s", len(parsed.Children), first, second)
	}
	for i, track := range tracks {
		want := samplesIn(t, track.Init, s[track.ID])
		trak := parsed.Moov.Traks[i]
		count := trak.Mdia.Minf.Stbl.Stsz.GetNrSamples()
		got, err := parsed.Moov.Traks[i].GetSampleData(1, count)
		if err != nil || len(got) != len(want) {
			t.Fatalf("%s has %d samples, want %d: %v", track.ID, len(got), len(want), err)
		}
		var data []byte
		ranges, err := trak.GetRangesForSampleInterval(1, count)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range ranges {
			data = append(data, whole[r.Offset:r.Offset+r.Size]...)
		}
		shift := want[0].CompositionTimeOffset
		for _, w := range want {
			shift = min(shift, w.CompositionTimeOffset)
		}
		var wanted []byte
		for n, w := range want {
			wanted = append(wanted, w.Data...)
			stss := trak.Mdia.Minf.Stbl.Stss // without one, every sample is a sync sample
			if g := got[n]; g.Size != w.Size || g.Dur != w.Dur || (stss == nil || stss.IsSyncSample(uint32(n+1))) != w.IsSync() || g.CompositionTimeOffset != w.CompositionTimeOffset-shift {
				t.Errorf("sample %d of %s is %+v, want %+v", n, track.ID, g, w.Sample)
			}
		}
		if !bytes.Equal(data, wanted) {
			t.Errorf("the data of %s differ", track.ID)
		}
	}
	edits := parsed.Moov.Traks[0].Edts.Elst[0].Entries
	if len(edits) != 2 || edits[0].MediaTime != -1 || edits[0].SegmentDuration != 10_000 || edits[1].SegmentDuration != 25_000 {
		t.Errorf("pictures that begin at 10000 ticks have the edits %+v", edits)
	}
}

// samplesIn returns all samples of segments in their order.
func samplesIn(t *testing.T, init []byte, segments map[int][]byte) (all []mp4.FullSample) {
	t.Helper()
	head, err := mp4.DecodeFile(bytes.NewReader(init))
	if err != nil {
		t.Fatal(err)
	}
	for number := range len(segments) {
		f, err := mp4.DecodeFile(bytes.NewReader(segments[number]))
		if err != nil {
			t.Fatal(err)
		}
		samples, err := f.Segments[0].Fragments[0].GetFullSamples(head.Init.Moov.Mvex.Trex)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, samples...)
	}
	return all
}

func TestAFileIsReadFromAnywhere(t *testing.T) {
	t.Parallel()
	s, tracks := smallFile(t)
	f, whole := layOut(t, s, tracks)
	if err := iotest.TestReader(f.Reader(s.open), whole); err != nil {
		t.Error(err)
	}
	r := f.Reader(s.open)
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		from := random.Int64N(f.Size())
		length := random.Int64N(min(f.Size()-from, 3000) + 1)
		if _, err := r.Seek(from, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, length)
		if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, whole[from:from+length]) {
			t.Fatalf("%d bytes from %d differ: %v", length, from, err)
		}
	}
	again, _ := layOut(t, s, tracks)
	if other, _ := layOut(t, s, tracks[1:]); again.Tag() != f.Tag() || other.Tag() == f.Tag() {
		t.Errorf("tags %s, %s and %s", f.Tag(), again.Tag(), other.Tag())
	}
}

func TestAFileIsRefusedOrEndsWhereItsSegmentsAreNotWhatTheyWere(t *testing.T) {
	t.Parallel()
	change := func(do func(s stored)) (stored, []packaging.FileTrack) {
		s, tracks := smallFile(t)
		do(s)
		return s, tracks
	}
	for name, c := range map[string]struct {
		do   func(s stored)
		want func(error) bool
	}{
		"a segment is missing":   {func(s stored) { delete(s["h264-36"], 2) }, func(err error) bool { return errs.Is(err, errs.NotFound) }},
		"two are swapped":        {func(s stored) { s["audio-1"][1], s["audio-1"][2] = s["audio-1"][2], s["audio-1"][1] }, isSpan},
		"one is torn":            {func(s stored) { s["h264-36"][1] = s["h264-36"][1][:len(s["h264-36"][1])-1] }, isSpan},
		"one has bytes too many": {func(s stored) { s["h264-36"][1] = append(bytes.Clone(s["h264-36"][1]), 0) }, isSpan},
		"one is empty":           {func(s stored) { s["h264-36"][1] = nil }, func(err error) bool { return err != nil }},
		"one is of another kind": {func(s stored) { s["h264-36"][0] = []byte("not a segment at all") }, isSpan},
		"one is an init":         {func(s stored) { s["h264-36"][0] = bytes.Clone(s["h264-36"][0][:24]) }, func(err error) bool { return err != nil }},
		"a promised box is too big": {func(s stored) {
			s["h264-36"][0] = append(bytes.Clone(s["h264-36"][0][:24]), 0x7f, 0, 0, 0, 'm', 'o', 'o', 'f')
		}, isSpan},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, tracks := change(c.do)
			if _, err := packaging.LayOutFile(tracks, s.open); !c.want(err) {
				t.Errorf("got %v", err)
			}
		})
	}
	s, tracks := smallFile(t)
	f, _ := layOut(t, s, tracks)
	s["h264-36"][2] = append(bytes.Clone(s["h264-36"][2]), 0)
	if _, err := io.ReadAll(f.Reader(s.open)); err == nil {
		t.Error("a segment that was made again goes unnoticed")
	}
}

func isSpan(err error) bool { return errors.Is(err, packaging.ErrSpan) }

// vast is a segment with one sample of so many bytes, all its number.
func vast(t *testing.T, number int, size uint32) (io.ReadSeekCloser, int64) {
	t.Helper()
	f, err := mp4.CreateFragment(uint32(number+1), 1)
	if err != nil {
		t.Fatal(err)
	}
	f.AddFullSample(mp4.FullSample{Sample: mp4.NewSample(mp4.SyncSampleFlags, 1000, 1, 0), DecodeTime: uint64(number) * 1000, Data: []byte{0}})
	f.Moof.Traf.Trun.Samples[0].Size = size
	f.Moof.Traf.Trun.DataOffset = int32(f.Moof.Size() + 8)
	var head bytes.Buffer
	if err := f.Moof.Encode(&head); err != nil {
		t.Fatal(err)
	}
	head.Write([]byte{byte((size + 8) >> 24), byte((size + 8) >> 16), byte((size + 8) >> 8), byte(size + 8), 'm', 'd', 'a', 't'})
	whole := int64(head.Len()) + int64(size)
	return nopCloser{io.NewSectionReader(repeated{head.Bytes(), byte(number)}, 0, whole)}, whole
}

type repeated struct {
	head []byte
	then byte
}

func (r repeated) ReadAt(p []byte, at int64) (int, error) {
	n := 0
	if at < int64(len(r.head)) {
		n = copy(p, r.head[at:])
	}
	for i := n; i < len(p); i++ {
		p[i] = r.then
	}
	return len(p), nil
}

func TestAFileOfMoreThanFourGigabytesHasWideOffsets(t *testing.T) {
	t.Parallel()
	const segments, size = 11, 400 << 20
	_, tracks := smallFile(t)
	open := func(_ string, number int) (io.ReadSeekCloser, int64, error) {
		segment, bytes := vast(t, number, size)
		return segment, bytes, nil
	}
	f, err := packaging.LayOutFile([]packaging.FileTrack{{ID: "h264-36", Init: tracks[0].Init, Segments: segments}}, open)
	if err != nil {
		t.Fatal(err)
	}
	r := f.Reader(open)
	head := make([]byte, f.Size()-segments*size)
	if _, err := io.ReadFull(r, head); err != nil {
		t.Fatal(err)
	}
	if tail := head[len(head)-16:]; !bytes.Equal(tail[:8], []byte("\x00\x00\x00\x01mdat")) {
		t.Errorf("the samples begin with %q", tail)
	}
	boxes, err := mp4.DecodeFile(bytes.NewReader(head[:len(head)-16]))
	if err != nil {
		t.Fatal(err)
	}
	co64 := boxes.Moov.Trak.Mdia.Minf.Stbl.Co64
	if co64 == nil || len(co64.ChunkOffset) != segments {
		t.Fatalf("offsets %+v", co64)
	}
	for number, at := range co64.ChunkOffset {
		if _, err := r.Seek(int64(at)-1, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		around := make([]byte, 2)
		if _, err := io.ReadFull(r, around); err != nil || around[1] != byte(number) || number > 0 && around[0] != byte(number-1) {
			t.Errorf("around the offset of chunk %d lies %v, %v", number, around, err)
		}
	}
	if f.IndexBytes() > 10_000 {
		t.Error(fmt.Sprint("the index takes ", f.IndexBytes()))
	}
}
