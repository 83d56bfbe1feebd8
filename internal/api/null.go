package api

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"matinee/internal/errs"
)

// checkNulls refuses null for a member that cannot be null. The framework takes it for one that was left out, so that a merge
// patch would ignore what it was asked to clear.
func (a *API) checkNulls(r *http.Request, route Route) error {
	if route.body == nil || r.Body == nil {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return unreadable(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var value any
	if !bytes.Contains(body, []byte("null")) || json.Unmarshal(body, &value) != nil {
		return nil // what is no JSON is refused later
	}
	if at := nullAt(a.huma.OpenAPI().Components.Schemas, route.body, value, "body"); at != "" {
		return errs.InvalidField(at, "This cannot be null. Leave it out, or give a value.")
	}
	return nil
}

// nullAt finds the place of a null that the schema does not know, "" for none.
func nullAt(registry huma.Registry, s *huma.Schema, value any, at string) string {
	if s.Ref != "" {
		s = registry.SchemaFromRef(s.Ref)
	}
	if value == nil && !s.Nullable && s.Type != "" {
		return at
	}
	members, _ := value.(map[string]any)
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if property := s.Properties[name]; property != nil {
			if found := nullAt(registry, property, members[name], at+"."+name); found != "" {
				return found
			}
		}
	}
	return ""
}

// bodySchema is what a route takes, nil for nothing.
func bodySchema(op *huma.Operation) *huma.Schema {
	if op.RequestBody == nil {
		return nil
	}
	for _, media := range op.RequestBody.Content {
		return media.Schema
	}
	return nil
}
