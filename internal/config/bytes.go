package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Bytes is a size that people write as 50GB, 512MiB or a plain number of bytes.
type Bytes int64

// units in the order in which they are tried: the longer suffix first.
func units() []struct {
	suffix string
	size   float64
} {
	return []struct {
		suffix string
		size   float64
	}{
		{"KIB", 1 << 10}, {"MIB", 1 << 20}, {"GIB", 1 << 30}, {"TIB", 1 << 40},
		{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}, {"", 1},
	}
}

// UnmarshalText reads a size.
func (b *Bytes) UnmarshalText(text []byte) error {
	s := strings.ToUpper(strings.ReplaceAll(string(text), " ", ""))
	for _, u := range units() {
		number, ok := strings.CutSuffix(s, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || n < 0 || n*u.size > 1e18 {
			break
		}
		*b = Bytes(n * u.size)
		return nil
	}
	return fmt.Errorf("%q is not a size, for example 50GB or 512MiB", text)
}
