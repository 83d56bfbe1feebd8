package database

import (
	"slices"
	"strings"

	"matinee/internal/access"
)

// condition is a piece of SQL over the table video under the alias v, with its arguments.
type condition struct {
	sql  string
	args []any
}

// and adds another condition.
func (c *condition) and(sql string, args ...any) {
	c.sql, c.args = c.sql+" AND "+sql, append(c.args, args...)
}

// publicWhere is what lists the subject "public" while it is watchable and not binned, in the very words of the indexes
// video_public_…: a planner uses a partial index only for the condition that it knows.
const publicWhere = "v.visibility = 'public' AND v.state IN ('playable', 'ready') AND v.deleted_at IS NULL"

// nothing is the filter that no row passes.
const nothing = "(1 = 0)"

// reachParts turns a reach into conditions that no video fulfils twice, each of which an index can answer in the order of a
// list. Together they equal Reach.Holds, for videos that are not in the bin.
func reachParts(r access.Reach) (parts []condition) {
	if r.All {
		return []condition{{sql: "(1 = 1)"}}
	}
	if r.Owner != "" {
		parts = append(parts, condition{"v.owner_id = ?", []any{string(r.Owner)}})
	}
	others := slices.DeleteFunc(slices.Clone(r.Subjects), func(s access.Subject) bool { return s == access.SubjectPublic })
	if len(others) < len(r.Subjects) {
		parts = append(parts, notOwned(condition{sql: publicWhere}, r))
	}
	if len(others) == 0 {
		return parts
	}
	listed := condition{sql: "v.state IN ('playable', 'ready') AND v.visibility <> 'public' AND EXISTS (SELECT 1 FROM video_subject s" +
		" WHERE s.video_id = v.id AND s.subject IN (" + placeholders(len(others)) + "))"}
	for _, subject := range others {
		listed.args = append(listed.args, string(subject))
	}
	return append(parts, notOwned(listed, r))
}

func notOwned(c condition, r access.Reach) condition {
	if r.Owner != "" {
		c.and("v.owner_id <> ?", string(r.Owner))
	}
	return c
}

// reachWhere turns a reach into one condition, in parentheses.
func reachWhere(r access.Reach) (sql string, args []any) {
	var either []string
	for _, part := range reachParts(r) {
		either, args = append(either, part.sql), append(args, part.args...)
	}
	if len(either) == 0 {
		return nothing, nil
	}
	return "((" + strings.Join(either, ") OR (") + "))", args
}

// placeholders returns n question marks for an IN list.
func placeholders(n int) string {
	return strings.TrimSuffix(strings.Repeat("?, ", n), ", ")
}
