package media

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Bounds of what is taken over from a source. What is beyond them is left out, and noted.
const (
	MaxAudioTracks    = 16
	MaxSubtitleTracks = 32
	MaxChapters       = 500

	maxLabel = 80  // characters of a track's label
	maxTitle = 200 // characters of a chapter's title

	openingSlack = 0.5 // seconds after which a first chapter is taken for the beginning: a lead or a coder's delay comes before it
)

// Role says what a track is for.
type Role string

// The roles of audio tracks, then those of subtitles.
const (
	Main        Role = "main"
	Dub         Role = "dub"
	Commentary  Role = "commentary"
	Description Role = "description" // says what is to be seen, for whoever does not see it

	Subtitle Role = "subtitle"
	Captions Role = "captions" // also names the sounds, for whoever does not hear them
	Forced   Role = "forced"   // only what is foreign in the film itself
)

// The dispositions of a stream, as ffmpeg calls them, that say something about its role.
const (
	flagOriginal     = "original"
	flagDub          = "dub"
	flagComment      = "comment"
	flagVisual       = "visual_impaired"
	flagDescriptions = "descriptions"
	flagHearing      = "hearing_impaired"
	flagCaptions     = "captions"
	flagForced       = "forced"
)

func roleFlags() []string {
	return []string{flagOriginal, flagDub, flagComment, flagVisual, flagDescriptions, flagHearing, flagCaptions, flagForced}
}

func (s Stream) has(flag string) bool { return slices.Contains(s.Flags, flag) }

// audioTracks returns the tracks of all sound that is kept, in the source's order; chosen is the default one.
func audioTracks(p Probe, chosen Stream) []AudioTrack {
	var (
		out    []AudioTrack
		labels = names{}
	)
	for _, s := range keptAudio(p, chosen) {
		isDefault := s.Index == chosen.Index
		role := audioRole(s, chosen, isDefault)
		out = append(out, AudioTrack{
			ID:            fmt.Sprintf("audio-%d", len(out)+1),
			Stream:        s.Index,
			Language:      s.Language,
			Label:         labels.unique(labelOf(s, "Audio", role)),
			Role:          role,
			Channels:      2,
			Default:       isDefault,
			BitsPerSecond: audioBitRate,
			EncoderArgs:   []string{"-c:a", "aac", "-b:a", "128k", "-bitexact"},
		})
	}
	return out
}

// keptAudio returns at most MaxAudioTracks streams, the chosen one among them.
func keptAudio(p Probe, chosen Stream) []Stream {
	all := p.Audio()
	if len(all) <= MaxAudioTracks {
		return all
	}
	kept := all[:MaxAudioTracks:MaxAudioTracks]
	if !slices.ContainsFunc(kept, func(s Stream) bool { return s.Index == chosen.Index }) {
		kept = append(kept[:MaxAudioTracks-1:MaxAudioTracks-1], chosen)
	}
	return kept
}

// audioRole reads the dispositions, then the title: most files say what a track is only there.
func audioRole(s, chosen Stream, isDefault bool) Role {
	title := strings.ToLower(s.Title)
	switch {
	case s.has(flagComment) || strings.Contains(title, "commentary"):
		return Commentary
	case s.has(flagVisual) || s.has(flagDescriptions) || strings.Contains(title, "audio description") || strings.Contains(title, "descriptive"):
		return Description
	case s.has(flagDub):
		return Dub
	case isDefault || s.has(flagOriginal) || s.Language == "" || s.Language == chosen.Language:
		return Main
	}
	return Dub
}

// subtitleTracks returns the tracks of all subtitles that are text, in the source's order.
func subtitleTracks(p Probe) []SubtitleTrack {
	var (
		out    []SubtitleTrack
		labels = names{}
		chosen bool
	)
	for _, s := range p.TextSubtitles() {
		role := subtitleRole(s)
		// Most recorders flag their first track, whatever it is. Only what belongs to the film itself is shown unasked.
		isDefault := role == Forced && s.Default && !chosen
		chosen = chosen || isDefault
		out = append(out, SubtitleTrack{
			ID:       fmt.Sprintf("subtitles-%d", len(out)+1),
			Stream:   s.Index,
			Language: s.Language,
			Label:    labels.unique(labelOf(s, "Subtitles", role)),
			Role:     role,
			Default:  isDefault,
		})
	}
	return out
}

func subtitleRole(s Stream) Role {
	title := strings.ToLower(s.Title)
	switch {
	case s.has(flagForced) || strings.Contains(title, "forced"):
		return Forced
	case s.has(flagHearing) || s.has(flagCaptions) || strings.Contains(title, "sdh"):
		return Captions
	}
	return Subtitle
}

// labelOf is the track's own title, else its language in that language, with the role where it is a special one.
func labelOf(s Stream, otherwise string, role Role) string {
	if title := tidy(s.Title, maxLabel); title != "" {
		return title
	}
	label := cmp.Or(nameOfLanguage(s.Language), otherwise)
	switch role {
	case Commentary, Description, Captions, Forced:
		return label + " (" + string(role) + ")"
	case Main, Dub, Subtitle:
	}
	return label
}

func nameOfLanguage(code string) string {
	tag, err := language.Parse(code)
	if err != nil || tag == language.Und {
		return ""
	}
	name := display.Self.Name(tag)
	for i, first := range name {
		if i == 0 {
			name = string(unicode.ToUpper(first)) + name[len(string(first)):]
		}
	}
	return tidy(cmp.Or(name, code), maxLabel)
}

// names keeps labels apart: HLS wants every name of a group once (RFC 8216 §4.3.4.1.1), and so do people. HLS has no quotation
// marks in names, so these make no difference.
type names map[string]bool

func (n names) unique(label string) string {
	bare := func(s string) string { return strings.ReplaceAll(s, `"`, "") }
	name := label
	for i := 2; n[bare(name)]; i++ {
		name = fmt.Sprintf("%s %d", label, i)
	}
	n[bare(name)] = true
	return name
}

// tidy makes one line of a source's text: no control characters, no runs of spaces, at most so many characters.
func tidy(s string, most int) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.C, r) && r != '\u200d': // joins emoji
			return -1
		}
		return r
	}, s)
	runes := []rune(strings.Join(strings.Fields(s), " "))
	return strings.TrimSpace(string(runes[:min(len(runes), most)]))
}

// chaptersOf moves the source's chapters to the output's timeline. Those after its end, and all but the last that begin at
// the same instant, are left out.
func chaptersOf(p Probe, plan Plan) []Chapter {
	zero, end := plan.ZeroSeconds(), plan.Duration().Seconds()
	chapters := slices.Clone(p.Chapters)
	slices.SortStableFunc(chapters, func(a, b Chapter) int { return cmp.Compare(a.StartSeconds, b.StartSeconds) })
	var out []Chapter
	for _, c := range chapters {
		at := max(0, c.StartSeconds-zero)
		if at >= end || len(out) == MaxChapters {
			break
		}
		at = float64(int64(at*1000+0.5)) / 1000
		if n := len(out); n > 0 && out[n-1].StartSeconds == at {
			out = out[:n-1]
		}
		out = append(out, Chapter{StartSeconds: at, Title: c.Title})
	}
	if len(out) > 0 && out[0].StartSeconds < openingSlack {
		out[0].StartSeconds = 0
	}
	for i := range out {
		out[i].Title = cmp.Or(tidy(out[i].Title, maxTitle), fmt.Sprintf("Chapter %d", i+1))
	}
	return out
}
