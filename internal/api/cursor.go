package api

import (
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"

	"matinee/internal/errs"
	"matinee/internal/ids"
)

// place is where a list goes on: after the thing with this id, which stands at this key.
type place struct {
	list string // which list, in which order
	key  int64
	id   string
}

// cursor writes a place as text that a client hands back without looking into it. The sum tells a cursor that was cut off, or
// belongs to another list, from a right one; it keeps no secret.
func (p place) cursor() string {
	text := fmt.Sprintf("%s %d %s", p.list, p.key, p.id)
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%08x %s", crc32.ChecksumIEEE([]byte(text)), text))
}

// parseCursor reads a cursor of the list. Anything else is an errs.Invalid error.
func parseCursor(cursor, list string) (place, error) {
	raw, _ := base64.RawURLEncoding.DecodeString(cursor) // what is not read right is not written the same again
	parts := strings.Split(string(raw), " ")
	if len(parts) == 4 {
		key, _ := strconv.ParseInt(parts[2], 10, 64)
		p := place{list: parts[1], key: key, id: parts[3]}
		if _, err := ids.Parse[ids.VideoID](p.id); err == nil && p.list == list && p.cursor() == cursor {
			return p, nil
		}
	}
	return place{}, errs.InvalidField("query.cursor", "This is no cursor of this list in this order. Start at the first page.")
}

// nextCursor is the next_cursor of a page: null at the end, which an empty id means.
func nextCursor(list string, key int64, id string) *string {
	if id == "" {
		return nil
	}
	cursor := place{list: list, key: key, id: id}.cursor()
	return &cursor
}
