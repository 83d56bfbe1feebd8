package corpus

import (
	"context"
	"strconv"
	"strings"

	"matinee/internal/testkit/cook"
)

// Source is one odd file and what must become of it.
type Source struct {
	Name  string   // of the file; also the name of the oddity
	Steps []string // as package cook reads them; {D} stands for the seconds asked for
	Short bool     // belongs to the slice that every test run sees
	Want  Want
}

// Want is what must become of a source. Zero fields say nothing, except Sound and Subtitles, which are counts.
type Want struct {
	Refused   string  // the code it is refused by; everything else must be exact
	Damage    Damage  // what must be counted of pictures that are missing
	Prepared  bool    // it must be remuxed first
	Rate      string  // frames a second
	Length    float64 // as a multiple of the seconds asked for
	Offset    float64 // seconds more than that
	Shape     string  // of the lowest rung, width x height
	Sound     int     // audio tracks
	Subtitles int     // tracks of text
	Varying   bool    // the rate is not constant, so pictures may be shown longer than one frame, or make room for others
	Refusable bool    // it may also be refused by any code
}

// Damage says whether pictures of a source are missing.
type Damage int

// Most sources are whole. Of spoilt bytes a decoder may hide the traces.
const (
	None Damage = iota
	Some
	Perhaps
)

// Long and Short are the lengths in seconds that runs ask for. A long source has several segments of four seconds and a short
// one several of one second, and neither ends at a boundary.
const (
	Long  = 21.3
	Short = 5.3
)

// File returns the path of the source's file with so many seconds of pictures. It is shared: do not write to it.
func (s Source) File(ctx context.Context, seconds float64) (string, error) {
	return cook.File(ctx, "corpus", s.recipe(seconds))
}

func (s Source) recipe(seconds float64) cook.Recipe {
	r := cook.Recipe{File: s.Name}
	for _, step := range s.Steps {
		r.Steps = append(r.Steps, strings.ReplaceAll(step, "{D}", strconv.FormatFloat(seconds, 'f', -1, 64)))
	}
	return r
}

// Seconds returns how long the output must be, and whether the table says so.
func (w Want) Seconds(asked float64) (seconds float64, known bool) {
	return w.Length*asked + w.Offset, w.Length > 0 || w.Offset > 0
}
