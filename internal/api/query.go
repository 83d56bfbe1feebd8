package api

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"matinee/internal/errs"
)

// checkQuery refuses a parameter of the query that is there without a value, which the framework takes for one that was left out
// (a list for ?owner= would be everybody's), and one that is no text, which not every database could be asked for.
func checkQuery(r *http.Request, route Route) error {
	if r.URL.RawQuery == "" {
		return nil
	}
	query := r.URL.Query()
	for _, p := range route.query {
		for _, value := range query[p.Name] {
			if value == "" && !takesEmpty(p.Schema) {
				return errs.InvalidField("query."+p.Name, "Leave it out, or give a value.")
			}
			if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
				return errs.InvalidField("query."+p.Name, "Give text in UTF-8, without NUL characters.")
			}
		}
	}
	return nil
}

// takesEmpty reports whether a text without characters is a value.
func takesEmpty(s *huma.Schema) bool {
	return s.Type == huma.TypeString && s.Pattern == "" && s.Format == "" && len(s.Enum) == 0
}
