package database

import (
	"strings"

	"matinee/internal/access"
)

// nothing is the filter that no row passes.
const nothing = "(1 = 0)"

// reachWhere turns a reach into a condition over the table video under the alias v, in parentheses. It equals Reach.Holds.
func reachWhere(r access.Reach) (sql string, args []any) {
	if r.All {
		return "(1 = 1)", nil
	}
	var either []string
	if r.Owner != "" {
		either = append(either, "v.owner_id = ?")
		args = append(args, string(r.Owner))
	}
	if len(r.Subjects) > 0 {
		either = append(either, "v.state IN ('playable', 'ready') AND EXISTS (SELECT 1 FROM video_subject s"+
			" WHERE s.video_id = v.id AND s.subject IN ("+placeholders(len(r.Subjects))+"))")
		for _, subject := range r.Subjects {
			args = append(args, string(subject))
		}
	}
	if len(either) == 0 {
		return nothing, nil
	}
	return "(" + strings.Join(either, " OR ") + ")", args
}

// placeholders returns n question marks for an IN list.
func placeholders(n int) string {
	return strings.TrimSuffix(strings.Repeat("?, ", n), ", ")
}
