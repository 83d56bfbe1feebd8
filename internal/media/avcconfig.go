package media

import (
	"encoding/binary"
	"fmt"
)

// Numbers of ITU-T H.264, Annex A and table 7-1.
const (
	profileBaseline = 66
	profileMain     = 77
	profileHigh     = 100
	highestLevel    = 51
	chroma420       = 1
	mostScaling     = 64
	mostRefCycle    = 255

	nalSlice     = 1
	nalPartition = 4
	nalIDR       = 5
	nalSPS       = 7
	nalTypeMask  = 0x1f
)

// avcConfig is an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1) with one set of sequence parameters.
type avcConfig struct {
	lengthSize int // of NAL units in samples, in bytes
	sps        []byte
	level      string // for example 4.0
}

// readAVCConfig returns the configuration, or why its pictures are not passed through.
func readAVCConfig(record []byte) (c avcConfig, why CopyCode) {
	const fixed = 6
	if len(record) < fixed+2 || record[0] != 1 {
		return c, BrokenTables
	}
	if record[5]&nalTypeMask != 1 {
		return c, ParameterSets
	}
	c.lengthSize = int(record[4]&3) + 1
	length := int(binary.BigEndian.Uint16(record[fixed:]))
	rest := record[fixed+2:]
	if length < 4 || length > len(rest) {
		return c, BrokenTables
	}
	c.sps = rest[:length]
	switch profile := c.sps[1]; {
	case c.lengthSize == 3:
		return c, BrokenTables
	case profile != profileBaseline && profile != profileMain && profile != profileHigh, c.sps[3] > highestLevel:
		return c, UnplayableCoding
	}
	c.level = fmt.Sprintf("%d.%d", c.sps[3]/10, c.sps[3]%10)
	return c, checkSPS(c.sps)
}

// checkSPS reads a set of sequence parameters (ITU-T H.264 §7.3.2.1.1) as far as it says how pictures are coded.
func checkSPS(sps []byte) CopyCode {
	b := &bitReader{data: withoutEmulation(sps[4:])}
	b.golomb() // its id
	if sps[1] == profileHigh && !plainHigh(b) {
		return UnplayableCoding
	}
	b.golomb() // frame numbers
	if why := skipOrder(b); why != "" {
		return why
	}
	b.golomb() // reference pictures
	b.bit()
	b.golomb() // width
	b.golomb() // height
	framesOnly := b.flag()
	switch {
	case b.ended:
		return BrokenTables
	case !framesOnly:
		return InterlacedCoding
	}
	return ""
}

// plainHigh reads what High profile adds and reports whether the pictures are of 8 bits and 4:2:0.
func plainHigh(b *bitReader) bool {
	if b.golomb() != chroma420 || b.golomb() != 0 || b.golomb() != 0 || b.flag() {
		return false
	}
	if !b.flag() {
		return true
	}
	for list := range 8 { // scaling matrices
		if b.flag() {
			skipScaling(b, list)
		}
	}
	return true
}

// skipScaling reads a scaling list (§7.3.2.1.1.1).
func skipScaling(b *bitReader, list int) {
	size := 16
	if list >= 6 {
		size = mostScaling
	}
	last, next := int32(8), int32(8)
	for range size {
		if next != 0 {
			next = (last + b.signedGolomb() + 256) & 255
		}
		if next != 0 {
			last = next
		}
	}
}

// skipOrder reads how the order of pictures is coded.
func skipOrder(b *bitReader) CopyCode {
	switch b.golomb() {
	case 0:
		b.golomb()
	case 1:
		b.bit()
		b.signedGolomb()
		b.signedGolomb()
		cycle := b.golomb()
		if cycle > mostRefCycle {
			return BrokenTables
		}
		for range cycle {
			b.signedGolomb()
		}
	}
	return ""
}

// withoutEmulation drops the bytes that keep a start code out of the data (§7.4.1).
func withoutEmulation(data []byte) []byte {
	out := make([]byte, 0, len(data))
	zeros := 0
	for _, x := range data {
		if zeros >= 2 && x == 3 {
			zeros = 0
			continue
		}
		if zeros++; x != 0 {
			zeros = 0
		}
		out = append(out, x)
	}
	return out
}
