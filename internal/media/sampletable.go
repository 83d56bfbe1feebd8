package media

import (
	"cmp"
	"slices"
)

// maxSamples bounds a track: twelve hours of sixty pictures a second have 2.6 million.
const maxSamples = 4 << 20

// Tables is what an MP4 or MOV file says of its samples. The zero value is of a file that cannot be passed through because it is
// none.
type Tables struct {
	Why    CopyCode // why nothing can be passed through; "" where the tracks decide
	Tracks []SampleTable
}

// SampleTable is one track's samples (ISO/IEC 14496-12 §8.6 to §8.7): where they are, and when. A track with a reason in Why has no
// samples here.
type SampleTable struct {
	Why       CopyCode
	Handler   string // vide, soun, …
	Timescale uint32
	Format    string // of the one sample entry, for example avc1
	Turned    bool   // by a matrix that is not the identity

	AVCConfig   []byte // the content of avcC (ISO/IEC 14496-15 §5.3.3.1), nil where there is none
	ColourBox   []byte // the content of a colr box of type nclx (ISO/IEC 14496-12 §12.1.5), nil where there is none
	AudioConfig []byte // AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1), nil where there is none

	Keys      []Key // of avc1, where segments may begin; found by FindKeys
	shift     timeline
	size      uint32   // of every sample, where sizes is nil
	sizes     []uint32 // of each sample
	count     int
	chunkAt   []int64  // offsets in the file
	chunkFrom []uint32 // the first sample of each chunk
	times     []timeRun
	offsets   []offsetRun // composition offsets; none where all are 0
	syncs     []uint32    // samples that are marked as key frames; nil with everySync
	everySync bool
}

// timeRun begins at a sample: from there on samples last so long.
type timeRun struct {
	sample   uint32
	duration uint32
	at       int64
}

// offsetRun begins at a sample: from there on samples are shown so much after they are decoded.
type offsetRun struct {
	sample uint32
	offset int32
}

// timeline places a track's own time in the movie: movie time = delay + (time - begin)/Timescale, until so many ticks.
type timeline struct {
	delaySeconds float64
	begin        int64
	lengthTicks  int64 // shown from begin; 0 for all
	odd          bool  // more than a delay and one plain edit
}

// Samples returns how many samples the track has.
func (t *SampleTable) Samples() int { return t.count }

// Size returns how many bytes a sample has.
func (t *SampleTable) Size(sample int) uint32 {
	if t.sizes == nil {
		return t.size
	}
	return t.sizes[sample]
}

// Decoded returns when a sample is decoded, and how long it lasts, in ticks.
func (t *SampleTable) Decoded(sample int) (at int64, duration uint32) {
	i, found := slices.BinarySearchFunc(t.times, uint32(sample), func(r timeRun, s uint32) int { return cmp.Compare(r.sample, s) })
	if !found {
		i--
	}
	r := t.times[i]
	return r.at + int64(uint32(sample)-r.sample)*int64(r.duration), r.duration
}

// Shown returns when a sample is shown, in ticks of the track's own time.
func (t *SampleTable) Shown(sample int) int64 {
	at, _ := t.Decoded(sample)
	return at + t.offset(sample)
}

func (t *SampleTable) offset(sample int) int64 {
	if len(t.offsets) == 0 {
		return 0
	}
	i, found := slices.BinarySearchFunc(t.offsets, uint32(sample), func(r offsetRun, s uint32) int { return cmp.Compare(r.sample, s) })
	if !found {
		i--
	}
	return int64(t.offsets[i].offset)
}

// movieSeconds returns when a time of the track is in the movie.
func (t *SampleTable) movieSeconds(ticks int64) float64 {
	return t.shift.delaySeconds + float64(ticks-t.shift.begin)/float64(t.Timescale)
}

// Extent is a run of bytes in a file.
type Extent struct {
	At, Length int64
}

// Extents returns where the samples [first, end) lie: those that follow each other within a chunk are one run.
func (t *SampleTable) Extents(first, end int) []Extent {
	var out []Extent
	for sample := first; sample < end; {
		chunk := t.chunkOf(sample)
		e := Extent{At: t.chunkAt[chunk]}
		for i := int(t.chunkFrom[chunk]); i < sample; i++ {
			e.At += int64(t.Size(i))
		}
		last := min(t.chunkEnd(chunk), end)
		for ; sample < last; sample++ {
			e.Length += int64(t.Size(sample))
		}
		out = append(out, e)
	}
	return out
}

func (t *SampleTable) chunkOf(sample int) int {
	i, found := slices.BinarySearch(t.chunkFrom, uint32(sample))
	if !found {
		i--
	}
	return i
}

func (t *SampleTable) chunkEnd(chunk int) int {
	if chunk+1 < len(t.chunkFrom) {
		return int(t.chunkFrom[chunk+1])
	}
	return t.count
}
