package events

import (
	"strconv"
	"strings"
)

// Position is how far a listener has come. Its text is "EPOCH-NUMBER", which is what a client keeps as its last event id; the
// zero value stands nowhere, and nothing can be resumed from it.
type Position struct {
	epoch  string
	number uint64
}

// ParsePosition reads what String wrote. A text that nobody wrote is the zero Position.
func ParsePosition(text string) Position {
	epoch, number, _ := strings.Cut(text, "-")
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil || epoch == "" {
		return Position{}
	}
	return Position{epoch: epoch, number: n}
}

// String returns the position as a client keeps it.
func (p Position) String() string { return p.epoch + "-" + strconv.FormatUint(p.number, 10) }
