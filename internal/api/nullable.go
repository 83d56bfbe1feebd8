package api

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// orNull is an object of an answer that may be null. The framework documents a pointer to an object as if it always stood.
type orNull[T any] struct{ Value *T }

// MarshalJSON writes the object or null.
func (n orNull[T]) MarshalJSON() ([]byte, error) { return json.Marshal(n.Value) }

// Schema describes the object or null.
func (orNull[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{r.Schema(reflect.TypeFor[T](), true, ""), {Type: "null"}}}
}

func present[T any](v T) orNull[T] { return orNull[T]{Value: &v} }

// jsonObject is an object whose members are its owner's own. nil stands for null.
type jsonObject json.RawMessage

// MarshalJSON writes the object or null.
func (o jsonObject) MarshalJSON() ([]byte, error) {
	if len(o) == 0 {
		return []byte("null"), nil
	}
	return o, nil
}

// UnmarshalJSON keeps the text.
func (o *jsonObject) UnmarshalJSON(b []byte) error {
	*o = bytes.Clone(b)
	return nil
}

// Schema describes any object, or null.
func (jsonObject) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Nullable: true, AdditionalProperties: true}
}

// clearable is a member of a merge patch (RFC 7396): left out, null, or a value.
type clearable[T any] struct {
	Sent  bool
	Value T // the zero value when null was sent
}

// UnmarshalJSON notes that the member was sent.
func (c *clearable[T]) UnmarshalJSON(b []byte) error {
	c.Sent = true
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	return json.Unmarshal(b, &c.Value)
}

// Schema describes the member as a value or null.
func (c clearable[T]) Schema(r huma.Registry) *huma.Schema {
	s := *huma.SchemaFromType(r, reflect.TypeFor[T]())
	s.Nullable = true
	return &s
}

// sent returns the value of a member that was sent, nil for one that was left out.
func (c clearable[T]) sent() *T {
	if !c.Sent {
		return nil
	}
	return &c.Value
}
