package packaging

import (
	"fmt"
)

// Codec returns the RFC 6381 codec string of an init segment, for example avc1.64001f or mp4a.40.2.
func Codec(init []byte) (string, error) {
	m, err := parseInit(init)
	if err != nil {
		return "", err
	}
	stsd := m.Trak.Mdia.Minf.Stbl.Stsd
	switch {
	case stsd.AvcX != nil && stsd.AvcX.AvcC != nil:
		c := stsd.AvcX.AvcC
		return fmt.Sprintf("%s.%02x%02x%02x", stsd.AvcX.Type(), c.AVCProfileIndication, c.ProfileCompatibility, c.AVCLevelIndication), nil
	case stsd.Mp4a != nil && stsd.Mp4a.Esds != nil && stsd.Mp4a.Esds.DecConfigDescriptor != nil:
		d := stsd.Mp4a.Esds.DecConfigDescriptor
		if d.DecSpecificInfo == nil || len(d.DecSpecificInfo.DecConfig) == 0 {
			break
		}
		// The audio object type is the first five bits of the AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1).
		return fmt.Sprintf("mp4a.%02x.%d", d.ObjectType, d.DecSpecificInfo.DecConfig[0]>>3), nil
	}
	return "", fmt.Errorf("an init segment of no known codec: %w", ErrSpan)
}
