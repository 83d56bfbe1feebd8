package api

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.html
var docsTemplate string

//go:embed docs.css
var docsStyle string

// docPages are the pages that describe the API. They are written once, from the OpenAPI document and the table of problems,
// need no script, no other server and no network.
type docPages struct {
	once           sync.Once
	api, problems  []byte
	failed         error
	securityPolicy string
}

// docs answers /docs.
func (a *API) docs(w http.ResponseWriter, r *http.Request) {
	a.pages.once.Do(a.writePages)
	a.servePage(w, r, a.pages.api)
}

// problemDocs answers /docs/problems, where the type of a problem points.
func (a *API) problemDocs(w http.ResponseWriter, r *http.Request) {
	a.pages.once.Do(a.writePages)
	a.servePage(w, r, a.pages.problems)
}

func (a *API) servePage(w http.ResponseWriter, r *http.Request, page []byte) {
	if a.pages.failed != nil {
		writeProblem(w, a.problem(r.Context(), a.pages.failed))
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", a.pages.securityPolicy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "public, max-age=300")
	if _, err := w.Write(page); err != nil {
		a.o.Logger.DebugContext(r.Context(), "a page was not read to its end", slog.Any("error", err))
	}
}

func (a *API) writePages() {
	sum := sha256.Sum256([]byte(docsStyle))
	a.pages.securityPolicy = "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	pages, err := template.New("docs").Parse(docsTemplate)
	if err != nil {
		a.pages.failed = fmt.Errorf("parse the documentation's template: %w", err)
		return
	}
	a.pages.api, err = fill(pages, "api", newDocument(a.huma.OpenAPI()))
	if err == nil {
		a.pages.problems, err = fill(pages, "problems", struct {
			Style              template.CSS
			Problems, Failures []knownProblem
		}{template.CSS(docsStyle), problems(), failures()}) //nolint:gosec // the style is embedded, nobody else's
	}
	a.pages.failed = err
}

func fill(pages *template.Template, name string, data any) ([]byte, error) {
	var out bytes.Buffer
	if err := pages.ExecuteTemplate(&out, name, data); err != nil {
		return nil, fmt.Errorf("write the documentation: %w", err)
	}
	return out.Bytes(), nil
}

// The parts of the page, as the template reads them.
type (
	docDocument struct {
		Title, Version, Description string
		Style                       template.CSS
		Groups                      []docGroup
		Schemas                     []docSchema
	}
	docGroup struct {
		Name   string
		Routes []docRoute
	}
	docRoute struct {
		ID, Method, Path, Summary, Description, Permission, Limit string
		Parameters                                                []docField
		Body                                                      docType
		Responses                                                 []docResponse
	}
	docResponse struct {
		Status, Description string
		Body                docType
	}
	docSchema struct {
		Name, Description string
		Fields            []docField
	}
	docField struct {
		Name, In, Description string
		Required              bool
		Type                  docType
	}
	// docType is a type in words, with the schema that it names, if any.
	docType struct{ Before, Ref, After string }
)

func newDocument(o *huma.OpenAPI) docDocument {
	d := docDocument{
		Title: o.Info.Title, Version: o.Info.Version, Description: o.Info.Description,
		Style: template.CSS(docsStyle), //nolint:gosec // the style is embedded, nobody else's
	}
	groups := map[string][]docRoute{}
	for path, item := range o.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if op != nil {
				groups[op.Tags[0]] = append(groups[op.Tags[0]], newDocRoute(method, path, op))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		routes := groups[name]
		slices.SortFunc(routes, func(a, b docRoute) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method)) })
		d.Groups = append(d.Groups, docGroup{Name: name, Routes: routes})
	}
	schemas := o.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		d.Schemas = append(d.Schemas, docSchema{Name: name, Description: schemas[name].Description, Fields: schemaFields(schemas[name])})
	}
	return d
}

func newDocRoute(method, path string, op *huma.Operation) docRoute {
	r := docRoute{
		ID: op.OperationID, Method: method, Path: path, Summary: op.Summary, Description: op.Description,
		Permission: fmt.Sprint(op.Extensions["x-permission"]), Limit: fmt.Sprint(op.Extensions["x-rate-limit"]),
	}
	for _, p := range op.Parameters {
		r.Parameters = append(r.Parameters, docField{Name: p.Name, In: p.In, Description: p.Description, Required: p.Required, Type: typeOf(p.Schema)})
	}
	if op.RequestBody != nil {
		for _, media := range op.RequestBody.Content {
			r.Body = typeOf(media.Schema)
		}
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		response := docResponse{Status: status, Description: op.Responses[status].Description}
		for _, media := range op.Responses[status].Content {
			response.Body = typeOf(media.Schema)
		}
		r.Responses = append(r.Responses, response)
	}
	return r
}

func schemaFields(s *huma.Schema) (fields []docField) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		property := s.Properties[name]
		fields = append(fields, docField{Name: name, Description: property.Description, Required: slices.Contains(s.Required, name), Type: typeOf(property)})
	}
	return fields
}

// typeOf puts a schema into words.
func typeOf(s *huma.Schema) docType {
	switch {
	case s == nil:
		return docType{Before: "bytes"}
	case s.Ref != "":
		return docType{Ref: s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]}
	case len(s.AnyOf) > 0:
		t := typeOf(s.AnyOf[0])
		t.After += " or null"
		return t
	case s.Items != nil:
		t := typeOf(s.Items)
		t.Before = "list of " + t.Before
		return t
	}
	return docType{Before: plainType(s)}
}

func plainType(s *huma.Schema) string {
	words := cmp.Or(s.Type, "any")
	if s.Format != "" {
		words += " (" + s.Format + ")"
	}
	if len(s.Enum) > 0 {
		words = strings.ReplaceAll(strings.Trim(fmt.Sprint(s.Enum), "[]"), " ", ", ")
	}
	if s.Nullable {
		words += " or null"
	}
	return words
}
