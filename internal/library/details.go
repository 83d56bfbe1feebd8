package library

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"matinee/internal/errs"
)

// Bounds of what is said of a video beside its title.
const (
	MaxTags       = 30
	MaxTag        = 50  // characters
	MaxExternalID = 200 // characters
	MaxMetadata   = 16 << 10
)

// NormaliseTags returns the tags as they are kept: composed, in lower case, single spaces, sorted, each once.
func NormaliseTags(tags []string) ([]string, error) {
	kept := make([]string, 0, min(len(tags), MaxTags))
	for _, tag := range tags {
		tag = NormaliseTag(tag)
		if tag == "" || utf8.RuneCountInString(tag) > MaxTag || strings.ContainsFunc(tag, isControl) {
			return nil, errs.InvalidField("body.tags", "A tag has 1 to %d characters.", MaxTag)
		}
		kept = append(kept, tag)
	}
	slices.Sort(kept)
	kept = slices.Compact(kept)
	if len(kept) > MaxTags {
		return nil, errs.InvalidField("body.tags", "A video may have %d tags.", MaxTags)
	}
	return kept, nil
}

// NormaliseTag returns a tag as it is kept, "" where nothing is left of it.
func NormaliseTag(tag string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFC.String(strings.ToValidUTF8(tag, "")))), " ")
}

func isControl(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }

func validExternalID(id string) error {
	if utf8.RuneCountInString(id) > MaxExternalID || !utf8.ValidString(id) || strings.ContainsFunc(id, isControl) {
		return errs.InvalidField("body.external_id", "An external id has at most %d characters and no control characters.", MaxExternalID)
	}
	return nil
}

// MergeMetadata applies a merge patch (RFC 7396) to metadata and returns the result, nil for none. The patch is an object, or
// null to clear everything.
func MergeMetadata(current, patch []byte) ([]byte, error) {
	change, err := object(patch)
	if err != nil {
		return nil, err
	}
	if change == nil {
		return nil, nil
	}
	base, err := object(current)
	if err != nil {
		return nil, err
	}
	merged, err := json.Marshal(mergePatch(base, change))
	if err != nil {
		return nil, errBadMetadata()
	}
	if len(merged) > MaxMetadata {
		return nil, errs.InvalidField("body.metadata", "The metadata may take %d bytes.", MaxMetadata)
	}
	return merged, nil
}

// mergePatch is the algorithm of RFC 7396, section 2, for objects.
func mergePatch(target, patch map[string]any) map[string]any {
	if target == nil {
		target = map[string]any{}
	}
	for name, value := range patch {
		switch value := value.(type) {
		case nil:
			delete(target, name)
		case map[string]any:
			inner, _ := target[name].(map[string]any)
			target[name] = mergePatch(inner, value)
		default:
			target[name] = value
		}
	}
	return target
}

// maxNesting bounds how deep metadata may go.
const maxNesting = 16

// object reads a JSON object with its numbers as they were written, nil for null and for nothing.
func object(text []byte) (map[string]any, error) {
	if len(text) == 0 {
		return nil, nil
	}
	if len(text) > MaxMetadata || nesting(text) > maxNesting {
		return nil, errs.InvalidField("body.metadata", "The metadata may take %d bytes and nest %d deep.", MaxMetadata, maxNesting)
	}
	var members map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&members); err != nil {
		return nil, errBadMetadata()
	}
	return members, nil
}

// nesting is the deepest level of brackets in JSON.
func nesting(text []byte) (deepest int) {
	var (
		depth    int
		inString bool
	)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case !inString && (c == '{' || c == '['):
			depth++
			deepest = max(deepest, depth)
		case !inString && (c == '}' || c == ']'):
			depth--
		}
	}
	return deepest
}

func errBadMetadata() error {
	return errs.InvalidField("body.metadata", "Metadata are a JSON object.")
}
