package database

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// micros is an instant as it is stored: microseconds UTC since 1970.
func micros(t time.Time) int64 { return t.UnixMicro() }

// fromMicros is the opposite of micros.
func fromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// optionalMicros stores the zero time as NULL.
func optionalMicros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return micros(t)
}

// fromOptionalMicros reads NULL as the zero time.
func fromOptionalMicros(us sql.NullInt64) time.Time {
	if !us.Valid {
		return time.Time{}
	}
	return fromMicros(us.Int64)
}

// optionalText stores "" as NULL.
func optionalText[S ~string](s S) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// flag is a boolean as it is stored.
func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// toJSON is a value as it is stored in a TEXT column.
func toJSON(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode column: %w", err)
	}
	return string(text), nil
}

// fromJSON reads what toJSON wrote; NULL and "" leave the value as it is.
func fromJSON(text sql.NullString, v any) error {
	if text.String == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text.String), v); err != nil {
		return fmt.Errorf("decode column: %w", err)
	}
	return nil
}
