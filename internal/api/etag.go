package api

import (
	"strconv"
	"strings"

	"matinee/internal/library"
)

// etagOf names what people set of a video. It is a validator for changes, not for caches: no answer here may be cached.
func etagOf(v library.Video) string { return `"` + strconv.FormatInt(v.Revision, 10) + `"` }

// revisions reads an If-Match header (RFC 9110, section 13.1.1): nil where it asks for nothing, else those that a change may
// start from. A weak tag, and one that is not ours, matches none.
func revisions(ifMatch string) library.Revisions {
	if ifMatch = strings.TrimSpace(ifMatch); ifMatch == "" || ifMatch == "*" {
		return nil
	}
	only := library.Revisions{}
	for tag := range strings.SplitSeq(ifMatch, ",") {
		tag = strings.TrimSpace(tag)
		revision, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64)
		if err == nil && tag == `"`+strconv.FormatInt(revision, 10)+`"` {
			only = append(only, revision)
		}
	}
	return only
}
