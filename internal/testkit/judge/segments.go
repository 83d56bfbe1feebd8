package judge

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/Eyevinn/mp4ff/mp4"

	"matinee/internal/media"
)

// sample is one coded picture or frame of sound; times are in ticks of its track.
type sample struct {
	dts, pts, duration int64
	sync               bool
	data               []byte
}

// Segments holds the segments of a track to the plan, from their bytes and those of the init segment alone (ISO/IEC 23000-19 §7.3):
// one fragment each with the right number and decode time, every frame of the grid once and no other, pictures that begin with a
// key frame at the boundary, no edit list, nothing else in the file.
func Segments(plan media.Plan, track string, init []byte, segments map[int][]byte) (faults []string) {
	g := gridOf(plan, track)
	if err := g.checkInit(init); err != nil {
		faults = append(faults, fmt.Sprintf("%s: init: %v", track, err))
	}
	if len(segments) != plan.Segments() {
		faults = append(faults, fmt.Sprintf("%s has %d segments, the plan %d", track, len(segments), plan.Segments()))
	}
	for k := range plan.Segments() {
		err := g.checkSegment(init, k, segments[k])
		if err != nil {
			faults = append(faults, fmt.Sprintf("%s: segment %d: %v", track, k, err))
		}
		if product := productAgrees(plan, track, init, k, segments[k]); (product == nil) != (err == nil) {
			faults = append(faults, fmt.Sprintf("%s: segment %d: the product's checker says %v, the judge %v", track, k, product, err))
		}
	}
	return faults
}

// grid is where the samples of a track belong.
type grid struct {
	timescale, duration int64
	offset              int64   // time of sample 0
	bounds              []int64 // numbers of the samples that begin segments, then the end
	video               bool
}

func gridOf(plan media.Plan, track string) grid {
	if _, ok := plan.Rung(track); ok {
		return grid{int64(plan.Timescale), int64(plan.FrameDuration), 0, plan.Boundaries, true}
	}
	a, _ := plan.AudioTrack(track)
	return grid{soundRate(a), media.AudioFrameSamples, a.OffsetSamples, CutsOf(plan, a), false}
}

func (g grid) at(sample int64) int64 { return g.offset + sample*g.duration }

func (g grid) checkInit(init []byte) error {
	kinds, err := boxes(init)
	if err != nil {
		return err
	}
	if !slices.Equal(kinds, []string{"ftyp", "moov"}) {
		return fmt.Errorf("boxes %q", kinds)
	}
	f, err := mp4.DecodeFile(bytes.NewReader(init))
	if err != nil {
		return err
	}
	moov := f.Init.Moov
	switch {
	case len(moov.Traks) != 1 || moov.Mvex == nil || moov.Mvex.Trex == nil:
		return fmt.Errorf("%d tracks, fragmented: %v", len(moov.Traks), moov.Mvex != nil)
	case moov.Trak.Edts != nil:
		return fmt.Errorf("an edit list")
	case int64(moov.Trak.Mdia.Mdhd.Timescale) != g.timescale:
		return fmt.Errorf("%d ticks a second, want %d", moov.Trak.Mdia.Mdhd.Timescale, g.timescale)
	case len(moov.Trak.Mdia.Minf.Stbl.Stts.SampleCount) > 0:
		return fmt.Errorf("samples in the init segment")
	}
	return nil
}

func (g grid) checkSegment(init []byte, k int, segment []byte) error {
	kinds, err := boxes(segment)
	if err != nil {
		return err
	}
	if !slices.Equal(kinds, []string{"styp", "moof", "mdat"}) {
		return fmt.Errorf("boxes %q", kinds)
	}
	number, err := sequenceOf(segment)
	if err != nil {
		return err
	}
	if number != k+1 {
		return fmt.Errorf("sequence number %d, want %d", number, k+1)
	}
	samples, err := samplesOf(init, segment)
	if err != nil {
		return err
	}
	return g.checkSamples(k, samples)
}

// checkSamples wants the frames [bounds[k], bounds[k+1]) once each, decoded one after the other from the first one's time.
func (g grid) checkSamples(k int, samples []sample) error {
	first, end := g.bounds[k], g.bounds[k+1]
	if int64(len(samples)) != end-first || len(samples) == 0 {
		return fmt.Errorf("%d samples, want %d", len(samples), end-first)
	}
	shown := make([]int64, 0, len(samples))
	for i, s := range samples {
		switch want := g.at(first + int64(i)); {
		case s.dts != want:
			return fmt.Errorf("sample %d is decoded at %d, want %d", i, s.dts, want)
		case s.duration != g.duration:
			return fmt.Errorf("sample %d lasts %d, want %d", i, s.duration, g.duration)
		case len(s.data) == 0:
			return fmt.Errorf("sample %d is empty", i)
		case !g.video && s.pts != s.dts:
			return fmt.Errorf("sound is decoded at %d and heard at %d", s.dts, s.pts)
		}
		shown = append(shown, s.pts)
	}
	if g.video && (!samples[0].sync || samples[0].pts != g.at(first)) {
		return fmt.Errorf("it begins with sync %v at %d, want a key frame at %d", samples[0].sync, samples[0].pts, g.at(first))
	}
	slices.Sort(shown)
	for i, pts := range shown {
		if want := g.at(first + int64(i)); pts != want {
			return fmt.Errorf("a sample is shown at %d, want %d", pts, want)
		}
	}
	return nil
}

// boxes lists the types of the boxes on the top level, by their sizes alone.
func boxes(data []byte) (kinds []string, err error) {
	for len(data) > 0 {
		if len(data) < 8 {
			return nil, fmt.Errorf("%d bytes after the last box", len(data))
		}
		size := int64(binary.BigEndian.Uint32(data))
		if size < 8 || size > int64(len(data)) {
			return nil, fmt.Errorf("box %q of %d bytes in %d", data[4:8], size, len(data))
		}
		kinds = append(kinds, string(data[4:8]))
		data = data[size:]
	}
	return kinds, nil
}

func sequenceOf(segment []byte) (int, error) {
	f, err := mp4.DecodeFile(bytes.NewReader(segment))
	if err != nil {
		return 0, err
	}
	if len(f.Segments) != 1 || len(f.Segments[0].Fragments) != 1 {
		return 0, fmt.Errorf("not one fragment")
	}
	return int(f.Segments[0].Fragments[0].Moof.Mfhd.SequenceNumber), nil
}

// samplesOf reads a segment as a player does: after its init segment.
func samplesOf(init, segment []byte) ([]sample, error) {
	f, err := mp4.DecodeFile(bytes.NewReader(slices.Concat(init, segment)))
	if err != nil {
		return nil, err
	}
	if f.Init == nil || len(f.Segments) != 1 || len(f.Segments[0].Fragments) != 1 {
		return nil, fmt.Errorf("not an init segment and one fragment")
	}
	fragment := f.Segments[0].Fragments[0]
	if len(fragment.Moof.Trafs) != 1 {
		return nil, fmt.Errorf("%d tracks", len(fragment.Moof.Trafs))
	}
	full, err := fragment.GetFullSamples(f.Init.Moov.Mvex.Trex)
	if err != nil {
		return nil, err
	}
	var out []sample
	for _, s := range full {
		dts := int64(s.DecodeTime)
		out = append(out, sample{dts, dts + int64(s.CompositionTimeOffset), int64(s.Dur), s.IsSync(), s.Data})
	}
	return out, nil
}
