package database

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"matinee/internal/access"
	"matinee/internal/library"
)

// Videos returns one page of the videos within the reach. Each part of the reach is read in the order of the list from an index
// of its own, and only as far as a page can need; then the parts are merged.
func (s *Library) Videos(ctx context.Context, reach access.Reach, f library.Filter) (page library.Page, err error) {
	query, args := listQuery(reach, f)
	if query == "" {
		return page, nil
	}
	err = s.db.View(ctx, func(tx *Tx) error {
		page.Videos, err = many(ctx, tx, scanVideo, query, args...)
		if err != nil {
			return fmt.Errorf("list videos: %w", err)
		}
		if len(page.Videos) > f.Limit {
			page.Videos = page.Videos[:f.Limit]
			page.Next = library.PlaceOf(page.Videos[f.Limit-1], f.Sort)
		}
		return addProgress(ctx, tx, page.Videos)
	})
	return page, err
}

// listQuery is the statement of a list, "" where nothing can be in it.
func listQuery(reach access.Reach, f library.Filter) (query string, args []any) {
	f.Sort = cmp.Or(f.Sort, library.ByCreationLatest)
	key, id := "v."+sortColumn(f.Sort), "v.id"
	byTag := f.Tag != "" && key == "v.created_at"
	if byTag { // the tag's own index holds its videos in this order
		key, id = "g.created_at", "g.video_id"
	}
	direction := map[bool]string{true: "DESC", false: "ASC"}[f.Sort.Latest()]
	order := fmt.Sprintf(" ORDER BY %s %s, %s %s LIMIT ?", key, direction, id, direction)
	var parts []string
	for _, part := range reachParts(reach) {
		if !mayHold(part, reach, f) {
			continue
		}
		part = filtered(part, f)
		if f.After != nil {
			comparison := map[bool]string{true: "<", false: ">"}[f.Sort.Latest()]
			part.and(fmt.Sprintf("(%s, %s) %s (?, ?)", key, id, comparison), f.After.Key, string(f.After.ID))
		}
		from := "video v"
		if f.Tag != "" { // written as a cross join, SQLite begins with the tag
			from = "video_tag g CROSS JOIN video v"
			part.and("v.id = g.video_id")
		}
		parts = append(parts, fmt.Sprintf("SELECT * FROM (SELECT %s AS sort_id, %s AS sort_key FROM %s WHERE %s%s) AS part%d", id, key, from, part.sql, order, len(parts)))
		args = append(append(args, part.args...), f.Limit+1)
	}
	if len(parts) == 0 {
		return "", nil
	}
	return `SELECT ` + videoColumns + ` FROM (` + strings.Join(parts, " UNION ALL ") + `) AS chosen JOIN video v ON v.id = chosen.sort_id` + videoJoins +
		fmt.Sprintf(" ORDER BY chosen.sort_key %s, chosen.sort_id %s LIMIT ?", direction, direction), append(args, f.Limit+1)
}

// sortColumn is the column behind an order.
func sortColumn(s library.Sort) string {
	if column := strings.TrimPrefix(string(s), "-"); column != string(library.ByPublishing) {
		return column
	}
	return "publishing"
}

// unwatchableWhere follows from what it is added to, and is what the index video_by_state is made for.
const unwatchableWhere = "v.state NOT IN ('playable', 'ready')"

// mayHold spares the parts of a reach that the owner asked for can have nothing in.
func mayHold(part condition, reach access.Reach, f library.Filter) bool {
	if f.Owner == "" || reach.Owner == "" || reach.All {
		return true
	}
	own := part.sql == "v.owner_id = ?"
	return own == (f.Owner == reach.Owner)
}

// filtered adds what the filter asks for.
func filtered(c condition, f library.Filter) condition {
	c.sql = "(" + c.sql + ")"
	if f.Deleted {
		c.and("v.deleted_at IS NOT NULL AND v.purged = 0")
	} else {
		c.and("v.deleted_at IS NULL")
	}
	for _, equal := range []struct{ column, value string }{
		{"v.owner_id", string(f.Owner)}, {"v.visibility", string(f.Visibility)}, {"g.tag", f.Tag}, {"v.external_id", f.ExternalID},
	} {
		if equal.value != "" {
			c.and(equal.column+" = ?", equal.value)
		}
	}
	if f.Category != "" {
		c.and("v.category_id = (SELECT id FROM category WHERE slug = ?)", f.Category)
	}
	if len(f.States) > 0 {
		states := make([]any, 0, len(f.States))
		for _, state := range f.States {
			states = append(states, string(state))
		}
		c.and("v.state IN ("+placeholders(len(states))+")", states...)
		if !slices.ContainsFunc(f.States, library.State.Watchable) {
			c.and(unwatchableWhere)
		}
	}
	if !f.CreatedAfter.IsZero() {
		c.and("v.created_at >= ?", micros(f.CreatedAfter))
	}
	if !f.CreatedBefore.IsZero() {
		c.and("v.created_at < ?", micros(f.CreatedBefore))
	}
	return c
}
