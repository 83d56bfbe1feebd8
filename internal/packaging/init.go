package packaging

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/Eyevinn/mp4ff/mp4"
)

// ReadInit reads an encoder's fragmented MP4 to its end and returns its init segment as Matinee publishes it.
func ReadInit(r io.Reader) ([]byte, error) {
	for {
		box, err := readBox(r)
		if err != nil {
			return nil, fmt.Errorf("look for the init segment: %w", err)
		}
		if box.kind != "moov" {
			continue
		}
		init, _, err := publishedInit(box)
		if err != nil {
			return nil, err
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			return nil, fmt.Errorf("read to the end: %w", err)
		}
		return init, nil
	}
}

// Fingerprint names the encoder by all inits of a plan, keyed by track: two encoders with the same fingerprint make
// segments that fit together, and may work on one version.
func Fingerprint(inits map[string][]byte) string {
	all := sha256.New()
	for _, track := range slices.Sorted(maps.Keys(inits)) {
		fmt.Fprintf(all, "%s %x\n", track, sha256.Sum256(inits[track]))
	}
	return hex.EncodeToString(all.Sum(nil))
}

// publishedInit writes a CMAF header from an encoder's moov: our brands, and without edit lists and user data, which would
// move the timeline or name the run.
func publishedInit(moov rawBox) ([]byte, *mp4.TrexBox, error) {
	m, err := parseMoov(moov)
	if err != nil {
		return nil, nil, err
	}
	m.Children = without(m.Children, "udta")
	m.Trak.Children = without(m.Trak.Children, "edts", "udta")
	var out bytes.Buffer
	for _, b := range []mp4.Box{published(), m} {
		if err := b.Encode(&out); err != nil {
			return nil, nil, fmt.Errorf("write init segment: %w", err)
		}
	}
	return out.Bytes(), m.Mvex.Trex, nil
}

// published names what our init segments are.
func published() *mp4.FtypBox { return mp4.NewFtyp("iso6", 0, []string{"iso6", "cmfc", "mp41"}) }

func parseMoov(raw rawBox) (*mp4.MoovBox, error) {
	box, err := raw.parse()
	if err != nil {
		return nil, err
	}
	m, ok := box.(*mp4.MoovBox)
	switch {
	case !ok || len(m.Traks) != 1 || m.Mvex == nil || m.Mvex.Trex == nil:
		return nil, fmt.Errorf("an init segment without one fragmented track: %w", ErrSpan)
	case m.Trak.Mdia == nil || m.Trak.Mdia.Mdhd == nil || m.Trak.Mdia.Minf == nil || m.Trak.Mdia.Minf.Stbl == nil || m.Trak.Mdia.Minf.Stbl.Stsd == nil:
		return nil, fmt.Errorf("an init segment without a sample description: %w", ErrSpan)
	}
	return m, nil
}

// parseInit reads an init segment: any boxes, of which one is the moov.
func parseInit(init []byte) (*mp4.MoovBox, error) {
	r := bytes.NewReader(init)
	for {
		box, err := readBox(r)
		if err != nil {
			return nil, fmt.Errorf("read init segment: %w", err)
		}
		if box.kind == "moov" {
			return parseMoov(box)
		}
	}
}

func without(boxes []mp4.Box, kinds ...string) []mp4.Box {
	return slices.DeleteFunc(slices.Clone(boxes), func(b mp4.Box) bool { return slices.Contains(kinds, b.Type()) })
}
