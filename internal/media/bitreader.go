package media

// bitReader reads numbers of some bits. After the end, everything is 0 and ended is set.
type bitReader struct {
	data  []byte
	at    int // in bits
	ended bool
}

func (b *bitReader) bits(n int) (v uint32) {
	for range n {
		v = v<<1 | b.bit()
	}
	return v
}

func (b *bitReader) bit() uint32 {
	if b.at >= len(b.data)*8 {
		b.ended = true
		return 0
	}
	v := b.data[b.at/8] >> (7 - b.at%8) & 1
	b.at++
	return uint32(v)
}

func (b *bitReader) flag() bool { return b.bit() == 1 }

// golomb reads an Exp-Golomb number (ITU-T H.264 §9.1).
func (b *bitReader) golomb() uint32 {
	zeros := 0
	for b.bit() == 0 {
		if zeros++; b.ended || zeros == 32 {
			b.ended = true
			return 0
		}
	}
	return 1<<zeros - 1 + b.bits(zeros)
}

// signedGolomb reads se(v): 0, 1, -1, 2, -2 … (§9.1.1).
func (b *bitReader) signedGolomb() int32 {
	v := b.golomb()
	if v&1 == 1 {
		return int32(v/2 + v&1)
	}
	return -int32(v / 2)
}

// left is how many bits were not read.
func (b *bitReader) left() int { return len(b.data)*8 - b.at }
