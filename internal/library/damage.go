package library

import (
	"fmt"
	"strings"
	"time"
)

// toldRanges is how many places of damage are told in words.
const toldRanges = 3

// Words tells a video's owner what is damaged, and where.
func (d Damage) Words() string {
	var places []string
	for _, r := range d.Ranges[:min(len(d.Ranges), toldRanges)] {
		places = append(places, clock(r.StartSeconds)+"–"+clock(r.EndSeconds))
	}
	if more := len(d.Ranges) - len(places); more > 0 {
		places = append(places, fmt.Sprintf("%d more places", more))
	}
	pictures := "pictures"
	if d.Frames == 1 {
		pictures = "picture"
	}
	return fmt.Sprintf("The file is damaged: up to %d %s could not be decoded (%s). The picture before is shown there, or what is left of them.",
		d.Frames, pictures, strings.Join(places, ", "))
}

// clock is a position as players show it, with tenths: 1:02:03.4.
func clock(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(100 * time.Millisecond)
	tenths := int64(d / (100 * time.Millisecond))
	if tenths >= 36000 {
		return fmt.Sprintf("%d:%02d:%02d.%d", tenths/36000, tenths/600%60, tenths/10%60, tenths%10)
	}
	return fmt.Sprintf("%d:%02d.%d", tenths/600, tenths/10%60, tenths%10)
}
