package media

import (
	"math/big"
	"strconv"
	"strings"
)

// Rational is an exact fraction. The zero value means unknown.
type Rational struct {
	Num int64 `json:"num"`
	Den int64 `json:"den"`
}

// ParseRational reads "30000/1001", "64:45" or "25"; what cannot be read is unknown.
func ParseRational(s string) Rational {
	num, den, found := strings.Cut(strings.Replace(s, ":", "/", 1), "/")
	if !found {
		den = "1"
	}
	n, err1 := strconv.ParseInt(num, 10, 64)
	d, err2 := strconv.ParseInt(den, 10, 64)
	if err1 != nil || err2 != nil || d <= 0 || n < 0 {
		return Rational{}
	}
	return Rational{n, d}
}

// Known reports whether r is a positive fraction.
func (r Rational) Known() bool { return r.Num > 0 && r.Den > 0 }

// Float returns the nearest float, 0 where unknown.
func (r Rational) Float() float64 {
	if !r.Known() {
		return 0
	}
	return float64(r.Num) / float64(r.Den)
}

// Inverse returns 1/r.
func (r Rational) Inverse() Rational { return Rational{r.Den, r.Num} }

// Seconds returns ticks × r, where r is the length of a tick in seconds.
func (r Rational) Seconds(ticks int64) float64 {
	if !r.Known() {
		return 0
	}
	f, _ := new(big.Rat).Mul(big.NewRat(r.Num, r.Den), new(big.Rat).SetInt64(ticks)).Float64()
	return f
}

// MulRound returns n × r, rounded to the nearest whole number, halves up.
func (r Rational) MulRound(n int64) int64 {
	return floorDiv(new(big.Int).Add(twice(n, r.Num), big.NewInt(r.Den)), 2*r.Den)
}

// MulCeil returns n × r, rounded up.
func (r Rational) MulCeil(n int64) int64 {
	num := new(big.Int).Mul(big.NewInt(n), big.NewInt(r.Num))
	return floorDiv(num.Add(num, big.NewInt(r.Den-1)), r.Den)
}

// String returns the fraction as ffmpeg reads it, for example 30000/1001.
func (r Rational) String() string {
	return strconv.FormatInt(r.Num, 10) + "/" + strconv.FormatInt(r.Den, 10)
}

func twice(a, b int64) *big.Int {
	p := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
	return p.Lsh(p, 1)
}

func floorDiv(num *big.Int, den int64) int64 {
	q, m := new(big.Int), new(big.Int)
	q.DivMod(num, big.NewInt(den), m) // Euclidean: floor for a positive divisor
	return q.Int64()
}

func (r Rational) reduced() Rational {
	if !r.Known() {
		return r
	}
	d := new(big.Int).GCD(nil, nil, big.NewInt(r.Num), big.NewInt(r.Den)).Int64()
	return Rational{r.Num / d, r.Den / d}
}
